/**
 * Random calls with the shape that they must give, by rules in plain JavaScript which share nothing
 * with the types. `shape` is null where the call is a mistake.
 */

/** One call, as code that both the compiler and the run time take. */
export interface Call {
  readonly code: string
  readonly shape: readonly number[] | null
}

type Shape = readonly number[]

/** Integers from a linear congruential generator: the same calls for a seed, everywhere. */
class Source {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** 0 to limit - 1. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) & 0x7fffffff
    return (this.#state >>> 8) % limit
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  dim(): number {
    return this.pick([
      1, 1, 2, 3, 4, 5, 7, 8, 12, 16, 28, 32, 64, 96, 100, 127, 224, 512, 768, 1000,
    ])
  }

  /** A shape of low to high axes. */
  shape(low: number, high: number): number[] {
    return Array.from({ length: low + this.below(high - low + 1) }, () => this.dim())
  }

  /** An axis of the shape, counted from either end; at times just outside. */
  axis(ndim: number): number {
    return this.below(ndim + 2) - this.pick([0, ndim])
  }

  shuffled(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0]
    }
    return order
  }
}

const show = (sizes: Shape): string => `[${sizes.join(', ')}]`
const zeros = (shape: Shape): string => `zeros(${show(shape)})`
const product = (shape: Shape): number => shape.reduce((size, dim) => size * dim, 1)

/** The axis counted from the front, or null. */
function locate(axis: number, ndim: number): number | null {
  const fixed = axis < 0 ? axis + ndim : axis
  return fixed >= 0 && fixed < ndim ? fixed : null
}

function broadcast(a: Shape, b: Shape): number[] | null {
  const out: number[] = []
  for (let i = 1; i <= Math.max(a.length, b.length); i++) {
    const x = a[a.length - i] ?? 1
    const y = b[b.length - i] ?? 1
    if (x !== y && x !== 1 && y !== 1) return null
    out.unshift(x === 1 ? y : x)
  }
  return out
}

