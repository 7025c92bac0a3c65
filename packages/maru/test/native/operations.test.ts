/** Every operation of the vector IR, and every elementary function: machine code against WebAssembly. */
import { describe, expect, test } from 'vitest'
import * as elementary from '../../src/compiler/elementary.ts'
import * as errors from '../../src/compiler/error-functions.ts'
import * as exponentials from '../../src/compiler/exponentials.ts'
import * as inverses from '../../src/compiler/inverses.ts'
import * as quotients from '../../src/compiler/quotients.ts'
import { threefry } from '../../src/compiler/random-bits.ts'
import type { Scalar, Vector, VectorBuilder } from '../../src/compiler/vector.ts'
import { binary, isFloat, pairs, shifts, unary } from '../backend/operations.ts'
import { apply, canonical, type Machine, machines, missing } from './both.ts'

function same(emit: (b: VectorBuilder, inputs: readonly Vector[]) => Vector, float: boolean): void {
  const inputs = pairs(float)
  const made = (machine: Machine): Int32Array => {
    const bits = apply(machine, emit, inputs)
    canonical(new Float32Array(bits.buffer, bits.byteOffset, bits.length))
    return bits
  }
  const wasm = made('wasm')
  for (const machine of machines) {
    const native = made(machine)
    const wrong = native.findIndex((word, i) => word !== wasm[i])
    const show = (words: Int32Array): string => ((words[wrong] ?? 0) >>> 0).toString(16)
    const told = `${machine}: ${show(native)} is not ${show(wasm)} at ${inputs.map(show)}`
    expect(wrong < 0 ? '' : told).toBe('')
  }
}

describe.skipIf(missing)('as WebAssembly does', () => {
  const at = (inputs: readonly Vector[], i: number): Vector => inputs[i] ?? { k: 'lanes' }

  test.each(unary)('%s', (op) => {
    same((b, x) => b.unary(op, at(x, 0)), isFloat(op) || op === 'i32.fromF32')
  })

  test.each(binary)('%s', (op) => {
    same((b, x) => b.binary(op, at(x, 0), at(x, 1)), isFloat(op))
  })

  test.each(binary)('%s with constants', (op) => {
    for (const value of [0, -0, 7, -1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const constant = (b: VectorBuilder): Vector => (isFloat(op) ? b.f32(value) : b.i32(value | 0))
      same((b, x) => b.binary(op, at(x, 0), constant(b)), isFloat(op))
      same((b, x) => b.binary(op, constant(b), at(x, 0)), isFloat(op))
    }
  })

  test.each(shifts)('%s', (op) => {
    for (const by of [0, 1, 23, 31]) same((b, x) => b.shift(op, at(x, 0), by), false)
  })

  test('multiply-adds, with constants in each place', () => {
    const [c, d] = [1.25, -0.75]
    same((b, x) => b.fma(at(x, 0), at(x, 1), at(x, 0)), true)
    same((b, x) => b.fma(at(x, 0), b.f32(c), at(x, 1)), true)
    same((b, x) => b.fma(at(x, 0), b.f32(c), b.f32(d)), true)
    same((b, x) => b.fma(b.f32(c), at(x, 0), at(x, 1)), true)
    same((b, x) => b.fma(b.f32(c), b.f32(d), at(x, 1)), true)
    same((b) => b.fma(b.f32(c), b.f32(d), b.f32(c)), true)
  })

  test('selections and splats', () => {
    same((b, x) => b.select(b.binary('f32.lt', at(x, 0), at(x, 1)), at(x, 0), b.f32(2)), true)
    same((b, x) => b.binary('i32.add', at(x, 0), { k: 'splat', of: b.mul(b.end, 3) }), false)
    same((b, x) => b.binary('i32.add', at(x, 0), { k: 'splatArg', index: 1 }), false)
    same((b, x) => b.binary('i32.add', at(x, 0), { k: 'splat', of: b.arg(0) }), false)
  })

  test('only the side that is chosen is computed', () => {
    const outside: Vector = {
      k: 'load',
      form: 'full',
      element: 'f32',
      address: { k: 'const', value: 0x7ffffff0 },
    }
    const never = { k: 'const', value: 0 } as const
    same((b, x) => {
      const when = b.scalar('and', b.scalar('ltS', 0, b.end), b.scalar('ltU', b.end, 1))
      const inner: Vector = { k: 'choose', when: never, a: outside, b: at(x, 1) }
      return { k: 'choose', when, a: outside, b: inner }
    }, true)
  })

  const functions = Object.entries({ ...elementary, ...errors, ...exponentials, ...inverses })
  test.each(functions)('%s', (_, f) => {
    same((b, x) => f(b, at(x, 0), at(x, 1)), true)
  })

  test.each(Object.entries(quotients))('%s', (name, f) => {
    same((b, x) => f(b, at(x, 0), at(x, 1)), !/integer|shift/.test(name))
  })

  test('threefry', () => {
    same((b, x) => threefry(b, at(x, 0), [at(x, 1), at(x, 0)], { word: 1, upper: 0 }), false)
  })

  test('more masks than registers', () => {
    same((b, x) => {
      const [first, second] = [at(x, 0), at(x, 1)]
      const masks = Array.from({ length: 24 }, (_, i) => {
        const larger = b.binary('f32.lt', b.binary('f32.mul', first, b.f32(i - 11)), second)
        return b.let(i % 3 === 0 ? b.not(larger) : larger)
      })
      const other = (i: number): Vector => masks[(i * 7 + 5) % 24] ?? first
      const both = masks.map((mask, i) => {
        const op = (['and', 'or', 'xor'] as const)[i % 3] ?? 'and'
        return b.let(b.binary(op, mask, other(i)))
      })
      const chosen = both.map((mask, i) => b.select(mask, b.i32(1 << i), b.i32(i)))
      const kept = masks.map((mask, i) => b.binary('and', b.i32(3 << i), mask))
      return [...chosen, ...kept, ...masks].reduce((sum, each) => b.binary('i32.add', sum, each))
    }, true)
  })

  test('more values than registers', () => {
    same((b, x) => {
      const kept = Array.from({ length: 40 }, (_, i) => b.let(b.fma(at(x, 0), b.f32(i), at(x, 1))))
      const counted = Array.from({ length: 20 }, (_, i) => b.variable(b.mul(b.end, i + 1)))
      const sums = kept.map((value, i) => {
        const other = b.let({ k: 'splat', of: counted[i % 20] ?? b.end })
        const mask = b.binary('f32.lt', value, kept[39 - i] ?? value)
        const product = b.fma(value, kept[(i * 7) % 40] ?? value, kept[(i * 3) % 40] ?? value)
        return b.let(b.select(mask, product, b.unary('f32.fromI32', other)))
      })
      const quotients = counted.map((value, i) => {
        const divisor = counted[(i * 3) % 20] ?? b.end
        const mixed = b.scalar('sub', b.scalar('divS', value, 7), b.scalar('remS', value, divisor))
        const shifted = b.add(mixed, b.scalar('shrS', b.sub(0, value), b.scalar('and', value, 7)))
        return b.variable(b.add(b.scalar('ltS', shifted, divisor), shifted))
      })
      const words = quotients.reduce<Scalar>((sum, value) => b.add(b.mul(sum, 31), value), b.begin)
      const total = sums.reduce<Vector>((sum, value) => b.binary('f32.add', sum, value), b.f32(0))
      return b.binary('xor', total, { k: 'splat', of: words })
    }, true)
  })
})
