/** Random numbers of tensors: their distributions, and when they are the same and when they are not. */
import { beforeEach, describe, expect, test } from 'vitest'
import * as math from '../../src/base/math.ts'
import { Stream, threefry2x32 } from '../../src/base/threefry.ts'
import {
  arange,
  bernoulli,
  categorical,
  compile,
  exponential,
  grad,
  manualSeed,
  normal,
  randint,
  scan,
  type Tensor,
  tensor,
  truncatedNormal,
  uniform,
  useDevice,
  vmap,
  zeros,
} from '../../src/index.ts'
import { withFold } from '../../src/tensor/random.ts'

const COUNT = 20_000

beforeEach(() => {
  useDevice('wasm')
  manualSeed(11)
})

const sorted = async (x: Tensor): Promise<Float64Array> =>
  Float64Array.from(await x.data(), Number).sort()

/** Largest distance between the numbers' distribution and a distribution function (Kolmogorov). */
async function distance(x: Tensor, cumulative: (x: number) => number): Promise<number> {
  const values = await sorted(x)
  return values.reduce((most, value, i) => {
    const at = cumulative(value)
    return Math.max(most, at - i / values.length, (i + 1) / values.length - at)
  }, 0)
}

/** Exceeded by one sample of a thousand. */
const CRITICAL = 1.95 / Math.sqrt(COUNT)

const phi = (x: number): number => 0.5 * math.erfc(-x * Math.SQRT1_2)
const truncated = (x: number): number => (phi(x) - phi(-1)) / (phi(0.5) - phi(-1))

describe.each(['wasm', 'reference'])('on %s, distributed as they should be are', (device) => {
  const rows: Record<string, [() => Tensor, (x: number) => number]> = {
    uniform: [() => uniform([COUNT]), (x) => x],
    'uniform in a range': [() => uniform([COUNT], { low: -3, high: 5 }), (x) => (x + 3) / 8],
    'uniform in float64': [() => uniform([COUNT], { dtype: 'float64' }), (x) => x],
    normal: [() => normal([COUNT]), phi],
    'normal elsewhere': [() => normal([COUNT], { mean: 2, std: 3 }), (x) => phi((x - 2) / 3)],
    truncatedNormal: [() => truncatedNormal([COUNT], { low: -1, high: 0.5 }), truncated],
    exponential: [() => exponential([COUNT], { rate: 2 }), (x) => -math.expm1(-2 * x)],
  }
  test.each(Object.entries(rows))('%s', async (_, [draw, cumulative]) => {
    useDevice(device)
    expect(await distance(draw(), cumulative)).toBeLessThan(CRITICAL)
  })
})

/** How often each class came, less what was expected, in standard deviations. */
function deviations(values: ArrayLike<number>, shares: readonly number[]): number[] {
  const counts = shares.map((_, each) => Array.from(values).filter((v) => v === each).length)
  return counts.map((count, i) => {
    const share = shares[i] ?? 0
    return (count - values.length * share) / Math.sqrt(values.length * share * (1 - share))
  })
}

test('each class comes as often as it should', async () => {
  const logits = tensor([0, 1, 2, -1])
  const shares = [...(await logits.softmax().data())]
  const classes = await categorical(logits, { numSamples: COUNT }).data()
  expect(Math.max(...deviations(classes, shares).map(Math.abs))).toBeLessThan(3.5)
  const heads = await bernoulli(0.3, { shape: [COUNT] }).data()
  expect(Math.max(...deviations(heads, [0.7, 0.3]).map(Math.abs))).toBeLessThan(3.5)
  const dice = await randint([COUNT], { low: 0, high: 6 }).data()
  const fair = Array.from({ length: 6 }, () => 1 / 6)
  expect(Math.max(...deviations(dice, fair).map(Math.abs))).toBeLessThan(3.5)
})

test('neighbours, and the two numbers of a pair, are unrelated', async () => {
  const x = await normal([COUNT]).data()
  const y = await normal([COUNT]).data()
  const correlation = (shift: number, other: ArrayLike<number>): number =>
    Array.from(x).reduce(
      (sum: number, value: number, i: number) => sum + value * (other[(i + shift) % COUNT] ?? 0),
      0,
    ) / COUNT
  for (const value of [correlation(1, x), correlation(2, x), correlation(0, y)]) {
    expect(Math.abs(value)).toBeLessThan(3.5 / Math.sqrt(COUNT))
  }
})

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - (b[i] ?? 0))), 0)
}

