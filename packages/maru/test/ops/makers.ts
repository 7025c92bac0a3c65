/** What random graphs are made of: each op with what it does to bounds and errors. */
import { type Sizes, sizeOf } from '../../src/base/shape.ts'
import { arange, concat, stack, type Tensor } from '../../src/index.ts'
import { type Builder, type Made, type Make, ULP, type Value } from './builder.ts'

const float = ({ tensor }: Value): boolean => tensor.dtype === 'float32'
const whole = ({ tensor }: Value): boolean => tensor.dtype === 'int32' || tensor.dtype === 'uint8'
const truth = ({ tensor }: Value): boolean => tensor.dtype === 'bool'

function broadcasts(a: Sizes, b: Sizes): boolean {
  const ndim = Math.min(a.length, b.length)
  for (let i = 1; i <= ndim; i++) {
    const [x, y] = [a[a.length - i], b[b.length - i]]
    if (x !== y && x !== 1 && y !== 1) return false
  }
  return true
}

const sizesOf = ({ tensor }: Value): Sizes => tensor.shape

// Elementwise

/** A function of one float whose error grows by `slope` and adds `ulps` of its largest result. */
function smooth(method: 'tanh' | 'sigmoid' | 'sin' | 'cos' | 'erf' | 'gelu', ulps: number): Make {
  return (_, { name, tensor, bound, error }) => {
    const top = method === 'gelu' ? bound + 1 : 1
    return {
      code: `${name}.${method}()`,
      tensor: tensor[method](),
      bound: top,
      error: 1.2 * error + ulps * ULP * top,
    }
  }
}

/** A function that bends at 0, where an error could choose the side. */
function bent(method: 'relu' | 'abs'): Make {
  return (b, x) => {
    const from = b.whole(x)
    if (!from) return undefined
    const { name, tensor, bound } = from
    return { code: `${name}.${method}()`, tensor: tensor[method](), bound, error: 0 }
  }
}

function partner(b: Builder, x: Value, choice: number, more: number, fits = float): Value {
  const known = b.pick(choice, (y) => fits(y) && broadcasts(sizesOf(x), sizesOf(y)))
  if (known && more % 3 > 0) return b.small(known)
  const shape = sizesOf(x).map((size, axis) => ((choice >> axis) & 1 ? size : 1))
  return b.leaf(more % 2 ? shape : shape.slice(1))
}

const arithmetic: Make = (b, given, [choice, more]) => {
  const x = b.small(given)
  const y = partner(b, x, choice, more)
  const method = (['add', 'sub', 'mul'] as const)[more % 3] ?? 'add'
  const result = { code: `${x.name}.${method}(${y.name})`, tensor: x.tensor[method](y.tensor) }
  const exact = x.error + y.error === 0
  if (method !== 'mul') {
    const bound = x.bound + y.bound
    return { ...result, bound, error: exact ? 0 : x.error + y.error + ULP * bound }
  }
  const bound = x.bound * y.bound
  const error = x.error * y.bound + y.error * x.bound + x.error * y.error + ULP * bound
  return { ...result, bound, error: exact ? 0 : error }
}

const withNumber: Make = (_, { name, tensor, bound, error }, [choice, more]) => {
  const number = (choice % 7) - 3
  const method = (['add', 'mul', 'sub'] as const)[more % 3] ?? 'add'
  const grown = method === 'mul' ? bound * Math.abs(number) : bound + Math.abs(number)
  return {
    code: `${name}.${method}(${number})`,
    tensor: tensor[method](number),
    bound: grown,
    error: error === 0 ? 0 : error * Math.max(1, Math.abs(number)) + ULP * grown,
  }
}

const extreme: Make = (b, given, [choice, more]) => {
  const x = b.whole(given)
  const y = x && b.whole(partner(b, x, choice, more))
  if (!x || !y) return undefined
  const method = more % 2 ? 'maximum' : 'minimum'
  return {
    code: `${x.name}.${method}(${y.name})`,
    tensor: x.tensor[method](y.tensor),
    bound: Math.max(x.bound, y.bound),
    error: 0,
  }
}

