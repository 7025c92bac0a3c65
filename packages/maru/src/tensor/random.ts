/** Random numbers that are computed where the tensors are: the same bits on every device. */
import { expectNumber, expectOptions } from '../base/argument.ts'
import { type DType, dtypes, expectDType, isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import * as math from '../base/math.ts'
import { nextStream } from '../base/seed.ts'
import { checkShape, expectInteger, type Sizes, sizeOf } from '../base/shape.ts'
import type { ToShape } from '../base/types/dim.ts'
import { Slot } from '../graph/cell.ts'
import { makeLeaf, makeLiteral, type Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { beforeRun, willReplay } from '../runtime/trace.ts'
import { apply, floating, nodeOf, reshapeNode } from './nodes.ts'
import { Tensor } from './tensor.ts'

/** The two words of a Threefry key, as scalars. */
type Key = readonly [Node, Node]

/** Upper counter word of derived keys, as in `Stream.fork` of a number; numbers are drawn at 0. */
const FORK = 0x80000000

let folded: readonly Node[] = []

/**
 * Runs `body` so that every draw made in it depends on `index`, too: what repeats a recorded body
 * (a loop, a batch) passes the number of the repetition.
 */
export function withFold<T>(index: Tensor, body: () => T): T {
  const outer = folded
  folded = [...outer, index.node]
  try {
    return body()
  } finally {
    folded = outer
  }
}

/**
 * The key of one call: that of the global seed's next stream. A compiled function takes another
 * stream at every replay.
 */
function nextKey(): Key {
  const words = willReplay() ? replayedWords() : fixedWords()
  return folded.reduce<Key>(
    (key, index) => [block(index, key, 0, FORK), block(index, key, 1, FORK)],
    words,
  )
}

function fixedWords(): Key {
  const [low, high] = nextStream('random').state().key
  return [makeLiteral(p.literal, low | 0, 'int32'), makeLiteral(p.literal, high | 0, 'int32')]
}

function replayedWords(): Key {
  const [low, high] = [new Slot(0), new Slot(0)]
  beforeRun(() => {
    const { key } = nextStream('random').state()
    low.value = key[0] | 0
    high.value = key[1] | 0
    return undefined
  })
  const spec = { shape: [], dtype: 'int32' } as const
  return [
    makeLeaf(p.leaf, { kind: 'slot', slot: low }, spec),
    makeLeaf(p.leaf, { kind: 'slot', slot: high }, spec),
  ]
}

/** A word of the block at each counter. */
function block(counter: Node, key: Key, word: 0 | 1, upper = 0): Node {
  const { shape } = counter
  const spread = key.map((each) => new Tensor(each).expand(shape).node)
  return apply(p.threefry, [counter, ...spread], { word, upper })
}

/** Both words of the block at each position of a shape, as int32. */
export function wordsOf(op: string, shape: Sizes): readonly [Tensor, Tensor] {
  checkShape(op, shape)
  const counter = apply(p.iota, [], { shape: [sizeOf(shape)], axis: 0, dtype: 'int32' })
  const key = nextKey()
  const word = (which: 0 | 1): Tensor => new Tensor(reshapeNode(block(counter, key, which), shape))
  return [word(0), word(1)]
}

/** Numbers in [0, 1) from words: multiples of 2^-24, or 2^-53 for float64, which takes the other word too. */
function fraction(word: Tensor, other: Tensor, dtype: DType): Tensor {
  if (dtype !== 'float64')
    return word
      .bitwiseAnd(0xffffff)
      .cast(dtype)
      .mul(2 ** -24)
  const low = other.cast(dtype)
  const unsigned = low.less(0).where(low.add(2 ** 32), low)
  return word
    .bitwiseAnd(0x1fffff)
    .cast(dtype)
    .mul(2 ** 32)
    .add(unsigned)
    .mul(2 ** -53)
}

/** Numbers in (0, 1] from words, fine near 0, where logarithms are steep. */
function positiveFraction(word: Tensor, dtype: DType): Tensor {
  return word
    .bitwiseAnd(0x7fffffff)
    .cast(dtype)
    .add(0.5)
    .mul(2 ** -31)
}

export function expectFloat(op: string, dtype: DType): DType {
  if (!isFloat(expectDType(op, dtype)))
    throw new DTypeError('dtype.kind', { op, dtype, wanted: 'float' })
  return dtype
}

/** Throws for a number that is not above 0. */
export function expectPositive(op: string, name: string, got: number): void {
  if (!(got > 0)) throw new ValueError('random.positive', { op, name, got })
}

export interface RandomOptions {
  /** Element type, float32 by default. */
  readonly dtype?: DType
}

export interface UniformOptions extends RandomOptions {
  /** 0 by default. */
  readonly low?: number
  /** 1 by default; not itself drawn. */
  readonly high?: number
}

/**
 * Numbers that are equally likely everywhere in [low, high).
 *
 * Random numbers are Threefry blocks of their positions under a key that the global seed and the
 * number of the call decide: the same on every device, whatever else is computed. Within `compile`,
 * every replay draws others.
 *
 * @throws DTypeError for a dtype that is not floating-point
 * @see Salmon and others 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11
 * @example manualSeed(1); await uniform([2]).array() // the same two numbers everywhere
 */
export function uniform<const N extends readonly number[]>(
  shape: N,
  options: UniformOptions = {},
): Tensor<ToShape<N>> {
  const { low = 0, high = 1, dtype = 'float32' } = expectOptions('uniform', options)
  expectNumber('uniform', 'low', low)
  expectNumber('uniform', 'high', high)
  expectFloat('uniform', dtype)
  const [word, other] = wordsOf('uniform', shape)
  const unit = fraction(word, other, dtype)
  if (low === 0 && high === 1) return unit
  const value: Tensor = unit.mul(high - low).add(low)
  // rounding may reach the upper end
  return value.less(high).where(value, low)
}

export interface NormalOptions extends RandomOptions {
  /** 0 by default. */
  readonly mean?: number | Tensor
  /** Standard deviation, 1 by default. */
  readonly std?: number | Tensor
}

/**
 * Normally distributed numbers, at most 6.7 standard deviations from the mean.
 *
 * A tensor of means or deviations is broadcast and passes its gradient.
 *
 * @see Box & Muller 1958, Ann. Math. Stat. 29, 610-611
 */
export function normal<const N extends readonly number[]>(
  shape: N,
  options: NormalOptions = {},
): Tensor<ToShape<N>> {
  const { mean = 0, std = 1, dtype = 'float32' } = expectOptions('normal', options)
  const standard: Tensor = standardNormal('normal', shape, expectFloat('normal', dtype))
  return standard.mul(std).add(mean)
}

function standardNormal(op: string, shape: Sizes, dtype: DType): Tensor {
  const [word, other] = wordsOf(op, shape)
  const radius = positiveFraction(word, dtype).log().mul(-2).sqrt()
  const turn = other
    .bitwiseAnd(0xffffff)
    .cast(dtype)
    .mul(2 * Math.PI * 2 ** -24)
  return radius.mul(turn.cos())
}

export interface TruncatedNormalOptions extends RandomOptions {
  /** 0 by default. */
  readonly mean?: number
  /** Standard deviation before truncation, 1 by default. */
  readonly std?: number
  /** Least value, −2 by default. */
  readonly low?: number
  /** Largest value, 2 by default. */
  readonly high?: number
}

/**
 * Normally distributed numbers under the condition that they lie within `low … high`, by the inverse
 * of the distribution function: `√2 · erfinv(u)`.
 *
 * @throws ValueError unless low < high and std > 0
 */
export function truncatedNormal<const N extends readonly number[]>(
  shape: N,
  options: TruncatedNormalOptions = {},
): Tensor<ToShape<N>> {
  const {
    mean = 0,
    std = 1,
    low = -2,
    high = 2,
    dtype = 'float32',
  } = expectOptions('truncatedNormal', options)
  expectFloat('truncatedNormal', dtype)
  if (!(std > 0 && low < high)) throw new ValueError('random.truncated', { low, high, std })
  const [from, to] = [low, high].map((bound) => math.erf(((bound - mean) / std) * Math.SQRT1_2))
  const [word, other] = wordsOf('truncatedNormal', shape)
  const share = fraction(word, other, dtype)
    .mul((to ?? 1) - (from ?? 0))
    .add(from ?? 0)
  const value: Tensor = share
    .erfinv()
    .mul(Math.SQRT2 * std)
    .add(mean)
  return value.clamp(low, high)
}

export interface ExponentialOptions extends RandomOptions {
  /** Reciprocal of the mean; 1 by default. */
  readonly rate?: number
}

/** Exponentially distributed numbers, `−log(u) / rate`. @throws ValueError unless rate > 0 */
export function exponential<const N extends readonly number[]>(
  shape: N,
  options: ExponentialOptions = {},
): Tensor<ToShape<N>> {
  const { rate = 1, dtype = 'float32' } = expectOptions('exponential', options)
  expectFloat('exponential', dtype)
  expectPositive('exponential', 'rate', rate)
  const [word] = wordsOf('exponential', shape)
  return positiveFraction(word, dtype).log().div(-rate)
}

export interface BernoulliOptions extends RandomOptions {
  /** Shape of the result; that of the probabilities by default. */
  readonly shape?: readonly number[]
}

/**
 * Ones with probability p, else zeros; of dtype `bool` a mask.
 *
 * @shape [...] → the same, or `shape`
 * @throws ValueError for a number outside of 0 … 1
 */
export function bernoulli(probability: number | Tensor, options: BernoulliOptions = {}): Tensor {
  const { shape, dtype = 'float32' } = expectOptions('bernoulli', options)
  if (typeof probability === 'number' && !(probability >= 0 && probability <= 1)) {
    const fields = { op: 'bernoulli', name: 'probability', low: 0, high: 1 }
    throw new ValueError('value.range', { ...fields, got: probability })
  }
  const own: Sizes = typeof probability === 'number' ? [] : nodeOf('bernoulli', probability).shape
  const [word, other] = wordsOf('bernoulli', shape ?? own)
  return fraction(word, other, 'float32').less(probability).cast(dtype)
}

export interface RandintOptions {
  /** Least value; 0 by default. */
  readonly low?: number
  /** One more than the largest value. */
  readonly high: number
  /** int32 by default. */
  readonly dtype?: DType
}

/**
 * Whole numbers from `low` up to, not including, `high`.
 *
 * The remainder of 31 random bits: no value is more likely than another by more than 2^-31.
 *
 * @throws ValueError unless both are integers, and 1 to 2^31 − 1 apart
 */
export function randint<const N extends readonly number[]>(
  shape: N,
  options: RandintOptions,
): Tensor<ToShape<N>> {
  const { low = 0, high, dtype = 'int32' } = expectOptions('randint', options)
  const count = expectInteger(
    'randint',
    'high - low',
    expectNumber('randint', 'high', high) - expectNumber('randint', 'low', low),
    1,
  )
  const { coerce } = dtypes.int32
  if (!Number.isInteger(low) || coerce(low) !== low || coerce(count) !== count) {
    const fields = { op: 'randint', name: 'low', low: -2147483648, high: 2147483647 }
    throw new ValueError('value.range', { ...fields, got: low })
  }
  const [word] = wordsOf('randint', shape)
  const value: Tensor = word.bitwiseAnd(0x7fffffff).fmod(count).add(low)
  return value.cast(dtype)
}

export interface CategoricalOptions {
  /** How many classes to draw for each row; then they are one more axis, at the end. */
  readonly numSamples?: number
}

/**
 * Classes drawn with the probabilities `softmax(logits)` of the last axis, by Gumbel's maximum.
 *
 * @shape [..., C] → [...] or [..., numSamples]
 * @dtype → int32
 * @see Maddison, Tarlow & Minka 2014, https://arxiv.org/abs/1411.0030
 */
export function categorical(logits: Tensor, options: CategoricalOptions = {}): Tensor {
  const { numSamples } = expectOptions('categorical', options)
  const scores: Tensor = new Tensor(floating(nodeOf('categorical', logits)))
  const shape: Sizes = scores.node.shape
  if (shape.length === 0) throw new ShapeError('categorical.scalar', {})
  const count = expectInteger('categorical', 'numSamples', numSamples ?? 1, 0)
  const repeated = [...shape.slice(0, -1), count, ...shape.slice(-1)]
  const [word] = wordsOf('categorical', repeated)
  const noise = positiveFraction(word, scores.dtype).log().neg().log()
  const drawn: Tensor = scores.unsqueeze(-2).sub(noise).argmax(-1)
  return numSamples === undefined ? drawn.squeeze(-1) : drawn
}
