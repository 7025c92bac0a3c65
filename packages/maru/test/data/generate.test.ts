import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { MaruError } from '../../src/base/error.ts'
import { versions } from '../../src/data/generate/source.ts'
import type { Dataset } from '../../src/data/index.ts'
import * as data from '../../src/data/index.ts'

const { Stream } = data

/** A fingerprint of everything that is in a value. */
async function hash(value: unknown): Promise<string> {
  const sum = createHash('sha256')
  const absorb = (each: unknown): void => {
    if (ArrayBuffer.isView(each)) {
      sum.update(each.constructor.name)
      sum.update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength))
    } else if (Array.isArray(each)) for (const item of each) absorb(item)
    else if (typeof each === 'object' && each !== null) absorb(Object.entries(each))
    else sum.update(`${typeof each} ${String(each)};`)
  }
  if (typeof value === 'object' && value !== null && 'at' in value && 'length' in value) {
    const set = value as Dataset<unknown>
    if (!ArrayBuffer.isView(set)) {
      for (let i = 0; i < set.length; i++) absorb(await set.at(i))
      return sum.digest('hex').slice(0, 16)
    }
  }
  absorb(value)
  return sum.digest('hex').slice(0, 16)
}

type Make = (count: number, seed: number) => unknown

/** Each generator with what its version makes for seed 1: a new hash is a new version. */
// biome-ignore format: a table
const table: readonly [name: keyof typeof versions | 'typos', version: number, hash: string, make: Make][] = [
  ['logic', 1, 'b5e83a6ace5280be', (n, seed) => data.generateLogic(n, { gate: 'xor', noise: 0.1, seed })],
  ['moons', 1, 'a8750b7e68e38925', (n, seed) => data.generateMoons(n, { seed })],
  ['circles', 1, '940e1bed13c786f9', (n, seed) => data.generateCircles(n, { seed })],
  ['spirals', 1, '51d23a52a4d930db', (n, seed) => data.generateSpirals(n, { arms: 3, seed })],
  ['blobs', 1, '876cfaa3bfe5e4bc', (n, seed) => data.generateBlobs(n, { features: 3, seed })],
  ['ring', 1, '0903c41b9dcd1cf1', (n, seed) => data.generateRing(n, { seed })],
  ['grid', 1, 'c0b49c44faf877c9', (n, seed) => data.generateGrid(n, { seed })],
  ['swissRoll', 1, 'ec93696ca2a60aa1', (n, seed) => data.generateSwissRoll(n, { noise: 0.1, seed })],
  ['adding', 1, '795dbfae4b31fe9b', (n, seed) => data.generateAdding(n, { length: 20, seed })],
  ['temporalOrder', 1, '087f9c1388cbb9db', (n, seed) => data.generateTemporalOrder(n, { length: 30, seed })],
  ['copyMemory', 1, '02c1800a21ef3612', (n, seed) => data.generateCopyMemory(n, { delay: 10, seed })],
  ['parity', 1, '8a972a130664c563', (n, seed) => data.generateParity(n, { length: 9, seed })],
  ['multiSine', 1, '2830f08c22e7d8b5', (n, seed) => data.generateMultiSine(n, { noise: 0.1, seed })],
  ['mackeyGlass', 1, '4e2483a62027afc2', (n, seed) => data.generateMackeyGlass(n, { seed })],
  ['randomWalk', 1, 'f2f77f28e33c70be', (n, seed) => data.generateRandomWalk(n, { seed })],
  ['autoregression', 1, '6995e8fe75059156', (n, seed) => data.generateAutoregression(n, { seed })],
  ['textures', 1, 'b8659cbf0b8e4b66', (n, seed) => data.generateTextures(n, { seed })],
  ['shapes', 2, 'f66ab6accfc4572f', (n, seed) => data.generateShapes(n, { most: 3, seed })],
  ['typos', 1, 'b9fdae6d654178bd', (n, seed) => data.makeTypos('재미있는 영화 great'.repeat(n), { rate: 0.1, random: new Stream(seed) })],
  ['dates', 1, '2163617b394f59b3', (n, seed) => data.generateDates(n, { seed })],
  ['numberWords', 1, 'fad10ea3bdcb6f7b', (n, seed) => data.generateNumberWords(n, { seed })],
]

const SERIES = ['multiSine', 'mackeyGlass', 'randomWalk', 'autoregression']