const quotient: Make = (b, x, [choice, more]) => {
  const y = b.whole(partner(b, x, choice, more))
  if (!y) return undefined
  const code = `${x.name}.div(${y.name}.abs().add(1))`
  const error = x.error + 2 * ULP * x.bound
  return { code, tensor: x.tensor.div(y.tensor.abs().add(1)), bound: x.bound, error }
}

const exponential: Make = (_, { name, tensor, error }) => ({
  code: `${name}.clamp(-2, 2).exp()`,
  tensor: tensor.clamp(-2, 2).exp(),
  bound: 8,
  error: 8 * (error + 4 * ULP),
})

const root: Make = (_, { name, tensor, bound, error }, [choice]) => {
  const method = choice % 2 ? 'sqrt' : 'log'
  const top = method === 'sqrt' ? Math.sqrt(bound * bound + 1) : bound * bound + 1
  return {
    code: `${name}.square().add(1).${method}()`,
    tensor: tensor.square().add(1)[method](),
    bound: top,
    error: 2 * error + 8 * ULP * (bound * bound + 1),
  }
}

// Other dtypes

const compared: Make = (b, given, [choice, more]) => {
  const x = b.whole(given)
  const y = x && b.whole(partner(b, x, choice, more))
  if (!x || !y) return undefined
  const method = (['less', 'lessEqual', 'equal', 'greater'] as const)[more % 4] ?? 'less'
  return {
    code: `${x.name}.${method}(${y.name})`,
    tensor: x.tensor[method](y.tensor),
    bound: 1,
    error: 0,
  }
}

const chosen: Make = (b, x, [choice, more]) => {
  const shape = sizesOf(x)
  const condition = b.pick(choice, (y) => truth(y) && broadcasts(sizesOf(y), shape))
  const like = (y: Value): boolean =>
    y.tensor.dtype === x.tensor.dtype && sizesOf(y).join() === shape.join()
  const other = b.pick(more, like)
  if (!condition || !other) return undefined
  return {
    code: `${condition.name}.where(${x.name}, ${other.name})`,
    tensor: condition.tensor.where(x.tensor, other.tensor),
    bound: Math.max(x.bound, other.bound),
    error: Math.max(x.error, other.error),
  }
}

const casting: Make = (b, given, [choice]) => {
  const x = b.whole(given)
  if (!x) return undefined
  const to = (['int32', 'bool', 'uint8', 'float32'] as const)[choice % 4] ?? 'int32'
  const bound = to === 'bool' ? 1 : to === 'uint8' ? 255 : x.bound
  return { code: `${x.name}.cast('${to}')`, tensor: x.tensor.cast(to), bound, error: 0 }
}

/** Integer arithmetic, wrapping included; the result comes back as a float. */
const integers: Make = (b, _, [choice, more]) => {
  const x = b.pick(choice, whole)
  if (!x) return undefined
  const { name, tensor } = x
  const factor = tensor.dtype === 'uint8' ? 205 : 123456789
  const steps = [
    { code: `mul(${factor})`, next: tensor.mul(factor) },
    { code: 'neg()', next: tensor.neg() },
    { code: 'add(100)', next: tensor.add(100) },
    { code: 'square().sub(7)', next: tensor.square().sub(7) },
  ]
  const { code, next } = steps[more % steps.length] ?? { code: 'neg()', next: tensor.neg() }
  return { code: `${name}.${code}`, tensor: next, bound: 2 ** 31, error: 0 }
}

const back: Make = (b, _, [choice]) => {
  const x = b.pick(choice, (value) => !float(value))
  if (!x) return undefined
  const from = truth(x)
    ? x
    : b.keep({ ...x, code: `${x.name}.clamp(-9, 9)`, tensor: x.tensor.clamp(-9, 9), bound: 9 })
  const { name, tensor, bound } = from
  return { code: `${name}.cast('float32')`, tensor: tensor.cast('float32'), bound, error: 0 }
}

const counter: Make = (_, { tensor: { size } }) => ({
  code: `arange(${size}).cast('float32')`,
  tensor: arange(size).cast('float32'),
  bound: size,
  error: 0,
})

// Movement

