import { C, N, type Row } from '../row.ts'

/** Frameworks, tools and products. */
export const tools: readonly Row[] = [
  {
    id: 'N1',
    title: 'TensorFlow',
    lines: [
      C('Saved models, frozen graphs and checkpoints are imported: outputs equal to 1e-4'),
      C('Layers and graph models of TensorFlow.js are'),
    ],
  },
  {
    id: 'N2',
    title: 'PyTorch',
    lines: [
      C('State dicts of .pt files are read without running code'),
      C('Weights of TorchScript are read'),
      C('Weights go back: a state dict that PyTorch loads'),
      C('Random numbers and optimisers are compared'),
    ],
  },
  {
    id: 'N3',
    title: 'Caffe',
    lines: [C('Networks of Caffe and Caffe2 give reference outputs to 1e-4')],
  },
  {
    id: 'N4',
    title: 'Theano',
    lines: [
      C('Lists of parameters in npz and pickle are imported, kernels flipped'),
      C('A tutorial for those who know function([...])'),
    ],
  },
  {
    id: 'N5',
    title: 'WICWIU',
    lines: [
      C('A page in Korean maps its names'),
      N('Tutorials of equal scope: MNIST, CIFAR-10, ImageNet'),
    ],
  },
  {
    id: 'N6',
    title: 'CNTK',
    lines: [C('Models by way of ONNX'), C('Its text format is read')],
  },
  {
    id: 'N7',
    title: 'Four levels, one result',
    lines: [
      C(
        'Sequential, a subclass of Module, plain functions with if and for, and raw ops give one loss to 1e-6',
      ),
      C('A branch that depends on data is right, eager and compiled'),
      C('Train, evaluate, predict and export by one object, with checkpoints'),
    ],
  },
  {
    id: 'N8',
    title: 'Automatic search',
    lines: [
      C('Grid, random, TPE or GP, Hyperband or ASHA, population-based training'),
      C("Branin's minimum of 0.397887 within 1 % in 60 trials"),
      C('Trials can be resumed'),
      N('At least a point better than the default on 3 sets in a fixed budget'),
      N('Search of small architectures'),
      C('automl(data) needs no architecture'),
    ],
  },
  {
    id: 'N9',
    title: 'A hub of models',
    lines: [
      C('hub.load(name), with cache, checksum and licence'),
      C('What it loads is a layer of features'),
      C('Publishing to a folder; the Hugging Face hub works'),
    ],
  },
  {
    id: 'N10',
    title: 'Docker',
    lines: [
      C('An image for CPU and one for CUDA build and report that they work'),
      C('Without a container: npm install, nothing is compiled'),
    ],
  },
  {
    id: 'N11',
    title: 'Open source',
    lines: [C('Licence, guide for contributors, public tests'), C('Debugging', ['X9'])],
  },
  { id: 'N12', title: 'Distribution of low latency', lines: [N('Distribution', ['M2'])] },
  {
    id: 'N13',
    title: 'Tutorials',
    lines: [
      C('A page on loading from a hub, and runs'),
      C('Pages that build optimisers by hand', ['G0.1', 'G0.2']),
    ],
  },
]
