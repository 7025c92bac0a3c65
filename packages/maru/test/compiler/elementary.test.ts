import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { assembleModule } from '../../src/backend/wasm/assembler.ts'
import { encode } from '../../src/backend/wasm/encode.ts'
import { enableFma } from '../../src/backend/wasm/features.ts'
import { exponentOf, powerOfTwo } from '../../src/base/float.ts'
import * as math from '../../src/base/math.ts'
import { Stream } from '../../src/base/threefry.ts'
import * as elementary from '../../src/compiler/elementary.ts'
import { type Vector, VectorBuilder } from '../../src/compiler/vector.ts'

type Emit = (b: VectorBuilder, x: Vector) => Vector

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
}

const INPUT = 64

/** The code of `emit` over the elements from `begin` to `end`, run by WebAssembly. */
function compile(emit: Emit, fma: boolean): (x: Float32Array) => Float32Array {
  const b = new VectorBuilder(4)
  const i = b.variable(b.begin)
  b.loop(i, b.end, 4, () => {
    const offset = b.scalar('shl', i, 2)
    const address = b.add(b.arg(0), offset)
    const x: Vector = { k: 'load', form: 'full', element: 'f32', address }
    b.store('full', 'f32', b.add(b.arg(1), offset), emit(b, x))
  })
  const module = new WebAssembly.Module(assembleModule([encode(b.finish(), fma)], 3))
  return (x) => {
    const length = Math.ceil(x.length / 4) * 4
    const output = INPUT + 4 * length
    const memory = new WebAssembly.Memory({ initial: Math.ceil((output + 4 * length) / 65536) })
    const { k0 } = new WebAssembly.Instance(module, { env: { memory } }).exports
    if (typeof k0 !== 'function') throw new Error('the module exports no function')
    new Int32Array(memory.buffer, 0, 2).set([INPUT, output])
    new Float32Array(memory.buffer, INPUT, x.length).set(x)
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

    test('sin and cos stay between -1 and 1', () => {
      const x = samples('huge', [-1e9, 1e9])
      for (const emit of [elementary.sin, elementary.cos]) {
        const y = compile(emit, fma)(x)
        expect(y.every((value, i) => Math.abs(value) <= 1 || !Number.isFinite(x[i]))).toBe(true)
      }
    })
  })
})
