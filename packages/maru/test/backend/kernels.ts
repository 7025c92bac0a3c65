/** Graphs whose kernels are of every kind that the compiler makes, in sizes that leave remainders. */
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import { grad, type Tensor, tensor } from '../../src/index.ts'

export function values(...shape: number[]): Tensor {
  const data = new Float32Array(sizeOf(shape))
  new Stream(7, shape.join()).fill(data, -2, 2)
  return tensor(data, shape)
}

function integers(...shape: number[]): Tensor {
  const stream = new Stream(8, shape.join())
  return tensor(
    Int32Array.from({ length: sizeOf(shape) }, () => stream.bits()),
    shape,
  )
}

function bytes(...shape: number[]): Tensor {
  const stream = new Stream(9, shape.join())
  return tensor(
    Uint8Array.from({ length: sizeOf(shape) }, () => stream.bits()),
    shape,
  )
}

/** Indices, some of which lie outside. */
function places(size: number, ...shape: number[]): Tensor {
  const stream = new Stream(10, shape.join())
  const data = Int32Array.from({ length: sizeOf(shape) }, () => stream.integer(size + 2))
  return tensor(data, shape).sub(1)
}

function gradient(f: (x: Tensor) => Tensor, ...shape: number[]): Tensor {
  const x = values(...shape)
  const [slope] = grad(
    f(x)
      .mul(values(...shape).exp())
      .sum(),
    [x],
  )
  if (!slope) throw new RangeError('no gradient')
  return slope
}

/** A map that others read, and the sums of its columns. */
export function mapWithSums(): Tensor {
  const y = values(400, 171).tanh()
  return y.transpose().matmul(y).add(y.sum(0)) as Tensor
}

/** Rows that are normalised, with sums over rows of what is known there only. */
export function normGradients(): Tensor {
  const [x, weight] = [values(400, 171), values(171)]
  const [dx, dw] = grad(x.layerNorm([171], { weight }).mul(x).sum(), [x, weight])
  if (!dx || !dw) throw new RangeError('no gradient')
  return dx.add(dw) as Tensor
}

const lengths = [1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 23, 24, 31, 32, 33, 47, 48, 63, 100]

