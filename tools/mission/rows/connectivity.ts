import { C, N, type Row } from '../row.ts'

/** Patterns of connections, and layers. */
export const connectivity: readonly Row[] = [
  {
    id: 'D1',
    title: 'Fully connected',
    lines: [
      C('Outputs and gradients equal those of a matrix product'),
      C('Inputs of any number of axes'),
      C('With and without a bias'),
      C('Tied weights: one parameter in two layers, with the sum of both gradients'),
    ],
  },
  {
    id: 'D2',
    title: 'Convolution',
    lines: [
      C('In 1, 2 and 3 dimensions, equal to the reference'),
      C('Depthwise'),
      C('Separable'),
      C('Grouped'),
      C('Strided'),
      C('Borders same, valid, causal and full'),
      C('Channels first and channels last'),
      C('True convolution and cross-correlation, by one switch: kernels are flipped'),
    ],
  },
  {
    id: 'D3',
    title: 'Dilated connections',
    lines: [
      C('A dilated convolution equals one with a kernel that is filled up with zeros'),
      C('The receptive field follows its formula'),
      N('Dilated causal convolutions (TCN) solve the adding problem at T = 600'),
    ],
  },
  {
    id: 'D4',
    title: 'Recurrent connections',
    lines: [
      C('Recurrent networks, LSTM and GRU', [
        'C5.1',
        'C5.2',
        'C6.1',
        'C6.2',
        'C6.3',
        'C7.1',
        'C7.2',
      ]),
      C("Any cell of one's own runs over a sequence"),
      C('Bidirectional'),
      C('Stacked'),
      C('Stateful: a sequence in two parts equals the whole'),
    ],
  },
  {
    id: 'D5',
    title: 'Skips',
    lines: [
      C('Added: x + f(x)'),
      C('Concatenated: a dense block'),
      C('Highway: a gate between x and f(x)'),
      C(
        'Stochastic depth: blocks are left out at their rate, for whole examples, and the mean stays',
      ),
    ],
  },
  {
    id: 'D6',
    title: 'Random connections',
    lines: [
      C(
        'Seeded sparse masks of Erdős-Rényi, Watts-Strogatz and Barabási-Albert graphs, with their numbers of edges',
      ),
      C('Masked weights are exactly 0 through training'),
      C('Random features with a linear readout (ELM) solve Mackey-Glass with NRMSE below 1e-2'),
      C('An echo-state network solves Mackey-Glass with NRMSE below 1e-2'),
    ],
  },
  {
    id: 'D7',
    title: '1x1 convolution',
    lines: [
      C('Equals a fully connected layer at each pixel'),
      C('A 1x1 reduction lowers the counted FLOPs and the measured time of a 5x5 convolution'),
    ],
  },
  {
    id: 'D8',
    title: 'Pooling',
    lines: [
      C('Maximum and average equal the reference, gradients too'),
      C('Minimum: its own gradient, and min(x) = -max(-x)'),
      C('Of equal elements one defined element gets the gradient'),
      C('Global and adaptive'),
      C('Lp, with L2'),
      C('Stochastic: drawn in proportion in training, weighted by probability in evaluation'),
      C('Overlapping'),
      C('What becomes of infinities and NaN is stated and holds'),
    ],
  },
  {
    id: 'D9',
    title: 'Transposed convolution and upsampling',
    lines: [
      C('A transposed convolution is the exact adjoint of the convolution: dot products agree'),
      C('With bilinear weights it equals bilinear resizing within 1e-5, inside the border'),
      C('The checkerboard of a kernel that its stride does not divide is shown'),
    ],
  },
  {
    id: 'D10',
    title: 'Feature maps',
    lines: [
      C('capture(model, names) gives maps without changing outputs'),
      C('It does on every backend'),
      C('The studio shows them live'),
    ],
  },
  {
    id: 'D11',
    title: 'Softmax outputs',
    lines: [
      C('Probabilities sum to 1 within 1e-6'),
      C('Logits of ±1e4 give exact and finite probabilities'),
      C('predict gives percentages with labels'),
      N('The calibration error is printed, and temperature scaling lowers it'),
      N('A classifier of food with percentages is the demonstration of transfer'),
    ],
  },
  {
    id: 'D12',
    title: 'Batch normalisation',
    lines: [
      C(
        'In training by the batch, in evaluation by running statistics, which follow the reference',
      ),
      C('Outputs and gradients equal the reference to 1e-5'),
      C('Folded into the convolution before it, outputs are equal to 1e-5'),
      C('Layer, group, instance and root-mean-square normalisation equal the reference to 1e-5'),
      N('Five scales of initialisation all train with it'),
      N('A target accuracy is reached in at most half of the steps'),
      N('Gradients of early layers are larger than without'),
      N('Its regularising effect is measured'),
      N('Normalised outputs have mean 0 and deviation 1 in training'),
    ],
  },
  {
    id: 'D13',
    title: 'Dropout',
    lines: [
      C('The share that is kept is within 3 sigma of 1 - p'),
      C('What is kept is scaled by 1/(1 - p), and evaluation is the identity'),
      C('A mask is drawn anew for every batch'),
      C('A mask may stay for an epoch'),
      C('The same seed gives the same mask on every device'),
      C('Spatial dropout takes whole channels'),
      C('Alpha dropout keeps mean and variance'),
      C('Variational dropout has one mask for all steps of a sequence, on inputs and on states'),
      C('DropConnect takes weights'),
      N(
        '784-1024-1024-10 on MNIST: the error is lower by 0.3 points on average and lower in every pair',
      ),
      N('Monte-Carlo dropout gives a variance that is larger where the model errs'),
    ],
  },
]
