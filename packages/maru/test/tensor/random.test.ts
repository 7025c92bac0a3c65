/** Random numbers of tensors: their distributions, and when they are the same and when they are not. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import * as math from '../../src/base/math.ts'
import { gammaSlope } from '../../src/base/rejection.ts'
import { Stream, threefry2x32 } from '../../src/base/threefry.ts'
import {
  arange,
  bernoulli,
  categorical,
  compile,
  exponential,
  gamma,
  grad,
  manualSeed,
  normal,
  poisson,
  randint,
  randperm,
  scan,
  type Tensor,
  tensor,
  truncatedNormal,
  uniform,
  useDevice,
  vmap,
  whileLoop,
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

/** The share of gamma numbers of rate 1 below x, by its series. */
function gammaShare(a: number, x: number): number {
  let term = math.exp(a * math.log(x) - x - math.lgamma(a + 1))
  let sum = 0
  for (let n = 1; n < 2000; n++) {
    sum += term
    term *= x / (a + n)
  }
  return sum
}

describe.each(['wasm', 'reference'])('on %s, distributed as they should be are', (device) => {
  const rows: Record<string, [() => Tensor, (x: number) => number]> = {
    uniform: [() => uniform([COUNT]), (x) => x],
    'uniform in a range': [() => uniform([COUNT], { low: -3, high: 5 }), (x) => (x + 3) / 8],
    'uniform in float64': [() => uniform([COUNT], { dtype: 'float64' }), (x) => x],
    normal: [() => normal([COUNT]), phi],
    'normal elsewhere': [() => normal([COUNT], { mean: 2, std: 3 }), (x) => phi((x - 2) / 3)],
    truncatedNormal: [() => truncatedNormal([COUNT], { low: -1, high: 0.5 }), truncated],
    'gamma, below 1': [() => gamma(0.4, { shape: [COUNT] }), (x) => gammaShare(0.4, x)],
    gamma: [() => gamma(2.5, { shape: [COUNT], rate: 3 }), (x) => gammaShare(2.5, 3 * x)],
    'gamma, large': [() => gamma(80, { shape: [COUNT] }), (x) => gammaShare(80, x)],
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

test.each([0.7, 6, 10, 37.5])('counts of mean %f come as often as they should', async (mean) => {
  const counts = Array.from(await poisson(mean, { shape: [COUNT] }).data(), Number)
  const most = Math.ceil(mean + 4 * Math.sqrt(mean))
  const share = (k: number): number => math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
  const shares = Array.from({ length: most }, (_, k) => share(k))
  // Rare counts are no normal numbers; of some 40 classes, one beyond 4.2 is seen in one of 900 suites.
  const frequent = deviations(counts, shares).filter((_, k) => share(k) * COUNT >= 20)
  expect(Math.max(...frequent.map(Math.abs))).toBeLessThan(4.2)
  const rare = counts.filter((k) => share(k) * COUNT < 20).length
  expect(rare / COUNT).toBeLessThan(0.01)
})

test('large means have as large a variance', async () => {
  for (const mean of [5e4, 3e13]) {
    const x = await poisson(mean, { shape: [COUNT], dtype: 'float64' }).data()
    const z = Array.from(x, (k) => (Number(k) - mean) / Math.sqrt(mean))
    const average = z.reduce((sum, v) => sum + v, 0) / COUNT
    const spread = z.reduce((sum, v) => sum + v * v, 0) / COUNT
    expect(Math.abs(average)).toBeLessThan(3.5 / Math.sqrt(COUNT))
    expect(Math.abs(spread - 1)).toBeLessThan(3.5 * Math.sqrt(2 / COUNT))
  }
})

test('every order of four comes as often as the others, and every number is there once', async () => {
  const draws = 4800
  const shuffled = vmap((x: Tensor) => randperm(4).add(x.cast('int32')))(zeros([draws]))
  const orders = Array.from(await shuffled.data(), Number)
  const names = ['0', '1', '2', '3']
  const all = names.flatMap((a) =>
    names.flatMap((b) => names.flatMap((c) => names.map((d) => [a, b, c, d]))),
  )
  const known = all.filter((each) => new Set(each).size === 4).map((each) => each.join(''))
  const drawn = Array.from({ length: draws }, (_, i) =>
    known.indexOf(orders.slice(4 * i, 4 * i + 4).join('')),
  )
  const fair = known.map(() => 1 / known.length)
  expect(Math.max(...deviations(drawn, fair).map(Math.abs))).toBeLessThan(3.9)
  const long = await randperm(5000).data()
  expect(new Set(long).size).toBe(5000)
  expect(Math.min(...Array.from(long, Number))).toBe(0)
})

test('gamma numbers move with their shape as they do in PyTorch', async () => {
  const url = new URL('fixtures/gamma-slopes.json', import.meta.url)
  const { entries } = JSON.parse(readFileSync(url, 'utf8'))
  const [{ shapes }, { numbers }, { slopes }] = entries
  // PyTorch's own approximations are within 1e-4.
  shapes.forEach((a: number, i: number) => {
    expect(Math.abs(gammaSlope(a, numbers[i]) / slopes[i] - 1)).toBeLessThan(2e-4)
  })
})

test('gamma numbers move so that the share of smaller ones stays', () => {
  for (const a of [0.2, 1, 3.7, 60]) {
    for (const x of [a / 3, a, 2 * a + 1]) {
      const density = math.exp((a - 1) * math.log(x) - x - math.lgamma(a))
      const step = 1e-5 * a
      const change = (gammaShare(a + step, x) - gammaShare(a - step, x)) / (2 * step)
      expect(Math.abs(gammaSlope(a, x) * density + change)).toBeLessThan(1e-7)
    }
  }
  // Where the two ways meet, and far beyond what is ever drawn.
  for (const a of [0.05, 2, 300]) {
    const x = a + 4 * Math.sqrt(a) + 4
    expect(gammaSlope(a, x * 0.9999999) / gammaSlope(a, x * 1.0000001)).toBeCloseTo(1, 5)
    expect(gammaSlope(a, 50 * x)).toBeLessThan(1e4)
  }
  expect(gammaSlope(99_999, 1e5) / gammaSlope(100_001, 1e5)).toBeCloseTo(1, 4)
})

test('gradients pass to the parameters of gamma numbers', async () => {
  const [a, rate] = [tensor([0.5, 3, 20]), tensor(4)]
  const x = gamma(a, { rate })
  const [toA, toRate] = grad(x.sum(), [a, rate])
  const [values, shapes] = [await x.data(), await a.data()]
  const slopes = [...values].map((v, i) => gammaSlope(Number(shapes[i]), 4 * Number(v)) / 4)
  expect(farthest(Array.from(await toA!.data(), Number), slopes)).toBeLessThan(1e-5)
  const sum = Array.from(values).reduce((total: number, v) => total + Number(v), 0)
  expect(await toRate!.item()).toBeCloseTo(-sum / 4, 4)
  const [none] = grad(poisson(a).sum(), [a])
  expect([...(await none!.data())]).toEqual([0, 0, 0])
})

test('numbers by rejection, and orders, are the same bits on every device', async () => {
  for (const draw of [
    () => gamma(tensor([0.1, 1, 7, 1e6]), { shape: [500, 4] }),
    () => poisson(tensor([0.1, 9, 11, 1e6]), { shape: [500, 4] }),
    () => randperm(2000),
  ]) {
    useDevice('wasm')
    manualSeed(5)
    const want = await draw().data()
    for (const device of ['reference', 'wasm-unfused']) {
      useDevice(device)
      manualSeed(5)
      expect(await draw().data()).toEqual(want)
    }
  }
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
  gamma: () => gamma(2, { shape: [150] }),
  poisson: () => poisson(30, { shape: [150] }),
  randperm: () => randperm(150),
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

test('every turn of a loop until a condition draws other numbers', async () => {
  const draw = (): Tensor => {
    const [, found] = whileLoop(
      ([n]) => n!.less(6),
      ([n, all]) => {
        const row = n!.oneHot(6).cast('float32').unsqueeze(1) as Tensor
        return [n!.add(1), all!.add(row.mul(uniform([3])))]
      },
      [tensor(0, [], { dtype: 'int32' }), zeros([6, 3])] as Tensor[],
    )
    return found as Tensor
  }
  for (const device of ['wasm', 'reference']) {
    useDevice(device)
    const [first, second] = [await draw().data(), await draw().data()]
    expect(new Set([...first, ...second]).size).toBe(36)
    const replayed = compile(draw)
    const [third, fourth] = [await (await replayed()).data(), await (await replayed()).data()]
    expect(new Set([...third, ...fourth]).size).toBe(36)
  }
  // The condition draws with the turn, too: it ends, whatever the first draw was.
  const [turns] = whileLoop(
    () => uniform([]).less(0.9),
    ([n]) => [n!.add(1)],
    [tensor(0)] as Tensor[],
  )
  expect(await turns!.item()).toBeLessThan(200)
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
