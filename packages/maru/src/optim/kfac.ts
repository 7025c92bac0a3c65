/** K-FAC: natural gradients by a curvature that factors layer by layer. */
import { ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { Conv2d, Linear } from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'
import { cond } from '../tensor/control.ts'
import { concat, ones } from '../tensor/create.ts'
import { grad } from '../tensor/grad.ts'
import { eye } from '../tensor/grids.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Optimizer, type StepOptions } from './optimizer.ts'
import type { OptimizerOptions, Settings } from './settings.ts'

export interface KFACSettings extends Settings {
  /** Share of the last direction that is kept. */
  readonly momentum?: number
  /** Added to the curvature. */
  readonly damping?: number
  /** Share of the mean factors that is kept, once there are many. */
  readonly decay?: number
  /** Updates between two inversions of the factors. */
  readonly every?: number
  /** How far one step may change what the model says: a squared length in the curvature. */
  readonly trust?: number
}
export type KFACOptions = OptimizerOptions<KFACSettings>

export interface KFACStepOptions extends StepOptions {
  /**
   * The mean loss of labels drawn from the model's own predictions, whose curvature is the Fisher
   * information. Without it the loss itself stands for it (the empirical one).
   */
  readonly fisher?: Tensor
}

/** A layer whose curvature factors into that of its inputs and that of its outputs' gradients. */
interface Factored {
  readonly layer:
    | Linear<number, number>
    | Conv2d<number, number, number | readonly [number, number]>
  readonly weight: Parameter
  readonly bias: Parameter | undefined
  /** What it was applied to since the last step. */
  seen: { readonly input: Tensor; readonly output: Tensor }[]
  /** Means of products over the batch that was seen, for the step at hand. */
  factors: { readonly inputs: Tensor; readonly outputs: Tensor } | undefined
}

/** Rows of a matrix up to which it is inverted by elimination, which no backend has kernels for. */
const ELIMINATED = 64
/** Against division by zero. */
const TINY = 1e-30

/**
 * Steps along the natural gradient, with a curvature of one Kronecker product for each linear layer and
 * convolution; other parameters take plain steps.
 *
 *     A = mean(a·aᵀ) over the layer's inputs,  G = mean(g·gᵀ) over the gradients of its outputs
 *     U = (G + √λ/π·I)⁻¹ · ∇W · (A + π·√λ·I)⁻¹,   p ← p − lr · ν · U
 *
 * π balances the two dampings, ν shortens the step to `trust`. Layers are watched as the model is called.
 *
 * @see Martens & Grosse 2015, https://arxiv.org/abs/1503.05671
 * @see Grosse & Martens 2016, https://arxiv.org/abs/1602.01407 (convolutions)
 * @see Ba, Grosse & Martens 2017, https://openreview.net/forum?id=SkkTMpjex (ν)
 * @example
 * const optimizer = new KFAC(model, { lr: 0.1 })
 * await optimizer.step(mseLoss(model.call(x), x))
 */
export class KFAC extends Optimizer<KFACSettings> {
  readonly #layers: readonly Factored[]

  constructor(model: Module, options: KFACOptions = {}) {
    super(model.namedParameters(), {
      lr: 0.1,
      momentum: 0.9,
      damping: 1e-2,
      decay: 0.95,
      every: 10,
      trust: 1e-2,
      ...options,
    })
    this.#layers = [...factoredIn(model)]
    for (const each of this.#layers) {
      each.layer.onCall((input, output) => {
        if (each.layer.training) each.seen.push({ input, output })
      })
    }
  }

  /**
   * One step down the loss of what the model said since the last one.
   *
   * @throws ValueError when the model was not called in training mode
   */
  override step(loss?: Tensor, { fisher = loss, ...options }: KFACStepOptions = {}): Promise<void> {
    const applied = this.#layers.filter(({ seen }) => seen.length > 0)
    if (!fisher || applied.length === 0) throw new ValueError('kfac.unseen', {})
    try {
      const outputs = applied.flatMap(({ seen }) => seen.map(({ output }) => output))
      const gradients = grad(fisher, outputs)
      for (const each of applied) {
        each.factors = factorsOf(each, gradients.splice(0, each.seen.length))
      }
      return super.step(loss, options)
    } finally {
      for (const each of this.#layers) {
        each.seen = []
        each.factors = undefined
      }
    }
  }

  protected override get isElementwise(): boolean {
    return false
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const { momentum } = this.settings(parameter)
    const state = this.state(parameter, 'momentumBuffer')
    const kept: Tensor = state
    const way = this.remember(state, kept.mul(momentum).add(gradient))
    return value.sub(way.mul(this.rate(parameter)))
  }

  protected override condition(
    gradients: readonly Tensor[],
    parameters: readonly Parameter[],
  ): readonly Tensor[] {
    const found = new Map(parameters.map((each, i) => [each, gradients[i]] as const))
    const natural = new Map(found)
    for (const each of this.#layers) {
      const { weight, bias } = each
      const [slope, biasSlope] = [found.get(weight), bias && found.get(bias)]
      if (!slope || (bias && !biasSlope)) continue
      const { way, biasWay } = this.#naturally(each, slope, biasSlope)
      natural.set(weight, way)
      if (bias) natural.set(bias, biasWay)
    }
    const scale = this.#scale(found, natural)
    return parameters.flatMap((each) => {
      const way = natural.get(each)
      return way ? [way.mul(scale.cast(way.dtype))] : []
    })
  }

  /** ν: `min(1, √(trust / (lr²·Σ U·∇W)))`. */
  #scale(found: Directions, natural: Directions): Tensor {
    const [first] = this.parameters
    const terms = this.#layers.flatMap(({ weight, bias }) => {
      return [weight, bias].flatMap((each) => {
        const [slope, way] = [each && found.get(each), each && natural.get(each)]
        return each && slope && way ? [slope.mul(way).sum().mul(this.rate(each).square())] : []
      })
    })
    const length = terms.reduce((sum, each) => sum.add(each), ones([]).mul(TINY))
    const { trust } = this.settings(first as Parameter)
    return length.reciprocal().mul(trust).sqrt().minimum(1)
  }

  /** The directions of a layer's weight and bias. */
  #naturally(
    each: Factored,
    slope: Tensor,
    biasSlope: Tensor | undefined,
  ): { readonly way: Tensor; readonly biasWay: Tensor | undefined } {
    const { shape } = slope.node
    const [rows = 1] = shape
    const columns = sizeOf(shape) / Math.max(1, rows)
    const flat: Tensor = slope.reshape([rows, columns])
    const joint: Tensor = biasSlope ? concat([flat, biasSlope.reshape([rows, 1])], 1) : flat
    const { inputs, outputs } = this.#inverses(each, [rows, columns + (biasSlope ? 1 : 0)])
    const way = outputs.matmul(joint).matmul(inputs)
    const own: Tensor = way.slice(1, 0, columns)
    return {
      way: own.reshape(shape),
      biasWay: biasSlope && way.slice(1, columns).reshape([rows]),
    }
  }

  /** Damped inverses of the mean factors, made anew every so often. */
  #inverses(
    { weight, factors }: Factored,
    [out, ins]: readonly [number, number],
  ): { readonly inputs: Tensor; readonly outputs: Tensor } {
    const { decay, damping, every } = this.settings(weight)
    const kept = this.perStep(weight, 'kept', (step) => Math.min(1 - 1 / step, decay))
    const mean = (name: string, size: number, seen: Tensor | undefined): Tensor => {
      const state = this.state(weight, name, { shape: [size, size] })
      const before: Tensor = state
      return this.remember(state, seen ? before.mul(kept).add(seen.mul(kept.neg().add(1))) : before)
    }
    const inputs = mean('inputFactor', ins, factors?.inputs)
    const outputs = mean('outputFactor', out, factors?.outputs)
    const known = {
      inputs: this.state(weight, 'inputInverse', { shape: [ins, ins] }),
      outputs: this.state(weight, 'outputInverse', { shape: [out, out] }),
    }
    const isDue = this.perStep(weight, 'isDue', (step) => Number((step - 1) % every === 0))
    const next = cond<Inverting, Inverted>(
      isDue.greater(0),
      ({ inputs, outputs }) => inversesOf(inputs, outputs, damping),
      ({ before }) => ({ inputs: before.inputs.mul(1), outputs: before.outputs.mul(1) }),
      { inputs, outputs, before: known },
    )
    return {
      inputs: this.remember(known.inputs, next.inputs),
      outputs: this.remember(known.outputs, next.outputs),
    }
  }
}