/** With the most numbers that are added up, where they are many. */
// biome-ignore format: a table
export const kernels: [name: string, make: () => Tensor, terms?: number][] = [
  ['a long map', () => values(10_001).mul(3).tanh().add(values(10_001).exp())],
  ['a map over rows', () => values(37, 13).transpose().add(values(13, 37))],
  ['a flipped view', () => values(5, 29).flip(1).mul(2)],
  ['a strided view', () => values(7, 90).reshape([7, 30, 3]).slice(2, 1, 2).exp()],
  ['a padded view', () => values(5, 9).pad([[1, 2], [3, 0]]).flip(1).mul(2)],
  ['a broadcast', () => values(7, 1, 19).add(values(5, 1))],
  ['bytes', () => bytes(3, 37).add(bytes(37))],
  ['bytes, gathered', () => bytes(37, 11).transpose().add(bytes(11, 37))],
  ['bytes to floats', () => bytes(3, 37).cast('float32').div(255)],
  ['floats to bytes', () => values(3, 37).mul(200).cast('uint8')],
  ['floats to integers', () => values(3, 37).mul(1e10).cast('int32')],
  ['integers', () => integers(3, 37).mul(integers(37)).maximum(integers(3, 1))],
  ['bools', () => values(3, 37).less(values(37)).not()],
  ['a choice', () => values(3, 37).less(0).where(values(37), values(3, 1).exp())],
  ['a mean', () => values(33, 70).mean()],
  ['a maximum by rows', () => values(33, 70).max(1)],
  ['a fold of a transposed view', () => values(70, 33).transpose().mul(values(33, 70)).sum(1)],
  ['a fold over a far stride', () => values(9, 29, 31).permute([0, 2, 1]).mul(values(9, 31, 29)).sum([1, 2])],
  ['a fold by columns', () => values(70, 9001).sum(0)],
  ['a fold by columns, few', () => values(70, 5).max(0)],
  ['a fold of bytes', () => bytes(5, 77).cast('int32').sum(1)],
  ['an index fold', () => values(17, 23).argmax(1)],
  ['an index fold by columns', () => values(17, 23).argmax(0)],
  ['a softmax', () => values(13, 10).softmax(1)],
  ['a logarithm of a softmax', () => values(13, 77).logSoftmax(1)],
  ['a variance', () => values(13, 77).sub(values(13, 77).mean(1, { keepDims: true })).square().sum(1)],
  ['a softmax along the first axis', () => values(77, 13).softmax(0)],
  ['a softmax of few wide rows', () => values(3, 40_000).softmax(1)],
  ['the gradient of a softmax', () => gradient((x) => x.softmax(1), 29, 45)],
  ['the gradient of a softmax along the first axis', () => gradient((x) => x.softmax(0), 29, 45)],
  ['the gradient of a layer norm', () => gradient((x) => x.layerNorm(37), 29, 37)],
  ['the gradient of a batch norm', () => gradient((x) => x.instanceNorm(), 3, 17, 5, 9)],
  ['a deviation of bytes of a row', () => bytes(29, 45).cast('float32').sub(bytes(29, 45).cast('float32').mean(1, { keepDims: true }))],
  ['a choice kept for a row', () => { const x = values(29, 45).tanh().exp().less(1); return x.where(values(29, 45).tanh().exp().div(x.cast('float32').sum(1, { keepDims: true })), 0) }],
  ['a sum across many rows', () => values(2_004, 37).exp().sum(0)],
  ['a largest across many rows and columns', () => values(1_003, 12, 40).max([0, 1])],
  ['windows that overlap', () => values(2, 3, 9, 11).maxPool2d(3, { stride: 1 })],
  ['windows that meet', () => values(2, 3, 8, 10).maxPool2d(2)],
  ['windows with padding', () => values(2, 3, 9, 11).maxPool2d(3, { stride: 2, padding: 1 })],
  ['rows of a table', () => values(9, 37).take(places(9, 12), { axis: 0 }).add(1)],
  ['elements of rows', () => values(13, 30).take(places(30, 29), { axis: 1 })],
  ['elements of a padded view', () => values(13, 30).pad([[1, 0], [2, 3]]).take(places(35, 29), { axis: 1 }).exp()],
  ['bytes of rows', () => bytes(13, 30).take(places(30, 29), { axis: 1 })],
  ['bools of rows', () => values(13, 30).less(0).take(places(30, 29), { axis: 1 })],
  ['indices of indices', () => values(40).take(places(29, 33).take(places(33, 21)))],
  ['a sum of elements of rows', () => values(13, 30).take(places(30, 45), { axis: 1 }).sum(1)],
  ['a largest of rows of a table', () => values(9, 37).take(places(9, 12), { axis: 0 }).max(0)],
  ['the element at the largest', () => values(9, 37).take(values(37, 9).argmax(1), { axis: 0 }).neg()],
  ['rows added', () => values(9, 37).indexAdd(places(9, 21), values(21, 37).exp(), { axis: 0 })],
  ['elements placed', () => values(9, 37).scatter(places(37, 9, 21), values(9, 21), { axis: 1 })],
  ['bytes multiplied', () => bytes(90).scatter(places(90, 201), bytes(201), { axis: 0, mode: 'mul' })],
  ['the largest of integers', () => integers(9, 37).scatter(places(9, 21, 1).expand([21, 37]), integers(21, 37), { axis: 0, mode: 'max' })],
  ['bools placed', () => values(9, 37).less(0).indexFill(places(9, 5), 1, { axis: 0 })],
  ['a block that moves', () => values(9, 37).dynamicSlice([places(9, 1).reshape([]), 7], { sizes: [4, 19] })],
  ['a block laid over', () => values(9, 37).dynamicUpdate(values(4, 19), [places(9, 1).reshape([]), 7])],
  ['a contraction', () => values(45, 31).matmul(values(31, 61))],
  ['a contraction of odd sizes', () => values(7, 3).matmul(values(3, 5))],
  ['a contraction with a transposed operand', () => values(31, 45).transpose().matmul(values(61, 31).transpose())],
  ['a batched contraction', () => values(7, 10, 6).matmul(values(7, 6, 25))],
  ['a map with the sums of its columns', mapWithSums, 400],
  ['rows that are normalised, with sums of columns', normGradients, 400],
  ['a contraction in blocks of its inner size', () => values(33, 600).matmul(values(600, 70)).mul(0.5), 600],
  ['a contraction in blocks, results as they come', () => values(601, 33).transpose().matmul(values(75, 601).transpose()), 600],
  ['a contraction of few columns, rows where they are', () => values(2, 131, 803).matmul(values(2, 803, 41)), 803],
  ['a contraction of few columns, rows where they are, turned', () => values(803, 131).transpose().matmul(values(803, 57)).relu(), 803],
  ['a contraction of few rows that are computed, columns where they are', () => values(3, 5, 803).mul(0.5).matmul(values(3, 803, 141)).relu(), 803],
  ['a contraction of one row that is computed, the same in every batch', () => values(803).mul(0.5).matmul(values(4, 803, 37)), 803],
  ['a contraction of columns of one vector, rows where they are', () => values(213, 1300).matmul(values(1300, 15)), 1300],
  ['a convolution with a bias', () => values(2, 5, 19, 14).conv2d(values(9, 5, 3, 3), { padding: 1 }).add(values(9, 1, 1)).relu()],
  ['a convolution of wide rows', () => values(2, 6, 9, 32).conv2d(values(40, 6, 3, 3), { padding: [1, 1] })],
  ['a convolution of rows of sixteen', () => values(3, 20, 9, 16).conv2d(values(44, 20, 3, 3), { padding: 1 }).relu(), 180],
  ['a convolution of rows of sixteen over many channels', () => values(2, 130, 4, 16).conv2d(values(12, 130, 3, 3), { padding: 1 }), 1170],
  ["a convolution's gradients", () => { const x = values(3, 20, 10, 16), w = values(24, 20, 3, 3); const [dx, dw] = grad(x.conv2d(w, { padding: 1 }).square().sum(), [x, w]); return dx!.sum([0, 1]).sum(1).add(dw!.sum([0, 1]).sum(1).sum(0)) }, 600],
  ["a strided convolution's gradients", () => { const x = values(2, 17, 11, 11), w = values(18, 17, 3, 3); const [dx, dw] = grad(x.conv2d(w, { stride: 2, padding: 1 }).square().sum(), [x, w]); return dx!.sum([0, 1]).sum(1).add(dw!.sum([0, 1]).sum(1).sum(0)) }, 600],
  ['a contraction of nothing, of an operand that is computed', () => values(5, 3, 0, 7).tanh().matmul(values(7, 7))],
  ['a contraction with no inner size', () => values(4, 0).matmul(values(0, 5))],
  ['a convolution', () => values(3, 2, 8, 9).conv2d(values(5, 2, 3, 3), { padding: 1 })],
  ['a convolution to short rows', () => values(40, 20, 6, 6).conv2d(values(24, 20, 3, 3)), 180],
  ['a convolution to rows of seven', () => values(5, 20, 9, 9).conv2d(values(24, 20, 3, 3)).relu(), 180],
  ['a transposed convolution', () => values(3, 20, 5, 6).convTranspose2d(values(20, 17, 4, 4), { stride: 2, padding: 1 }), 600],
  ['a transposed convolution to few channels', () => values(3, 40, 5, 6).convTranspose2d(values(40, 2, 4, 4), { stride: 2, padding: 1 }), 600],
  ...lengths.map((n): [string, () => Tensor] => [`sums of rows of ${n}`, () => values(5, n).sum(1)]),
  ...lengths.map((n): [string, () => Tensor] => [`maxima of strided rows of ${n}`, () => values(n, 9).transpose().mul(values(9, n)).sum(1)]),
  ...[1, 2, 3, 4, 5, 6, 7].map((m): [string, () => Tensor, number] => [`a contraction of ${m} rows, columns where they are`, () => values(m, 300).mul(0.5).matmul(values(300, 141)).relu(), 300]),
  ...[1, 3, 6].map((m): [string, () => Tensor] => [`a contraction of ${m} rows, results as they come`, () => values(m, 40).matmul(values(40, 205))]),
  ...lengths.map((n): [string, () => Tensor] => [`a contraction of ${n} columns`, () => values(5, n).transpose().matmul(values(5, n))]),
]