function elementwise(source: Source): Call {
  const a = source.shape(1, 4)
  const b = a.slice(source.below(a.length)).map((dim) => (source.chance(67) ? dim : 1))
  if (source.chance(25)) b[source.below(b.length)] = source.dim()
  const op = source.pick(['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'less'])
  return { code: `${zeros(a)}.${op}(${zeros(b)})`, shape: broadcast(a, b) }
}

function matmul(source: Source): Call {
  const [m, k, n] = [source.dim(), source.dim(), source.dim()]
  const inner = source.chance(75) ? k : source.dim()
  const batch = source.shape(0, 2)
  const other = source.chance(67) ? batch.slice(source.below(batch.length + 1)) : source.shape(0, 1)
  const left = source.chance(15) ? [k] : [...batch, m, k]
  const right = source.chance(15) ? [inner] : [...other, inner, n]
  const common = broadcast(left.slice(0, -2), right.slice(0, -2))
  const rows = left.length > 1 ? [m] : []
  const columns = right.length > 1 ? [n] : []
  const shape = k === inner && common ? [...common, ...rows, ...columns] : null
  return { code: `${zeros(left)}.matmul(${zeros(right)})`, shape }
}

function reshape(source: Source): Call {
  const from = source.shape(1, 4)
  const size = product(from)
  const to = source.pick<() => number[]>([
    () => [source.pick([2, 3, 4, 7, 8, 16, 100]), -1],
    () => [...from].reverse(),
    () => [source.pick([1, 2, 4]), -1, from[0] ?? 1],
    () => [size],
    () => [size, 1, source.dim()],
    () => [-1, 2, -1],
  ])()
  const known = product(to.filter((dim) => dim !== -1))
  const holes = to.filter((dim) => dim === -1).length
  const filled = to.map((dim) => (dim === -1 ? size / known : dim))
  const good = holes === 0 ? known === size : holes === 1 && size % known === 0
  return { code: `${zeros(from)}.reshape(${show(to)})`, shape: good ? filled : null }
}

function expand(source: Source): Call {
  const from = source.shape(0, 3).map((dim) => (source.chance(50) ? 1 : dim))
  const to = [...source.shape(0, 2), ...from].map((dim, i, all) =>
    i >= all.length - from.length && (dim === 1 || source.chance(10)) ? source.dim() : dim,
  )
  if (source.chance(10)) to.shift()
  const good = show(broadcast(from, to) ?? []) === show(to)
  return { code: `${zeros(from)}.expand(${show(to)})`, shape: good ? to : null }
}

function reduce(source: Source): Call {
  const from = source.shape(1, 4)
  const op = source.pick(['sum', 'mean', 'max', 'min', 'argmax'])
  const axes = Array.from({ length: op === 'argmax' ? 1 : 1 + source.below(2) }, () =>
    source.axis(from.length),
  )
  const found = axes.map((axis) => locate(axis, from.length))
  const good = !found.includes(null) && new Set(found).size === found.length
  const keep = source.chance(50)
  const shape = keep
    ? from.map((dim, i) => (found.includes(i) ? 1 : dim))
    : from.filter((_, i) => !found.includes(i))
  const axis = axes.length === 1 ? `${axes[0]}` : show(axes)
  const options = keep ? ', { keepDims: true }' : ''
  return { code: `${zeros(from)}.${op}(${axis}${options})`, shape: good ? shape : null }
}

function permute(source: Source): Call {
  const from = source.shape(2, 5)
  const axes = source.shuffled(from.length)
  if (source.chance(15)) axes[0] = axes[1] ?? 0
  if (source.chance(10)) axes.pop()
  const good = axes.length === from.length && new Set(axes).size === from.length
  const shape = axes.map((axis) => from[axis] ?? 0)
  const signed = axes.map((axis) => (source.chance(20) ? axis - from.length : axis))
  return { code: `${zeros(from)}.permute(${show(signed)})`, shape: good ? shape : null }
}

function transpose(source: Source): Call {
  const from = source.shape(2, 4)
  const [a, b] = source.chance(30) ? [-2, -1] : [source.axis(from.length), source.axis(from.length)]
  const [i, j] = [locate(a, from.length), locate(b, from.length)]
  const shape = [...from]
  if (i !== null && j !== null) [shape[i], shape[j]] = [from[j] ?? 0, from[i] ?? 0]
  const args = a === -2 && b === -1 ? '' : `${a}, ${b}`
  return {
    code: `${zeros(from)}.transpose(${args})`,
    shape: i === null || j === null ? null : shape,
  }
}

function flatten(source: Source): Call {
  const from = source.shape(1, 4)
  const [start, end] = [source.axis(from.length), source.pick([-1, source.axis(from.length)])]
  const [i, j] = [locate(start, from.length), locate(end, from.length)]
  const code = `${zeros(from)}.flatten(${start}${end === -1 ? '' : `, ${end}`})`
  if (i === null || j === null || i > j) return { code, shape: null }
  const merged = product(from.slice(i, j + 1))
  return { code, shape: [...from.slice(0, i), merged, ...from.slice(j + 1)] }
}

function slice(source: Source): Call {
  const from = source.shape(1, 3)
  const axis = source.axis(from.length)
  const at = locate(axis, from.length)
  const size = at === null ? 1 : (from[at] ?? 1)
  const start = source.below(size + 1) - source.pick([0, 0, size])
  const end = source.chance(30) ? undefined : source.below(size + 2) - source.pick([0, 0, size])
  const low = start < 0 ? start + size : start
  const high = end === undefined ? size : end < 0 ? end + size : end
  const good = at !== null && low >= 0 && high <= size && high >= low
  const shape = from.map((dim, i) => (i === at ? high - low : dim))
  const bounds = end === undefined ? `${start}` : `${start}, ${end}`
  return { code: `${zeros(from)}.slice(${axis}, ${bounds})`, shape: good ? shape : null }
}

function squeeze(source: Source): Call {
  const from = source.shape(1, 4)
  const axis = source.axis(from.length)
  const at = locate(axis, from.length)
  const good = at !== null && from[at] === 1
  const shape = good ? from.filter((_, i) => i !== at) : null
  return { code: `${zeros(from)}.squeeze(${axis})`, shape }
}

function unsqueeze(source: Source): Call {
  const from = source.shape(0, 4)
  const axis = source.axis(from.length + 1)
  const at = locate(axis, from.length + 1)
  const shape = at === null ? null : [...from.slice(0, at), 1, ...from.slice(at)]
  return { code: `${zeros(from)}.unsqueeze(${axis})`, shape }
}

function concat(source: Source): Call {
  const first = source.shape(1, 3)
  const axis = source.below(first.length)
  const all = Array.from({ length: 1 + source.below(3) }, () =>
    first.map((dim, i) => (i === axis ? source.dim() : dim)),
  )
  const last = all[all.length - 1] ?? []
  if (source.chance(20)) last[source.below(last.length)] = 9999
  if (all.length > 1 && source.chance(10)) last.push(1)
  const alike = (shape: Shape): boolean =>
    shape.length === first.length && shape.every((dim, i) => i === axis || dim === all[0]?.[i])
  const total = all.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0)
  const shape = all.every(alike) ? (all[0] ?? []).map((dim, i) => (i === axis ? total : dim)) : null
  const signed = source.chance(30) ? axis - first.length : axis
  return { code: `concat([${all.map(zeros).join(', ')}], ${signed})`, shape }
}

function stack(source: Source): Call {
  const first = source.shape(0, 3)
  const all = Array.from({ length: 1 + source.below(3) }, () => [...first])
  if (source.chance(20)) all[all.length - 1]?.unshift(3)
  const axis = source.axis(first.length + 1)
  const ndim = all[0]?.length ?? 0
  const at = locate(axis, ndim + 1)
  const alike = all.every((shape) => show(shape) === show(all[0] ?? []))
  const shape = alike && at !== null ? [...(all[0] ?? [])] : null
  shape?.splice(at ?? 0, 0, all.length)
  return { code: `stack([${all.map(zeros).join(', ')}], ${axis})`, shape }
}

/** floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, or null when negative. */
function windows(size: number, kernel: number, stride: number, padding: number, dilation: number) {
  const room = size + 2 * padding - dilation * (kernel - 1) - 1
  return room < 0 ? null : Math.floor(room / stride) + 1
}

interface Slide {
  readonly text: string
  readonly stride: readonly [number, number] | null
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
}

function slide(source: Source): Slide {
  const option = (name: string, values: readonly [number, ...number[]], standard: number) => {
    if (source.chance(40)) return { text: [], pair: [standard, standard] as const }
    const pair = [source.pick(values), source.pick(values)] as const
    if (source.chance(70))
      return { text: [`${name}: ${pair[0]}`], pair: [pair[0], pair[0]] as const }
    return { text: [`${name}: ${show(pair)}`], pair }
  }
  const stride = option('stride', [1, 2, 3, 4], 0)
  const padding = option('padding', [0, 1, 2, 3], 0)
  const dilation = option('dilation', [1, 2, 3], 1)
  const parts = [...stride.text, ...padding.text, ...dilation.text]
  return {
    text: parts.length > 0 ? `, { ${parts.join(', ')} }` : '',
    stride: stride.text.length > 0 ? stride.pair : null,
    padding: padding.pair,
    dilation: dilation.pair,
  }
}

function slideOver(
  from: Shape,
  out: number,
  kernel: readonly [number, number],
  stride: readonly [number, number],
  { padding, dilation }: Slide,
): number[] | null {
  const sides = ([0, 1] as const).map((i) =>
    windows(from.at(i - 2) ?? 0, kernel[i], stride[i], padding[i], dilation[i]),
  )
  const [h, w] = sides
  return h == null || w == null ? null : [...from.slice(0, -3), out, h, w]
}

function conv2d(source: Source): Call {
  const channels = source.pick([1, 3, 6])
  const from = [1 + source.below(4), channels, 1 + source.below(60), 1 + source.below(256)]
  const kernel = [source.pick([1, 2, 3, 5, 7, 11]), source.pick([1, 3, 5])] as const
  const expected = source.chance(85) ? channels : source.dim()
  const sliding = slide(source)
  const fits = slideOver(from, 8, kernel, sliding.stride ?? [1, 1], sliding)
  const shape = expected === channels ? fits : null
  const code = source.chance(50)
    ? `${zeros(from)}.conv2d(${zeros([8, expected, ...kernel])}${sliding.text})`
    : `new Conv2d(${expected}, 8, ${show(kernel)}${sliding.text}).call(${zeros(from)})`
  return { code, shape }
}

function groupedConv2d(source: Source): Call {
  const groups = source.pick([1, 2, 3, 4])
  const channels = source.pick([2, 4, 6, 12])
  const out = source.pick([4, 6, 12])
  const from = [2, channels, 8, 9]
  const good = channels % groups === 0 && out % groups === 0
  const same = source.chance(50)
  const padding = same ? `, padding: 'same'` : ''
  const code = `new Conv2d(${channels}, ${out}, 3, { groups: ${groups}${padding} }).call(${zeros(from)})`
  return { code, shape: good ? [2, out, same ? 8 : 6, same ? 9 : 7] : null }
}

function pool2d(source: Source): Call {
  const from = [2, source.dim(), 1 + source.below(60), 1 + source.below(60)]
  const side = source.pick([1, 2, 3, 5])
  const sliding = slide(source)
  const stride = sliding.stride ?? [side, side]
  const slid = slideOver(from, from[1] ?? 0, [side, side], stride, sliding)
  const shape = sliding.padding.every((width) => width <= side / 2) ? slid : null
  const code = source.chance(50)
    ? `${zeros(from)}.maxPool2d(${side}${sliding.text})`
    : `new MaxPool2d(${side}${sliding.text}).call(${zeros(from)})`
  return { code, shape }
}

function linear(source: Source): Call {
  const from = source.shape(1, 3)
  const [features, out] = [source.chance(80) ? (from.at(-1) ?? 1) : source.dim(), source.dim()]
  const shape = features === from.at(-1) ? [...from.slice(0, -1), out] : null
  return { code: `new Linear(${features}, ${out}).call(${zeros(from)})`, shape }
}

function crossEntropy(source: Source): Call {
  const logits = source.chance(90) ? [source.dim(), source.dim()] : source.shape(1, 3)
  const places = logits.toSpliced(1, 1)
  const labels = source.chance(80) ? places : source.shape(1, 2)
  const good = logits.length >= 2 && labels.join() === places.join()
  const integers = `zeros(${show(labels)}, { dtype: 'int32' })`
  return { code: `crossEntropy(${zeros(logits)}, ${integers})`, shape: good ? [] : null }
}

const kinds = [
  elementwise,
  matmul,
  reshape,
  expand,
  reduce,
  permute,
  transpose,
  flatten,
  slice,
  squeeze,
  unsqueeze,
  concat,
  stack,
  conv2d,
  groupedConv2d,
  pool2d,
  linear,
  crossEntropy,
]

/** Calls of every kind, `rounds` of each. */
export function calls(seed: number, rounds: number): Call[] {
  const source = new Source(seed)
  return Array.from({ length: rounds }, () => kinds.map((kind) => kind(source))).flat()
}

/** An operation on integer types, and the type that it must be. */
export interface Sum {
  readonly type: string
  readonly result: string
}

/** Sums, differences, products, quotients and comparisons of integers of up to 8 digits. */
export function sums(seed: number, rounds: number): Sum[] {
  const source = new Source(seed)
  const integer = (): number => source.below(10 ** (1 + source.below(8)))
  return Array.from({ length: rounds }, () => {
    const [a, b] = [integer(), source.chance(10) ? 0 : integer()]
    const divided = b === 0 ? '[number, number]' : `[${Math.floor(a / b)}, ${a % b}]`
    return [
      { type: `Add<${a}, ${b}>`, result: `${a + b}` },
      { type: `Sub<${a}, ${b}>`, result: a < b ? 'never' : `${a - b}` },
      { type: `Mul<${a}, ${b}>`, result: exact(BigInt(a) * BigInt(b)) },
      { type: `DivMod<${a}, ${b}>`, result: divided },
      { type: `Less<${a}, ${b}>`, result: `${a < b}` },
    ]
  }).flat()
}

/** An integer as a type: beyond 2^53 the literal may not be exact, and the type is `number`. */
function exact(value: bigint): string {
  return BigInt(Number(value)) === value ? `${value}` : 'number'
}
