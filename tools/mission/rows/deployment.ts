import { C, N, type Row } from '../row.ts'

/** Computation, deployment and files. */
export const deployment: readonly Row[] = [
  {
    id: 'M1',
    title: 'GPU',
    lines: [
      C('One program runs on CPU, WebAssembly, WebGPU and CUDA without a change'),
      C('Results agree within the tolerances of the table of ops'),
      N('At least 10 times one CPU core on a matrix product of 1,024³ and on steps of ResNet-20'),
    ],
  },
  {
    id: 'M2',
    title: 'Distribution',
    lines: [
      C('Ring and tree reductions over threads and over sockets are exact to 1e-6'),
      C('2, 4 and 8 workers have the loss of one worker with the whole batch, to 1e-5 in float64'),
      C('The loss of a worker is survived'),
      N('At least 80 % of linear speed at 4 workers'),
      N('Parameter server, synchronous or not; compressed gradients; pipelines; browsers may join'),
    ],
  },
  {
    id: 'M3',
    title: 'Memory, and phones',
    lines: [
      C('size(model) is what is on disk within 1 %'),
      N('int8: at most 0.5 points lost and 0.27 of the size'),
      N('int4: at most 0.15 of the size'),
      N('Pruning, distillation and fitTo({ maxBytes })'),
      N("It runs in a phone's browser, offline too"),
      C('Exports to ONNX'),
    ],
  },
  {
    id: 'M4',
    title: 'A definition and its weights',
    lines: [
      C('A model is two files: a definition in readable, checked JSON, and safetensors'),
      C('load(save(m)) has the same bits'),
      C('One pair loads in browser, Node and CUDA'),
      C('A definition can be edited by hand, and is checked again'),
      C('Caffe and Keras files are imported'),
    ],
  },
  {
    id: 'M5',
    title: 'Accuracy and efficiency',
    lines: [
      N(
        'A report of accuracy, parameters, FLOPs, time and bytes, and which models are on the front',
      ),
    ],
  },
  {
    id: 'M6',
    title: 'Much data, cloud',
    lines: [
      C('Loaders stream from disk, ranges of HTTP and object stores, with back-pressure'),
      C('Training from the command line, without a screen'),
      C('A container, and one command to run elsewhere'),
      C('A run that was killed continues to the same weights'),
    ],
  },
  {
    id: 'M7',
    title: 'How learning evolved',
    lines: [
      N(
        'MLP of 1986, LeNet of 1998, DBN of 2006, 2012, 2015 and a transformer on one set: one table',
      ),
    ],
  },
]