describe.each(table)('%s, version %i', (name, version, wanted, make) => {
  test('the same for a seed everywhere, another for another seed', async () => {
    expect(await hash(make(24, 1))).toBe(wanted)
    expect(await hash(make(24, 2))).not.toBe(wanted)
    if (name !== 'typos') expect(versions[name]).toBe(version)
  })

  test('a longer one begins with the shorter one', async () => {
    if (name === 'typos') return
    const [short, long] = [make(6, 3), make(11, 3)]
    if (SERIES.includes(name)) {
      expect((long as Float32Array).subarray(0, 6)).toEqual(short)
      return
    }
    for (let i = 0; i < 6; i++) {
      const [a, b] = [short, long].map((set) => (set as Dataset<unknown>).at(i))
      expect(await a).toEqual(await b)
    }
  })

  test('none of them, and no seed, number or length that is none', () => {
    if (name === 'typos') return
    expect((make(0, 1) as { length: number }).length).toBe(0)
    for (const [count, seed] of [
      [-1, 0],
      [0.5, 0],
      [Number.NaN, 0],
      [3, -1],
      [3, 0.5],
      [2 ** 40, 0],
    ] as const) {
      // images that are drawn when they are asked for may be any number
      if (count > 3 && name === 'shapes') continue
      expect(() => make(count, seed)).toThrow(MaruError)
    }
  })
})

test('every generator is in the table', () => {
  const named = table.map(([name]) => name).filter((name) => name !== 'typos')
  expect(named.sort()).toEqual(Object.keys(versions).sort())
})

