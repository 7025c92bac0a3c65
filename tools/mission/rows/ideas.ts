import { C, N, type Row } from '../row.ts'

/** Ideas of deep learning, each a demonstration that runs. */
export const ideas: readonly Row[] = [
  {
    id: 'A1',
    title: 'A network of very many layers',
    lines: [
      C('One interface builds networks of 1, 2, 10, 100 and 1,000 layers'),
      C('summary() counts exactly the parameters of the closed formula at each of these depths'),
      C('Outputs and gradients are finite at 1,000 layers with residuals and normalisation'),
      C('A model tells whether it is deep: two hidden layers or more'),
    ],
  },
  {
    id: 'A2',
    title: 'Higher layers have higher features',
    lines: [
      N(
        'Linear probes on the blocks of a trained CNN: at least 10 points from first to last, never falling by more than 1',
      ),
      C(
        'On procedural textures at least 60 % of first-layer filters have an orientation index above 0.5',
      ),
      C('The studio shows both live'),
    ],
  },
  {
    id: 'A3',
    title: 'Large capacity',
    lines: [
      C(
        'An MLP that is large enough learns 512 random labels without an error, one of a twentieth of its size cannot',
      ),
      C('capacity() reports parameters, FLOPs and the active fraction of ReLUs'),
      N(
        'Accuracy against number of samples, ReLU and tanh of equal width: printed, whichever way it comes out',
      ),
    ],
  },
  {
    id: 'A4',
    title: 'Plain back-propagation fails in deep networks',
    lines: [
      C(
        "30 sigmoid layers of N(0, 1)/√n: the first layer's gradient has less than 1e-6 of the last one's norm",
      ),
      C('The loss of that network stays flat'),
      C(
        'The same network with ReLU, He initialisation and batch normalisation or residuals learns',
      ),
    ],
  },
  {
    id: 'A5',
    title: 'Theory is lacking',
    lines: [C('The documentation marks open questions as open')],
  },
  {
    id: 'A6',
    title: 'Non-linearity is essential',
    lines: [
      C('Ten linear layers equal one matrix within 1e-5'),
      C('Ten linear layers do not exceed 75 % on XOR'),
      C('With any activation of the registry that is not linear, XOR is learned without an error'),
      C('Moons and spirals are linearly separable in hidden space: a linear probe reaches 99 %'),
      C('Hidden space is plotted'),
    ],
  },
  {
    id: 'A7',
    title: 'Stacked small filters have fewer parameters',
    lines: [
      C('summary() shows exactly 25·C² for a 5×5 filter and 18·C² for two of 3×3'),
      C(
        'The residual of fitting a random 5×5 filter by two stacked 3×3 ones is reported, and is not zero',
      ),
    ],
  },
  {
    id: 'A8',
    title: 'The receptive field grows with depth',
    lines: [
      C(
        'receptiveField(model) equals what gradients of the input measure, for stacks of convolutions, pools and dilation',
      ),
      C("VGG-16's conv5_3 sees 196 pixels and pool5 212"),
      C('conv(conv(x, a), b) equals conv(x, a * b) within 1e-5: composition is associative'),
    ],
  },
  {
    id: 'A9',
    title: 'A model is a function',
    lines: [
      C(
        'A model is a pure function of its parameters and its input: same arguments, same result, nothing changed',
      ),
      C('It composes with grad'),
      C('It composes with compile'),
      C('It composes with vmap'),
    ],
  },
  {
    id: 'A10',
    title: 'A neuron fires past a threshold',
    lines: [
      C('A perceptron of step activations learns AND and OR without an error'),
      C('No perceptron computes XOR: all sign patterns are tried'),
      C("The perceptron's bound on mistakes holds on separable data"),
    ],
  },
  {
    id: 'A11',
    title: 'Handcrafted features and learned ones',
    lines: [
      C(
        'HOG, LBP, Sobel and edge histograms, colour histograms and PCA are there and equal their definitions',
      ),
      C('MFCC for sound'),
      C('TF-IDF and character n-grams for text'),
      C('They feed linear, logistic and softmax regression, kNN and MLPs'),
      N(
        "On the part of CIFAR-10 the CNN's error is at most 0.85 of the best handcrafted baseline's",
      ),
      N("On Fashion-MNIST the CNN's error is at most 0.75 of the best handcrafted baseline's"),
      N('One command prints the table'),
    ],
  },
  {
    id: 'A12',
    title: 'Features learned without labels',
    lines: [
      N(
        'k-means patches, PCA and ICA, sparse coding, RBM or autoencoder: one beats raw pixels by a point with 1,000 labels of MNIST',
      ),
    ],
  },
  {
    id: 'A13',
    title: 'Algorithm and learned algorithm',
    lines: [
      C('A page contrasts a rule by hand with a trained model on one generated task, and runs'),
    ],
  },
  {
    id: 'A14',
    title: 'Features are learned at once with the task',
    lines: [
      N('The comparison with handcrafted features', ['A11']),
      C('The gradient reaches the first layer of every model that is shipped'),
    ],
  },
]
