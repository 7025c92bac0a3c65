import { C, N, type Row } from '../row.ts'

/** Regularisation and generalisation. */
export const regularisation: readonly Row[] = [
  {
    id: 'H1',
    title: 'Regularisation',
    lines: [
      C('Any penalty on any set of parameters, by a pattern of names'),
      C('Each penalty is a part of the loss that is reported'),
    ],
  },
  {
    id: 'H2',
    title: 'Limits on weights',
    lines: [
      C('Maximal norm: after every step no norm is above c + 1e-6'),
      C('Unit norm holds after every step'),
      C('No weight is negative after any step'),
      N(
        'Dropout and maximal norm on MNIST: at most 1.25 % with 60,000 digits; with 8,000, no worse than PyTorch on the same split by more than 0.4 points',
      ),
    ],
  },
  {
    id: 'H3',
    title: 'Weight decay',
    lines: [
      C('Decay in the loss and apart from it differ for Adam'),
      C('They are equal for plain SGD'),
      C('Ridge regression is its closed form to 1e-5'),
      C('L1 by proximal steps gives weights that are exactly 0'),
    ],
  },
  {
    id: 'H4',
    title: 'Early stopping',
    lines: [
      C('Stops when its patience is over'),
      C('The best weights come back bit for bit'),
      C('Improvements below the least difference do not count'),
      C('A stopped and resumed run stops where an uninterrupted one does'),
      N(
        '30 % wrong labels, five seeds: it ends at 9 % at most, and the final error is at least twice that',
      ),
    ],
  },
  {
    id: 'H5',
    title: 'Augmentation of data',
    lines: [
      C('Crop, flip, rotation, brightness, contrast, zoom and translation follow their seed'),
      C('Noise and cutout follow their seed'),
      C('Boxes, masks and points follow the image'),
      C('Mixup and CutMix'),
      C('RandAugment'),
      C('SpecAugment'),
      C('Noise in text'),
      C('Results on a GPU equal those on the CPU to 1e-4'),
      N('First 4,000 images of CIFAR-10, 20 epochs: the whole set gains at least 3 points'),
      N('Flip and crop alone gain at least 2 points there'),
    ],
  },
  {
    id: 'H6',
    title: 'Ensembles',
    lines: [
      C('Bagging'),
      C('Averaging'),
      C('Stacking'),
      C('Snapshots'),
      C('Moving averages of weights: EMA and SWA'),
      C('Monte-Carlo dropout'),
      C("The ensemble's negative log-likelihood is never above the mean of its members'"),
      N('Five CIFAR nets beat the best of them by at least 0.5 points'),
    ],
  },
  {
    id: 'H7',
    title: 'Overfitting',
    lines: [
      C('A polynomial and an MLP show it: training error falls, test error rises'),
      C('A generator of wrong labels'),
      C('It is named within 3 epochs of the turn, and remedies are proposed'),
    ],
  },
  {
    id: 'H8',
    title: 'Mini-batches',
    lines: [
      C('A loader gives each sample exactly once in an epoch'),
      C('Its order follows its seed'),
      C('A smaller last batch can be left out'),
      C('Samples of like length come together (bucketing)'),
      N('The noise of gradients is measured over sizes of batches'),
    ],
  },
  {
    id: 'H9',
    title: 'Sparse activations',
    lines: [
      C('A penalty by KL divergence from a target activation'),
      C('A penalty by L1'),
      C('k winners: exactly k units are active'),
      C('A sparse autoencoder reaches its target activation within 10 %'),
    ],
  },
]