function moved(from: Value, code: string, tensor: Tensor, bound: number = from.bound): Made {
  return { code: `${from.name}.${code}`, tensor, bound, error: from.error }
}

const rearranged: Make = (_, x, [choice, more]) => {
  const { tensor } = x
  const shape = sizesOf(x)
  const axis = choice % Math.max(1, shape.length)
  const size = shape[axis] ?? 1
  switch (more % 6) {
    case 0: {
      const axes = shape.map((_, i) => (i + choice) % shape.length)
      return moved(x, `permute([${axes}])`, tensor.permute(axes))
    }
    case 1: {
      const rest = tensor.size / Math.max(1, size)
      const to =
        tensor.size === 0 || shape.length === 0 ? [-1] : choice % 2 ? [size, rest] : [rest, size]
      return tensor.size === 0 ? undefined : moved(x, `reshape([${to}])`, tensor.reshape(to))
    }
    case 2:
      return shape.length === 0 ? undefined : moved(x, `flip(${axis})`, tensor.flip(axis))
    case 3:
      return moved(x, `unsqueeze(${axis})`, tensor.unsqueeze(axis))
    case 4: {
      const one = shape.indexOf(1)
      return one < 0 ? undefined : moved(x, `squeeze(${one})`, tensor.squeeze(one))
    }
    default:
      return moved(x, 'flatten()', tensor.flatten())
  }
}

const resized: Make = (b, x, [choice, more]) => {
  const { tensor, bound } = x
  const shape = sizesOf(x)
  const axis = choice % Math.max(1, shape.length)
  const size = shape[axis] ?? 1
  switch (more % 4) {
    case 0: {
      if (shape.length === 0) return undefined
      const start = choice % (size + 1)
      const end = start + ((choice >> 3) % (size - start + 1))
      return moved(x, `slice(${axis}, ${start}, ${end})`, tensor.slice(axis, start, end))
    }
    case 1: {
      const value = truth(x) ? 1 : (choice % 3) - 1
      const widths = shape.map((_, i): [number, number] => [
        (choice >> i) & 1,
        (choice >> (i + 1)) & 1,
      ])
      const code = `pad(${JSON.stringify(widths)}, ${value})`
      return moved(x, code, tensor.pad(widths, value), Math.max(bound, 1))
    }
    case 2: {
      const to = [2, ...shape.map((dim) => (dim === 1 ? 3 : dim))]
      return moved(x, `expand([${to}])`, tensor.expand(to))
    }
    default: {
      const other = b.pick(
        choice,
        (y) => y.tensor.dtype === tensor.dtype && sizesOf(y).join() === shape.join(),
      )
      if (!other || !float(x)) return undefined
      const along = shape.length === 0 || choice % 2 === 0
      const parts = `[${x.name}, ${other.name}]`
      return {
        code: along ? `stack(${parts}, 0)` : `concat(${parts}, ${axis})`,
        tensor: along ? stack([tensor, other.tensor], 0) : concat([tensor, other.tensor], axis),
        bound: Math.max(bound, other.bound),
        error: Math.max(x.error, other.error),
      }
    }
  }
}

/** Parts of one value next to others of it: one element is read at one place under many bounds. */
const rejoined: Make = (_, x, [choice, more]) => {
  const { tensor } = x
  const shape = sizesOf(x)
  if (shape.length === 0) return undefined
  const axis = choice % shape.length
  const size = shape[axis] ?? 1
  switch (more % 6) {
    case 0: {
      const step = (choice % 2 ? 1 : -1) * (1 + ((choice >> 2) % 3))
      const start = step > 0 ? choice % (size + 1) : -1
      const code = `slice(${axis}, ${start}, undefined, { step: ${step} })`
      return moved(x, code, tensor.slice(axis, start, undefined, { step }))
    }
    case 1:
      return moved(x, `roll(${choice % 7}, ${axis})`, tensor.roll(choice % 7, axis))
    case 2: {
      if (size < 2) return undefined
      const mode = (['reflect', 'replicate', 'circular'] as const)[choice % 3] ?? 'reflect'
      const widths = shape.map((_, i): [number, number] => (i === axis ? [1, choice % 2] : [0, 0]))
      const code = `pad(${JSON.stringify(widths)}, '${mode}')`
      return moved(x, code, tensor.pad(widths, mode))
    }
    case 3: {
      const k = (choice % 5) - 2
      return shape.length < 2 ? undefined : moved(x, `tril(${k})`, tensor.tril(k))
    }
    case 4: {
      const offset = (choice % 5) - 2
      if (shape.length < 2) return undefined
      return moved(x, `diagonal({ offset: ${offset} })`, tensor.diagonal({ offset }))
    }
    default:
      return moved(x, `repeatInterleave(2, ${axis})`, tensor.repeatInterleave(2, axis))
  }
}

