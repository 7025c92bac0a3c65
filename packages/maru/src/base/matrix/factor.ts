/** Triangular factors of square matrices, in place; rows lie one after the other. */

/**
 * The lower L of A = L·Lᵀ over A, of which the lower half is read; false if there is none.
 *
 * @see Golub & Van Loan 2013, Matrix Computations, 4.2
 */
export function cholesky(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const row = i * n
    for (let j = 0; j <= i; j++) {
      let sum = a[row + j] as number
      for (let k = 0; k < j; k++) sum -= (a[row + k] as number) * (a[j * n + k] as number)
      if (j < i) a[row + j] = sum / (a[j * n + j] as number)
      else if (sum > 0) a[row + j] = Math.sqrt(sum)
      else return false
    }
    a.fill(0, row + i + 1, row + n)
  }
  return true
}

/** P·A = L·U over A, with the largest element of each column as its pivot. */
export class Factors {
  readonly #lu: Float64Array
  readonly #n: number
  /** Row i of the factors is row `#order[i]` of A. */
  readonly #order: Int32Array
  readonly #sign: number

  /** The array becomes that of the factors. */
  constructor(a: Float64Array, n: number) {
    this.#lu = a
    this.#n = n
    this.#order = Int32Array.from({ length: n }, (_, i) => i)
    let sign = 1
    for (let k = 0; k < n; k++) {
      if (this.#bringPivot(k)) sign = -sign
      this.#eliminate(k)
    }
    this.#sign = sign
  }

  /** Exchanges row k with the one whose element in column k is largest; true if they differ. */
  #bringPivot(k: number): boolean {
    const [lu, n, order] = [this.#lu, this.#n, this.#order]
    let top = k
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(lu[i * n + k] as number) > Math.abs(lu[top * n + k] as number)) top = i
    }
    if (top === k) return false
    for (let j = 0; j < n; j++) {
      const kept = lu[k * n + j] as number
      lu[k * n + j] = lu[top * n + j] as number
      lu[top * n + j] = kept
    }
    const kept = order[k] as number
    order[k] = order[top] as number
    order[top] = kept
    return true
  }

  #eliminate(k: number): void {
    const [lu, n] = [this.#lu, this.#n]
    const pivot = lu[k * n + k] as number
    if (pivot === 0) return
    for (let i = k + 1; i < n; i++) {
      const factor = (lu[i * n + k] as number) / pivot
      lu[i * n + k] = factor
      if (factor === 0) continue
      for (let j = k + 1; j < n; j++) {
        lu[i * n + j] = (lu[i * n + j] as number) - factor * (lu[k * n + j] as number)
      }
    }
  }

  /** Pivots in order. */
  pivots(): Float64Array {
    return Float64Array.from({ length: this.#n }, (_, i) => this.#lu[i * (this.#n + 1)] as number)
  }

  /** Determinant of P. */
  get sign(): number {
    return this.#sign
  }

  /** X of A·X = B, with m columns; NaN where A has no inverse. */
  solve(b: Float64Array, m: number): Float64Array {
    const [lu, n, order] = [this.#lu, this.#n, this.#order]
    const x = new Float64Array(n * m)
    if (this.pivots().includes(0)) return x.fill(Number.NaN)
    for (let i = 0; i < n; i++) {
      const from = (order[i] as number) * m
      x.set(b.subarray(from, from + m), i * m)
    }
    solveTriangular(lu, n, x, m, { upper: false, transpose: false, unitriangular: true })
    solveTriangular(lu, n, x, m, { upper: true, transpose: false, unitriangular: false })
    return x
  }
}

/** Which half of a matrix counts, and how. */
export interface Triangle {
  readonly upper: boolean
  /** Solve with the transpose. */
  readonly transpose: boolean
  /** The diagonal is taken for ones. */
  readonly unitriangular: boolean
}

/** X of A·X = B, or Aᵀ·X = B, over B, for a triangular A and m columns. */
export function solveTriangular(
  a: Float64Array,
  n: number,
  b: Float64Array,
  m: number,
  { upper, transpose, unitriangular }: Triangle,
): void {
  const [rowStep, step] = transpose ? [1, n] : [n, 1]
  const fromEnd = upper !== transpose
  for (let count = 0; count < n; count++) {
    const i = fromEnd ? n - 1 - count : count
    const [first, last] = fromEnd ? [i + 1, n] : [0, i]
    for (let k = first; k < last; k++) {
      const factor = a[i * rowStep + k * step] as number
      for (let j = 0; j < m; j++) {
        b[i * m + j] = (b[i * m + j] as number) - factor * (b[k * m + j] as number)
      }
    }
    if (unitriangular) continue
    const pivot = a[i * (n + 1)] as number
    for (let j = i * m; j < (i + 1) * m; j++) b[j] = (b[j] as number) / pivot
  }
}
