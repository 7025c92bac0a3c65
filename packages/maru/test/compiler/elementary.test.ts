import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { assembleModule } from '../../src/backend/wasm/assembler.ts'
import { encode } from '../../src/backend/wasm/encode.ts'
import { enableFma } from '../../src/backend/wasm/features.ts'
import { exponentOf, powerOfTwo } from '../../src/base/float.ts'
import * as math from '../../src/base/math.ts'
import { Stream } from '../../src/base/threefry.ts'
import * as elementary from '../../src/compiler/elementary.ts'
import * as errors from '../../src/compiler/error-functions.ts'
import * as exponentials from '../../src/compiler/exponentials.ts'
import * as inverses from '../../src/compiler/inverses.ts'
import * as quotients from '../../src/compiler/quotients.ts'
import { type Vector, VectorBuilder } from '../../src/compiler/vector.ts'

type Emit = (b: VectorBuilder, x: Vector, y: Vector) => Vector

interface Row {
  readonly emit: Emit
  readonly exact: (x: number) => number
  /** Bounds with multiply-adds rounded once, then twice. */
  readonly ulps: readonly [fused: number, split: number]
  /** Also within this, absolutely, is right. */
  readonly absolute?: number
  /** Where the function varies; half of the samples lie here. */
  readonly range: readonly [low: number, high: number]
  /** Largest |x| that the bounds hold for. */
  readonly reach?: number
  readonly special: readonly (readonly [x: number, value: number])[]
  /** Of the result bits, likewise. */
  readonly hash: readonly [fused: string, split: string]
}

const INF = Number.POSITIVE_INFINITY
const TINY = 2 ** -149
const HUGE = 3.4028234663852886e38

