import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ValueError } from '../../src/base/error.ts'
import { Stream, threefry2x32 } from '../../src/base/threefry.ts'

describe('threefry2x32', () => {
  // kat_vectors of Random123 1.14.0: key, counter, result
  const known = [
    [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ] as const
  test.each(known)('key %i %i, counter %i %i', (key0, key1, counter0, counter1, a, b) => {
    expect(threefry2x32(key0, key1, counter0, counter1)).toEqual([a, b])
  })
})

describe('Stream', () => {
  const draws = {
    bits: (stream: Stream) => stream.bits(),
    uniform: (stream: Stream) => stream.uniform(),
    integer: (stream: Stream) => stream.integer(3_000_000_000),
    normal: (stream: Stream) => stream.normal(),
    permutation: (stream: Stream) => [...stream.permutation(9)],
  }

  test.each(Object.entries(draws))('%s continues where state() was taken', (_, draw) => {
    for (const skip of [0, 1, 2, 7]) {
      const stream = new Stream(7, 'resume')
      for (let i = 0; i < skip; i++) stream.bits()
      const state = JSON.parse(JSON.stringify(stream.state()))
      const ahead = [draw(stream), draw(stream), draw(stream)]
      const other = new Stream(0)
      other.restore(state)
      expect([draw(other), draw(other), draw(other)]).toEqual(ahead)
    }
  })

  test('is a function of seed and path, not of position', () => {
    const first = (...path: ConstructorParameters<typeof Stream>) => new Stream(...path).bits()
    const drawn = new Stream(1, 'a')
    drawn.bits()
    expect(drawn.fork(2).bits()).toBe(first(1, 'a', 2))
    const paths = [[1], [2], [2 ** 40 + 1], [1, 0], [1, 1], [1, ''], [1, 'a'], [1, 'b'], [1, 'ab']]
    const more = [
      [1, 'ba'],
      [1, 'a', 'b'],
      [1, '1'],
      [1, 'a\u0000'],
      [1, 'é'],
      [1, 2 ** 32],
    ]
    const seen = [...paths, ...more].map((path) => first(...(path as [number])))
    expect(new Set(seen).size).toBe(seen.length)
  })

  test('has the same bits on every engine', () => {
    const stream = new Stream(42, 'layer', 3, '가')
    const words = Uint32Array.from({ length: 4096 }, () => stream.bits())
    const normals = Float64Array.from({ length: 4096 }, () => stream.normal())
    const hash = createHash('sha256').update(words).update(normals).digest('hex')
    expect(hash).toBe('b989f0b193963fdb3e1ecf73a5a2a0007101ab8c8432e89ca82a84af8787e2c4')
  })

  test('uniform lies in [0, 1) and survives float32', () => {
    const stream = new Stream(3)
    let sum = 0
    for (let i = 0; i < 20000; i++) {
      const u = stream.uniform()
      expect(u >= 0 && u < 1 && Math.fround(u) === u).toBe(true)
      sum += u
    }
    expect(sum / 20000).toBeCloseTo(0.5, 2)
  })

  test('integer is level over its range, also where 2^32 is no multiple', () => {
    for (const n of [1, 2, 6, 10, 3_000_000_000, 4294967296]) {
      const stream = new Stream(5, n)
      const counts = [0, 0]
      for (let i = 0; i < 8000; i++) {
        const k = stream.integer(n)
        expect(Number.isInteger(k) && k >= 0 && k < n).toBe(true)
        counts[k < n / 2 ? 0 : 1]!++
      }
      if (n > 1) expect(counts[0]! / 8000).toBeCloseTo(0.5, 1)
    }
  })

  test('normal has the moments of a normal', () => {
    const stream = new Stream(8)
    const sums = [0, 0, 0, 0]
    const count = 40000
    for (let i = 0; i < count; i++) {
      const x = stream.normal()
      for (let p = 0; p < 4; p++) sums[p]! += x ** (p + 1) / count
    }
    const errors = [sums[0]!, sums[1]! - 1, sums[2]!, sums[3]! - 3].map(Math.abs)
    expect(errors[0]).toBeLessThan(0.02)
    expect(errors[1]).toBeLessThan(0.03)
    expect(errors[2]).toBeLessThan(0.06)
    expect(errors[3]).toBeLessThan(0.2)
  })

  test('permutation holds every number once; all orders of three are equally likely', () => {
    expect([...new Stream(1).permutation(1000)].sort((a, b) => a - b)).toEqual([
      ...Array(1000).keys(),
    ])
    const counts = new Map<string, number>()
    const stream = new Stream(2)
    for (let i = 0; i < 6000; i++) {
      const key = stream.permutation(3).join('')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })

  test('fill covers [low, high)', () => {
    const out = new Float32Array(1000)
    new Stream(4).fill(out, -2, 6)
    expect(Math.min(...out)).toBeGreaterThanOrEqual(-2)
    expect(Math.max(...out)).toBeLessThan(6)
    expect(out.reduce((a, b) => a + b) / 1000).toBeCloseTo(2, 0)
  })

  test.each([
    ['a negative seed', () => new Stream(-1)],
    ['a fractional path', () => new Stream(1, 0.5)],
    ['integer(0)', () => new Stream(1).integer(0)],
    ['integer above 2^32', () => new Stream(1).integer(2 ** 33)],
    ['permutation(-1)', () => new Stream(1).permutation(-1)],
    ['a position that is no count', () => new Stream(1).restore({ key: [0, 0], position: -1 })],
  ])('refuses %s', (_, act) => expect(act).toThrow(ValueError))
})
