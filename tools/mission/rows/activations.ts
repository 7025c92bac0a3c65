import { C, N, type Row } from '../row.ts'

/** Activations and modules that are not linear. */
export const activations: readonly Row[] = [
  {
    id: 'E1',
    title: 'ReLU and its kin',
    lines: [
      C('Value and gradient, which is 0 at 0'),
      C('Of a He-initialised ReLU network half of the outputs are 0, within 5 points'),
      C('ReLU is faster than sigmoid on the CPU, one array, interleaved'),
      C('ReLU is faster than sigmoid on every other backend'),
      N('The number of units that are 0 over a whole epoch is exact'),
      N('The doctor reports dead units'),
      C('Leaky ReLU, PReLU, RReLU, ELU, SELU and CELU equal the reference'),
      C('GELU, SiLU, Mish and softplus equal the reference'),
      C(
        'Softsign, hard sigmoid, hard tanh, hard swish and shrinking functions equal the reference',
      ),
      C('Maxout is the maximum of its pieces'),
    ],
  },
  {
    id: 'E2',
    title: 'Sigmoid',
    lines: [
      C('Both tails are stable: exact in float32 to ±100, without NaN'),
      C('Its largest gradient is 0.25, at 0'),
      C('The saturated share of units is reported'),
    ],
  },
  {
    id: 'E3',
    title: 'Tanh',
    lines: [
      C('Both tails are stable'),
      C('Its gradient is at most 1, at 0'),
      C('The saturated share of units is reported'),
    ],
  },
  {
    id: 'E4',
    title: 'GRU and LSTM as modules',
    lines: [C('The gated units', ['C6.1', 'C6.2', 'C6.3', 'C7.1', 'C7.2'])],
  },
  {
    id: 'E5',
    title: 'Whether a neuron fires',
    lines: [
      C('Every activation is in one registry, with its range'),
      C('Values lie in the range that is told'),
      C('First gradients equal finite differences'),
      C('Second gradients equal finite differences of the first'),
      C('A plot of each activation is drawn from the registry'),
      C('The step function has the gradient of a straight line through it'),
    ],
  },
  {
    id: 'E6',
    title: 'Where derivatives are near 0',
    lines: [
      C("A table of the mean |f'(x)| for x of N(0, 1) and N(0, 25), against numerical integration"),
      C('A page shows that the change of a weight is derivative times output'),
    ],
  },
]