type Directions = ReadonlyMap<Parameter, Tensor | undefined>
type Inverted = { readonly inputs: Tensor; readonly outputs: Tensor }
type Inverting = Inverted & { readonly before: Inverted }

function* factoredIn(module: Module): Generator<Factored> {
  const isPlain = module instanceof Conv2d && (module.options.groups ?? 1) === 1
  if (module instanceof Linear || isPlain) {
    const { weight, bias } = module
    yield { layer: module, weight, bias, seen: [], factors: undefined }
  }
  for (const [, child] of module.children()) yield* factoredIn(child)
}

/** Means of products over all rows that a layer has seen. */
function factorsOf(
  { layer, bias, seen }: Factored,
  gradients: readonly Tensor[],
): { readonly inputs: Tensor; readonly outputs: Tensor } {
  const parts = seen.map(({ input }, i) => {
    const slope = gradients[i] as Tensor
    return layer instanceof Linear ? linearRows(input, slope) : patchRows(layer, input, slope)
  })
  const inputs = concat(parts.map(({ input }) => (bias ? withOne(input) : input)))
  const outputs = concat(parts.map(({ output }) => output))
  const examples = parts.reduce((sum, each) => sum + each.examples, 0)
  const [rows = 1] = inputs.node.shape
  // A mean loss has 1/examples of each example's gradient.
  const positions = rows / Math.max(1, examples)
  return {
    inputs: inputs.transpose().matmul(inputs).div(Math.max(1, examples)),
    outputs: outputs
      .transpose()
      .matmul(outputs)
      .mul(examples / positions),
  }
}

