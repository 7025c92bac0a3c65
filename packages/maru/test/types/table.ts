/** Expressions with their types, and mistakes with their sentences: one row each. */

/** What every row may use besides the imports of the snippets. */
export const prelude = `const unknown = tensor([[1, 2]])
const size = Number('2')
const options: { stride?: number } = {}
const integers = { dtype: 'int32' } as const
const batch = dim('batch', 32)
const time = dim('time', 8)
class Mlp extends Module {
  readonly hidden = new Linear(784, 256)
  override forward(x: Tensor<['batch', 784]>): Tensor<['batch', 256]> { return this.hidden.call(x).relu() }
}
class Square extends Module {
  override forward(x: Tensor<['n', 'n']>): Tensor<['n']> { return x.sum(0) }
}
`

/** `[expression, its type as an editor shows it]` */
export const results: readonly (readonly [code: string, type: string])[] = [
  ['zeros([2, 3])', 'Tensor<[2, 3]>'],
  ['zeros([])', 'Tensor<[]>'],
  ['unknown', 'Tensor<any>'],
  ['zeros([size, 3])', 'Tensor<[number, 3]>'],
  ['zeros([batch, 784])', 'Tensor<["batch", 784]>'],
  ['zeros([batch, 784]).shape', 'readonly [number & Named<"batch">, 784]'],
  ['unknown.shape', 'readonly number[]'],
  // elementwise
  ['zeros([2, 3]).add(1)', 'Tensor<[2, 3]>'],
  ['zeros([2, 3]).add(zeros([3]))', 'Tensor<[2, 3]>'],
  ['zeros([2, 1, 4]).mul(zeros([3, 1]))', 'Tensor<[2, 3, 4]>'],
  ['zeros([]).sub(zeros([4, 4]))', 'Tensor<[4, 4]>'],
  ['zeros([0, 3]).div(zeros([1, 3]))', 'Tensor<[0, 3]>'],
  ['zeros([size, 3]).add(zeros([2, 3]))', 'Tensor<[2, 3]>'],
  ['zeros([size, 3]).add(zeros([1, 3]))', 'Tensor<[number, 3]>'],
  ['zeros([size > 1 ? 2 : 3, 4]).add(zeros([2, 4]))', 'Tensor<[2, 4]>'],
  ['zeros([batch, 3]).maximum(zeros([batch, 1]))', 'Tensor<["batch", 3]>'],
  ['zeros([2, 3]).add(unknown)', 'Tensor<any>'],
  ['zeros([2, 3]).relu().softmax(-1)', 'Tensor<[2, 3]>'],
  ['zeros([3, 1]).expand([2, 3, 4])', 'Tensor<[2, 3, 4]>'],
  ['zeros([size, 1]).expand([2, size])', 'Tensor<[2, number]>'],
  // products
  ['zeros([2, 3]).matmul(zeros([3, 4]))', 'Tensor<[2, 4]>'],
  ['zeros([5, 1, 2, 3]).matmul(zeros([6, 3, 4]))', 'Tensor<[5, 6, 2, 4]>'],
  ['zeros([3]).matmul(zeros([3, 4]))', 'Tensor<[4]>'],
  ['zeros([2, 3]).matmul(zeros([3]))', 'Tensor<[2]>'],
  ['zeros([3]).matmul(zeros([3]))', 'Tensor<[]>'],
  ['zeros([3, size]).matmul(zeros([2, 4]))', 'Tensor<[3, 4]>'],
  ['zeros([2, 3]).matmul(unknown)', 'Tensor<any>'],
  ['unknown.matmul(zeros([3, 4]))', 'Tensor<any>'],
  ['crossEntropy(zeros([32, 10]), zeros([32], integers))', 'Tensor<[]>'],
  ['crossEntropy(zeros([batch, 10]), zeros([batch], integers))', 'Tensor<[]>'],
  ['crossEntropy(zeros([2, 10, 4]), zeros([2, 4], integers))', 'Tensor<[]>'],
  ['crossEntropy(zeros([32, 10]), zeros([32, 10]))', 'Tensor<[]>'],
  // axes
  ['zeros([2, 3, 4]).sum()', 'Tensor<[]>'],
  ['zeros([2, 3, 4]).sum(undefined, { keepDims: true })', 'Tensor<[1, 1, 1]>'],
  ['zeros([2, 3, 4]).mean(-1, { keepDims: true })', 'Tensor<[2, 3, 1]>'],
  ['zeros([2, 3, 4]).max([0, -1])', 'Tensor<[3]>'],
  ['zeros([2, 3, 4]).argmax(1)', 'Tensor<[2, 4]>'],
  ['zeros([2, 3, 4]).sum(size)', 'Tensor<any>'],
  ['zeros([2, 3, 4]).sum(0, { keepDims: size > 1 })', 'Tensor<any>'],
  ['unknown.sum()', 'Tensor<[]>'],
  ['zeros([2, 3, 4]).permute([2, 0, -2])', 'Tensor<[4, 2, 3]>'],
  ['zeros([2, 3, 4]).transpose()', 'Tensor<[2, 4, 3]>'],
  ['zeros([2, 3, 4]).transpose(0, 2)', 'Tensor<[4, 3, 2]>'],
  ['zeros([2, 1, 4]).squeeze(1)', 'Tensor<[2, 4]>'],
  ['zeros([2, 4]).unsqueeze(-1)', 'Tensor<[2, 4, 1]>'],
  ['zeros([2, 8]).slice(1, 2, 5)', 'Tensor<[2, 3]>'],
  ['zeros([2, 8]).slice(-1, -3)', 'Tensor<[2, 3]>'],
  ['zeros([batch, 8]).slice(0, 2, 5)', 'Tensor<[3, 8]>'],
  ['zeros([batch, 8]).slice(1, size)', 'Tensor<["batch", number]>'],
  ['zeros([2, 8]).slice(1, 0, 8, { step: 2 })', 'Tensor<[2, number]>'],
  ['zeros([2, 8]).slice(1, -1, 0, { step: -1 })', 'Tensor<[2, number]>'],
  ['zeros([2, 3, 4]).select(1, 0)', 'Tensor<[2, 4]>'],
  ['zeros([2, 3, 4]).unbind(-1)', 'Tensor<[2, 3]>[]'],
  ['zeros([2, 6]).split(2, 1)', 'Tensor<[number, number]>[]'],
  ['zeros([2, 3, 4]).var([0, 2])', 'Tensor<[3]>'],
  ['zeros([2, 3, 4]).norm(-1, { p: 1, keepDims: true })', 'Tensor<[2, 3, 1]>'],
  ['zeros([2, 3]).all()', 'Tensor<[]>'],
  ['zeros([2, 3]).prod(0)', 'Tensor<[3]>'],
  ['zeros([2, 3]).cumprod(0).tril().roll(1, 0).normalize()', 'Tensor<[2, 3]>'],
  ['zeros([2, 3]).layerNorm(3)', 'Tensor<[2, 3]>'],
  ['zeros([2, 3]).flip(0)', 'Tensor<[2, 3]>'],
  ['zeros([2, 3]).pad([[0, 0], [1, 1]])', 'Tensor<[number, number]>'],
  // counting elements
  ['zeros([6, 4]).reshape([2, 3, 4])', 'Tensor<[2, 3, 4]>'],
  ['zeros([6, 4]).reshape([-1, 8])', 'Tensor<[3, 8]>'],
  ['zeros([3, 224, 224]).reshape([-1])', 'Tensor<[150528]>'],
  ['zeros([50257, 768]).flatten()', 'Tensor<[38597376]>'],
  ['zeros([size, 4]).reshape([2, -1])', 'Tensor<[2, number]>'],
  ['zeros([batch, 28, 28]).reshape([-1, 784])', 'Tensor<["batch", 784]>'],
  ['zeros([batch, 4]).reshape([8, -1])', 'Tensor<[8, number]>'],
  ['zeros([0, 4]).reshape([2, -1])', 'Tensor<[2, 0]>'],
  ['zeros([]).flatten()', 'Tensor<[1]>'],
  ['zeros([2, 3, 4]).flatten(1)', 'Tensor<[2, 12]>'],
  ['zeros([2, 3, 4]).flatten(0, 1)', 'Tensor<[6, 4]>'],
  // joining
  ['concat([zeros([2, 4]), zeros([3, 4])])', 'Tensor<[5, 4]>'],
  ['concat([zeros([size, 4]), zeros([3, 4])])', 'Tensor<[number, 4]>'],
  ['concat([zeros([2, 4]), zeros([2, 5])], -1)', 'Tensor<[2, 9]>'],
  ['concat([zeros([1, 2]), unknown])', 'Tensor<[number, number]>'],
  ['stack([zeros([2, 4]), zeros([2, 4])], 1)', 'Tensor<[2, 2, 4]>'],
  // windows
  ['zeros([1, 3, 8, 8]).conv2d(zeros([6, 3, 3, 3]))', 'Tensor<[1, 6, 6, 6]>'],
  ["zeros([1, 3, 8, 9]).conv2d(zeros([6, 3, 3, 3]), { padding: 'same' })", 'Tensor<[1, 6, 8, 9]>'],
  [
    'zeros([1, 4, 8, 8]).conv2d(zeros([6, 2, 3, 3]), { groups: 2, stride: [1, 2] })',
    'Tensor<[1, 6, 6, 3]>',
  ],
  ['zeros([1, 6, 28, 28]).maxPool2d(2)', 'Tensor<[1, 6, 14, 14]>'],
  ['zeros([1, 6, 28, 28]).maxPool2d(3, { stride: 1, padding: 1 })', 'Tensor<[1, 6, 28, 28]>'],
  [
    "zeros([1, 3, 8, 9]).conv2d(zeros([6, 3, 3, 3]), { padding: 'valid', stride: 2 })",
    'Tensor<[1, 6, 3, 4]>',
  ],
  [
    'zeros([1, 3, 8, 9]).conv2d(zeros([6, 3, 3, 3]), { padding: [[1, 0], [0, 2]] })',
    'Tensor<[1, 6, number, number]>',
  ],
  ['zeros([1, 6, 7, 7]).maxPool2d(2, { ceilMode: true })', 'Tensor<[1, 6, number, number]>'],
  ['zeros([1, 6, 7, 7]).avgPool2d(2, { countIncludePad: false })', 'Tensor<[1, 6, 3, 3]>'],
  ['zeros([1, 6, 28, 28]).maxPool2d(2, options)', 'Tensor<[1, 6, number, number]>'],
  ['zeros([1, 6, 28, 28]).maxPool2d([2, 4])', 'Tensor<[1, 6, 14, 7]>'],
  // layers
  ['new Linear(784, 10)', 'Linear<784, 10>'],
  ['new Linear(784, 10).weight', 'Parameter<[10, 784]>'],
  ['new Linear(784, 10).call(zeros([2, 3, 784]))', 'Tensor<[2, 3, 10]>'],
  ['new Linear(784, size).call(zeros([2, 784]))', 'Tensor<[2, number]>'],
  ['new Linear(784, 10).call(unknown)', 'Tensor<any>'],
  ['new Conv2d(3, 6, 5).weight', 'Parameter<[6, 3, 5, 5]>'],
  ['new Conv2d(3, 6, [5, 3], { stride: 2 }).call(zeros([1, 3, 9, 9]))', 'Tensor<[1, 6, 3, 4]>'],
  ['new Flatten().call(zeros([2, 3, 4]))', 'Tensor<[2, 12]>'],
  ['new AvgPool2d(2).call(zeros([batch, 3, 4, 4]))', 'Tensor<["batch", 3, 2, 2]>'],
  ['new Mlp().call(zeros([16, 784]))', 'Tensor<[16, 256]>'],
  ['new Mlp().call(unknown)', 'Tensor<any>'],
  ['new Square().call(zeros([2, size]))', 'Tensor<[2]>'],
  ['new LSTM(8, 16).call(zeros([5, batch, 8]))', 'Tensor<[5, "batch", 16]>'],
  ['new GRU(8, 16, { bidirectional: true }).call(zeros([5, 2, 8]))', 'Tensor<[5, 2, 32]>'],
  ['new RNN(8, size).call(zeros([5, 2, 8]))', 'Tensor<[5, 2, number]>'],
  ['new Embedding(100, 16).call(zeros([2, 5], integers))', 'Tensor<[2, 5, 16]>'],
  ['new TransformerEncoderLayer(8, 2).call(zeros([5, 2, 8]))', 'Tensor<[5, 2, 8]>'],
  [
    'new TransformerDecoderLayer(8, 2).call(zeros([5, 2, 8]), zeros([3, 2, 8]))',
    'Tensor<[5, 2, 8]>',
  ],
  ['new Sequential(new Linear(3, 4), new ReLU())', 'Sequential<[Linear<3, 4>, ReLU]>'],
  ['new Sequential(new Mlp(), new Linear(256, 10)).call(zeros([2, 784]))', 'Tensor<[2, 10]>'],
]

