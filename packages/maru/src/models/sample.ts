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
  const best = bestOf(logits)
  if (best < 0) throw new ValueError('sample.none', { count: logits.length })
  if (temperature === 0) return best
  const ranking = new Ranking(logits)
  const most = Math.min(topK, ranking.tokens.length)
  const among = most < ranking.tokens.length ? ranking.first(most) : ranking.tokens
  const weights = new Float64Array(logits.length)
  let sum = 0
  for (const token of among) {
    const weight = weightOf(((logits[token] ?? 0) - (logits[best] ?? 0)) / temperature)
    weights[token] = weight
    sum += weight
  }
  let count = most
  if (topP < 1) {
    const enough = topP * sum
    sum = 0
    for (count = 0; count < most && sum < enough; count++) sum += weights[ranking.at(count)] ?? 0
  }
  let left = uniform * sum
  for (let place = 0; place < count; place++) {
    const token = ranking.at(place)
    left -= weights[token] ?? 0
    if (left < 0) return token
  }
  return best
}

/** The token of the highest score, the lower of equals; -1 if no score is a number. */
function bestOf(logits: ArrayLike<number>): number {
  let best = -1
  for (let token = 0; token < logits.length; token++) {
    const score = logits[token] ?? Number.NaN
    if (best < 0 ? !Number.isNaN(score) : score > (logits[best] ?? 0)) best = token
  }
  return best
}

/** e^x of a score below the highest; infinities that are equal have nothing between them. */
function weightOf(gap: number): number {
  return Number.isNaN(gap) ? 1 : math.exp(gap)
}

/** Tokens whose scores are numbers, in the order of those as far as it is asked for: few are, of many. */
class Ranking {
  /** A heap of tokens that no place is known of, then the others, the best one last. */
  readonly tokens: Int32Array
  readonly #logits: ArrayLike<number>
  #heaped: number

  constructor(logits: ArrayLike<number>) {
    const tokens = new Int32Array(logits.length)
    let count = 0
    for (let token = 0; token < logits.length; token++) {
      if (!Number.isNaN(logits[token])) tokens[count++] = token
    }
    this.tokens = tokens.subarray(0, count)
    this.#logits = logits
    this.#heaped = count
    for (let i = (this.#heaped >> 1) - 1; i >= 0; i--) this.#sink(i)
  }

  /** The best tokens, the best one first. */
  first(count: number): number[] {
    return Array.from({ length: count }, (_, place) => this.at(place))
  }

  /** The token at a place, of which there must be so many. */
  at(place: number): number {
    const { tokens } = this
    const index = tokens.length - 1 - place
    while (this.#heaped > index) this.#take()
    return tokens[index] ?? -1
  }

  /** Brings the heap's best behind it. */
  #take(): void {
    const { tokens } = this
    const last = --this.#heaped
    const best = tokens[0] ?? -1
    tokens[0] = tokens[last] ?? -1
    tokens[last] = best
    this.#sink(0)
  }

  /** Lets a token sink until none below it is better. */
  #sink(from: number): void {
    const { tokens } = this
    const token = tokens[from] ?? -1
    let at = from
    for (let next = 2 * at + 1; next < this.#heaped; next = 2 * at + 1) {
      if (next + 1 < this.#heaped && this.#beats(tokens[next + 1] ?? -1, tokens[next] ?? -1)) next++
      if (!this.#beats(tokens[next] ?? -1, token)) break
      tokens[at] = tokens[next] ?? -1
      at = next
    }
    tokens[at] = token
  }

  /** Whether a token comes before another. */
  #beats(a: number, b: number): boolean {
    const one = this.#logits[a] ?? 0
    const other = this.#logits[b] ?? 0
    return one > other || (one === other && a < b)
  }
}