describe('points', () => {
  const points = (set: Dataset<data.Sample>) =>
    Array.from({ length: set.length }, (_, i) => {
      const { input, label } = set.at(i) as data.Sample
      return { x: input.data[0]!, y: input.data[1]!, label }
    })

  test.each([
    ['and', [0, 0, 0, 1]],
    ['or', [0, 1, 1, 1]],
    ['xor', [0, 1, 1, 0]],
  ] as const)('%s has its truth table', (gate, wanted) => {
    const rows = points(data.generateLogic(4, { gate }))
    expect(rows.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
    expect(rows.map(({ label }) => label)).toEqual(wanted)
  })

  test('without noise every point lies on its curve', () => {
    for (const { x, y, label } of points(data.generateMoons(200, { noise: 0 }))) {
      const [u, v] = label === 0 ? [x, y] : [1 - x, 0.5 - y]
      expect(Math.hypot(u, v)).toBeCloseTo(1, 5)
      expect(v).toBeGreaterThanOrEqual(-1e-6)
    }
    for (const { x, y, label } of points(data.generateCircles(200, { noise: 0, factor: 0.3 }))) {
      expect(Math.hypot(x, y)).toBeCloseTo(label === 0 ? 1 : 0.3, 5)
    }
    for (const { x, y, label } of points(data.generateRing(80, { noise: 0 }))) {
      expect(Math.atan2(y, x)).toBeCloseTo((((label + 3) % 8) - 3) * (Math.PI / 4), 4)
    }
    const places = new Set(
      points(data.generateGrid(50, { noise: 0 })).map(({ x, y }) => `${x} ${y}`),
    )
    expect(places.size).toBe(25)
  })

  test('three arms are turned against each other by a third', () => {
    for (const { x, y, label } of points(data.generateSpirals(300, { arms: 3, noise: 0 }))) {
      const radius = Math.hypot(x, y)
      const turned = Math.atan2(y, x) / (2 * Math.PI) - 1.5 * radius - label / 3
      expect(Math.abs(turned - Math.round(turned))).toBeLessThan(1e-3)
    }
  })

  test('classes take turns; noise has its deviation', () => {
    const set = data.generateBlobs(4000, { classes: 4, noise: 2, seed: 5 })
    expect([...set.labels!.subarray(0, 5)]).toEqual([0, 1, 2, 3, 0])
    const first = points(set).filter(({ label }) => label === 0)
    const mean = first.reduce((sum, { x }) => sum + x, 0) / first.length
    const variance = first.reduce((sum, { x }) => sum + (x - mean) ** 2, 0) / first.length
    expect(Math.sqrt(variance)).toBeCloseTo(2, 0)
  })

  test('[H7.2] blobs with wrong labels in their share', () => {
    const options = { classes: 5, seed: 2 }
    const clean = data.generateBlobs(1000, options)
    const noisy = data.generateBlobs(1000, { ...options, labelNoise: 0.2 })
    const wrong = [...clean.labels!].filter((label, i) => label !== noisy.labels![i])
    expect(wrong).toHaveLength(200)
    expect(noisy.columns.input).toEqual(clean.columns.input)
  })

  test('the Swiss roll tells where along it a point lies', () => {
    const roll = data.generateSwissRoll(50)
    for (let i = 0; i < 50; i++) {
      const { input, label } = roll.at(i)
      expect(Math.hypot(input.data[0]!, input.data[2]!)).toBeCloseTo(label.data[0]!, 4)
    }
  })
})

describe('sequences', () => {
  test('adding: two marks, one in each half, and their sum', () => {
    const set = data.generateAdding(100, { length: 11 })
    let squares = 0
    for (let i = 0; i < 100; i++) {
      const { input, label } = set.at(i)
      const marked = [...Array(11).keys()].filter((t) => input.data[2 * t + 1] === 1)
      expect(marked.map((t) => Number(t >= 5))).toEqual([0, 1])
      const sum = marked.reduce((total, t) => total + input.data[2 * t]!, 0)
      expect(label.data[0]).toBeCloseTo(sum, 6)
      squares += (sum - 1) ** 2
    }
    expect(Math.abs(squares / 100 - 1 / 6)).toBeLessThan(0.06)
  })

  test('temporal order: X and Y where they should be, the class from their order', () => {
    const set = data.generateTemporalOrder(200, { length: 100 })
    for (let i = 0; i < 200; i++) {
      const { input, label } = set.at(i)
      const found = [...input.data.entries()].filter(([, symbol]) => symbol === 4 || symbol === 5)
      expect(found.map(([t]) => Math.floor(t / 10))).toEqual([1, 5])
      expect(found.map(([, symbol]) => 'XY'[symbol - 4]).join('')).toBe(set.classes![label])
      expect([input.data[0], input.data[99]]).toEqual([6, 7])
    }
    expect(new Set(set.labels)).toEqual(new Set([0, 1, 2, 3]))
  })

  test('copy memory: what came first is asked for at the end', () => {
    const { input, label } = data.generateCopyMemory(1, { delay: 5, symbols: 3, kinds: 4 }).at(0)
    expect(input.data).toHaveLength(11)
    expect([...label.data.subarray(8)]).toEqual([...input.data.subarray(0, 3)])
    expect([...input.data.subarray(3)]).toEqual([0, 0, 0, 0, 5, 0, 0, 0])
    expect([...label.data.subarray(0, 8)]).toEqual(new Array(8).fill(0))
  })

  test('parity: the class is that of the number of ones', () => {
    const set = data.generateParity(50, { length: 12 })
    for (let i = 0; i < 50; i++) {
      const { input, label } = set.at(i)
      expect(label).toBe(input.data.reduce((a, b) => a + b, 0) % 2)
    }
    expect(new Set(set.labels).size).toBe(2)
  })

  test('forecasts: stretches and what comes behind them', () => {
    const set = data.forecasts(
      Float32Array.from({ length: 10 }, (_, i) => i),
      { length: 4, horizon: 2, stride: 3 },
    )
    expect(set.length).toBe(2)
    expect(set.at(1).input).toEqual({ data: Float32Array.of(3, 4, 5, 6), shape: [4, 1] })
    expect(set.at(1).label).toEqual({ data: Float32Array.of(7, 8), shape: [2] })
    expect(() => data.forecasts(new Float32Array(3), { length: 3 })).toThrow(MaruError)
  })
})

describe('series', () => {
  test('multi-sine has its periods', () => {
    const one = data.generateMultiSine(100, { periods: [25], amplitudes: [3] })
    for (let t = 0; t < 75; t++) expect(one[t + 25]).toBeCloseTo(one[t]!, 5)
    expect(Math.max(...one)).toBeCloseTo(3, 1)
    expect(() => data.generateMultiSine(9, { periods: [3], amplitudes: [] })).toThrow(MaruError)
  })

  test('Mackey-Glass keeps its known range and is chaotic: near starts part', () => {
    const [a, b] = [1, 2].map((seed) => data.generateMackeyGlass(1000, { seed }))
    expect(Math.min(...a!)).toBeGreaterThan(0.2)
    expect(Math.max(...a!)).toBeLessThan(1.4)
    const apart = a!.reduce((most, x, t) => Math.max(most, Math.abs(x - b![t]!)), 0)
    expect(apart).toBeGreaterThan(0.3)
    // with a short delay it comes to rest at 1
    expect(data.generateMackeyGlass(10, { tau: 2 }).at(-1)).toBeCloseTo(1, 3)
  })

  test('a random walk has steps of its volatility', () => {
    const walk = data.generateRandomWalk(5000, { volatility: 0.02 })
    let squares = 0
    for (let t = 1; t < 5000; t++) squares += Math.log(walk[t]! / walk[t - 1]!) ** 2
    expect(Math.sqrt(squares / 4999)).toBeCloseTo(0.02, 3)
    expect(walk[0]).toBeCloseTo(100, 4)
  })

  test('an autoregression has its correlation', () => {
    const series = data.generateAutoregression(20_000, { coefficients: [0.7] })
    const mean = series.reduce((a, b) => a + b, 0) / series.length
    let [cov, variance] = [0, 0]
    for (let t = 1; t < series.length; t++) {
      cov += (series[t]! - mean) * (series[t - 1]! - mean)
      variance += (series[t]! - mean) ** 2
    }
    expect(cov / variance).toBeCloseTo(0.7, 1)
  })
})

describe('pictures', () => {
  test('textures vary least along their stripes', () => {
    const set = data.generateTextures(40, { orientations: 2, size: 24, noise: 0 })
    for (let i = 0; i < 40; i++) {
      const { input, label } = set.at(i)
      let [along, across] = [0, 0]
      for (let y = 1; y < 24; y++) {
        for (let x = 1; x < 24; x++) {
          const v = input.data[y * 24 + x]!
          along += (v - input.data[(y - 1) * 24 + x]!) ** 2
          across += (v - input.data[y * 24 + x - 1]!) ** 2
        }
      }
      expect(label === 0 ? across > along : along > across).toBe(true)
    }
  })

  test('boxes hold their masks exactly, masks do not overlap, the label is the largest', async () => {
    const set = data.generateShapes(40, { size: 32, most: 4, seed: 3 })
    let most = 0
    for (let i = 0; i < 40; i++) {
      const { input, label, kinds, boxes, mask: classes, masks } = await set.at(i)
      const shapes = kinds.data.length
      most = Math.max(most, shapes)
      expect([...input.data].every((v) => v >= 0 && v <= 1)).toBe(true)
      const sizes: number[] = []
      const used = new Uint8Array(32 * 32)
      for (let k = 0; k < shapes; k++) {
        const mask = masks.data.subarray(k * 1024, (k + 1) * 1024)
        const at = [...mask.keys()].filter((p) => mask[p])
        for (const p of at) {
          expect(used[p]!++).toBe(0)
          expect(classes.data[p]).toBe(1 + kinds.data[k]!)
        }
        const [xs, ys] = [at.map((p) => p % 32), at.map((p) => Math.floor(p / 32))]
        const [x, y] = [Math.min(...xs), Math.min(...ys)]
        const box = [x, y, Math.max(...xs) + 1, Math.max(...ys) + 1]
        expect([...boxes.data.subarray(4 * k, 4 * k + 4)]).toEqual(box)
        sizes.push(at.length)
      }
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12)
      expect(label).toBe(kinds.data[sizes.indexOf(Math.max(...sizes))])
    }
    expect(most).toBe(4)
  })
})

