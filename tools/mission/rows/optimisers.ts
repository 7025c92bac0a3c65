import { C, N, type Row } from '../row.ts'

/** Optimisers. */
export const optimisers: readonly Row[] = [
  {
    id: 'G0',
    title: 'Why one optimises',
    lines: [
      C(
        'SGD, momentum, Nesterov, Adagrad, RMSprop and Adam on the function of Beale follow a reference step for step',
      ),
      C('The same on a linear regression'),
      C('A race on Beale, Rosenbrock, a saddle and a ravine runs in a browser'),
    ],
  },
  {
    id: 'G1',
    title: 'Gradient descent',
    lines: [
      C('200 steps on a quadratic follow the reference to 1e-6'),
      C('200 steps on the function of Beale do'),
      C('200 steps of a logistic regression do'),
      C('Mini-batches: the same with a loader'),
    ],
  },
  {
    id: 'G2',
    title: 'Momentum',
    lines: [
      C("PyTorch's form follows its reference"),
      C("Keras' form follows its reference"),
      C('Both are one while the rate is constant'),
      C('Nesterov follows its reference'),
      C('Where plain descent stalls, momentum goes on'),
    ],
  },
  {
    id: 'G3',
    title: 'Adaptive rates',
    lines: [C('The rate in effect can be read for each parameter, to plot it')],
  },
  {
    id: 'G4',
    title: 'Adagrad',
    lines: [C("Trajectories are PyTorch's"), C('Rates in effect never grow')],
  },
  {
    id: 'G5',
    title: 'RMSprop',
    lines: [
      C("Trajectories are PyTorch's"),
      C("Trajectories are Keras', with epsilon under the root"),
      C('Centred'),
    ],
  },
  {
    id: 'G6',
    title: 'Adam',
    lines: [
      C("1,000 steps are PyTorch's to 1e-6 relative in float64"),
      C("1,000 steps are PyTorch's to 1e-4 relative in float32"),
      C('The first steps are corrected for bias'),
      C('AMSGrad'),
      C('AdamW'),
    ],
  },
  { id: 'G7', title: 'AdaMax', lines: [C("Trajectories are PyTorch's")] },
  {
    id: 'G8',
    title: 'NAdam',
    lines: [
      C("Trajectories are PyTorch's, with its schedule of momentum"),
      C("Trajectories are Keras'"),
    ],
  },
  {
    id: 'G9',
    title: 'Second order',
    lines: [
      C('Newton'),
      C('Gauss-Newton'),
      C('Levenberg-Marquardt'),
      C('L-BFGS: below 1e-10 on Rosenbrock from (-1.2, 1) within 60 evaluations'),
      C('Hessian-free conjugate gradients'),
      C('Natural gradient, K-FAC'),
      C('Shampoo'),
      C('Products with the Hessian equal finite differences to 1e-4'),
      N(
        'K-FAC reaches the loss of SGD with momentum on a deep autoencoder in a third of the steps',
      ),
    ],
  },
  {
    id: 'G10',
    title: "An optimiser of one's own",
    lines: [
      C('15 lines of user code are an optimiser'),
      C('It is as fast as a built-in one: the same program'),
      C('A tutorial builds Adam from nothing, and runs'),
    ],
  },
]
