import { C, N, type Row } from '../row.ts'

/** Losses and objectives. */
export const losses: readonly Row[] = [
  {
    id: 'F1',
    title: 'Loss functions in general',
    lines: [
      C('Value and gradient of every loss equal the reference'),
      C('Every way of reduction'),
      C('Masks'),
      C('Weights of samples and classes'),
      C('Label smoothing'),
      C('Labels to ignore'),
      C('A plain function is a loss'),
      C('A loss may be negative: the Gaussian likelihood is'),
    ],
  },
  {
    id: 'F2',
    title: 'Cross entropy',
    lines: [
      C('From logits and from probabilities, with one result'),
      C('Stable at logits of ±1e4'),
      C('Binary'),
      C('Of class numbers and of distributions'),
      C('Focal'),
    ],
  },
  {
    id: 'F3',
    title: 'Adversarial losses',
    lines: [
      C('Minimax and non-saturating'),
      C('Least squares'),
      C('Hinge'),
      C('Wasserstein, with gradient penalty'),
      C('R1'),
      C('Adversarial examples: FGSM and PGD stay within their distance and raise the loss'),
      N('Adversarial training raises the accuracy under PGD by at least 30 points on MNIST'),
    ],
  },
  {
    id: 'F4',
    title: 'Variational losses',
    lines: [
      C('ELBO'),
      C('beta-VAE'),
      C('On average the bound of IWAE is no lower than ELBO'),
      C(
        'Variational inference of a Bayesian linear regression has the mean of the exact posterior to 1e-2',
      ),
    ],
  },
  {
    id: 'F5',
    title: 'Maximum likelihood',
    lines: [
      C('Gaussian'),
      C('Bernoulli'),
      C('Poisson'),
      C('Categorical'),
      C('Mixtures (MDN)'),
      C('CTC'),
      C("A Gaussian's most likely parameters are the moments of the sample"),
    ],
  },
  {
    id: 'F6',
    title: 'L1 and L2',
    lines: [
      C('Absolute and squared error equal the reference'),
      C('Huber and smooth L1 equal the reference'),
      C('L1 regression finds the median'),
      C('L2 regression finds the mean'),
    ],
  },
  {
    id: 'F7',
    title: 'Error and complexity',
    lines: [
      C('The loss of training is reported in parts: data and each penalty'),
      C('The parts sum to the objective within 1e-7'),
    ],
  },
]
