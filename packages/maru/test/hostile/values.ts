/** What a hostile caller hands over: tensors of awkward shapes, and things that are no tensors. */
import { type DType, dtypes } from '../../src/base/dtype.ts'
import { type Sizes, sizeOf } from '../../src/base/shape.ts'
import type { Stream } from '../../src/base/threefry.ts'
import { Tensor, tensor, zeros } from '../../src/index.ts'
import { inDType } from '../ops/draw.ts'

export function pick<T>(from: Stream, values: readonly [T, ...T[]] | readonly T[]): T {
  return values[from.integer(values.length)] as T
}

/** True once in `n` times. */
export function once(from: Stream, n: number): boolean {
  return from.integer(n) === 0
}

// Tensors

const all = Object.keys(dtypes) as DType[]
const numbers = [0, -0, 1, -1, 0.5, -2.5, 1e-45, 3.5, 1e10, -3e38, 2 ** 31, Number.NaN]
const infinite = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

const small: readonly Sizes[] = [
  [],
  [0],
  [1],
  [3],
  [17],
  [2, 3],
  [3, 2],
  [0, 3],
  [3, 0],
  [1, 1],
  [5, 5],
  [2, 1, 3],
  [2, 0, 3],
  [1, 2, 3, 4],
  [2, 2, 5, 5],
  [0, 0, 0],
  new Array<number>(9).fill(1),
  new Array<number>(33).fill(1),
]

const huge: readonly Sizes[] = [
  [2 ** 31],
  [2 ** 31 - 1],
  [2 ** 32],
  [2 ** 40],
  [65536, 65536],
  [2 ** 26, 2 ** 26],
  [1, 2 ** 33],
  [2 ** 33, 1],
  [0, 2 ** 31],
  [2, 2 ** 20, 2 ** 20],
  [1, 1, 2 ** 17, 2 ** 17],
]

/** How tensors that are not plain values were made, for reports. */
const made = new WeakMap<Tensor, string>()

/** A tensor of some shape and dtype, often like one that was expected, with special values in it. */
export function hostileTensor(from: Stream, like?: Tensor): Tensor {
  const dtype = like && once(from, 2) ? like.dtype : pick(from, all)
  if (once(from, 6)) {
    const shape = pick(from, huge)
    const result: Tensor = zeros(shape, { dtype })
    made.set(result, `zeros([${shape}], { dtype: '${dtype}' })`)
    return result
  }
  const shape = like && once(from, 3) ? nearly(from, like.node.shape) : pick(from, small)
  const data = Array.from({ length: sizeOf(shape) }, () => {
    const value = pick(from, once(from, 4) ? infinite : numbers)
    return once(from, 2) ? inDType(value, dtype) : value
  })
  const result = tensor(data, shape, { dtype })
  if (shape.length < 2 || !once(from, 4)) return result
  const turned = result.transpose()
  made.set(turned, `${show(result)}.transpose()`)
  return turned
}

/** A small shape that differs a little, or not at all. */
function nearly(from: Stream, like: Sizes): Sizes {
  const shape = like.map((size) => Math.min(size, 23))
  if (sizeOf(shape) > 10_000 || once(from, 3)) return shape.map((size) => Math.min(size, 3))
  const axis = from.integer(shape.length + 1)
  const other = pick(from, [0, 1, 2, 7])
  return once(from, 2) ? shape.toSpliced(axis, 1) : shape.toSpliced(axis, from.integer(2), other)
}

// Everything else

const bare: object = Object.create(null)

const garbage: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  2,
  3,
  -1,
  -2,
  0.5,
  -1.5,
  1e9,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 53,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '',
  '0',
  'float32',
  'same',
  'mean',
  10n,
  Symbol('s'),
  [],
  [0],
  [1],
  [-1],
  [0, 0],
  [0, 1],
  [-1, -1],
  [2, 3],
  [0.5],
  [Number.NaN],
  [2 ** 31],
  [2 ** 26, 2 ** 26, 2 ** 26],
  ['0'],
  [null],
  [undefined],
  [[0, 1]],
  [[1, 2], [3]],
  new Array(3),
  {},
  { axis: 0 },
  { dtype: 'float16x' },
  { length: 2 },
  bare,
  () => 1,
  new Date(0),
  new Map(),
  /x/,
  Float32Array.of(1, 2),
  new Uint8Array(0),
  Promise.resolve(1),
]

export function hostileValue(from: Stream): unknown {
  if (once(from, 8)) return hostileTensor(from)
  if (once(from, 12)) return Array.from({ length: from.integer(4) }, () => hostileTensor(from))
  return pick(from, garbage)
}

/** The value changed somewhere, or replaced. */
export function changed(from: Stream, value: unknown): unknown {
  if (once(from, 3)) return hostileValue(from)
  if (typeof value === 'number') return changedNumber(from, value)
  if (value instanceof Tensor) return hostileTensor(from, value)
  if (Array.isArray(value)) return changedList(from, value)
  if (typeof value !== 'object' || value === null) return hostileValue(from)
  const keys = Object.keys(value)
  if (keys.length === 0) return hostileValue(from)
  const key = pick(from, keys)
  const entries = Object.entries(value).filter(([name]) => name !== key)
  const old: unknown = Reflect.get(value, key)
  return Object.fromEntries(once(from, 4) ? entries : [...entries, [key, changed(from, old)]])
}

function changedNumber(from: Stream, value: number): number {
  return pick(from, [
    value + 1,
    value - 1,
    -value,
    -1 - value,
    value + 0.5,
    value * 2 ** 16,
    value + 2 ** 31,
    value + 2 ** 32,
    Number.NaN,
  ])
}

function changedList(from: Stream, list: readonly unknown[]): unknown[] {
  const at = from.integer(Math.max(1, list.length))
  switch (from.integer(5)) {
    case 0:
      return list.toSpliced(at, 1)
    case 1:
      return list.toSpliced(at, 0, list[at])
    case 2:
      return [...list, hostileValue(from)]
    default:
      return list.toSpliced(at, 1, changed(from, list[at]))
  }
}

// Reports

/** The value as a person would write it. */
export function show(value: unknown): string {
  if (value instanceof Tensor) return made.get(value) ?? showTensor(value)
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (Object.is(value, -0)) return '-0'
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}.of(${value})`
  if (Array.isArray(value)) return `[${Array.from(value, show).join(', ')}]`
  if (value === bare) return 'Object.create(null)'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Object.getPrototypeOf(value) !== Object.prototype) return `new ${value.constructor.name}()`
  return `{ ${Object.entries(value).map(([key, each]) => `${key}: ${show(each)}`)} }`
}

function showTensor({ node: { leaf, shape, dtype } }: Tensor): string {
  const host = leaf?.kind === 'data' ? leaf.data.host : undefined
  if (!host) return `a ${dtype} tensor [${shape}]`
  return `tensor([${Array.from(host, show)}], [${shape}], { dtype: '${dtype}' })`
}
