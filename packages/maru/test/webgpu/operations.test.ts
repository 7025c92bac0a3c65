/**
 * Every operation of the vector IR, and every elementary function: WGSL against WebAssembly.
 *
 * What WGSL leaves open is not compared: how subnormal numbers are treated, and whether a driver
 * folds a product with a constant zero (or a quotient by ∞). No graph has one, since its literals are arguments.
 */
import { afterAll, describe, expect, test } from 'vitest'
import * as elementary from '../../src/compiler/elementary.ts'
import type { Vector, VectorBuilder } from '../../src/compiler/vector.ts'
import { binary, isFloat, pairs, shifts, unary } from '../backend/operations.ts'
import { apply as applyOnHost } from '../native/both.ts'
import { closeWebGpu, openWebGpu } from './adapter.ts'
import { Machine } from './machine.ts'
import { apply } from './run.ts'

const found = await openWebGpu()
const missing = 'missing' in found ? found.missing : undefined
if (missing) console.warn(`SKIPPED: no operation was tried by WebGPU, ${missing}`)
afterAll(() => closeWebGpu(found))

/** How far apart numbers may be: by their own size, and at all. */
interface Tolerance {
  readonly ulps: number
  readonly absolute: number
}

/** `most`: the largest argument that a function is accurate for. */
interface Bound extends Tolerance {
  readonly most?: number
}

const exact: Tolerance = { ulps: 0, absolute: 0 }
/** A quotient is within 2.5 ulp; a root is a quotient too, of an inverse root within 2 ulp. */
const rough: { readonly [op: string]: Tolerance } = {
  'f32.div': { ulps: 3, absolute: 0 },
  'f32.sqrt': { ulps: 5, absolute: 0 },
}
/** As `elementary.ts` has it where multiply-adds round twice, and quotients by 3 ulp. */
const bounds: { readonly [name: string]: Bound } = {
  sin: { ulps: 0, absolute: 2e-6, most: 2 ** 17 },
  cos: { ulps: 0, absolute: 2e-6, most: 2 ** 17 },
}
const usual: Bound = { ulps: 6, absolute: 0 }

const infinity = Number.POSITIVE_INFINITY
const SMALLEST_NORMAL = 2 ** -126

function agree(got: number, want: number, { ulps, absolute }: Tolerance): boolean {
  if (Number.isNaN(want)) return Number.isNaN(got)
  const flushed = SMALLEST_NORMAL
  return (
    got === want || Math.abs(got - want) <= flushed + absolute + ulps * 2 ** -23 * Math.abs(want)
  )
}

type Emit = (b: VectorBuilder, inputs: readonly Vector[]) => Vector

describe.skipIf(missing)(`by WebGPU${missing ? `: skipped, ${missing}` : ''}`, () => {
  const machine = 'device' in found ? new Machine(found.device) : undefined

  async function words(emit: Emit): Promise<void> {
    const inputs = pairs(false)
    const got = await apply(machine!, emit, inputs)
    const want = applyOnHost('wasm', emit, inputs)
    const wrong = want.findIndex((word, i) => word !== got[i])
    const at = inputs.map((input) => input[wrong])
    expect(wrong < 0 ? '' : `${got[wrong]} is not ${want[wrong]} at ${at}`).toBe('')
  }

  async function floats(emit: Emit, tolerance = exact, most = infinity) {
    const inputs = pairs(true)
    const asFloats = (words: Int32Array) =>
      new Float32Array(words.buffer, words.byteOffset, words.length)
    const got = asFloats(await apply(machine!, emit, inputs))
    const want = asFloats(applyOnHost('wasm', emit, inputs))
    const operands = inputs.map(asFloats)
    const wrong = want.findIndex((value, i) => {
      const at = operands.map((operand) => operand[i] ?? 0)
      const subnormal = at.some((x) => x !== 0 && Math.abs(x) < SMALLEST_NORMAL)
      const open = subnormal || at.some((x) => Math.abs(x) > most)
      return !open && !agree(got[i]!, value, tolerance)
    })
    const at = operands.map((operand) => operand[wrong])
    expect(wrong < 0 ? '' : `${got[wrong]} is not ${want[wrong]} at ${at}`).toBe('')
  }

  const compare = (op: string, emit: Emit): Promise<void> =>
    isFloat(op) || op === 'i32.fromF32' ? floats(emit, rough[op]) : words(emit)
  const at = (inputs: readonly Vector[], i: number): Vector => inputs[i] ?? { k: 'lanes' }

  test.each(unary)('%s', async (op) => {
    await compare(op, (b, x) => b.unary(op, at(x, 0)))
  })

  test.each(binary)('%s', async (op) => {
    await compare(op, (b, x) => b.binary(op, at(x, 0), at(x, 1)))
  })

  test.each(binary)('%s with constants', async (op) => {
    const folds = op === 'f32.mul' ? [0, -0] : op === 'f32.div' ? [0, -0, infinity] : []
    for (const value of [0, -0, 7, -1.5, Number.NaN, infinity]) {
      if (folds.includes(value)) continue
      const constant = (b: VectorBuilder): Vector => (isFloat(op) ? b.f32(value) : b.i32(value | 0))
      await compare(op, (b, x) => b.binary(op, at(x, 0), constant(b)))
      await compare(op, (b, x) => b.binary(op, constant(b), at(x, 0)))
    }
  })

  test.each(shifts)('%s', async (op) => {
    for (const by of [0, 1, 23, 31]) await words((b, x) => b.shift(op, at(x, 0), by))
  })

  test('multiply-adds', async () => {
    // twice rounded, the product's error counts by the product's size
    const product: Tolerance = { ulps: 1, absolute: 2 ** -20 }
    await floats((b, x) => b.fma(at(x, 0), at(x, 1), at(x, 0)), product, 4)
    await floats((b, x) => b.fma(at(x, 0), b.f32(1.25), b.f32(-0.75)), product, 4)
  })

  test('selections by masks and by scalars', async () => {
    await floats((b, x) => b.select(b.binary('f32.lt', at(x, 0), at(x, 1)), at(x, 0), b.f32(2)))
    await words((b, x) => b.select(b.binary('i32.ltU', at(x, 0), at(x, 1)), at(x, 1), b.i32(2)))
    await words((b, x) => {
      const [low, high] = [
        b.binary('i32.lt', at(x, 0), at(x, 1)),
        b.binary('i32.eq', at(x, 0), at(x, 1)),
      ]
      return b.select(b.not(b.binary('or', low, high)), b.binary('xor', low, at(x, 0)), high)
    })
    await words((b, x) => {
      const when = b.scalar('and', b.scalar('ltS', 0, b.end), b.scalar('geS', b.end, 0))
      return { k: 'choose', when, a: at(x, 1), b: at(x, 0) }
    })
  })

  test.each(Object.entries(elementary))('%s', async (name, f) => {
    const { most = infinity, ...tolerance } = bounds[name] ?? usual
    await floats((b, x) => f(b, at(x, 0)), tolerance, most)
  })
})
