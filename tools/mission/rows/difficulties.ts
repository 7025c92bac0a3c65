import { C, N, type Row } from '../row.ts'

/** Difficulties, to be detected and cured. */
export const difficulties: readonly Row[] = [
  {
    id: 'X1',
    title: 'Vanishing gradients',
    lines: [
      C('Ratios of gradient norms by layer'),
      C('12 planted cases are detected, and no alarm is raised on 12 healthy runs'),
      C('One call applies the cure, and the same run then has a ratio above 1e-2'),
    ],
  },
  {
    id: 'X2',
    title: 'Exploding gradients',
    lines: [C('In a planted recurrent network NaN and infinity are traced to op, layer and step')],
  },
  {
    id: 'X3',
    title: 'Local minima',
    lines: [
      C('Restarts, momentum and noise reach the lower of two wells'),
      C('A probe reports a gradient of about 0 and a positive definite Hessian'),
    ],
  },
  {
    id: 'X4',
    title: 'Saddle points',
    lines: [
      C('On x² - y² and the monkey saddle plain descent from the stable manifold stalls'),
      C('Momentum, Adam, noise and saddle-free Newton escape'),
      C('Lanczos finds the negative eigenvalue within 1 %'),
      C('A probe tells minimum, saddle and plateau apart'),
    ],
  },
  {
    id: 'X5',
    title: 'Long-term dependency',
    lines: [
      N('The adding problem', ['C6.4', 'C6.5']),
      N('Temporal order and copying from memory'),
      C('Gradients through time of an Elman network and an LSTM are plotted'),
    ],
  },
  {
    id: 'X6',
    title: 'Too little data',
    lines: [
      N('Augmentation, and transfer', ['H5', 'K1']),
      N(
        '10 labels a class of MNIST: augmentation and transfer beat training from nothing by at least 10 points',
      ),
    ],
  },
  {
    id: 'X7',
    title: 'Huge computation',
    lines: [
      C('Estimates of FLOPs, bytes and time are within 10 % of what is measured'),
      N('GPU, distribution and size', ['M1', 'M2', 'M3']),
    ],
  },
  {
    id: 'X8',
    title: 'A black box',
    lines: [
      C('Saliency'),
      C('Integrated gradients, complete to 1 %'),
      C('Grad-CAM'),
      C('Occlusion'),
      C('Maximisation of an activation'),
      C('A probe of concepts, like TCAV'),
      C('Pointing at procedural shapes: at least 90 % right'),
    ],
  },
  {
    id: 'X9',
    title: 'Debugging is hard',
    lines: [
      C('Errors of shape name the layer, the axis, what was expected and what came, and the fix'),
      C('The op, the layer and the step of the first NaN are found'),
      C('Gradients can be checked against finite differences'),
      C('Step k can be replayed with the same bits'),
    ],
  },
]
