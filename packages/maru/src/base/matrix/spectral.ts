/** Eigenvalues of symmetric matrices, and singular values of all. */
import { exponentOf, scale } from '../float.ts'
import { addScaled, dot, orthogonalise, reflection, rotateRows } from './orthogonal.ts'

const EPSILON = Number.EPSILON
/** Steps for one eigenvalue, and sweeps of rotations; a handful is usual. */
const MOST_STEPS = 60

/** Scales so that the largest element is near 1, and squares neither overflow nor vanish; returns the exponent. */
function normalise(a: Float64Array): number | undefined {
  let top = 0
  for (const value of a) {
    if (!Number.isFinite(value)) return undefined
    top = Math.max(top, Math.abs(value))
  }
  if (top === 0) return 0
  const exponent = exponentOf(top)
  for (let i = 0; i < a.length; i++) a[i] = scale(a[i] as number, -exponent)
  return exponent
}

function unknown(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN)
}

/** √(a² + b²) without overflow. */
function hypotenuse(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)]
  const [long, short] = x > y ? [x, y] : [y, x]
  if (long === 0) return 0
  const ratio = short / long
  return long * Math.sqrt(1 + ratio * ratio)
}

/** The rows in another order. */
function reordered(rows: Float64Array, order: readonly number[], length: number): Float64Array {
  const result = new Float64Array(rows.length)
  order.forEach((from, to) => {
    result.set(rows.subarray(from * length, (from + 1) * length), to * length)
  })
  return result
}

/** A = Σ values[i]·vᵢ·vᵢᵀ with the eigenvectors vᵢ as rows. */
export interface Eigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/**
 * Eigenvalues in ascending order, and eigenvectors, of a symmetric matrix whose lower half is read;
 * NaN where an element is not finite. The array is overwritten.
 *
 * Householder's reduction to a tridiagonal matrix, then implicit QL steps.
 *
 * @see Bowdler, Martin, Reinsch & Wilkinson 1968, Numerische Mathematik 11, 293-306
 */
export function symmetricEigen(a: Float64Array, n: number): Eigen {
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i] as number
  }
  const exponent = normalise(a)
  if (exponent === undefined) return { values: unknown(n), vectors: unknown(n * n) }
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)]
  const vectors = tridiagonalise(a, n, diagonal, beside)
  if (!diagonalise(diagonal, beside, vectors, n)) {
    return { values: unknown(n), vectors: unknown(n * n) }
  }
  const order = Array.from(diagonal.keys())
  order.sort((i, j) => (diagonal[i] as number) - (diagonal[j] as number) || i - j)
  const values = Float64Array.from(order, (i) => scale(diagonal[i] as number, exponent))
  return { values, vectors: reordered(vectors, order, n) }
}