// biome-ignore format: a table
const rows: Record<string, Row> = {
  exp: {
    emit: elementary.exp, exact: math.exp, ulps: [0.9, 1.18], range: [-104, 89],
    special: [[0, 1], [-0, 1], [INF, INF], [-INF, 0], [HUGE, INF], [-HUGE, 0], [TINY, 1],
      [88.72284, INF], [-103.9, TINY], [-103.98, 0]],
    hash: ['bdf6dfcc55b7e67e', 'e5381c7ba6eeadd9'],
  },
  log: {
    emit: elementary.log, exact: math.log, ulps: [0.92, 0.93], range: [0.3, 3],
    special: [[1, 0], [0, -INF], [-0, -INF], [-1, NaN], [-TINY, NaN], [-INF, NaN], [INF, INF]],
    hash: ['c1cd0a19a860e794', 'c9c9167ce9b76594'],
  },
  sin: {
    emit: elementary.sin, exact: math.sin, ulps: [1.3, 1.3], absolute: 9e-8, range: [-65536, 65536],
    reach: 65536,
    special: [[0, 0], [-0, -0], [INF, NaN], [-INF, NaN], [TINY, TINY], [-1e-20, -1e-20]],
    hash: ['cd2f83d062d6f9e8', 'ab9e812340d8a3f5'],
  },
  cos: {
    emit: elementary.cos, exact: math.cos, ulps: [1.3, 1.3], absolute: 9e-8, range: [-65536, 65536],
    reach: 65536,
    special: [[0, 1], [-0, 1], [INF, NaN], [-INF, NaN], [TINY, 1]],
    hash: ['5d27c84c6c55dfcd', '8e94f2c7d4b39920'],
  },
  tanh: {
    emit: elementary.tanh, exact: math.tanh, ulps: [1.59, 1.59], range: [-9.5, 9.5],
    special: [[0, 0], [-0, -0], [INF, 1], [-INF, -1], [HUGE, 1], [9.02, 1], [-9.02, -1],
      [TINY, TINY], [-1e-20, -1e-20]],
    hash: ['b6b5803a525846c7', '7f8674b13ea57eab'],
  },
  sigmoid: {
    emit: elementary.sigmoid, exact: math.sigmoid, ulps: [1.65, 1.97], range: [-104, 20],
    special: [[0, 0.5], [-0, 0.5], [INF, 1], [-INF, 0], [HUGE, 1], [-HUGE, 0], [-103.9, TINY],
      [-103.98, 0], [17.4, 1]],
    hash: ['840ddf20ebc2b1b7', '2aedb48830bb77c2'],
  },
  erf: {
    emit: elementary.erf, exact: math.erf, ulps: [1.69, 1.86], range: [-4, 4],
    special: [[0, 0], [-0, -0], [INF, 1], [-INF, -1], [HUGE, 1], [4, 1], [-4, -1],
      [TINY, TINY]],
    hash: ['06dfc53859d68f19', '59e89ae5856a3d26'],
  },
  exp2: {
    emit: exponentials.exp2, exact: math.exp2, ulps: [0.9, 1.12], range: [-150, 128],
    special: [[0, 1], [-0, 1], [3, 8], [-149, TINY], [INF, INF], [-INF, 0], [HUGE, INF], [127, 2 ** 127]],
    hash: ['1e091c057bd87a50', '3c4abb5fbcf8662a'],
  },
  expm1: {
    emit: exponentials.expm1, exact: math.expm1, ulps: [1.5, 1.5], range: [-18, 89],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -1], [TINY, TINY], [-TINY, -TINY], [88.72284, INF]],
    hash: ['288433122300a541', '4cc6a5eb0b62d511'],
  },
  log1p: {
    emit: exponentials.log1p, exact: math.log1p, ulps: [0.92, 0.94], range: [-1, 3],
    special: [[0, 0], [-0, -0], [-1, -INF], [-2, NaN], [-INF, NaN], [INF, INF], [TINY, TINY], [-TINY, -TINY]],
    hash: ['023bea31b9e0e8b1', '02bac2cd2da1cdad'],
  },
  log2: {
    emit: exponentials.log2, exact: math.log2, ulps: [1.9, 2.05], range: [0.3, 3],
    special: [[1, 0], [8, 3], [TINY, -149], [0, -INF], [-0, -INF], [-1, NaN], [INF, INF]],
    hash: ['d66bf8fd7f96ec90', '3a97d258c9c48501'],
  },
  log10: {
    emit: exponentials.log10, exact: math.log10, ulps: [2, 2], range: [0.3, 3],
    special: [[1, 0], [10, 1], [100, 2], [1000, 3], [1e6, 6], [0, -INF], [-1, NaN], [INF, INF]],
    hash: ['0b1f21619f62053f', '5321ecefa8926db4'],
  },
  softplus: {
    emit: exponentials.softplus, exact: math.softplus, ulps: [1.75, 1.8], range: [-104, 20],
    special: [[0, Math.fround(Math.LN2)], [INF, INF], [-INF, 0], [-103.9, TINY], [HUGE, HUGE]],
    hash: ['e4cd503e13f61d16', '2707117c40bb7c2b'],
  },
  sinh: {
    emit: exponentials.sinh, exact: math.sinh, ulps: [1.75, 1.75], range: [-90, 90],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -INF], [TINY, TINY], [-TINY, -TINY]],
    hash: ['3a06e3677b987401', '19edd0a5d37a1c5c'],
  },
  cosh: {
    emit: exponentials.cosh, exact: math.cosh, ulps: [1.4, 1.65], range: [-90, 90],
    special: [[0, 1], [-0, 1], [INF, INF], [-INF, INF], [TINY, 1]],
    hash: ['99a82f2f678bd25b', '0d3ff5c9bf337fc8'],
  },
  asin: {
    emit: inverses.asin, exact: math.asin, ulps: [2.4, 2.4], range: [-1, 1],
    special: [[0, 0], [-0, -0], [1, Math.fround(Math.PI / 2)], [1.5, NaN], [-INF, NaN], [TINY, TINY]],
    hash: ['107e565519efd329', 'df7953624d3c7309'],
  },
  acos: {
    emit: inverses.acos, exact: math.acos, ulps: [1.12, 1.15], range: [-1, 1],
    special: [[1, 0], [-1, Math.fround(Math.PI)], [0, Math.fround(Math.PI / 2)], [-1.5, NaN], [INF, NaN]],
    hash: ['9aa28b4b29de28f2', '200daae9356cbc3a'],
  },
  atan: {
    emit: (b, x) => inverses.atan2(b, x, b.f32(1)), exact: (x) => math.atan2(x, 1), ulps: [1.85, 1.85], range: [-5, 5],
    special: [[0, 0], [-0, -0], [INF, Math.fround(Math.PI / 2)], [1, Math.fround(Math.PI / 4)], [TINY, TINY]],
    hash: ['897dc13da011181f', 'e5c3009e724e841a'],
  },
  asinh: {
    emit: inverses.asinh, exact: math.asinh, ulps: [1.8, 1.8], range: [-5, 5],
    special: [[0, 0], [-0, -0], [INF, INF], [-INF, -INF], [TINY, TINY], [-TINY, -TINY]],
    hash: ['a3fd98009674f0a5', '87758992e8832779'],
  },
  acosh: {
    emit: inverses.acosh, exact: math.acosh, ulps: [2.1, 2.1], range: [1, 5],
    special: [[1, 0], [0.5, NaN], [-INF, NaN], [INF, INF], [-HUGE, NaN]],
    hash: ['906f6a528c1ffd57', 'af6a4057a359e6b1'],
  },
  atanh: {
    emit: inverses.atanh, exact: math.atanh, ulps: [2.1, 2.15], range: [-1, 1],
    special: [[0, 0], [-0, -0], [1, INF], [-1, -INF], [1.5, NaN], [INF, NaN], [TINY, TINY]],
    hash: ['3c6f39efce5156b5', '8ca9f7aaea0a8934'],
  },
  erfc: {
    emit: errors.erfc, exact: math.erfc, ulps: [3.9, 3.9], range: [-4, 10.2],
    special: [[0, 1], [-0, 1], [INF, 0], [-INF, 2], [10.5, 0], [-5, 2], [HUGE, 0]],
    hash: ['20d0a69a7420aa5a', '90383739864bb8f0'],
  },
  erfinv: {
    emit: errors.erfinv, exact: math.erfinv, ulps: [3, 3], range: [-1, 1],
    special: [[0, 0], [-0, -0], [1, INF], [-1, -INF], [1.5, NaN], [-INF, NaN]],
    hash: ['27c064ab0e0719c2', '0a89f04d7ee572a5'],
  },
}

