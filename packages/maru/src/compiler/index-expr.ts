/** Symbolic index arithmetic: affine in loop variables, with floor-quotients and values of tensors as atoms. */
import type { Guard, IndexAlgebra } from '../graph/indexing.ts'
import type { Expr } from './kernel.ts'

/** `⌊of / divisor⌋`, opaque to further simplification. */
export interface Quotient {
  readonly of: IndexExpr
  readonly divisor: number
}

/** A tensor's value as an index: as it is, or brought within `0 … bound − 1`. */
export interface ValueIndex {
  readonly value: Expr
  readonly bound: number | undefined
  /** Every index expression within the value. */
  readonly indices: readonly IndexExpr[]
}

export interface Term {
  /** Loop variable number, a quotient, or a value. */
  readonly atom: number | Quotient | ValueIndex
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
  let key = `${expr.constant}`
  for (const term of expr.terms) key += `+${term.factor}${term.key}`
  return key
}

export function isValueIndex(atom: Term['atom']): atom is ValueIndex {
  return typeof atom !== 'number' && 'value' in atom
}

/** The values that an index depends on, inside quotients too. */
export function valuesIn(expr: IndexExpr): readonly ValueIndex[] {
  let found = none
  for (const { atom } of expr.terms) {
    if (typeof atom === 'number') continue
    const inside = isValueIndex(atom) ? [atom] : valuesIn(atom.of)
    if (inside.length > 0) found = [...found, ...inside]
  }
  return found
}

const none: readonly ValueIndex[] = []

/** Factor of a loop variable in the affine part. */
export function factorOf(expr: IndexExpr, index: number): number {
  for (const term of expr.terms) if (term.atom === index) return term.factor
  return 0
}

/** Whether the expression changes with a loop variable, inside quotients and values too. */
export function mentions(expr: IndexExpr, index: number): boolean {
  for (const { atom } of expr.terms) {
    if (typeof atom === 'number' ? atom === index : atomMentions(atom, index)) return true
  }
  return false
}

function atomMentions(atom: Quotient | ValueIndex, index: number): boolean {
  return isValueIndex(atom) ? valueMentions(atom, index) : mentions(atom.of, index)
}

function valueMentions({ indices }: ValueIndex, index: number): boolean {
  return indices.some((inner) => mentions(inner, index))
}

/** Visits every loop variable that the expression changes with, inside quotients and values too. */
export function eachVariable({ terms }: IndexExpr, visit: (index: number) => void): void {
  for (const { atom } of terms) {
    if (typeof atom === 'number') visit(atom)
    else if (isValueIndex(atom)) for (const inner of atom.indices) eachVariable(inner, visit)
    else eachVariable(atom.of, visit)
  }
}

/** Whether the variable occurs inside a quotient, so that steps along it are not constant. */
export function mentionsInQuotient(expr: IndexExpr, index: number): boolean {
  for (const { atom } of expr.terms) {
    if (typeof atom !== 'number' && !isValueIndex(atom) && mentions(atom.of, index)) return true
  }
  return false
}

/** The terms that are values which change with the variable, and the rest. */
export function splitValues(
  expr: IndexExpr,
  index: number,
): {
  readonly values: readonly (Term & { readonly atom: ValueIndex })[]
  readonly rest: IndexExpr
} {
  const changes = (term: Term): term is Term & { readonly atom: ValueIndex } =>
    isValueIndex(term.atom) && valueMentions(term.atom, index)
  if (!expr.terms.some(changes)) return { values: [], rest: expr }
  return {
    values: expr.terms.filter(changes),
    rest: { constant: expr.constant, terms: expr.terms.filter((term) => !changes(term)) },
  }
}

/** The sum: both lists of terms are in order already. */
function combine(a: IndexExpr, b: IndexExpr): IndexExpr {
  const constant = a.constant + b.constant
  if (a.terms.length === 0) return a.constant === 0 ? b : { constant, terms: b.terms }
  if (b.terms.length === 0) return b.constant === 0 ? a : { constant, terms: a.terms }
  const terms: Term[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [x, y] = [a.terms[i], b.terms[j]]
    if (x && y && x.key === y.key) {
      const factor = x.factor + y.factor
      if (factor !== 0) terms.push({ ...x, factor })
      i++
      j++
    } else if (x && (!y || x.key < y.key)) {
      terms.push(x)
      i++
    } else if (y) {
      terms.push(y)
      j++
    } else return { constant, terms }
  }
}