describe('typos', () => {
  const text = '재미있는 영화였다. A great movie!'

  test('keys beside a key, on both keyboards', () => {
    expect([...data.neighbours('g')].sort()).toEqual(['b', 'f', 'h', 't', 'v', 'y'])
    expect(data.neighbours('G')).toContain('H')
    expect([...data.neighbours('ㅁ')].sort()).toEqual(['ㄴ', 'ㅂ', 'ㅈ', 'ㅋ'])
    expect(data.neighbours('ㅆ')).toEqual(data.neighbours('ㅅ'))
    expect(data.neighbours('!')).toEqual([])
    for (const key of 'qwertyuiopasdfghjklzxcvbnmㅂㅁㅋㅛㅣ') {
      for (const near of data.neighbours(key)) expect(data.neighbours(near)).toContain(key)
    }
  })

  test('no rate, no typo; the higher the rate, the more', () => {
    const edits = (rate: number): number => {
      let count = 0
      for (let seed = 0; seed < 50; seed++) {
        const typed = data.makeTypos(text, { rate, random: new Stream(seed), kinds: ['replace'] })
        const [a, b] = [data.toKeys(text), data.toKeys(typed)]
        expect(b.length).toBe(a.length)
        count += [...a].filter((key, i) => key !== b[i]).length
      }
      return count / 50 / [...data.toKeys(text)].filter((key) => data.neighbours(key).length).length
    }
    expect(edits(0)).toBe(0)
    expect(edits(0.1)).toBeCloseTo(0.1, 1)
    expect(edits(1)).toBe(1)
  })

  test('one key is missed exactly once', () => {
    for (let seed = 0; seed < 40; seed++) {
      const of = (kind: data.TypoKind): string =>
        data.toKeys(data.makeTypo('영화', { random: new Stream(seed), kinds: [kind] }))
      const keys = [...data.toKeys('영화')]
      expect([...of('replace')].filter((key, i) => key !== keys[i])).toHaveLength(1)
      expect(of('delete')).toHaveLength(keys.length - 1)
      expect(of('double')).toHaveLength(keys.length + 1)
      expect([...of('swap')].filter((key, i) => key !== keys[i]).length).toBeLessThanOrEqual(2)
    }
    expect(data.makeTypo('?!', { random: new Stream(1) })).toBe('?!')
  })

  test.each([
    ['a rate above 1', () => data.makeTypos('a', { rate: 2, random: new Stream(0) })],
    ['no kind', () => data.makeTypo('a', { random: new Stream(0), kinds: [] })],
    ['a strange kind', () => data.makeTypo('a', { random: new Stream(0), kinds: ['x' as never] })],
  ])('refuse %s', (_, act) => expect(act).toThrow(MaruError))
})

