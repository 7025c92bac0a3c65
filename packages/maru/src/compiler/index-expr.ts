/** Symbolic index arithmetic: affine in loop variables, with floor-quotients where a reshape needs them. */
import type { IndexAlgebra } from '../graph/indexing.ts'

/** `⌊of / divisor⌋`, opaque to further simplification. */
export interface Quotient {
  readonly of: IndexExpr
  readonly divisor: number
}

export interface Term {
  /** Loop variable number, or a quotient. */
  readonly atom: number | Quotient
  readonly factor: number
  /** Identity of the atom. */
  readonly key: string
}

/** `constant + Σ factor · atom`, terms ordered by key. */
export interface IndexExpr {
  readonly constant: number
  readonly terms: readonly Term[]
}

export const zero: IndexExpr = { constant: 0, terms: [] }

export function variable(index: number): IndexExpr {
  return { constant: 0, terms: [{ atom: index, factor: 1, key: `v${index}` }] }
}

export function keyOf(expr: IndexExpr): string {
  return `${expr.constant}${expr.terms.map(({ factor, key }) => `+${factor}${key}`).join('')}`
}

/** Factor of a loop variable in the affine part. */
export function factorOf(expr: IndexExpr, index: number): number {
  return expr.terms.find(({ atom }) => atom === index)?.factor ?? 0
}

/** Whether the expression changes with a loop variable, inside quotients too. */
export function mentions(expr: IndexExpr, index: number): boolean {
  return expr.terms.some(({ atom }) =>
    typeof atom === 'number' ? atom === index : mentions(atom.of, index),
  )
}

/** Whether the variable occurs inside a quotient, so that steps along it are not constant. */
export function mentionsInQuotient(expr: IndexExpr, index: number): boolean {
  return expr.terms.some(({ atom }) => typeof atom !== 'number' && mentions(atom.of, index))
}

function combine(a: IndexExpr, b: IndexExpr): IndexExpr {
  const terms = new Map<string, Term>()
  for (const term of [...a.terms, ...b.terms]) {
    const known = terms.get(term.key)
    terms.set(term.key, known ? { ...term, factor: known.factor + term.factor } : term)
  }
  const kept = [...terms.values()].filter(({ factor }) => factor !== 0)
  kept.sort((x, y) => (x.key < y.key ? -1 : 1))
  return { constant: a.constant + b.constant, terms: kept }
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : gcd(b, a % b)
}

/** Index algebra over loop variables of known extents. */
export class Affine implements IndexAlgebra<IndexExpr> {
  readonly #extents: readonly number[]

  constructor(extents: readonly number[]) {
    this.#extents = extents
  }

  constant(value: number): IndexExpr {
    return { constant: value, terms: [] }
  }

  add(a: IndexExpr, b: IndexExpr): IndexExpr {
    return combine(a, b)
  }

  scale(a: IndexExpr, factor: number): IndexExpr {
    if (factor === 0) return zero
    return {
      constant: a.constant * factor,
      terms: a.terms.map((term) => ({ ...term, factor: term.factor * factor })),
    }
  }

  /** Smallest and largest value over the loop extents. */
  range(expr: IndexExpr): readonly [number, number] {
    let low = expr.constant
    let high = expr.constant
    for (const { atom, factor } of expr.terms) {
      const [from, to] = this.#atomRange(atom)
      low += factor > 0 ? factor * from : factor * to
      high += factor > 0 ? factor * to : factor * from
    }
    return [low, high]
  }

  #atomRange(atom: number | Quotient): readonly [number, number] {
    if (typeof atom === 'number') return [0, Math.max(0, (this.#extents[atom] ?? 1) - 1)]
    const [low, high] = this.range(atom.of)
    return [Math.floor(low / atom.divisor), Math.floor(high / atom.divisor)]
  }

  floorDiv(expr: IndexExpr, divisor: number): IndexExpr {
    if (divisor === 1) return expr
    const whole = expr.terms.filter(({ factor }) => factor % divisor === 0)
    const rest: IndexExpr = {
      constant: expr.constant - Math.floor(expr.constant / divisor) * divisor,
      terms: expr.terms.filter(({ factor }) => factor % divisor !== 0),
    }
    const quotient: IndexExpr = {
      constant: Math.floor(expr.constant / divisor),
      terms: whole.map((term) => ({ ...term, factor: term.factor / divisor })),
    }
    const [low, high] = this.range(rest)
    if (low >= 0 && high < divisor) return quotient
    return combine(quotient, this.#quotient(rest, divisor))
  }

  /** Drops low-order terms that cannot carry into the quotient: ⌊(4i + j)/8⌋ = ⌊i/2⌋ for j < 4. */
  #quotient(expr: IndexExpr, divisor: number): IndexExpr {
    const [only] = expr.terms
    if (expr.terms.length === 1 && only?.factor === 1 && typeof only.atom !== 'number') {
      // ⌊(⌊x/a⌋ + c)/b⌋ = ⌊(x + a·c)/(a·b)⌋
      const { of, divisor: inner } = only.atom
      return this.floorDiv(combine(of, this.constant(expr.constant * inner)), inner * divisor)
    }
    for (const { factor } of expr.terms) {
      const step = gcd(factor, divisor)
      if (step === 1) continue
      const high = expr.terms.filter((term) => term.factor % step === 0)
      const low: IndexExpr = {
        constant: expr.constant - Math.floor(expr.constant / step) * step,
        terms: expr.terms.filter((term) => term.factor % step !== 0),
      }
      const [from, to] = this.range(low)
      if (from < 0 || to >= step) continue
      const reduced: IndexExpr = {
        constant: Math.floor(expr.constant / step),
        terms: high.map((term) => ({ ...term, factor: term.factor / step })),
      }
      return this.floorDiv(reduced, divisor / step)
    }
    const atom: Quotient = { of: expr, divisor }
    return { constant: 0, terms: [{ atom, factor: 1, key: `(${keyOf(expr)})/${divisor}` }] }
  }

  mod(expr: IndexExpr, divisor: number): IndexExpr {
    if (divisor === 1) return zero
    return combine(expr, this.scale(this.floorDiv(expr, divisor), -divisor))
  }
}

/** Rewrites loop variables: `map[old]` is the new number; dropped ones (size 1) map to -1. */
export function renumber(expr: IndexExpr, map: readonly number[]): IndexExpr {
  let out: IndexExpr = { constant: expr.constant, terms: [] }
  for (const { atom, factor } of expr.terms) {
    if (typeof atom === 'number') {
      const to = map[atom] ?? -1
      if (to >= 0) {
        out = combine(out, { constant: 0, terms: [{ atom: to, factor, key: `v${to}` }] })
      }
      continue
    }
    const of = renumber(atom.of, map)
    const moved: Quotient = { of, divisor: atom.divisor }
    const key = `(${keyOf(of)})/${atom.divisor}`
    out = combine(out, { constant: 0, terms: [{ atom: moved, factor, key }] })
  }
  return out
}

/** Whether variables `outer` and `inner = outer + 1` always occur as `outer · extent + inner`. */
export function mergeable(expr: IndexExpr, outer: number, inner: number, extent: number): boolean {
  if (factorOf(expr, outer) !== factorOf(expr, inner) * extent) return false
  return expr.terms.every(
    ({ atom }) => typeof atom === 'number' || mergeable(atom.of, outer, inner, extent),
  )
}
