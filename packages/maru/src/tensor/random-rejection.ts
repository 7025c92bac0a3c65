/** Random numbers that take as many words as it needs, and random orders: the same bits on every device. */
import { expectOptions } from '../base/argument.ts'
import type { DType } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { broadcast, expectInteger, type Sizes } from '../base/shape.ts'
import { makeNode, type Node } from '../graph/node.ts'
import type { Primitive, Vjp } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import { apply, castNode, floating, literalNode, nodeOf } from './nodes.ts'
import { expectFloat, expectPositive, type RandomOptions, wordsOf } from './random.ts'
import { Tensor } from './tensor.ts'

export interface GammaOptions extends RandomOptions {
  /** Reciprocal of the scale; 1 by default. */
  readonly rate?: number | Tensor
  /** Shape of the result; that of the parameters by default. */
  readonly shape?: readonly number[]
}

/** The smallest normal numbers, below which nothing is drawn, so that logarithms are finite. */
const LEAST: { readonly [D in DType]?: number } = {
  float64: 2.2250738585072014e-308,
  float16: 2 ** -14,
}
const LEAST_OF_OTHERS = 1.1754943508222875e-38

/**
 * Numbers of the gamma distribution, whose density is `xᵃ⁻¹ · e⁻ᵇˣ` for a concentration a and a rate b.
 *
 * Gradients pass to tensors of either: implicitly, the share of smaller numbers staying as it is.
 * A concentration below 0 gives NaN.
 *
 * @shape the parameters' broadcast, or `shape`
 * @dtype that of a tensor of concentrations, float32 for a number
 * @throws ValueError for numbers that are not above 0
 * @see Marsaglia & Tsang 2000, ACM TOMS 26(3), 363-372; Figurnov, Mohamed & Mnih 2018, https://arxiv.org/abs/1805.08498
 * @example gamma(2.5, { shape: [3] })
 */
export function gamma(concentration: number | Tensor, options: GammaOptions = {}): Tensor {
  const { rate = 1, shape, dtype } = expectOptions('gamma', options)
  if (typeof concentration === 'number') expectPositive('gamma', 'concentration', concentration)
  if (typeof rate === 'number') expectPositive('gamma', 'rate', rate)
  const own = parameter('gamma', concentration, dtype)
  const rates: Sizes = typeof rate === 'number' ? [] : nodeOf('gamma', rate).shape
  const parameters = broadcast('gamma', own.shape, rates)
  const [words, spread] = spreadOver('gamma', own, shape ?? parameters)
  const least = LEAST[own.dtype] ?? LEAST_OF_OTHERS
  const rule: Vjp<object> = (g, { inputs: [, , a], output }) => [
    undefined,
    undefined,
    a && g.mul(new Tensor(apply(p.gammaShift, [output.node, a.node], {}))),
  ]
  const drawn = new Tensor(makeNode(p.drawGamma as Primitive, [...words, spread], { least }, rule))
  return rate === 1 ? drawn : drawn.div(rate)
}

export interface PoissonOptions extends RandomOptions {
  /** Shape of the result; that of the rates by default. */
  readonly shape?: readonly number[]
}

/**
 * Counts of the Poisson distribution with the given mean: whole numbers of a floating-point dtype.
 *
 * A rate below 0 gives NaN. There is no gradient.
 *
 * @shape that of the rates, or `shape`
 * @dtype that of a tensor of rates, float32 for a number
 * @throws ValueError for a number below 0
 * @see Hörmann 1993, Insurance: Mathematics and Economics 12, 39-45
 */
export function poisson(rate: number | Tensor, options: PoissonOptions = {}): Tensor {
  const { shape, dtype } = expectOptions('poisson', options)
  if (typeof rate === 'number' && !(rate >= 0)) {
    const fields = { op: 'poisson', name: 'rate', low: 0, high: Number.POSITIVE_INFINITY }
    throw new ValueError('value.range', { ...fields, got: rate })
  }
  const own = parameter('poisson', rate, dtype)
  const [words, spread] = spreadOver('poisson', own, shape ?? own.shape)
  return new Tensor(apply(p.drawPoisson, [...words, spread], {}))
}

/** A parameter as a node of the dtype that is drawn. */
function parameter(op: string, value: number | Tensor, dtype?: DType): Node {
  if (typeof value === 'number') return literalNode(op, value, expectFloat(op, dtype ?? 'float32'))
  const node = floating(nodeOf(op, value))
  return dtype === undefined ? node : castNode(node, expectFloat(op, dtype))
}

/** Two words for each element of a shape, and the parameter there. */
function spreadOver(op: string, node: Node, shape: Sizes): [words: Node[], spread: Node] {
  const words = wordsOf(op, shape)
  return [words.map((word) => word.node), new Tensor(node).expand(shape).node]
}

export interface RandpermOptions {
  /** int32 by default. */
  readonly dtype?: DType
}

/**
 * The numbers 0 … n − 1 in random order, each order as likely as the others: that of 64 random bits for each.
 *
 * @shape [n]
 * @throws ValueError unless n is an integer ≥ 0
 * @example x.take(randperm(x.shape[0]), 0) // rows in random order
 */
export function randperm(n: number, options: RandpermOptions = {}): Tensor {
  const { dtype = 'int32' } = expectOptions('randperm', options)
  const [high, low] = wordsOf('randperm', [expectInteger('randperm', 'n', n, 0)])
  // Stable, so that the second word decides among equal first ones.
  const byLow: Tensor = low.argsort()
  const byBoth: Tensor = high.gather(byLow, { axis: 0 }).argsort()
  return byLow.gather(byBoth, { axis: 0 }).cast(dtype)
}
