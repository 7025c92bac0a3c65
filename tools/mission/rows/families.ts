import { C, L, N, type Row } from '../row.ts'

/** Families of networks. */
export const families: readonly Row[] = [
  {
    id: 'C1',
    title: 'Multi-layer perceptron',
    lines: [
      C('XOR is learned without an error'),
      C('Spirals are learned without an error'),
      C('Circles are learned without an error'),
      C('Gradients differ from finite differences by less than 1e-4 in float32'),
      C('Gradients differ from finite differences by less than 1e-7 in float64'),
      N(
        'MNIST, 2x800 ReLU with dropout: at most 1.6 % with 60,000 digits; with 8,000, no worse than PyTorch on the same split by more than 0.4 points',
      ),
    ],
  },
  {
    id: 'C2',
    title: 'Linear, logistic and softmax regression',
    lines: [
      C('Linear regression is the solution of the normal equations to 1e-5'),
      C('Logistic regression reaches the optimum of Newton iterations (IRLS) to 1e-4 in loss'),
      C('Softmax regression reaches the optimum of L-BFGS to 1e-4 in loss'),
      N(
        'Softmax regression on MNIST: 92 to 92.7 % with 60,000 digits; with 8,000, no worse than PyTorch on the same split by more than 0.4 points',
      ),
    ],
  },
  {
    id: 'C3',
    title: 'Deep belief networks',
    lines: [
      C('CD-1, CD-k and PCD: gradients of a 4x3 RBM against exact enumeration'),
      C('Exact log Z and AIS agree within 1 %'),
      C('Six sigmoid layers with pre-training beat the same without'),
      N('Bars and stripes of 3x3: at least 90 % of samples are valid'),
      L(
        '784-500-500-2000 with labels and wake-sleep fine-tuning: MNIST error at most 1.5 % (paper 1.25 %)',
      ),
    ],
  },
  {
    id: 'C4',
    title: 'Convolutional networks',
    lines: [
      C(
        'Convolution, forward and backward, equals direct loops for strides, padding, dilation and groups',
      ),
      C('The same in every float dtype'),
      C('A fully connected layer equals a convolution over the whole map'),
      N(
        'CIFAR-10: at least 80 % by a small CNN without augmentation; on the committed part, no worse than PyTorch by more than 0.4 points',
      ),
      N('Parameters of CNN, MLP and RNN at equal accuracy are printed'),
    ],
  },
  {
    id: 'C5',
    title: 'Recurrent networks',
    lines: [
      C('Gradients through time are checked to length 50'),
      C('Packed and masked batches equal unpadded sequences'),
      N('Characters of Shakespeare, validation: below 1.9 nats by an Elman network'),
      N('Below 1.65 nats by an LSTM'),
    ],
  },
  {
    id: 'C6',
    title: 'LSTM',
    lines: [
      C("Weights of PyTorch in and out: outputs within 1e-5, PyTorch's order of gates"),
      C("The same with Keras' order of gates"),
      C('Values of the gates can be read'),
      N('Adding problem, T = 100: absolute error below 0.04 on all of the last 2,000 sequences'),
      N('An Elman network of equal size stays at the baseline there'),
      N('Adding problem, T = 400'),
    ],
  },
  {
    id: 'C7',
    title: 'GRU',
    lines: [
      C('Both variants, reset before and after the product, match reference weights'),
      C("Under one convention of biases a GRU has exactly 3/4 of an LSTM's parameters"),
      N(
        'LSTM against GRU on 3 tasks: parameters, seconds an epoch, final loss, printed as measured',
      ),
    ],
  },
  {
    id: 'C8',
    title: 'Combined models',
    lines: [
      N('CRNN and CTC read strips of 6 generated digits with less than 2 % of sequences wrong'),
      N('Captioning by CNN and RNN', ['J4']),
      N('ConvLSTM on moving digits beats copying the last frame'),
    ],
  },
  {
    id: 'C9',
    title: 'ResNet',
    lines: [
      C("50 residual blocks: the first block's gradient is within 10x of the last one's"),
      C('The plain network differs by more than 1e4'),
      C('The pre-activation variant is there'),
      N(
        'CIFAR-10: plain-56 has a higher training error than plain-20, ResNet-56 a lower one than ResNet-20; at reduced width as calibrated',
      ),
      N('ResNet-20 errs on at most 9.5 % of CIFAR-10'),
      L('ResNet-50 with published weights reproduces its published top-1 and top-5'),
    ],
  },
  {
    id: 'C10',
    title: 'VGG',
    lines: [
      C(
        'VGG-11, 13, 16 and 19 have exactly 132,863,336, 133,047,848, 138,357,544 and 143,667,240 parameters',
      ),
      L('Imported VGG-16 weights give the reference logits to 1e-4'),
      L('Top-5 error of about 7.3 % on ImageNet'),
    ],
  },
  {
    id: 'C11',
    title: 'GoogLeNet',
    lines: [
      C('inception(3a) gives 28x28x256'),
      C('FLOPs and parameters with and without 1x1 reduction are those computed by hand'),
      C('Auxiliary heads train'),
      N('A small Inception is no worse on CIFAR-10 than a plain CNN of equal FLOPs'),
      L('Top-5 error of 6.67 % with imported weights'),
    ],
  },
  {
    id: 'C12',
    title: 'LeNet',
    lines: [
      C('LeNet-5 has 61,706 parameters'),
      C('The original table of connections of C3 is there, with 1,516 weights and biases'),
      N(
        'MNIST error at most 1.0 % in 20 epochs, 5 seeds of 5, with 60,000 digits; with 8,000, as calibrated',
      ),
    ],
  },
  {
    id: 'C13',
    title: 'AlexNet',
    lines: [
      C('60,965,224 parameters in two towers, 62,378,344 in one'),
      C('Local response normalisation and overlapping pools are in it'),
      N('ReLU reaches 25 % training error on CIFAR-10 several times sooner than tanh'),
      L('One net with imported weights at its published top-5 error'),
    ],
  },
  {
    id: 'C14',
    title: 'GAN',
    lines: [
      C('At its optimum on a toy the discriminator is p/(p+q) within 0.05'),
      N(
        '8 Gaussians: 8 modes of 8, at least 90 % of samples within 3 sigma, 5 seeds of 5 by one recipe',
      ),
      N('The vanilla recipe is shown to collapse'),
      N('25 Gaussians: at least 24 modes'),
      N('DCGAN on MNIST: a classifier sees each of 10 classes in at least 5 % of samples'),
      N('FID below a frozen value'),
    ],
  },
  {
    id: 'C15',
    title: 'VAE',
    lines: [
      C('KL in closed form and by sampling agree to 1e-2'),
      C('The reparameterised gradient and the mean of the score function agree'),
      N(
        'Binarised MNIST, 50 dimensions: -log p(x) at most 88 nats by IWAE-5000, ELBO at least -90',
      ),
      N('At least 15 units are active, and a grid of the latent space is smooth'),
    ],
  },
  {
    id: 'C16',
    title: 'Detection and segmentation',
    lines: [N('Regions, masks and fully convolutional networks', ['J1', 'J2', 'J3'])],
  },
  {
    id: 'C17',
    title: 'Attention',
    lines: [
      C('Additive attention equals its reference to 1e-5'),
      C('Dot and scaled dot products do'),
      C('Multi-head attention does'),
      C('Causal and padding masks do'),
      C('Cross-attention does'),
      C('Weights sum to 1'),
      N('Reversal of length 20: at least 99 % exact with attention, clearly lower without'),
      N('The map is anti-diagonal in at least 95 % of places'),
      N('Soft and hard attention on cluttered digits'),
    ],
  },
  {
    id: 'C18',
    title: 'Neural Turing machine',
    lines: [
      C('Gradients of content addressing, interpolation, shift and sharpening are checked'),
      C('So are erasing and adding'),
      N('Copying, trained on lengths 1 to 20: no wrong bit at 20, below 0.1 bits a sequence at 40'),
      N('At least 99 % of bits at length 120'),
      N('An LSTM of more parameters fails beyond 20'),
      N('Repeated copying, associative recall from 6 to 20 items, sorting by priority'),
    ],
  },
]