/** Fills the diagonal and what is beside it; returns the transpose of the orthogonal matrix. */
function tridiagonalise(
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  beside: Float64Array,
): Float64Array {
  const taus = new Float64Array(n)
  const w = new Float64Array(n)
  for (let k = 0; k < n - 1; k++) {
    const [first, length] = [k + 1, n - k - 1]
    const v = k * n + first
    const { beta, tau } = reflection(a, v, length)
    beside[k] = beta
    taus[k] = tau
    if (tau === 0) continue
    for (let i = first; i < n; i++) w[i] = tau * dot(a, i * n + first, a, v, length)
    addScaled((-tau / 2) * dot(w, first, a, v, length), a, v, w, first, length)
    for (let i = first; i < n; i++) {
      const row = i * n + first
      addScaled(-(a[v + i - first] as number), w, first, a, row, length)
      addScaled(-(w[i] as number), a, v, a, row, length)
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * (n + 1)] as number
  const rows = new Float64Array(n * n)
  for (let i = 0; i < n; i++) rows[i * (n + 1)] = 1
  for (let k = n - 2; k >= 0; k--) {
    const [first, length] = [k + 1, n - k - 1]
    const v = k * n + first
    for (let i = first; i < n; i++) {
      const row = i * n + first
      addScaled(-(taus[k] as number) * dot(rows, row, a, v, length), a, v, rows, row, length)
    }
  }
  return rows
}

/** QL steps until nothing is left beside the diagonal; the rows turn into eigenvectors. */
function diagonalise(d: Float64Array, e: Float64Array, rows: Float64Array, n: number): boolean {
  for (let l = 0; l < n; l++) {
    for (let steps = 0; ; steps++) {
      let m = l
      while (m < n - 1 && !isNegligible(d, e, m)) m++
      if (m === l) break
      if (steps === MOST_STEPS) return false
      step(d, e, rows, n, l, m)
    }
  }
  return true
}

function isNegligible(d: Float64Array, e: Float64Array, m: number): boolean {
  const size = Math.abs(d[m] as number) + Math.abs(d[m + 1] as number)
  return Math.abs(e[m] as number) <= EPSILON * size
}

/** One implicit QL step, shifted by Wilkinson's choice, on the block from l to m. */
function step(
  d: Float64Array,
  e: Float64Array,
  rows: Float64Array,
  n: number,
  l: number,
  m: number,
): void {
  const lead = ((d[l + 1] as number) - (d[l] as number)) / (2 * (e[l] as number))
  const root = hypotenuse(lead, 1)
  let g = (d[m] as number) - (d[l] as number)
  g += (e[l] as number) / (lead + (lead >= 0 ? root : -root))
  let [s, c, p] = [1, 1, 0]
  for (let i = m - 1; i >= l; i--) {
    const f = s * (e[i] as number)
    const b = c * (e[i] as number)
    const r = hypotenuse(f, g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1] = (d[i + 1] as number) - p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = (d[i + 1] as number) - p
    const t = ((d[i] as number) - g) * s + 2 * c * b
    p = s * t
    d[i + 1] = g + p
    g = c * t - b
    rotateRows(rows, i, i + 1, n, c, s)
  }
  d[l] = (d[l] as number) - p
  e[l] = g
  e[m] = 0
}

/** A = Σ s[i]·uᵢ·vᵢᵀ with the uᵢ and the vᵢ as rows. */
export interface Singular {
  readonly u: Float64Array
  readonly s: Float64Array
  readonly v: Float64Array
}

/**
 * Singular values in descending order, and singular vectors, of an m × n matrix; NaN where an element
 * is not finite. Values of 0 have orthonormal vectors like the others.
 *
 * A factorisation with pivoted columns, then rotations of R's rows until they are orthogonal.
 *
 * @see Drmač & Veselić 2008, SIAM J. Matrix Anal. Appl. 29, 1322-1342
 */
export function singular(a: Float64Array, m: number, n: number): Singular {
  if (m < n) {
    const { u, s, v } = singular(transposed(a, m, n), n, m)
    return { u: v, s, v: u }
  }
  const columns = transposed(a, m, n)
  const exponent = normalise(columns)
  if (exponent === undefined) {
    return { u: unknown(n * m), s: unknown(n), v: unknown(n * n) }
  }
  const { q, r, order } = orthogonalise(columns, n, m, true)
  const turns = new Float64Array(n * n)
  for (let i = 0; i < n; i++) turns[i * (n + 1)] = 1
  rotateUntilOrthogonal(r, turns, n)
  const sizes = Array.from({ length: n }, (_, i) => Math.sqrt(dot(r, i * n, r, i * n, n)))
  const ranks = Array.from(sizes.keys())
  ranks.sort((i, j) => (sizes[j] as number) - (sizes[i] as number) || i - j)
  const u = new Float64Array(n * m)
  const v = new Float64Array(n * n)
  ranks.forEach((from, to) => {
    for (let k = 0; k < n; k++) {
      addScaled(turns[from * n + k] as number, q, k * m, u, to * m, m)
      const place = order[k] as number
      v[to * n + place] = (r[from * n + k] as number) / ((sizes[from] as number) || 1)
    }
  })
  complete(v, n, sizes.filter((size) => size > 0).length)
  return { u, s: Float64Array.from(ranks, (i) => scale(sizes[i] as number, exponent)), v }
}

/** The n × m transpose of m rows. */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j] as number
  }
  return result
}

/** Sweeps of rotations over all pairs of rows; `turns` collects them. */
function rotateUntilOrthogonal(rows: Float64Array, turns: Float64Array, n: number): void {
  const bound = EPSILON * Math.sqrt(n)
  for (let sweep = 0, turned = true; turned && sweep < MOST_STEPS; sweep++) {
    turned = false
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const a = dot(rows, p * n, rows, p * n, n)
        const b = dot(rows, q * n, rows, q * n, n)
        const both = dot(rows, p * n, rows, q * n, n)
        if (!(Math.abs(both) > bound * Math.sqrt(a) * Math.sqrt(b))) continue
        turned = true
        const zeta = (b - a) / (2 * both)
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + hypotenuse(1, zeta))
        const c = 1 / Math.sqrt(1 + t * t)
        rotateRows(rows, p, q, n, c, c * t)
        rotateRows(turns, p, q, n, c, c * t)
      }
    }
  }
}

/** Fills rows from `rank` on so that all n are orthonormal. */
function complete(rows: Float64Array, n: number, rank: number): void {
  for (let next = rank; next < n; next++) {
    // the axis that the rows so far reach least
    let [axis, least] = [0, Number.POSITIVE_INFINITY]
    for (let k = 0; k < n; k++) {
      let reach = 0
      for (let i = k; i < next * n; i += n) reach += (rows[i] as number) * (rows[i] as number)
      if (reach < least) [axis, least] = [k, reach]
    }
    const at = next * n
    rows.fill(0, at, at + n)
    rows[at + axis] = 1
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < next; i++) {
        addScaled(-dot(rows, i * n, rows, at, n), rows, i * n, rows, at, n)
      }
      const size = Math.sqrt(dot(rows, at, rows, at, n))
      for (let k = at; k < at + n; k++) rows[k] = (rows[k] as number) / size
    }
  }
}