describe('words', () => {
  // biome-ignore format: a table
  test.each([
    [0, 'zero', '영'],
    [7, 'seven', '칠'],
    [10, 'ten', '십'],
    [19, 'nineteen', '십구'],
    [80, 'eighty', '팔십'],
    [111, 'one hundred eleven', '백십일'],
    [1001, 'one thousand one', '천일'],
    [10_000, 'ten thousand', '만'],
    [11_111, 'eleven thousand one hundred eleven', '만천백십일'],
    [21_000, 'twenty-one thousand', '이만천'],
    [110_000, 'one hundred ten thousand', '십일만'],
    [100_010_000, 'one hundred million ten thousand', '일억일만'],
    [20_240_507, 'twenty million two hundred forty thousand five hundred seven', '이천이십사만오백칠'],
  ])('%i is %s, %s', (n, english, korean) => {
    expect(data.numberWords(n, 'english')).toBe(english)
    expect(data.numberWords(n, 'korean')).toBe(korean)
  })

  test.each([
    [1, '하나'],
    [20, '스물'],
    [21, '스물하나'],
    [99, '아흔아홉'],
  ])('%i is %s', (n, words) => expect(data.numberWords(n, 'native')).toBe(words))

  test('numbers up to 30,000 are told apart in every reading', () => {
    for (const [system, low, high] of [
      ['english', 0, 30_000],
      ['korean', 0, 30_000],
      ['native', 1, 99],
    ] as const) {
      const all = new Set<string>()
      for (let n = low; n <= high; n++) all.add(data.numberWords(n, system))
      expect(all.size).toBe(high - low + 1)
    }
  })

  test.each([
    ['a hundred in native Korean', () => data.numberWords(100, 'native')],
    ['nothing in native Korean', () => data.numberWords(0, 'native')],
    ['a fraction', () => data.numberWords(1.5, 'english')],
    ['a number beyond', () => data.numberWords(1e15, 'english')],
    ['a strange reading', () => data.numberWords(1, 'latin' as never)],
  ])('refuse %s', (_, act) => expect(act).toThrow(MaruError))

  test('dates are days of the calendar, and every form occurs', () => {
    const set = data.generateDates(400)
    for (let i = 0; i < 400; i++) {
      const { text, target } = set.at(i)
      expect(new Date(target).toISOString().slice(0, 10)).toBe(target)
      expect(text).toMatch(/\d/)
      const [, korean] = /일 (.)요일$/.exec(text) ?? []
      if (korean) expect('일월화수목금토'[new Date(target).getUTCDay()]).toBe(korean)
    }
    const kinds = [
      /년/,
      /요일/,
      /\/\d/,
      /^\d\d\.\d\d\.\d{4}$/,
      /day, /,
      /^\d+ [A-Z]/,
      /^[a-z]{3} /,
      /\. /,
    ]
    for (const kind of kinds) expect(set.records.some(({ text }) => kind.test(text))).toBe(true)
  })

  test('number words mean their digits', () => {
    for (const { text, target } of data.generateNumberWords(200).records) {
      const readings = (['english', 'korean', 'native'] as const).map((system) => {
        const n = Number(target)
        return system === 'native' && (n > 99 || n < 1) ? '' : data.numberWords(n, system)
      })
      expect(readings).toContain(text)
    }
  })
})
