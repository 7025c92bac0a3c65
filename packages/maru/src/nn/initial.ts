/** Starting values of parameters, by the names that PyTorch has for them. */
import { ShapeError, ValueError } from '../base/error.ts'
import { expectInteger, type Sizes, sizeOf } from '../base/shape.ts'
import { assign } from '../runtime/realize.ts'
import { full, tensor, zeros as zeroTensor } from '../tensor/create.ts'
import { eye } from '../tensor/grids.ts'
import * as random from '../tensor/random.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { capture, weightsByPath } from './capture.ts'
import type { Module } from './module.ts'

function start(parameter: Parameter, values: Tensor): void {
  assign(parameter.cell, values.cast(parameter.dtype).node)
}

/** One value everywhere. */
export function constant(parameter: Parameter, value: number): void {
  start(parameter, full(parameter.cell.shape, value))
}

/** 0 everywhere, as for constants that are added. */
export function zeros(parameter: Parameter): void {
  constant(parameter, 0)
}

/** 1 everywhere. */
export function ones(parameter: Parameter): void {
  constant(parameter, 1)
}

/** Values that are equally likely everywhere in [low, high). */
export function uniform(
  parameter: Parameter,
  { low = 0, high = 1 }: { readonly low?: number; readonly high?: number } = {},
): void {
  start(parameter, random.uniform(parameter.cell.shape, { low, high }))
}

/** Normally distributed values. */
export function normal(
  parameter: Parameter,
  { mean = 0, std = 1 }: { readonly mean?: number; readonly std?: number } = {},
): void {
  start(parameter, random.normal(parameter.cell.shape, { mean, std }))
}

/** Normally distributed values under the condition that they lie within `low … high`. */
export function truncNormal(
  parameter: Parameter,
  options: Omit<random.TruncatedNormalOptions, 'dtype'> = {},
): void {
  start(parameter, random.truncatedNormal(parameter.cell.shape, options))
}

/** Ones on the diagonal of a matrix: of the weights between states it makes what Le and others call an IRNN. @see Le, Jaitly & Hinton 2015, https://arxiv.org/abs/1504.00941 */
export function identity(parameter: Parameter): void {
  const [rows = 0, columns = 0, ...rest] = parameter.cell.shape
  if (columns === 0 || rest.length > 0) throw wrongAxes('identity', parameter, '[rows, columns]')
  start(parameter, eye(rows, columns))
}

function wrongAxes(layer: string, { cell: { shape } }: Parameter, wanted: string): ShapeError {
  return new ShapeError('layer.axes', { layer, wanted, shape })
}

/** How an activation changes the deviation of what goes through it. */
const gains: {
  readonly linear: number
  readonly sigmoid: number
  readonly tanh: number
  readonly relu: number
  readonly selu: number
} = {
  linear: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
}

export type Nonlinearity = keyof typeof gains

export interface GainOptions {
  /** Factor of the deviation, 1 unless given. */
  readonly gain?: number
}

export interface KaimingOptions {
  /** Whether what goes forward keeps its variance ('fanIn', as unless given), or gradients do ('fanOut'). */
  readonly mode?: 'fanIn' | 'fanOut'
  /** The activation that follows; ReLU unless given. */
  readonly nonlinearity?: Nonlinearity
}

/** Elements of the input that an output sees, and outputs that see an element of the input. */
function fansOf(op: string, parameter: Parameter): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...window] = parameter.cell.shape
  if (outputs === undefined || inputs === undefined) {
    throw wrongAxes(op, parameter, '[out, in, ...]')
  }
  const places = sizeOf(window)
  return { fanIn: Math.max(1, inputs * places), fanOut: Math.max(1, outputs * places) }
}

function even(parameter: Parameter, std: number): void {
  const bound = Math.sqrt(3) * std
  uniform(parameter, { low: -bound, high: bound })
}

function xavierStd(op: string, parameter: Parameter, { gain = 1 }: GainOptions): number {
  const { fanIn, fanOut } = fansOf(op, parameter)
  return gain * Math.sqrt(2 / (fanIn + fanOut))
}

/**
 * Glorot's rule, uniform: variance `gain² · 2 / (fanIn + fanOut)`.
 *
 * @see Glorot & Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html
 */
export function xavierUniform(parameter: Parameter, options: GainOptions = {}): void {
  even(parameter, xavierStd('xavierUniform', parameter, options))
}

/** Glorot's rule, normal: variance `gain² · 2 / (fanIn + fanOut)`. @see xavierUniform */
export function xavierNormal(parameter: Parameter, options: GainOptions = {}): void {
  normal(parameter, { std: xavierStd('xavierNormal', parameter, options) })
}

function kaimingStd(op: string, parameter: Parameter, options: KaimingOptions): number {
  const { mode = 'fanIn', nonlinearity } = options
  const gain = nonlinearity === undefined ? gains.relu : gains[nonlinearity]
  return gain / Math.sqrt(fansOf(op, parameter)[mode])
}

/**
 * He's rule, uniform: variance `gain² / fan`, 2 / fanIn for ReLU.
 *
 * @see He et al. 2015, https://arxiv.org/abs/1502.01852
 */
export function kaimingUniform(parameter: Parameter, options: KaimingOptions = {}): void {
  even(parameter, kaimingStd('kaimingUniform', parameter, options))
}

