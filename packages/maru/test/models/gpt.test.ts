/** GPT: what it may see, its memory of keys and values, and the choice of tokens. */
import { describe, expect, test } from 'vitest'
import { exp } from '../../src/base/math.ts'
import { Stream } from '../../src/base/threefry.ts'
import { manualSeed, ShapeError, type Tensor, tensor, ValueError, zeros } from '../../src/index.ts'
import { GPT, type SampleOptions, sample } from '../../src/models/index.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'
import { drawn } from './drawn.ts'

const small = { vocabulary: 50, context: 24, width: 32, layers: 2 }
const text = Array.from({ length: 24 }, (_, i) => (i * i * 7 + 3) % 50)
const made = (): Promise<GPT> => drawn(new GPT(small)).then((model) => model.eval() as GPT)

async function logitsOf(model: GPT, ids: readonly number[]): Promise<Float32Array> {
  const logits: Tensor = model.call(tensor(Int32Array.from(ids), [1, ids.length]))
  return logits.data()
}

describe('the network', () => {
  test('no token sees those after it', async () => {
    const model = await made()
    const other = [...text.slice(0, 12), ...text.slice(12).map((id) => (id + 1) % 50)]
    const [one, two] = [await logitsOf(model, text), await logitsOf(model, other)]
    expect(one.slice(0, 12 * 50)).toEqual(two.slice(0, 12 * 50))
    expect(one.slice(12 * 50, 13 * 50)).not.toEqual(two.slice(12 * 50, 13 * 50))
  })

  test('the types of a batch', () => {
    const logits = new GPT(small).call(zeros([2, 8], { dtype: 'int32' }))
    const typed: Tensor<[2, 8, number]> = logits
    expect(typed.shape).toEqual([2, 8, 50])
  })

  test('refuses what does not fit', () => {
    const model = new GPT(small)
    expect(() => model.call(zeros([1, 25], { dtype: 'int32' }))).toThrow(ShapeError)
    expect(() => (model as { forward(x: Tensor): Tensor }).forward(zeros([8]))).toThrow(ShapeError)
    expect(() => new GPT({ vocabulary: 5, width: 10, heads: 4 })).toThrow(ValueError)
  })
})

describe('generation', () => {
  test.each([1, 5, 23])(
    'keys and values of %i tokens at first: equal to a full recompute',
    async (first) => {
      const model = await made()
      const whole = await logitsOf(model, text)
      const next = model.continuation()
      let logits = await next(text.slice(0, first))
      for (let told = first; ; told++) {
        const wanted = whole.slice((told - 1) * 50, told * 50)
        const apart = Math.max(...logits.map((value, i) => Math.abs(value - wanted[i]!)))
        expect(apart).toBeLessThan(1e-5)
        if (told === text.length) break
        logits = await next(text.slice(told, told + 1))
      }
      await expect(next([0])).rejects.toThrow(ValueError)
    },
  )

  test('compiles nothing after the second token', async () => {
    const model = await made()
    const compiled: number[] = []
    for await (const _ of model.generate([1, 2, 3], { tokens: 20 }))
      compiled.push(programsCompiled())
    expect(compiled).toHaveLength(20)
    expect(compiled.at(-1)).toBe(compiled[1])
  })

  test('the seed decides; without temperature it is the best token each time', async () => {
    const model = await made()
    const run = async (seed: number, how: SampleOptions): Promise<number[]> => {
      manualSeed(seed)
      const tokens: number[] = []
      for await (const token of model.generate([4, 9], { tokens: 12, ...how })) tokens.push(token)
      return tokens
    }
    const hot = { temperature: 20 }
    expect(await run(1, hot)).toEqual(await run(1, hot))
    expect(await run(1, hot)).not.toEqual(await run(2, hot))
    const greedy = await run(1, { temperature: 0 })
    expect(await run(2, { temperature: 0 })).toEqual(greedy)
    expect(await run(3, { topK: 1, temperature: 20 })).toEqual(greedy)
    for (const [i, token] of greedy.entries()) {
      const logits = await logitsOf(model, [4, 9, ...greedy.slice(0, i)])
      const last = logits.slice(-50)
      expect(token).toBe(last.indexOf(Math.max(...last)))
    }
  })

  test('a prompt of nothing, or more than the context holds, is refused', async () => {
    const model = await made()
    await expect(model.generate([], { tokens: 1 }).next()).rejects.toThrow(ValueError)
    await expect(model.generate([1], { tokens: 24 }).next()).rejects.toThrow(ValueError)
    await expect(model.generate([1], { tokens: 1, topP: 2 }).next()).rejects.toThrow(ValueError)
  })
})

