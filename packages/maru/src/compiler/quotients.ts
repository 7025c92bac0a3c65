/** Remainders, whole quotients, powers and shifts by variable amounts, in vector IR. */
import { halves, signed } from './approximate.ts'
import type { ShiftOp, Vector, VectorBuilder } from './vector.ts'

type Named = ReturnType<VectorBuilder['let']>

const INFINITY = Number.POSITIVE_INFINITY
/** Integers up to this are exact in float32. */
const EXACT = 2 ** 24

/** The quotient of int32 lanes toward zero, and the remainder; both 0 where the divisor is. */
function divide(
  b: VectorBuilder,
  dividend: Vector,
  divisor: Vector,
): { readonly quotient: Vector; readonly remainder: Named; readonly divisor: Named } {
  const [a, d] = [b.let(dividend), b.let(divisor)]
  const float = b.let(b.unary('f32.fromI32', d))
  const part = (of: Named): Named => {
    const ratio = b.binary('f32.div', b.unary('f32.fromI32', of), float)
    return b.let(b.unary('i32.fromF32', ratio))
  }
  const less = (from: Vector, times: Vector): Named =>
    b.let(b.binary('i32.sub', from, b.binary('i32.mul', times, d)))
  // float32 quotients of 31 bits leave at most some hundred divisors, those of that at most one
  const first = part(a)
  const rest = less(a, first)
  const second = part(rest)
  const near = less(rest, second)
  const step = b.let(b.binary('or', b.shift('i32.shrS', b.binary('xor', a, d), 31), b.i32(1)))
  const zero = b.i32(0)
  const isZero = b.binary('i32.eq', near, zero)
  const crossed = b.binary('i32.lt', b.binary('xor', near, a), zero)
  const tooFar = b.binary('and', b.not(isZero), crossed)
  const tooNear = b.not(b.binary('i32.ltU', magnitude(b, near), magnitude(b, d)))
  const correction = b.select(tooFar, negated(b, step), b.binary('and', tooNear, step))
  const fix = b.let(correction)
  const known = b.let(b.not(b.binary('i32.eq', d, zero)))
  const quotient = b.binary('i32.add', b.binary('i32.add', first, second), fix)
  return {
    quotient: b.binary('and', quotient, known),
    remainder: b.let(b.binary('and', less(near, fix), known)),
    divisor: d,
  }
}

function negated(b: VectorBuilder, x: Vector): Vector {
  return b.unary('i32.neg', x)
}

/** |x| as an unsigned number. */
function magnitude(b: VectorBuilder, x: Named): Vector {
  const sign = b.let(b.shift('i32.shrS', x, 31))
  return b.binary('i32.sub', b.binary('xor', x, sign), sign)
}

/** Remainder of int32 lanes with the sign of the dividend; 0 where the divisor is 0. */
export function integerFmod(b: VectorBuilder, x: Vector, y: Vector): Vector {
  return divide(b, x, y).remainder
}

/** Quotient of int32 lanes rounded down; 0 where the divisor is 0. */
export function integerFloorDivide(b: VectorBuilder, x: Vector, y: Vector): Vector {
  const { quotient, remainder, divisor } = divide(b, x, y)
  const opposite = b.binary('i32.lt', b.binary('xor', remainder, divisor), b.i32(0))
  const inexact = b.not(b.binary('i32.eq', remainder, b.i32(0)))
  // a mask is -1
  return b.binary('i32.add', quotient, b.binary('and', inexact, opposite))
}

interface Division {
  /** The quotient's size, rounded down. */
  readonly quotient: Named
  readonly remainder: Named
}

/** Division of the sizes a and d: exact while a/d ≤ 2^24; beyond, the remainder is 0. */
function divideSizes(b: VectorBuilder, a: Named, d: Named): Division {
  const zero = b.f32(0)
  const less = (from: Vector, s: Vector, t: Vector): Vector =>
    b.binary('f32.sub', from, b.binary('f32.mul', s, t))
  const ratio = b.let(b.unary('f32.floor', b.binary('f32.div', a, d)))
  const q = b.let(b.binary('f32.min', ratio, b.f32(EXACT)))
  const [q1, q2] = halves(b, q)
  const [d1, d2] = halves(b, d)
  // every product and, as the quotient is near, every difference is exact
  const near = b.let(less(less(less(less(a, q1, d1), q1, d2), q2, d1), q2, d2))
  const under = b.let(b.binary('f32.lt', near, zero))
  const raised = b.let(b.binary('f32.add', near, b.binary('and', under, d)))
  const over = b.let(b.binary('f32.le', d, raised))
  const found = b.let(b.binary('f32.sub', raised, b.binary('and', over, d)))
  const fix = b.binary('or', b.binary('and', under, b.f32(-1)), b.binary('and', over, b.f32(1)))
  const outside = b.binary('or', b.binary('f32.lt', found, zero), b.binary('f32.le', d, found))
  const smaller = b.binary('f32.lt', a, d)
  const remainder = b.select(smaller, a, b.select(outside, zero, found))
  const near24 = b.binary('f32.lt', ratio, b.f32(EXACT))
  const quotient = b.select(near24, b.binary('f32.add', q, fix), ratio)
  const defined = b.let(
    b.binary('and', b.binary('f32.lt', a, b.f32(INFINITY)), b.binary('f32.lt', zero, d)),
  )
  return {
    quotient: b.let(quotient),
    remainder: b.let(b.select(defined, remainder, b.f32(Number.NaN))),
  }
}