// Folds

function axesOf(x: Value, choice: number): number[] {
  return sizesOf(x).flatMap((_, axis) => ((choice >> axis) & 1 ? [axis] : []))
}

const summed: Make = (b, given, [choice, more]) => {
  const x = b.small(given)
  const axes = axesOf(x, choice)
  const keepDims = more % 2 === 0
  const count = sizeOf(axes.map((axis) => sizesOf(x)[axis] ?? 1))
  const bound = x.bound * Math.max(1, count)
  const rounding = count * ULP * bound
  const options = `[${axes}], { keepDims: ${keepDims} }`
  if (more % 3 || count === 0) {
    const error = x.error === 0 ? 0 : count * x.error + rounding
    return moved({ ...x, error }, `sum(${options})`, x.tensor.sum(axes, { keepDims }), bound)
  }
  const error = x.error + (count + 2) * ULP * x.bound
  return moved({ ...x, error }, `mean(${options})`, x.tensor.mean(axes, { keepDims }))
}

/** A sum of integers or bools, in int32. */
const counted: Make = (b, _, [choice, more]) => {
  const x = b.pick(choice, (value) => !float(value))
  if (!x) return undefined
  const axes = axesOf(x, more)
  return moved(x, `sum([${axes}])`, x.tensor.sum(axes), 2 ** 31)
}

const largest: Make = (b, given, [choice, more]) => {
  const x = b.whole(given)
  if (!x) return undefined
  const axes = axesOf(x, choice)
  if (sizesOf(x).some((size) => size === 0)) return undefined
  const keepDims = more % 2 === 0
  const method = more % 3 ? 'max' : 'min'
  const options = `[${axes}], { keepDims: ${keepDims} }`
  return moved(x, `${method}(${options})`, x.tensor[method](axes, { keepDims }))
}

const located: Make = (b, given, [choice]) => {
  const x = b.whole(given)
  if (!x || x.tensor.size === 0 || x.tensor.ndim === 0) return undefined
  const axis = choice % x.tensor.ndim
  return moved(x, `argmax(${axis})`, x.tensor.argmax(axis), x.tensor.size)
}

const normalised: Make = (b, given, [choice, more]) => {
  const x = b.small(given)
  if (x.tensor.ndim === 0) return undefined
  const axis = choice % x.tensor.ndim
  const count = sizesOf(x)[axis] ?? 1
  if (count === 0) return undefined
  const error = 2 * x.error + (4 * x.bound + 2 * count + 16) * ULP
  const made = { ...x, error }
  const bound = 2 * x.bound + 8
  if (more % 3 === 0) return moved(made, `logSumExp(${axis})`, x.tensor.logSumExp(axis), bound)
  const method = more % 3 === 1 ? 'softmax' : 'logSoftmax'
  return moved(made, `${method}(${axis})`, x.tensor[method](axis), bound)
}

// Products and windows

function product(x: Value, y: Value, count: number): { bound: number; error: number } {
  const bound = Math.max(1, count) * x.bound * y.bound
  if (x.error + y.error === 0) return { bound, error: 0 }
  const each = x.error * y.bound + y.error * x.bound + x.error * y.error
  return { bound, error: count * (each + ULP * bound) }
}

