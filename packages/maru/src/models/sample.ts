/** The choice of the next token among scores. */
import { ValueError } from '../base/error.ts'
import * as math from '../base/math.ts'

export interface SampleOptions {
  /** Scores are divided by it: 0 takes the best token, 1 (the default) the model's own distribution. */
  readonly temperature?: number
  /** Only so many of the best tokens. */
  readonly topK?: number
  /** Only the best tokens whose probabilities sum to this. @see Holtzman et al. 2020, https://arxiv.org/abs/1904.09751 */
  readonly topP?: number
}

/** @throws ValueError for settings that leave no distribution */
export function expectSampling({ temperature = 1, topK, topP }: SampleOptions): void {
  const wrong = (name: string, got: number, low: number, high: number): ValueError =>
    new ValueError('value.range', { op: 'sample', name, got, low, high })
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw wrong('temperature', temperature, 0, Number.MAX_VALUE)
  }
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1)) {
    throw wrong('topK', topK, 1, Number.MAX_SAFE_INTEGER)
  }
  if (topP !== undefined && !(topP > 0 && topP <= 1)) throw wrong('topP', topP, 0, 1)
}

/**
 * One token, drawn from the softmax of its scores; ties go to the lower token.
 *
 * @param uniform a number in [0, 1) that decides
 * @throws ValueError for settings out of range, or when no score is a number
 */
export function sample(
  logits: ArrayLike<number>,
  uniform: number,
  options: SampleOptions = {},
): number {
  expectSampling(options)
  const { temperature = 1, topK = logits.length, topP = 1 } = options
  const order = Array.from({ length: logits.length }, (_, token) => token)
    .filter((token) => !Number.isNaN(logits[token] ?? Number.NaN))
    .sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b)
  const [best] = order
  if (best === undefined) throw new ValueError('sample.none', { count: logits.length })
  if (temperature === 0) return best
  const highest = logits[best] ?? 0
  const weights = order
    .slice(0, topK)
    .map((token) => weight(((logits[token] ?? 0) - highest) / temperature))
  const kept = weights.slice(0, nucleus(weights, topP))
  let left = uniform * kept.reduce((sum, each) => sum + each, 0)
  const chosen = kept.findIndex((each) => {
    left -= each
    return left < 0
  })
  return order[chosen] ?? best
}

/** e^x of a score below the highest; infinities that are equal have nothing between them. */
function weight(gap: number): number {
  return Number.isNaN(gap) ? 1 : math.exp(gap)
}

/** How many of the weights, which descend, make up a share of their sum. */
function nucleus(weights: readonly number[], share: number): number {
  const enough = share * weights.reduce((sum, each) => sum + each, 0)
  let sum = 0
  const last = weights.findIndex((each) => {
    sum += each
    return sum >= enough
  })
  return last < 0 ? weights.length : last + 1
}
