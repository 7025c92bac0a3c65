/** Dtypes of fewer than 32 bits in 32-bit lanes: how they are read, kept to their values, and written. */
import type { DType } from '../base/dtype.ts'
import { powerOfTwo } from '../base/float.ts'
import type { Vector, VectorBuilder } from './vector.ts'

const SIGN = -0x80000000
const EXPONENT = 0x7f800000
/** Between the exponents' biases of float32 and float16. */
const REBIAS = powerOfTwo(112)

/** Lanes of what was read from memory: bools as masks, 16-bit floats as float32. */
export function fromElement(b: VectorBuilder, loaded: Vector, dtype: DType): Vector {
  switch (dtype) {
    case 'bool':
      return b.unary('i32.neg', loaded)
    case 'int8':
      return b.shift('i32.shrS', b.shift('i32.shl', loaded, 24), 24)
    case 'bfloat16':
      return b.shift('i32.shl', loaded, 16)
    case 'float16':
      return fromFloat16(b, loaded)
    default:
      return loaded
  }
}

/** What is written to memory of a value of the dtype, in the low bits of each lane. */
export function toElement(b: VectorBuilder, value: Vector, dtype: DType): Vector {
  switch (dtype) {
    case 'bool':
      return b.binary('and', value, b.i32(1))
    case 'bfloat16':
      return b.shift('i32.shrU', value, 16)
    case 'float16':
      return toFloat16(b, value)
    default:
      return value
  }
}

/** The value of the dtype for what 32 bits have computed: bytes wrap, 16-bit floats round to nearest even. */
export function settle(b: VectorBuilder, value: Vector, dtype: DType): Vector {
  switch (dtype) {
    case 'uint8':
      return b.binary('and', value, b.i32(255))
    case 'int8':
      return b.shift('i32.shrS', b.shift('i32.shl', value, 24), 24)
    case 'bfloat16':
      return roundToBfloat16(b, value)
    case 'float16':
      return roundToFloat16(b, value)
    default:
      return value
  }
}

/** The bits in float32's places, then the exponent's bias in one product; subnormal numbers come out normal. */
function fromFloat16(b: VectorBuilder, loaded: Vector): Vector {
  const bits = b.let(loaded)
  const size = b.let(b.binary('and', bits, b.i32(0x7fff)))
  const number = b.binary('f32.mul', b.shift('i32.shl', size, 13), b.f32(REBIAS))
  const special = b.binary('and', b.binary('i32.lt', b.i32(0x7bff), size), b.i32(EXPONENT))
  const sign = b.binary('and', b.shift('i32.shl', bits, 16), b.i32(SIGN))
  return b.binary('or', b.binary('or', number, special), sign)
}

/** Of a float32 that is a float16's value. */
function toFloat16(b: VectorBuilder, value: Vector): Vector {
  const x = b.let(value)
  // one more than the largest exponent stands for infinity; NaN stays NaN
  const size = b.binary('f32.min', b.unary('f32.abs', x), b.f32(65536))
  const rebiased = b.binary('f32.mul', size, b.f32(1 / REBIAS))
  const bits = b.binary('and', b.shift('i32.shrU', rebiased, 13), b.i32(0x7fff))
  const sign = b.binary('and', b.shift('i32.shrU', x, 16), b.i32(0x8000))
  return b.binary('or', bits, sign)
}

/** Adding 2^13 times its power of two leaves ten bits of the fraction; subnormal numbers share the least. */
function roundToFloat16(b: VectorBuilder, value: Vector): Vector {
  const x = b.let(value)
  const size = b.let(b.unary('f32.abs', x))
  const exponent = b.binary('and', size, b.i32(EXPONENT))
  const least = b.i32((127 - 14) << 23)
  const most = b.i32((127 + 16) << 23)
  const bounded = b.binary('i32.min', b.binary('i32.max', exponent, least), most)
  const large = b.let(b.binary('i32.add', bounded, b.i32(13 << 23)))
  const rounded = b.let(b.binary('f32.sub', b.binary('f32.add', size, large), large))
  const over = b.binary('f32.lt', b.f32(65504), rounded)
  const kept = b.select(over, b.f32(Number.POSITIVE_INFINITY), rounded)
  return b.binary('or', kept, b.binary('and', x, b.i32(SIGN)))
}

/** Half a unit, less one unless that makes it even, then cut off; a carry goes where it should. */
function roundToBfloat16(b: VectorBuilder, value: Vector): Vector {
  const x = b.let(value)
  const odd = b.binary('and', b.shift('i32.shrU', x, 16), b.i32(1))
  const raised = b.binary('i32.add', b.binary('i32.add', x, b.i32(0x7fff)), odd)
  const cut = b.binary('and', raised, b.i32(0xffff0000 | 0))
  return b.select(b.binary('f32.eq', x, x), cut, b.f32(Number.NaN))
}