/** `[mistake, what is said of it]`, in the words of the run time. */
export const mistakes: readonly (readonly [code: string, sentence: string])[] = [
  ['zeros([2, 3]).add(zeros([4, 3]))', 'add: shapes [2, 3] and [4, 3] do not broadcast'],
  ['zeros([2, 3]).less(zeros([2]))', 'less: shapes [2, 3] and [2] do not broadcast'],
  ['zeros([2, 3]).expand([4, 3])', 'expand: shapes [2, 3] and [4, 3] do not broadcast'],
  ['zeros([2, 3]).expand([1, 3])', 'expand: [2, 3] does not expand to [1, 3]'],
  [
    'zeros([32, 512]).matmul(zeros([256, 10]))',
    'matmul: inner dimensions 512 and 256 differ, [32, 512] x [256, 10]',
  ],
  ['zeros([2, 4, 3]).matmul(zeros([5, 3, 4]))', 'matmul: shapes [2] and [5] do not broadcast'],
  ['zeros([]).matmul(zeros([3]))', 'matmul: the left operand is a scalar, [] x [3]'],
  ['zeros([2, 3]).matmul(zeros([]))', 'matmul: the right operand is a scalar, [2, 3] x []'],
  [
    'crossEntropy(zeros([32, 10]), zeros([16]))',
    'crossEntropy: 32 rows of logits but 16 labels, [32, 10] and [16]',
  ],
  [
    'crossEntropy(zeros([2, 10, 4]), zeros([2, 10]))',
    'crossEntropy: scores [2, 10, 4] take labels [2, 4], got [2, 10]',
  ],
  [
    'crossEntropy(zeros([32, 10]), zeros([32, 1]))',
    'crossEntropy: expects labels [rows], got [32, 1]',
  ],
  [
    'crossEntropy(zeros([32]), zeros([32]))',
    'crossEntropy: expects logits [rows, classes], got [32]',
  ],
  ['zeros([2, 3]).sum(2)', 'sum: axis 2 is out of range for shape [2, 3]'],
  ['zeros([2, 3]).mean(-3)', 'mean: axis -3 is out of range for shape [2, 3]'],
  ['zeros([2, 3]).max([1, -1])', 'max: axes [1, -1] name one axis of [2, 3] twice'],
  ['zeros([2, 3]).any(2)', 'any: axis 2 is out of range for shape [2, 3]'],
  ['zeros([2, 3]).select(-3, 0)', 'select: axis -3 is out of range for shape [2, 3]'],
  ['zeros([2, 3]).transpose(2, 0)', 'transpose: axis 2 is out of range for shape [2, 3]'],
  [
    'zeros([2, 3, 4]).permute([0, 1, 1])',
    'permute: axes [0, 1, 1] are not a permutation of the 3 axes of [2, 3, 4]',
  ],
  ['zeros([2, 3]).squeeze(1)', 'squeeze: axis 1 of [2, 3] has size 3, not 1'],
  ['zeros([2, 3]).unsqueeze(3)', 'unsqueeze: axis 3 is out of range for shape [2, 3, 1]'],
  ['zeros([2, 8]).slice(1, 2, 9)', 'slice: 2 to 9 is out of range for axis 1 of [2, 8]'],
  ['zeros([2, 8]).slice(1, 9)', 'slice: 9 to 8 is out of range for axis 1 of [2, 8]'],
  ['zeros([6, 4]).reshape([5, 5])', 'reshape: [6, 4] has 24 elements, [5, 5] has 25'],
  ['zeros([6, 4]).reshape([-1, 7])', 'reshape: [6, 4] is not divisible into [-1, 7]'],
  ['zeros([6, 4]).reshape([-1, -1])', 'reshape: only one -1 is allowed in [-1, -1]'],
  ['zeros([2, 3]).flatten(2)', 'flatten: axis 2 is out of range for shape [2, 3]'],
  ['zeros([2, 3]).flatten(1, 0)', 'flatten: start axis 1 is after end axis 0 in [2, 3]'],
  ['concat([zeros([2, 3]), zeros([2, 4])])', 'concat: [2, 3] and [2, 4] differ outside axis 0'],
  ['concat([zeros([2, 3]), zeros([3])])', 'concat: [2, 3] and [3] have different ranks'],
  ['stack([zeros([2, 3]), zeros([2, 4])])', 'stack: shapes [2, 3] and [2, 4] differ'],
  [
    'zeros([1, 3, 8, 8]).conv2d(zeros([6, 4, 3, 3]))',
    'conv2d: expects 4 input channels, got 3 in [1, 3, 8, 8]',
  ],
  [
    'zeros([1, 3, 8, 8]).conv2d(zeros([6, 3, 3]))',
    'conv2d: expects a weight [out, in, height, width], got [6, 3, 3]',
  ],
  [
    'zeros([8, 8]).conv2d(zeros([6, 3, 3, 3]))',
    'conv2d: expects [..., channels, height, width], got [8, 8]',
  ],
  [
    'zeros([1, 3, 4, 8]).conv2d(zeros([6, 3, 5, 5]))',
    'conv2d: kernel [5, 5] does not fit into [1, 3, 4, 8]',
  ],
  [
    "zeros([1, 3, 8, 8]).conv2d(zeros([6, 3, 3, 3]), { padding: 'same', stride: 2 })",
    "conv2d: padding 'same' needs stride 1, got [2, 2]",
  ],
  [
    'zeros([1, 4, 8, 8]).conv2d(zeros([6, 1, 3, 3]), { groups: 4 })',
    'conv2d: 6 output channels do not split into 4 groups',
  ],
  ['zeros([8, 8]).maxPool2d(2)', 'maxPool2d: expects [..., channels, height, width], got [8, 8]'],
  ['zeros([1, 1, 2, 8]).maxPool2d(3)', 'maxPool2d: kernel [3, 3] does not fit into [1, 1, 2, 8]'],
  [
    'zeros([1, 1, 8, 8]).maxPool2d(3, { padding: 2 })',
    'maxPool2d: padding 2 is more than half of the kernel [3, 3]',
  ],
  ['new LSTM(8, 16).call(zeros([5, 2, 9]))', 'LSTM: expects 8 input features, got 9 in [5, 2, 9]'],
  [
    'new Linear(256, 10).call(zeros([2, 512]))',
    'Linear: expects 256 input features, got 512 in [2, 512]',
  ],
  [
    'new Conv2d(3, 6, 5).call(zeros([1, 4, 8, 8]))',
    'conv2d: expects 3 input channels, got 4 in [1, 4, 8, 8]',
  ],
  [
    'new MaxPool2d(9).call(zeros([1, 4, 8, 8]))',
    'maxPool2d: kernel [9, 9] does not fit into [1, 4, 8, 8]',
  ],
  [
    'new Sequential(new Conv2d(1, 6, 5), new Flatten(), new Linear(400, 10)).call(zeros([2, 1, 28, 28]))',
    'Linear: expects 400 input features, got 3456 in [2, 3456]',
  ],
]