/** Greatest common divisor. */
export function gcd(a: number, b: number): number {
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
    if (factor === 1) return a
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

  /** Whether a guard fails somewhere, as far as ranges tell. */
  mayFail({ value, bound }: Guard<IndexExpr>): boolean {
    const [low, high] = this.range(value)
    return low < 0 || high >= bound
  }

  /** Whether a guard fails everywhere. */
  neverHolds({ value, bound }: Guard<IndexExpr>): boolean {
    const [low, high] = this.range(value)
    return high < 0 || low >= bound
  }

  #atomRange(atom: Term['atom']): readonly [number, number] {
    if (typeof atom === 'number') return [0, Math.max(0, (this.#extents[atom] ?? 1) - 1)]
    if (isValueIndex(atom)) {
      return atom.bound === undefined ? [-(2 ** 31), 2 ** 31 - 1] : [0, Math.max(0, atom.bound - 1)]
    }
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
    const atom = expr.terms.length === 1 && only?.factor === 1 ? only.atom : undefined
    if (typeof atom === 'object' && !isValueIndex(atom)) {
      // ⌊(⌊x/a⌋ + c)/b⌋ = ⌊(x + a·c)/(a·b)⌋
      const { of, divisor: inner } = atom
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
    const quotient: Quotient = { of: expr, divisor }
    const key = `(${keyOf(expr)})/${divisor}`
    return { constant: 0, terms: [{ atom: quotient, factor: 1, key }] }
  }

  mod(expr: IndexExpr, divisor: number): IndexExpr {
    if (divisor === 1) return zero
    return combine(expr, this.scale(this.floorDiv(expr, divisor), -divisor))
  }
}

type Revalue = (atom: ValueIndex) => ValueIndex

/**
 * Rewrites loop variables: `map[old]` is the new number, and dropped ones (size 1) map to -1; no map
 * leaves them. Values are rewritten by `revalue`.
 */
export function renumber(
  expr: IndexExpr,
  map: readonly number[] | undefined,
  revalue: Revalue,
): IndexExpr {
  const moved = expr.terms.map((term) => renumberTerm(term, map, revalue))
  if (moved.every((term, i) => term === expr.terms[i])) return expr
  let out: IndexExpr = { constant: expr.constant, terms: [] }
  for (const term of moved) if (term) out = combine(out, { constant: 0, terms: [term] })
  return out
}

/** The expression with others in the place of loop variables; values are rewritten by `revalue`. */
export function substituted(
  { constant, terms }: IndexExpr,
  by: readonly IndexExpr[],
  affine: Affine,
  revalue: Revalue,
): IndexExpr {
  let out: IndexExpr = { constant, terms: [] }
  for (const { atom, factor, key } of terms) {
    const part =
      typeof atom === 'number'
        ? (by[atom] ?? zero)
        : isValueIndex(atom)
          ? { constant: 0, terms: [{ atom: revalue(atom), factor: 1, key }] }
          : affine.floorDiv(substituted(atom.of, by, affine, revalue), atom.divisor)
    out = combine(out, affine.scale(part, factor))
  }
  return out
}

/** The term as it is where nothing changes. */
function renumberTerm(
  term: Term,
  map: readonly number[] | undefined,
  revalue: Revalue,
): Term | undefined {
  const { atom, factor, key } = term
  if (typeof atom === 'number') {
    const to = map ? (map[atom] ?? -1) : atom
    if (to === atom) return term
    return to >= 0 ? { atom: to, factor, key: `v${to}` } : undefined
  }
  if (isValueIndex(atom)) {
    const value = revalue(atom)
    return value === atom ? term : { atom: value, factor, key }
  }
  const of = renumber(atom.of, map, revalue)
  if (of === atom.of) return term
  const { divisor } = atom
  return { atom: { of, divisor }, factor, key: `(${keyOf(of)})/${divisor}` }
}

/** Whether variables `outer` and `inner = outer + 1` always occur as `outer · extent + inner`. */
export function mergeable(expr: IndexExpr, outer: number, inner: number, extent: number): boolean {
  if (factorOf(expr, outer) !== factorOf(expr, inner) * extent) return false
  return expr.terms.every(({ atom }) => {
    if (typeof atom === 'number') return true
    const inside = isValueIndex(atom) ? atom.indices : [atom.of]
    return inside.every((index) => mergeable(index, outer, inner, extent))
  })
}