const draws: Record<string, () => Tensor> = {
  uniform: () => uniform([3, 50]),
  normal: () => normal([150]),
  randint: () => randint([150], { high: 1000 }),
  bernoulli: () => bernoulli(0.5, { shape: [150] }),
}

describe.each(Object.entries(draws))('%s', (_, draw) => {
  test('is the same after the same seed, and different at every call', async () => {
    const [first, second] = [await draw().data(), await draw().data()]
    expect(first).not.toEqual(second)
    manualSeed(11)
    expect(await draw().data()).toEqual(first)
    manualSeed(12)
    expect(await draw().data()).not.toEqual(first)
  })

  test('has one value, however often it is read or used', async () => {
    const x = draw()
    const twice = await x.mul(2).data()
    const once = await x.data()
    expect(twice).toEqual(once.map((value: number) => 2 * value))
    expect(await x.sub(x).abs().sum().item()).toBe(0)
  })

  test('is new at every replay, and the same replays follow the same seed', async () => {
    const step = compile((x: Tensor) => draw().add(x))
    const run = async (): Promise<string[]> => {
      manualSeed(3)
      const values: string[] = []
      for (let i = 0; i < 3; i++) values.push(String(await (await step(0)).data()))
      return values
    }
    const first = await run()
    expect(new Set(first).size).toBe(3)
    expect(await run()).toEqual(first)
  })

  test('does not depend on the device', async () => {
    const want = await draw().data()
    manualSeed(11)
    useDevice('reference')
    const got = await draw().data()
    expect(farthest(got, want)).toBeLessThan(1e-5)
  })
})

test('a compiled function draws what the same calls outside draw', async () => {
  const outside = [await uniform([4]).data(), await normal([4]).data()]
  manualSeed(11)
  const [a, b] = await compile(() => [uniform([4]), normal([4])] as const)()
  expect([await a.data(), await b.data()]).toEqual(outside)
})

test('under a fold, every index draws other numbers: those of the stream forked there', async () => {
  const under = (index: Tensor): Tensor => withFold(index, () => uniform([4]))
  const { key } = new Stream(11, 'random', 0).fork(5).state()
  const words = [0, 1, 2, 3].map((i) => threefry2x32(key[0], key[1], i, 0)[0])
  const index = arange(6).slice(0, 5).reshape([])
  expect([...(await under(index).data())]).toEqual(
    words.map((word) => (word & 0xffffff) * 2 ** -24),
  )
  const nested = withFold(index, () => under(index))
  expect(await nested.data()).not.toEqual(await under(index).data())
})

test('every turn of a loop, and every example of a batch, draws other numbers', async () => {
  const turns = (): Tensor =>
    scan((sum: Tensor, _: Tensor) => [sum, uniform([3])], zeros([]), zeros([4]))[1] as Tensor
  const examples = (): Tensor => vmap((x: Tensor) => x.add(uniform([3])))(zeros([4, 3]))
  for (const draw of [turns, examples]) {
    const [first, second] = [await draw().data(), await draw().data()]
    expect(new Set([...first, ...second]).size).toBe(24)
    const replayed = compile(draw)
    const [third, fourth] = [await (await replayed()).data(), await (await replayed()).data()]
    expect(new Set([...third, ...fourth]).size).toBe(24)
  }
})

test('a loop keeps the key of the moment when it was recorded', async () => {
  const draw = (): Tensor =>
    scan(
      (sum: Tensor, _: Tensor) => [sum.add(uniform([])), sum],
      zeros([]),
      zeros([4]),
    )[0] as Tensor
  const want = await draw().item()
  manualSeed(11)
  const x = draw()
  manualSeed(12)
  await uniform([2]).data()
  expect(await x.item()).toBe(want)
})

test('gradients pass to the mean and the deviation', async () => {
  const [mean, std] = [tensor([1, 2]), tensor([3, 4])]
  const x = normal([2], { mean, std })
  const [toMean, toStd] = grad(x.sum(), [mean, std])
  expect([...(await toMean!.data())]).toEqual([1, 1])
  const noise = x.sub(mean).div(std)
  const [got, want] = [await toStd!.data(), await noise.data()]
  expect(farthest(got, want)).toBeLessThan(1e-5)
})
