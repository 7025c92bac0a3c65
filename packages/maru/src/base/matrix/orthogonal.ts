/** Reflections and rotations of lines of numbers, and the factorisations made of them. */

/** Σ x[i]·y[i] of lines of a length. */
export function dot(
  x: Float64Array,
  fromX: number,
  y: Float64Array,
  fromY: number,
  length: number,
): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += (x[fromX + i] as number) * (y[fromY + i] as number)
  return sum
}

/** y += factor · x for lines of a length. */
export function addScaled(
  factor: number,
  x: Float64Array,
  fromX: number,
  y: Float64Array,
  fromY: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    y[fromY + i] = (y[fromY + i] as number) + factor * (x[fromX + i] as number)
  }
}

/** Row a becomes c·a − s·b, row b becomes s·a + c·b. */
export function rotateRows(
  rows: Float64Array,
  a: number,
  b: number,
  length: number,
  c: number,
  s: number,
): void {
  for (let i = 0, p = a * length, q = b * length; i < length; i++, p++, q++) {
    const [x, y] = [rows[p] as number, rows[q] as number]
    rows[p] = c * x - s * y
    rows[q] = s * x + c * y
  }
}

/**
 * Turns a line x into v, with v[0] = 1, of the reflection I − τ·v·vᵀ that takes x to (β, 0, …, 0).
 *
 * As in LAPACK, β has the other sign than x[0], and a line that is already so is left alone.
 */
export function reflection(
  line: Float64Array,
  from: number,
  length: number,
): { readonly beta: number; readonly tau: number } {
  const alpha = line[from] as number
  const rest = dot(line, from + 1, line, from + 1, length - 1)
  line[from] = 1
  if (rest === 0) return { beta: alpha, tau: 0 }
  const norm = Math.sqrt(alpha * alpha + rest)
  const beta = alpha > 0 ? -norm : norm
  for (let i = from + 1; i < from + length; i++) line[i] = (line[i] as number) / (alpha - beta)
  return { beta, tau: (beta - alpha) / beta }
}

/** Applies a reflection to another line. */
function reflect(
  tau: number,
  v: Float64Array,
  fromV: number,
  line: Float64Array,
  from: number,
  length: number,
): void {
  if (tau !== 0) {
    addScaled(-tau * dot(v, fromV, line, from, length), v, fromV, line, from, length)
  }
}

/** A = Q·R, or with its columns in another order. */
export interface Orthogonal {
  /** The n columns of Q, one after the other. */
  readonly q: Float64Array
  /** The rows of the upper triangular R. */
  readonly r: Float64Array
  /** Column j of Q·R is column `order[j]` of A. */
  readonly order: Int32Array
}

/**
 * Householder's factorisation of n columns of length m ≥ n, which are overwritten. With `pivot` the
 * longest of the columns left is next, so that the diagonal of R falls.
 *
 * @see Golub & Van Loan 2013, Matrix Computations, 5.2 and 5.4
 */
export function orthogonalise(
  columns: Float64Array,
  n: number,
  m: number,
  pivot = false,
): Orthogonal {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  const r = new Float64Array(n * n)
  const taus = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    if (pivot) bringLongest(columns, n, m, k, order)
    const from = k * m + k
    const { beta, tau } = reflection(columns, from, m - k)
    taus[k] = tau
    for (let j = k + 1; j < n; j++) reflect(tau, columns, from, columns, j * m + k, m - k)
    // what lies above the vector of the reflection is R's
    for (let i = 0; i < k; i++) r[i * n + k] = columns[k * m + i] as number
    r[k * n + k] = beta
  }
  const q = new Float64Array(n * m)
  for (let j = 0; j < n; j++) {
    q[j * m + j] = 1
    for (let k = j; k >= 0; k--) {
      reflect(taus[k] as number, columns, k * m + k, q, j * m + k, m - k)
    }
  }
  return { q, r, order }
}

/** Exchanges column k with the longest of those from k on, counted from row k. */
function bringLongest(
  columns: Float64Array,
  n: number,
  m: number,
  k: number,
  order: Int32Array,
): void {
  let longest = k
  let most = -1
  for (let j = k; j < n; j++) {
    const size = dot(columns, j * m + k, columns, j * m + k, m - k)
    if (size <= most) continue
    longest = j
    most = size
  }
  if (longest === k) return
  const kept = columns.slice(k * m, (k + 1) * m)
  columns.copyWithin(k * m, longest * m, (longest + 1) * m)
  columns.set(kept, longest * m)
  const place = order[k] as number
  order[k] = order[longest] as number
  order[longest] = place
}