const multiplied: Make = (b, given, [choice, more]) => {
  const x = b.small(given)
  const shape = sizesOf(x)
  const inner = shape.at(-1)
  if (inner === undefined) return undefined
  const fits = (y: Value): boolean =>
    float(y) && sizesOf(y).length <= 2 && sizesOf(y).at(0) === inner
  const known = more % 2 ? b.pick(choice, fits) : undefined
  const y = known ? b.small(known) : b.leaf(more % 4 ? [inner, 1 + (choice % 9)] : [inner])
  if (y.tensor.ndim === 0) return undefined
  const code = `${x.name}.matmul(${y.name})`
  return { code, tensor: x.tensor.matmul(y.tensor), ...product(x, y, inner) }
}

const gram: Make = (b, given) => {
  const x = b.small(given)
  if (x.tensor.ndim < 2) return undefined
  const code = `${x.name}.matmul(${x.name}.transpose())`
  const tensor = x.tensor.matmul(x.tensor.transpose())
  return { code, tensor, ...product(x, x, sizesOf(x).at(-1) ?? 1) }
}

/** A value as a picture: three axes, the last two of size 1 or more. */
function picture(b: Builder, given: Value): Value | undefined {
  let x = b.small(given)
  while (x.tensor.ndim < 3) x = b.keep(moved(x, 'unsqueeze(0)', x.tensor.unsqueeze(0)))
  return x.tensor.ndim > 4 || x.tensor.size === 0 ? undefined : x
}

const convolved: Make = (b, given, [choice, more]) => {
  const x = picture(b, given)
  if (!x) return undefined
  const [channels = 1, height = 1, width = 1] = sizesOf(x).slice(-3)
  const kernel = [1 + (choice % Math.min(3, height)), 1 + (more % Math.min(3, width))] as const
  const groups = more % 3 === 0 ? channels : 1
  const outputs = groups * (1 + (choice % 3))
  const options = {
    stride: 1 + (more % 2),
    padding: [choice % 2, more % 3] as const,
    dilation: 1,
    groups,
  }
  const weight = b.leaf([outputs, channels / groups, ...kernel])
  return {
    code: `${x.name}.conv2d(${weight.name}, ${JSON.stringify(options)})`,
    tensor: x.tensor.conv2d(weight.tensor, options),
    ...product(x, weight, (channels / groups) * kernel[0] * kernel[1]),
  }
}

const pooled: Make = (b, given, [choice, more]) => {
  const method = (['maxPool2d', 'minPool2d', 'avgPool2d'] as const)[more % 3] ?? 'avgPool2d'
  const shaped = picture(b, given)
  const x = shaped && (method === 'avgPool2d' ? shaped : b.whole(shaped))
  if (!x) return undefined
  const [height = 1, width = 1] = sizesOf(x).slice(-2)
  const kernel = [
    1 + (choice % Math.min(3, height)),
    1 + ((choice >> 2) % Math.min(3, width)),
  ] as const
  const options = { stride: 1 + (more % 2), padding: kernel.every((k) => k > 1) ? 1 : 0 }
  const code = `${method}([${kernel}], ${JSON.stringify(options)})`
  const { tensor: t } = x
  const tensor = method === 'avgPool2d' ? t.avgPool2d(kernel, options) : t[method](kernel, options)
  if (method !== 'avgPool2d') return moved(x, code, tensor)
  const error = x.error + (kernel[0] * kernel[1] + 2) * ULP * x.bound
  return moved({ ...x, error }, code, tensor)
}

// Elements at places that are values

function wholeLeaf(b: Builder, shape: Sizes): Value {
  const { name, tensor, bound } = b.leaf(shape)
  return b.keep({ code: `${name}.cast('int32')`, tensor: tensor.cast('int32'), bound, error: 0 })
}

/** Indices into an axis: a value's where one fits, brought within it. */
function indicesFor(b: Builder, choice: number, size: number, shape: Sizes): Value {
  const known = b.pick(
    choice,
    (y) => y.tensor.dtype === 'int32' && y.bound < 2 ** 24 && sizesOf(y).join() === shape.join(),
  )
  const from = known ?? wholeLeaf(b, shape)
  const last = Math.max(0, size - 1)
  const tensor = from.tensor.clamp(0, last)
  return b.keep({ code: `${from.name}.clamp(0, ${last})`, tensor, bound: size, error: 0 })
}

