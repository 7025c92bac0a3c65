import { C, N, type Row } from '../row.ts'

/** Hyper-parameters and the practice of training. */
export const training: readonly Row[] = [
  {
    id: 'I1',
    title: 'Learning rate',
    lines: [
      C("Schedules have PyTorch's values: steps, exponential, polynomial"),
      C("Cosine and warm restarts have PyTorch's values"),
      C("One cycle has PyTorch's values"),
      C('Warm-up'),
      C("A plateau lowers the rate as PyTorch's does"),
      C('A finder of rates runs through a range and proposes one'),
    ],
  },
  {
    id: 'I2',
    title: 'Size of layers',
    lines: [
      C('One command sweeps over sizes'),
      C('Parameters, FLOPs and memory are estimated before anything is allocated'),
    ],
  },
  {
    id: 'I3',
    title: 'Size of batches',
    lines: [
      C('The gradient of a batch is the mean over accumulated parts to 1e-5'),
      C('A size that fits in memory is found'),
    ],
  },
  {
    id: 'I4',
    title: 'Rate of dropout',
    lines: [
      C('Dropout', [
        'D13.1',
        'D13.2',
        'D13.3',
        'D13.4',
        'D13.5',
        'D13.6',
        'D13.7',
        'D13.8',
        'D13.9',
      ]),
      C('The rate is a number of the configuration and can be swept'),
    ],
  },
  {
    id: 'I5',
    title: 'Initial weights',
    lines: [
      C('Glorot, He and LeCun, uniform and normal, have their variance'),
      C('Orthogonal: QᵀQ = 1'),
      C('LSUV: every layer has an output of variance 1 on the data'),
      C('Biases of zeros'),
      C('Recurrent weights that begin as the identity'),
      C('Sparse, and truncated normal'),
      C('Activations keep their variance within 2x over 50 layers: tanh with Glorot, ReLU with He'),
      C('It collapses with the wrong pairing'),
    ],
  },
  {
    id: 'I6',
    title: 'Clipping of gradients',
    lines: [
      C("By value, as PyTorch's"),
      C("By norm, of each and of all together, as PyTorch's"),
      C('Adaptive, by the norm of the weights'),
      N('A recurrent network that diverges without it trains with it'),
    ],
  },
  {
    id: 'I7',
    title: 'Momentum as a hyper-parameter',
    lines: [C('Momentum', ['G2'])],
  },
  {
    id: 'I8',
    title: 'Weight decay and augmentation as hyper-parameters',
    lines: [C('Weight decay', ['H3']), N('Augmentation of data', ['H5'])],
  },
  {
    id: 'I9',
    title: 'Weights and biases',
    lines: [
      C('Every parameter has a name and a shape'),
      C(
        'A parameter can be frozen, by name: it is bit-identical after training, and free again later',
      ),
      C('Values can be read while a model trains'),
      C('Hyper-parameters are recorded with the run'),
    ],
  },
  {
    id: 'I10',
    title: 'A tool that tunes hyper-parameters',
    lines: [N('Automatic search', ['N8'])],
  },
]
