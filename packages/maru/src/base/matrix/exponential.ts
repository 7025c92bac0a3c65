/** The exponential of a square matrix. */
import { exponentOf, scale } from '../float.ts'
import { Factors } from './factor.ts'
import { addScaled } from './orthogonal.ts'

/** Numerator of Padé's approximant of degree 13, constant first. */
const PADE = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
  10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
] as const

/** Norm up to which the approximant is good to the last bit. */
const REACH = 5.371920351148152

/**
 * eᴬ by scaling, Padé's approximant and squaring; NaN where an element is not finite.
 *
 * @see Higham 2005, SIAM J. Matrix Anal. Appl. 26, 1179-1193
 */
export function exponential(a: Float64Array, n: number): Float64Array {
  const norm = largestColumn(a, n)
  if (!Number.isFinite(norm)) return a.fill(Number.NaN)
  const squarings = norm > REACH ? exponentOf(norm / REACH) + 1 : 0
  const x = a.map((value) => scale(value, -squarings))
  let result = approximant(x, n)
  for (let i = 0; i < squarings; i++) result = product(result, result, n)
  return result
}

function largestColumn(a: Float64Array, n: number): number {
  let most = 0
  for (let j = 0; j < n; j++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += Math.abs(a[i * n + j] as number)
    if (!(sum <= most)) most = sum
  }
  return most
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) addScaled(a[i * n + k] as number, b, k * n, result, i * n, n)
  }
  return result
}

/** (V − U)⁻¹·(V + U), where U holds the odd terms and V the even ones. */
function approximant(a: Float64Array, n: number): Float64Array {
  const two = product(a, a, n)
  const four = product(two, two, n)
  const six = product(two, four, n)
  const sum = (...terms: readonly (readonly [number, Float64Array])[]): Float64Array => {
    const result = new Float64Array(n * n)
    for (const [factor, term] of terms) addScaled(factor, term, 0, result, 0, n * n)
    return result
  }
  const one = new Float64Array(n * n)
  for (let i = 0; i < n; i++) one[i * (n + 1)] = 1
  const part = (odd: 0 | 1): Float64Array => {
    const at = (degree: number): number => PADE[degree + odd] as number
    const high = product(six, sum([at(12), six], [at(10), four], [at(8), two]), n)
    return sum([1, high], [at(6), six], [at(4), four], [at(2), two], [at(0), one])
  }
  const u = product(a, part(1), n)
  const v = part(0)
  return new Factors(sum([1, v], [-1, u]), n).solve(sum([1, v], [1, u]), n)
}
