import { C, N, type Row } from '../row.ts'

/** Ways of learning, and the recipe of the supervised one. */
export const learning: readonly Row[] = [
  {
    id: 'B1',
    title: 'Supervised learning',
    lines: [
      C('fit, evaluate and predict on a regression'),
      C('fit, evaluate and predict on two classes'),
      C('fit, evaluate and predict on many classes'),
      C('fit, evaluate and predict on many labels at once'),
      C('fit, evaluate and predict on a sequence of targets'),
      C(
        'The loss that evaluate() gives equals the definition to 1e-6, with a smaller last batch too',
      ),
    ],
  },
  {
    id: 'B2',
    title: 'Validation and test sets',
    lines: [
      C(
        'A split into train, validation and test is stratified: shares of classes within one sample',
      ),
      C('It follows its seed'),
      C('No index is in two parts and none is lost, for any sizes'),
      C('fit refuses a test set unless told otherwise'),
    ],
  },
  {
    id: 'B3',
    title: 'Unsupervised learning',
    lines: [
      C('Autoencoders: plain, denoising, sparse, contractive'),
      C('A denoising autoencoder raises the PSNR of noisy digits by at least 5 dB'),
      C('RBM and DBN'),
      C('VAE'),
      C('GAN'),
      C('k-means and PCA'),
    ],
  },
  {
    id: 'B4',
    title: 'Reinforcement learning',
    lines: [
      C('Environments: grid world, bandit, cart pole, mountain car, a grid like Pong'),
      C('Q-learning finds the policy of value iteration on the grid world'),
      N(
        'PPO reaches a mean return of 475 over 100 episodes of cart pole within 500,000 steps, 5 seeds of 5',
      ),
      N('DQN does in 4 seeds of 5'),
      N('REINFORCE and A2C learn cart pole'),
    ],
  },
  {
    id: 'B5',
    title: 'Discriminative and generative models',
    lines: [
      C(
        'Logistic regression and Gaussian naive Bayes on the same data, each within its stated error',
      ),
      C('A VAE or a GAN samples from the same data; the discriminative model has no sampling'),
    ],
  },
  {
    id: 'B6',
    title: 'A space of hypotheses',
    lines: [C('A search space is data: choice, uniform and int in a configuration')],
  },
  {
    id: 'B7',
    title: 'Five drawers: connectivity, non-linearity, loss, optimisation, hyper-parameters',
    lines: [
      C('The public interface has these five drawers'),
      C('The schema of a configuration has the same five'),
      C(
        'Registered connectivity: fully connected, convolutional, dilated, recurrent, skip and residual, random',
      ),
      C('Registered non-linearities: ReLU, sigmoid, tanh, GRU, LSTM'),
      C('Registered losses: cross entropy, adversarial, variational, MLE, L1 and L2'),
      C('Registered optimisers: SGD, momentum, RMSprop, Adagrad, Adam, second order'),
      C(
        'Registered hyper-parameters: learning rate, weight decay, layer size, batch size, dropout rate, weight initialisation, data augmentation, gradient clipping, momentum',
      ),
    ],
  },
]