/** Random bits for every other number, else numbers of usual size. */
function mixed(stream: Stream, count: number): Float32Array {
  const x = new Float32Array(count)
  const bits = new Uint32Array(x.buffer)
  for (let i = 0; i < count; i++) {
    if (i & 1) bits[i] = stream.bits()
    else x[i] = 6 * stream.uniform() - 3
  }
  return x
}

/** Functions of two numbers: a bound of 0 stands for exactness. */
const binary: Record<
  string,
  {
    readonly emit: Emit
    readonly exact: (x: number, y: number) => number
    readonly bound: number
    readonly pairs: (stream: Stream, count: number) => readonly [Float32Array, Float32Array]
  }
> = {
  atan2: {
    emit: inverses.atan2,
    exact: math.atan2,
    bound: 1.85,
    pairs: (stream, count) => [mixed(stream, count), mixed(stream, count)],
  },
  pow: {
    emit: exponentials.pow,
    exact: math.pow,
    bound: 1.45,
    pairs: (stream, count) => {
      const x = mixed(stream, count).map(Math.abs)
      const limit = x.map((base) => 105 / Math.max(Math.abs(math.log(base)), 1e-3))
      return [x, limit.map((most) => most * (2 * stream.uniform() - 1))]
    },
  },
  fmod: {
    emit: quotients.fmod,
    exact: (x, y) => (y !== 0 && Number.isFinite(x) && Math.abs(x / y) > 2 ** 24 ? 0 * x : x % y),
    bound: 0,
    pairs: (stream, count) => {
      const x = mixed(stream, count)
      return [x, x.map((value) => value / math.exp2(24 * stream.uniform() - 1))]
    },
  },
}
const edges = [0, -0, 1, -1, 2.5, -3, INF, -INF, Number.NaN, 2 ** -130, HUGE, -HUGE, 0.9999999]

const INPUT = 64

/** The code of `emit` over the elements from `begin` to `end`, run by WebAssembly. */
function compile(emit: Emit, fma: boolean): (x: Float32Array, y?: Float32Array) => Float32Array {
  const b = new VectorBuilder(4)
  const i = b.variable(b.begin)
  b.loop(i, b.end, 4, () => {
    const offset = b.scalar('shl', i, 2)
    const load = (n: number): Vector => {
      return { k: 'load', form: 'full', element: 'f32', address: b.add(b.arg(n), offset) }
    }
    b.store('full', 'f32', b.add(b.arg(2), offset), emit(b, b.let(load(0)), b.let(load(1))))
  })
  const module = new WebAssembly.Module(assembleModule([encode(b.finish(), fma)], 3))
  return (x, y = x) => {
    const length = Math.ceil(x.length / 4) * 4
    const [second, output] = [INPUT + 4 * length, INPUT + 8 * length]
    const memory = new WebAssembly.Memory({ initial: Math.ceil((output + 4 * length) / 65536) })
    const { k0 } = new WebAssembly.Instance(module, { env: { memory, scratch: 0 } }).exports
    if (typeof k0 !== 'function') throw new Error('the module exports no function')
    new Int32Array(memory.buffer, 0, 3).set([INPUT, second, output])
    new Float32Array(memory.buffer, INPUT, x.length).set(x)
    new Float32Array(memory.buffer, second, x.length).set(y)
    k0(0, 0, length)
    return new Float32Array(memory.buffer, output, x.length)
  }
}

/** Whether this machine rounds multiply-adds once: (1 + 2^-12)² - 1 - 2^-11 is 2^-24, or 0. */
function fuses(): boolean {
  const emit: Emit = (b, x) => b.fma(x, x, b.f32(-1 - 2 ** -11))
  return enableFma() && compile(emit, true)(new Float32Array([1 + 2 ** -12]))[0] === 2 ** -24
}

