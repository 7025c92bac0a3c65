/** The 16-bit floats: what their bits mean, and the nearest bits of a number, ties to even. */
import { powerOfTwo } from './float.ts'

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

/** Bits of the value as float32; every conversion from a wider number goes through it, as in PyTorch. */
function bitsOf(value: number): number {
  float[0] = value
  return word[0] ?? 0
}

function fromBits(bits: number): number {
  word[0] = bits
  return float[0] ?? 0
}

const SUBNORMAL = powerOfTwo(-24)
const SMALLEST_NORMAL = powerOfTwo(-14)
/** From here on the nearest float16 is infinite. */
const OVERFLOW = 65520
/** What float32's exponents are biased more, in place. */
const REBIAS = 112 << 23
/** Adding it leaves no room for a fraction. */
const WHOLE = powerOfTwo(52)

/** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
export function float16Bits(value: number): number {
  const bits = bitsOf(value)
  const size = bits & 0x7fffffff
  const sign = (bits >>> 16) & 0x8000
  const magnitude = fromBits(size)
  if (Number.isNaN(magnitude)) return sign | 0x7e00
  if (magnitude >= OVERFLOW) return sign | 0x7c00
  if (magnitude < SMALLEST_NORMAL) return sign | (magnitude / SUBNORMAL + WHOLE - WHOLE)
  return sign | ((size - REBIAS + 0xfff + ((size >>> 13) & 1)) >>> 13)
}

export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * SUBNORMAL
  if (exponent < 31) return sign * fromBits((exponent + 112) * 0x800000 + fraction * 0x2000)
  return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
}

/** The upper half of a float32: 8 bits of exponent, 7 of fraction. */
export function bfloat16Bits(value: number): number {
  const bits = bitsOf(value)
  if (Number.isNaN(value)) return 0x7fc0
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

export function fromBfloat16Bits(bits: number): number {
  return fromBits((bits << 16) >>> 0)
}