/**
 * Remainder of float32 lanes with the sign of the dividend: exact while |x/y| ≤ 2^24.
 *
 * Beyond, where neighbouring x are further apart than y, it is 0.
 */
export function fmod(b: VectorBuilder, x: Vector, y: Vector): Vector {
  const v = b.let(x)
  const divisor = b.let(b.unary('f32.abs', y))
  const { remainder } = divideSizes(b, b.let(b.unary('f32.abs', v)), divisor)
  return signed(b, remainder, v)
}

/** The largest integer not above x/y, exactly while |x/y| ≤ 2^24; x/y where y is 0. */
export function floorDivide(b: VectorBuilder, x: Vector, y: Vector): Vector {
  const [v, u] = [b.let(x), b.let(y)]
  const zero = b.f32(0)
  const divisor = b.let(b.unary('f32.abs', u))
  const { quotient, remainder } = divideSizes(b, b.let(b.unary('f32.abs', v)), divisor)
  const opposite = b.let(b.shift('i32.shrS', b.binary('xor', v, u), 31))
  const inexact = b.binary('f32.lt', zero, remainder)
  const down = b.binary('and', b.binary('and', opposite, inexact), b.f32(1))
  const value = signed(b, b.binary('f32.add', quotient, down), opposite)
  const isNumber = b.binary('f32.eq', remainder, remainder)
  const proper = b.select(isNumber, value, b.f32(Number.NaN))
  return b.select(b.binary('f32.eq', u, zero), b.binary('f32.div', v, u), proper)
}

/** xⁿ of int32 lanes modulo 2^32, by squaring; where n is negative, 1/xⁿ toward zero. */
export function integerPower(b: VectorBuilder, x: Vector, n: Vector): Vector {
  const base = b.let(x)
  const exponent = b.let(n)
  const result = variable(b, b.i32(1))
  const square = variable(b, base)
  const rest = variable(b, exponent)
  const one = b.i32(1)
  b.loop(b.variable(0), 31, 1, () => {
    const odd = b.binary('i32.eq', b.binary('and', rest, one), one)
    b.assign(result, b.select(odd, b.binary('i32.mul', result, square), result))
    b.assign(square, b.binary('i32.mul', square, square))
    b.assign(rest, b.shift('i32.shrS', rest, 1))
  })
  // 1/x is x for 1 and -1, so their powers are as those of |n|, which has n's parity
  const isUnit = b.binary('i32.eq', b.binary('i32.mul', base, base), one)
  const positive = b.binary('i32.eq', base, one)
  const even = b.binary('i32.eq', b.binary('and', exponent, one), b.i32(0))
  const unit = b.select(b.binary('or', positive, even), one, b.i32(-1))
  const small = b.binary('f32.eq', b.unary('f32.abs', b.unary('f32.fromI32', base)), b.f32(1))
  const inverse = b.binary('and', b.binary('and', isUnit, small), unit)
  return b.select(b.binary('i32.lt', exponent, b.i32(0)), inverse, result)
}

function variable(b: VectorBuilder, value: Vector): Named {
  return b.let(value.k === 'vget' ? b.binary('or', value, b.i32(0)) : value)
}

/** Shift of every lane by its own amount, one bit of the amount after the other; 0 … 31 only. */
function shiftBy(b: VectorBuilder, op: ShiftOp, x: Vector, by: Named): Vector {
  let value = b.let(x)
  for (let bit = 0; bit < 5; bit++) {
    const wanted = b.binary('and', by, b.i32(1 << bit))
    const keep = b.binary('i32.eq', wanted, b.i32(0))
    value = b.let(b.select(keep, value, b.shift(op, value, 1 << bit)))
  }
  return value
}

/** `x · 2^by` modulo 2^32; 0 where `by` is not within 0 … 31. */
export function shiftLeft(b: VectorBuilder, x: Vector, by: Vector): Vector {
  const amount = b.let(by)
  const inside = b.binary('i32.ltU', amount, b.i32(32))
  return b.binary('and', shiftBy(b, 'i32.shl', x, amount), inside)
}

/** `⌊x / 2^by⌋`; where `by` is not within 0 … 31, as for 31. */
export function shiftRight(b: VectorBuilder, x: Vector, by: Vector): Vector {
  const given = b.let(by)
  const inside = b.binary('i32.ltU', given, b.i32(32))
  return shiftBy(b, 'i32.shrS', x, b.let(b.select(inside, given, b.i32(31))))
}
