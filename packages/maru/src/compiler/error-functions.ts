/**
 * The complement of the error function and its inverse on float32 lanes, in the manner of
 * `elementary.ts`. Errors stated bound those of eight million numbers of all sizes.
 */
import { exactProduct, expInRange, polynomial, signed } from './approximate.ts'
import { erf, log } from './elementary.ts'
import type { Vector, VectorBuilder } from './vector.ts'

// (1 + 2x)·e^(x²)·erfc(x) in (x - 2)/(x + 2) for 0.6 ≤ x ≤ 10.2, error below 2^-27
const ERFC = [
  1.2769784, -0.092763826, -0.16602995, 0.16405018, -0.054224014, -0.008010503, 0.008723103,
  0.0011263434, -0.0013697068, -0.00014784336,
]

/**
 * Complement of the error function, 1 - erf(x) without cancellation, within 3.9 ulp; 0 above 10.06.
 *
 * @see Shepherd & Laframboise 1981, Math. Comp. 36, 249-253, for the variable of the far part
 */
export function erfc(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.binary('f32.min', b.unary('f32.abs', v), b.f32(10.19)))
  const { product, error } = exactProduct(b, size, size)
  const power = expInRange(b, b.let(b.unary('f32.neg', product)), 0, b.unary('f32.neg', error))
  const two = b.f32(2)
  const t = b.binary('f32.div', b.binary('f32.sub', size, two), b.binary('f32.add', size, two))
  const slope = b.binary('f32.div', polynomial(b, b.let(t), ERFC), b.fma(size, two, b.f32(1)))
  const far = b.let(b.binary('f32.mul', power, slope))
  const negative = b.binary('f32.lt', v, b.f32(0))
  const beyond = b.select(negative, b.binary('f32.sub', two, far), far)
  const near = b.binary('f32.sub', b.f32(1), erf(b, v))
  return b.select(b.binary('f32.lt', size, b.f32(0.6)), near, beyond)
}

// erfinv(x)/x in w - 2.5 for w = -log(1 - x²) ≤ 5, and in √w - 3 beyond; errors below 2^-24 and 2^-23
const NEAR = [
  1.5014094, 0.24664028, -0.0041776686, -0.0012527556, 0.00021857733, -4.9434607e-6, -3.5236321e-6,
  4.5993218e-7, 2.8182697e-8, -8.234308e-9,
]
const FAR = [
  2.832977, 1.0016748, 0.009434448, -0.0076308334, 0.005770121, -0.0036437963, 0.0012796456,
  7.1435985e-5, -0.00014891088,
]

/**
 * Inverse of the error function, within 3 ulp; ±∞ at ±1, NaN beyond.
 *
 * @see Giles 2012, GPU Computing Gems Jade, chapter 10, for the form
 */
export function erfinv(b: VectorBuilder, x: Vector): Vector {
  const v = b.let(x)
  const size = b.let(b.unary('f32.abs', v))
  const one = b.f32(1)
  const rest = b.binary('f32.mul', b.binary('f32.sub', one, size), b.binary('f32.add', one, size))
  const w = b.let(b.unary('f32.neg', log(b, rest)))
  const near = polynomial(b, b.let(b.binary('f32.sub', w, b.f32(2.5))), NEAR)
  const root = b.let(b.binary('f32.sub', b.unary('f32.sqrt', w), b.f32(3)))
  const ratio = b.select(b.binary('f32.lt', w, b.f32(5)), near, polynomial(b, root, FAR))
  const value = b.binary('f32.mul', size, ratio)
  const atOne = b.binary('f32.eq', size, one)
  return signed(b, b.select(atOne, b.f32(Number.POSITIVE_INFINITY), value), v)
}