/** Mistakes that only the compiler can see: before any input, or by a declared name. */
export const foreseen: readonly (readonly [code: string, sentence: string])[] = [
  [
    'new Sequential(new Linear(784, 512), new ReLU(), new Linear(256, 10))',
    'Linear: expects 256 input features, got 512 in [..., 512]',
  ],
  [
    'new Sequential(new Conv2d(1, 6, 5), new Tanh(), new MaxPool2d(2), new Conv2d(8, 16, 5))',
    'conv2d: expects 8 input channels, got 6 in [..., 6, ?, ?]',
  ],
  ['new Mlp().call(zeros([16, 785]))', 'call: expects [batch, 784], got [16, 785]'],
  ['new Mlp().call(zeros([784]))', 'call: expects [batch, 784], got [784]'],
  [
    'new Square().call(zeros([3, 4]))',
    "call: dimension 'n' is 4 and also 3, expects [n, n], got [3, 4]",
  ],
  [
    'zeros([batch, 784]).add(zeros([time, 784]))',
    'add: shapes [batch, 784] and [time, 784] do not broadcast',
  ],
  [
    'zeros([batch, 784]).reshape([batch, 700])',
    'reshape: [batch, 784] has 784 x batch elements, [batch, 700] has 700 x batch',
  ],
]