describe('sample', () => {
  const logits = [Math.log(1), Math.log(6), Math.log(3), Number.NEGATIVE_INFINITY]
  const counts = (options: SampleOptions): number[] => {
    const found = [0, 0, 0, 0]
    for (let i = 0; i < 100; i++) found[sample(logits, (i + 0.5) / 100, options)]!++
    return found
  }

  test.each<[string, SampleOptions, number[]]>([
    ['as the model says', {}, [10, 60, 30, 0]],
    ['the two best', { topK: 2 }, [0, 67, 33, 0]],
    ['the best that make up 0.6', { topP: 0.6 }, [0, 100, 0, 0]],
    ['the best that make up more', { topP: 0.61 }, [0, 67, 33, 0]],
    ['colder', { temperature: 0.5 }, [2, 78, 20, 0]],
    ['the best', { temperature: 0 }, [0, 100, 0, 0]],
    ['more than there are', { topK: 9 }, [10, 60, 30, 0]],
  ])('%s', (_, options, wanted) => {
    expect(counts(options)).toEqual(wanted)
  })

  /** The same, of all tokens in order. */
  function sorted(logits: readonly number[], uniform: number, options: SampleOptions): number {
    const { temperature = 1, topK = logits.length, topP = 1 } = options
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b)
    const top = logits[order[0]!]!
    const weights = order.slice(0, topK).map((token) => exp((logits[token]! - top) / temperature))
    const sumOf = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0)
    const enough = topP * sumOf(weights)
    const last = weights.findIndex((_, i) => sumOf(weights.slice(0, i + 1)) >= enough)
    const kept = last < 0 ? weights : weights.slice(0, last + 1)
    const aim = uniform * sumOf(kept)
    return order[kept.findIndex((_, i) => sumOf(kept.slice(0, i + 1)) > aim)]!
  }

  test('many scores, equal ones among them, are drawn from as if they lay in order', () => {
    const stream = new Stream(5, 'scores')
    for (let n = 0; n < 300; n++) {
      const size = 1 + stream.integer(200)
      const score = () => (stream.uniform() < 0.3 ? 1 : 8 * stream.uniform())
      const logits = Array.from({ length: size }, score)
      const topK = 1 + stream.integer(size)
      const topP = 1 - stream.uniform()
      for (const options of [{}, { topK }, { topP }, { topK, topP, temperature: 0.7 }]) {
        const uniform = stream.uniform()
        expect(sample(logits, uniform, options)).toBe(sorted(logits, uniform, options))
      }
    }
  })

  test('scores that are not numbers are never taken', () => {
    expect(sample([Number.NaN, 1], 0.99)).toBe(1)
    expect(sample([Number.POSITIVE_INFINITY, 1], 0.99)).toBe(0)
    expect(sample([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 0.99)).toBe(1)
    expect(() => sample([Number.NaN], 0.5)).toThrow(ValueError)
    expect(() => sample([], 0.5)).toThrow(ValueError)
  })

  test.each([
    { temperature: -1 },
    { temperature: Number.NaN },
    { topK: 0 },
    { topK: 1.5 },
    { topP: 0 },
  ])('%o is refused', (options) => {
    expect(() => sample([1, 2], 0.5, options)).toThrow(ValueError)
  })
})