interface Rows {
  readonly input: Tensor
  readonly output: Tensor
  readonly examples: number
}

function linearRows(input: Tensor, output: Tensor): Rows {
  const flat = (x: Tensor): Tensor => x.reshape([-1, x.node.shape.at(-1) ?? 1])
  const rows = flat(input)
  return { input: rows, output: flat(output), examples: rows.node.shape[0] ?? 0 }
}

function patchRows(
  { weight, options }: Conv2d<number, number, number | readonly [number, number]>,
  input: Tensor,
  output: Tensor,
): Rows {
  const [, ...window] = weight.node.shape
  const size = sizeOf(window)
  // A convolution with every filter of a single one gives the patches, whatever the padding.
  const single: Tensor = eye(size, size, { dtype: input.dtype }).reshape([size, ...window])
  const patches: Tensor = input.conv2d(single, options)
  const [examples = 1] = patches.node.shape
  const [, channels = 1] = output.node.shape
  const maps: Tensor = output.reshape([examples, channels, -1])
  return {
    input: patches.reshape([examples, size, -1]).transpose().reshape([-1, size]),
    output: maps.transpose().reshape([-1, channels]),
    examples,
  }
}

function withOne(rows: Tensor): Tensor {
  const [count = 0] = rows.node.shape
  return concat([rows, ones([count, 1], { dtype: rows.dtype })], 1)
}

/** Inverses with a damping that is shared between the factors by their mean curvatures. */
function inversesOf(inputs: Tensor, outputs: Tensor, damping: number): Inverted {
  const [a, g] = [meanCurvature(inputs), meanCurvature(outputs)]
  const balance = a.add(TINY).div(g.add(TINY)).sqrt()
  const root = Math.sqrt(damping)
  return {
    inputs: dampedInverse(inputs, balance.mul(root)),
    outputs: dampedInverse(outputs, balance.reciprocal().mul(root)),
  }
}

function meanCurvature(factor: Tensor): Tensor {
  return factor.trace().div(factor.node.shape[0] ?? 1)
}

function dampedInverse(factor: Tensor, damping: Tensor): Tensor {
  const [size = 0] = factor.node.shape
  return positiveInverse(factor.add(eye(size, size, { dtype: factor.dtype }).mul(damping)))
}

/**
 * The inverse of a symmetric positive definite matrix by halves, so that all but small ones are products:
 *
 *     ⎡P  Q⎤⁻¹   ⎡P⁻¹ + W·S⁻¹·Wᵀ  −W·S⁻¹⎤
 *     ⎣Qᵀ R⎦   = ⎣−S⁻¹·Wᵀ          S⁻¹ ⎦    W = P⁻¹·Q,  S = R − Qᵀ·W
 *
 * @see Strassen 1969, https://doi.org/10.1007/BF02165411
 */
function positiveInverse(a: Tensor): Tensor {
  const [size = 0] = a.node.shape
  if (size <= ELIMINATED) return a.inverse()
  const half = Math.ceil(size / 2)
  const part = (row: number, column: number): Tensor =>
    a.slice(0, row * half, row ? size : half).slice(1, column * half, column ? size : half)
  const [p, q, r] = [positiveInverse(part(0, 0)), part(0, 1), part(1, 1)]
  const w = p.matmul(q)
  const s = positiveInverse(r.sub(q.transpose().matmul(w)))
  const ws = w.matmul(s)
  const above = concat([p.add(ws.matmul(w.transpose())), ws.neg()], 1)
  return concat([above, concat([ws.neg().transpose(), s], 1)], 0)
}