/** He's rule, normal: variance `gain² / fan`, 2 / fanIn for ReLU. @see kaimingUniform */
export function kaimingNormal(parameter: Parameter, options: KaimingOptions = {}): void {
  normal(parameter, { std: kaimingStd('kaimingNormal', parameter, options) })
}

/** LeCun's rule, uniform: variance `1 / fanIn`. @see LeCun et al. 1998, "Efficient BackProp" */
export function lecunUniform(parameter: Parameter): void {
  even(parameter, kaimingStd('lecunUniform', parameter, { nonlinearity: 'linear' }))
}

/** LeCun's rule, normal: variance `1 / fanIn`, as SELU wants it. @see lecunUniform */
export function lecunNormal(parameter: Parameter): void {
  normal(parameter, { std: kaimingStd('lecunNormal', parameter, { nonlinearity: 'linear' }) })
}

/**
 * A matrix with orthogonal rows or columns, whichever are fewer, of length `gain`: QᵀQ = gain² · 1.
 *
 * @see Saxe, McClelland & Ganguli 2013, https://arxiv.org/abs/1312.6120
 */
export function orthogonal(parameter: Parameter, { gain = 1 }: GainOptions = {}): void {
  const { shape } = parameter.cell
  const { fanIn: columns } = fansOf('orthogonal', parameter)
  const rows = shape[0] ?? 0
  const tall: Sizes = rows < columns ? [columns, rows] : [rows, columns]
  const { q, r } = random.normal(tall).qr()
  // Signs of the diagonal make the distribution uniform.
  const made: Tensor = q.mul(r.diagonal().sign()).mul(gain)
  start(parameter, (rows < columns ? made.transpose() : made).reshape(shape))
}

/**
 * Normally distributed values, of which a share is 0 in each column.
 *
 * @throws ValueError for a share outside 0 … 1
 * @see Martens 2010, "Deep learning via Hessian-free optimization", ICML
 */
export function sparse(
  parameter: Parameter,
  { sparsity, std = 0.01 }: { readonly sparsity: number; readonly std?: number },
): void {
  if (!(sparsity >= 0 && sparsity <= 1)) {
    const fields = { op: 'sparse', name: 'sparsity', low: 0, high: 1 }
    throw new ValueError('value.range', { ...fields, got: sparsity })
  }
  const { shape } = parameter.cell
  const [rows = 0] = shape
  if (shape.length !== 2) throw wrongAxes('sparse', parameter, '[rows, columns]')
  const ranks: Tensor = random.uniform(shape).argsort(0).argsort(0)
  const values = random.normal(shape, { std })
  start(parameter, ranks.less(Math.ceil(sparsity * rows)).where(0, values))
}

/**
 * Kernels of a transposed convolution that resizes bilinearly, each channel for itself: with stride f, kernel
 * 2f − f mod 2 and padding ⌈(f − 1) / 2⌉ it makes maps f times as large.
 *
 * @see Long, Shelhamer & Darrell 2015, https://arxiv.org/abs/1411.4038
 */
export function bilinear(parameter: Parameter): void {
  const { shape } = parameter.cell
  const [first = 0, second = 0, ...window] = shape
  if (window.length !== 2)
    throw wrongAxes('bilinear', parameter, '[in, out / groups, height, width]')
  const kernel = window.map(tent).reduce((rows, columns) => rows.unsqueeze(1).mul(columns))
  const pairs: Tensor = second === 1 ? full([first, 1], 1) : eye(first, second)
  start(parameter, pairs.reshape([first, second, 1, 1]).mul(kernel))
}

/** 1 in the middle, falling to 0 just beyond both ends. */
function tent(size: number): Tensor {
  const factor = Math.ceil(size / 2)
  const middle = size % 2 === 1 ? factor - 1 : factor - 0.5
  const heights = Array.from({ length: size }, (_, i) => 1 - Math.abs(i - middle) / factor)
  return tensor(heights)
}

export interface LsuvOptions {
  /** How far the variance may be from 1, 0.1 unless given. */
  readonly tolerance?: number
  /** Times that a layer is looked at, at most; 10 unless given. */
  readonly rounds?: number
}

/**
 * Layer-sequential unit variance: every layer with a weight starts orthogonal, and is then scaled, in the order of
 * application, until what it makes of the given batch has variance 1.
 *
 * @throws ShapeError when the input does not fit the model
 * @see Mishkin & Matas 2015, https://arxiv.org/abs/1511.06422
 * @example await init.lsuv(model, batch)
 */
export async function lsuv(
  model: Module,
  x: Tensor,
  { tolerance = 0.1, rounds = 10 }: LsuvOptions = {},
): Promise<void> {
  expectInteger('lsuv', 'rounds', rounds, 1)
  const weights = weightsByPath(model)
  const names = [...weights.keys()]
  const { maps } = capture(model, names)(x)
  for (const weight of weights.values()) orthogonal(weight)
  for (const name of maps.keys()) {
    const weight = weights.get(name)
    for (let round = 0; weight && round < rounds; round++) {
      const made = capture(model, [name])(x).maps.get(name) ?? zeroTensor([0])
      const variance = await made.var(undefined, { correction: 0 }).item()
      if (Math.abs(variance - 1) <= tolerance || !(variance > 0)) break
      const old: Tensor = weight
      start(weight, old.div(Math.sqrt(variance)))
    }
  }
}