/** 2^18 numbers: 256 of every exponent and sign, as many evenly in the range. */
function samples(name: string, [low, high]: Row['range']): Float32Array {
  const stream = new Stream(0, name)
  const half = 1 << 17
  const x = new Float32Array(2 * half)
  const bits = new Uint32Array(x.buffer, 0, half)
  for (let i = 0; i < half; i++) bits[i] = (i << 23) | (stream.bits() >>> 9)
  stream.fill(x.subarray(half), low, high)
  return x
}

/** In ulps of the exact value; what overflows counts as 2^128. */
function error(got: number, exact: number): number {
  if (Number.isNaN(got) || Number.isNaN(exact)) return Object.is(got, exact) ? 0 : INF
  const limit = 2 ** 128
  const want = Math.min(Math.max(exact, -limit), limit)
  const exponent = want === 0 ? -126 : Math.min(Math.max(exponentOf(want), -126), 127)
  const distance = Math.abs(Math.min(Math.max(got, -limit), limit) - want)
  return distance / powerOfTwo(exponent - 23)
}

/** The samples that are further from the exact value than the row allows. */
function misses(row: Row, bound: number, x: Float32Array, y: Float32Array): string[] {
  const found: string[] = []
  x.forEach((input, i) => {
    if (Number.isFinite(input) && Math.abs(input) > (row.reach ?? INF)) return
    const [got, exact] = [y[i]!, row.exact(input)]
    const ulps = error(got, exact)
    if (ulps <= bound || Math.abs(got - exact) <= (row.absolute ?? 0)) return
    found.push(`at ${input}: ${got} for ${exact}, ${ulps} ulp`)
  })
  return found
}

/** Which NaN a machine makes is its own affair. */
function hashOf(values: Float32Array): string {
  const canonical = values.map((value) => (Number.isNaN(value) ? Number.NaN : value))
  return createHash('sha256').update(new Uint8Array(canonical.buffer)).digest('hex').slice(0, 16)
}

const fused = fuses()
if (!fused) console.warn('multiply-adds round twice here: the fused half of these tests is skipped')

describe.each([
  ['fused', true],
  ['split', false],
] as const)('%s', (_, fma) => {
  describe.skipIf(fma && !fused)('multiply-adds', () => {
    for (const [name, row] of Object.entries(rows)) {
      const bound = row.ulps[fma ? 0 : 1]

      test(`${name} is within ${bound} ulp`, () => {
        const x = samples(name, row.range)
        const y = compile(row.emit, fma)(x)
        expect(misses(row, bound, x, y)).toEqual([])
        expect(hashOf(y)).toBe(row.hash[fma ? 0 : 1])
      })

      test(`${name} of special values`, () => {
        const special = [...row.special, [Number.NaN, Number.NaN] as const]
        const x = Float32Array.from(special, ([input]) => input)
        const want = Float32Array.from(special, ([, value]) => value)
        expect([...compile(row.emit, fma)(x)]).toEqual([...want])
      })
    }

    for (const [name, { emit, exact, bound, pairs }] of Object.entries(binary)) {
      test(`${name} is ${bound === 0 ? 'exact' : `within ${bound} ulp`}`, () => {
        const [x, y] = pairs(new Stream(0, name), 1 << 17)
        const z = compile(emit, fma)(x, y)
        const wrong = z.findIndex((got, i) => !(error(got, exact(x[i]!, y[i]!)) <= bound))
        expect(wrong < 0 ? '' : `${z[wrong]} at ${x[wrong]}, ${y[wrong]}`).toBe('')
      })

      test(`${name} of special pairs`, () => {
        const x = Float32Array.from(edges.flatMap((a) => edges.map(() => a)))
        const y = Float32Array.from(edges.flatMap(() => edges))
        const z = compile(emit, fma)(x, y)
        const wrong = z.findIndex((got, i) => {
          const want = Math.fround(exact(x[i]!, y[i]!))
          return !(want === 0 ? Object.is(got, want) : error(got, want) <= bound + 0.5)
        })
        expect(wrong < 0 ? '' : `${z[wrong]} at ${x[wrong]}, ${y[wrong]}`).toBe('')
      })
    }

    test('sin and cos stay between -1 and 1', () => {
      const x = samples('huge', [-1e9, 1e9])
      for (const emit of [elementary.sin, elementary.cos]) {
        const y = compile(emit, fma)(x)
        expect(y.every((value, i) => Math.abs(value) <= 1 || !Number.isFinite(x[i]))).toBe(true)
      }
    })
  })
})
