/** 16-bit floats: every pattern of bits, and the rounding between each two neighbours. */
import { describe, expect, test } from 'vitest'
import { dtypes } from '../../src/base/dtype.ts'
import { Stream } from '../../src/base/threefry.ts'
import { fromElement, settle, toElement } from '../../src/compiler/narrow.ts'
import { apply, missing } from '../native/both.ts'

const machines = missing ? (['wasm'] as const) : (['wasm', 'native'] as const)
const halves = ['float16', 'bfloat16'] as const

const patterns = Int32Array.from({ length: 0x10000 }, (_, i) => i)

function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer)
}

function floatsOf(bits: Int32Array): Float32Array {
  return new Float32Array(bits.buffer, bits.byteOffset, bits.length)
}

/** Floats around and between neighbours, and others of every size. */
function samples(dtype: (typeof halves)[number]): Float32Array {
  const { value } = dtypes[dtype].bits!
  const found: number[] = []
  const infinite = dtype === 'float16' ? 0x7c00 : 0x7f80
  for (let bits = 0; bits < infinite; bits++) {
    const [low, high] = [value(bits), bits + 1 < infinite ? value(bits + 1) : 2 * value(bits)]
    const middle = Math.fround((low + high) / 2)
    const word = bitsOf(Float32Array.of(middle))[0]!
    const [below, above] = floatsOf(Int32Array.of(word - 1, word + 1))
    found.push(low, middle, below!, above!, -middle, -below!, -above!)
  }
  const stream = new Stream(5, dtype)
  const random = Int32Array.from({ length: 4096 }, () => stream.bits())
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: nan } = Number
  return Float32Array.from([
    ...found,
    ...floatsOf(random),
    -0,
    POSITIVE_INFINITY,
    NEGATIVE_INFINITY,
    nan,
  ])
}

describe.each(halves)('%s', (dtype) => {
  const { of, value } = dtypes[dtype].bits!

  test('every pattern of bits is the pattern of its value', () => {
    const wrong = patterns.filter((bits) => !Number.isNaN(value(bits)) && of(value(bits)) !== bits)
    expect([...wrong]).toEqual([])
    expect(Number.isNaN(value(of(Number.NaN)))).toBe(true)
  })

  test('what lies between two neighbours goes to the nearer, halfway to the even one', () => {
    const infinite = of(Number.POSITIVE_INFINITY)
    const wrong = patterns.subarray(0, infinite - 1).filter((bits) => {
      const [low, high] = [value(bits), value(bits + 1)]
      const middle = (low + high) / 2
      if (of(middle) !== (bits % 2 === 0 ? bits : bits + 1)) return true
      const near = (high - low) / 64
      // float32 itself has nothing there
      if (Math.fround(middle + near) === middle) return false
      return of(middle - near) !== bits || of(middle + near) !== bits + 1
    })
    expect([...wrong]).toEqual([])
  })

  test.each(machines)('%s reads every pattern', (machine) => {
    const read = floatsOf(apply(machine, (b, [x]) => fromElement(b, x!, dtype), [patterns]))
    const wrong = patterns.filter((bits) => !Object.is(read[bits], value(bits)))
    expect([...wrong]).toEqual([])
  })

  test.each(machines)('%s rounds and writes', (machine) => {
    const inputs = samples(dtype)
    const rounded = apply(machine, (b, [x]) => settle(b, x!, dtype), [bitsOf(inputs)])
    const written = apply(machine, (b, [x]) => toElement(b, x!, dtype), [rounded])
    const got = floatsOf(rounded)
    const wrong = inputs.filter((input, i) => {
      if (!Object.is(got[i], value(of(input)))) return true
      return Number.isNaN(input) ? !Number.isNaN(value(written[i]!)) : written[i] !== of(input)
    })
    expect([...wrong]).toEqual([])
  })
})