const taken: Make = (b, x, [choice, more]) => {
  const shape = sizesOf(x)
  if (shape.length === 0) return undefined
  const axis = choice % shape.length
  const size = shape[axis] ?? 1
  if (size === 0) return undefined
  if (more % 2) {
    const indices = indicesFor(b, choice, size, more % 3 ? [1 + (more % 7)] : [2, more % 4])
    const code = `take(${indices.name}, { axis: ${axis} })`
    return moved(x, code, x.tensor.take(indices.tensor, { axis }))
  }
  const indices = indicesFor(b, choice, size, shape.with(axis, 1 + (more % 7)))
  const code = `gather(${indices.name}, { axis: ${axis} })`
  return moved(x, code, x.tensor.gather(indices.tensor, { axis }))
}

const scattered: Make = (b, given, [choice, more]) => {
  const x = b.small(given)
  const shape = sizesOf(x)
  if (shape.length === 0) return undefined
  const axis = choice % shape.length
  const count = 1 + (more % 7)
  const indices = indicesFor(b, choice, shape[axis] ?? 1, shape.with(axis, count))
  const like = (y: Value): boolean =>
    float(y) && sizesOf(y).join() === sizesOf(indices).join() && y.bound <= 64
  const values = b.pick(more, like) ?? b.leaf(sizesOf(indices))
  const mode = (['set', 'add', 'add'] as const)[more % 3] ?? 'set'
  const code = `${x.name}.scatter(${indices.name}, ${values.name}, { axis: ${axis}, mode: '${mode}' })`
  const tensor = x.tensor.scatter(indices.tensor, values.tensor, { axis, mode })
  const terms = mode === 'add' ? count : 1
  const bound = mode === 'add' ? x.bound + count * values.bound : Math.max(x.bound, values.bound)
  const exact = x.error + values.error === 0
  const error = exact ? 0 : x.error + terms * (values.error + ULP * bound)
  return { code, tensor, bound, error }
}

const block: Make = (b, x, [choice, more]) => {
  const shape = sizesOf(x)
  const sizes = shape.map((size, axis) => size - (((choice >> axis) & 1) % (size + 1)))
  const starts = shape.map((_, axis) => indicesFor(b, more + axis, 2, []))
  const names = starts.map(({ name }) => name)
  const tensors = starts.map(({ tensor }) => tensor)
  if (more % 2) {
    const code = `dynamicSlice([${names}], { sizes: [${sizes}] })`
    return moved(x, code, x.tensor.dynamicSlice(tensors, { sizes }))
  }
  const like = (y: Value): boolean =>
    y.tensor.dtype === x.tensor.dtype && sizesOf(y).join() === sizes.join()
  const update = b.pick(more, like)
  if (!update) return undefined
  return {
    code: `${x.name}.dynamicUpdate(${update.name}, [${names}])`,
    tensor: x.tensor.dynamicUpdate(update.tensor, tensors),
    bound: Math.max(x.bound, update.bound),
    error: Math.max(x.error, update.error),
  }
}

/** The ops; those that make graphs what they usually are come several times. */
export const makers: readonly Make[] = [
  arithmetic,
  arithmetic,
  arithmetic,
  withNumber,
  extreme,
  quotient,
  exponential,
  root,
  smooth('tanh', 8),
  smooth('sigmoid', 8),
  smooth('sin', 8),
  smooth('cos', 8),
  smooth('erf', 8),
  smooth('gelu', 8),
  bent('relu'),
  bent('abs'),
  compared,
  chosen,
  chosen,
  casting,
  integers,
  back,
  counter,
  rearranged,
  rearranged,
  rearranged,
  resized,
  resized,
  resized,
  rejoined,
  rejoined,
  summed,
  summed,
  counted,
  largest,
  located,
  normalised,
  multiplied,
  multiplied,
  gram,
  convolved,
  pooled,
  taken,
  taken,
  scattered,
  scattered,
  block,
]

/** Ops that know what to do with any dtype. */
export const anyDType: ReadonlySet<Make> = new Set([
  rearranged,
  resized,
  rejoined,
  largest,
  casting,
  chosen,
  taken,
  block,
])
