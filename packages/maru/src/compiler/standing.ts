/**
 * A side of a contraction that is read where it stands: windows that overlap, of which panels would hold
 * every element several times over. A tile gets the addresses of its vectors, which lie along the lines, or
 * those of its rows, and a table of distances along k.
 */
import { sizeOf } from '../base/shape.ts'
import { Affine, factorOf, type IndexExpr } from './index-expr.ts'
import { type ContractKernel, collapseSide, type Expr, type Side } from './kernel.ts'
import { type BufferSizes, type Load, Lowering } from './lowering.ts'
import { plainLoad } from './operands.ts'
import { advance, place, type Range } from './positions.ts'
import type { Scalar } from './vector.ts'

/** Lines next to each other in memory, in multiples of which vectors of every target fit. */
const RUN = 16
/** How often an element is read for panels to be more work than a table. */
const FEWEST_READS = 1.5
/** Most steps of k in a block: what a tile reads in so many is near, though not in the first cache. */
export const MOST_STEPS = 1152
const BYTES = 4

interface Windows extends Side {
  readonly value: Load
}

/** Where in memory a value lies whose elements are read again and again along some loops. */
export function overlapping(
  value: Expr,
  extents: readonly number[],
  loops: readonly number[],
): Load | undefined {
  const load = plainLoad(value)
  if (!load) return undefined
  const moving = extents.map((extent, loop) => (loops.includes(loop) ? extent : 1))
  const [low, high] = new Affine(moving).range({ ...load.offset, constant: 0 })
  return sizeOf(moving) >= FEWEST_READS * (high - low + 1) ? load : undefined
}

/** Windows over memory, if a side is that. */
function windowsOf(side: Side): Windows | undefined {
  const all = [...side.batch, ...side.lines, ...side.summed]
  // Fewer loops go over the same elements.
  if (!overlapping(side.value, all, [...all.keys()].slice(side.batch.length))) return undefined
  const { value, ...loops } = collapseSide(side)
  const { batch, lines, summed } = loops
  const extents = [...batch, ...lines, ...summed]
  const load = overlapping(value, extents, [...extents.keys()].slice(batch.length))
  return load && { ...loops, value: load }
}

/** Likewise, whose lines are whole vectors. */
function vectorsOf(side: Side): Windows | undefined {
  const windows = windowsOf(side)
  if (!windows || windows.lines.length === 0) return undefined
  const { batch, lines, value } = windows
  if (factorOf(value.offset, batch.length + lines.length - 1) !== 1) return undefined
  return lines.length > 1 && (lines.at(-1) ?? 1) % RUN !== 0 ? undefined : windows
}

/** Steps of k in blocks alike, of as many as there may be; one where there are none. */
export function evenSteps(k: number): number {
  const blocks = Math.max(1, Math.ceil(k / MOST_STEPS))
  return Math.max(1, Math.ceil(k / blocks))
}

/** Steps of k of a block where one side stands; undefined where both are packed. */
export function standingSteps({
  a,
  b,
  k,
}: Pick<ContractKernel, 'a' | 'b' | 'k'>): number | undefined {
  return vectorsOf(b) || windowsOf(a) ? evenSteps(k) : undefined
}

export class Standing {
  readonly #side: Windows
  readonly #l: Lowering
  readonly #at: Scalar
  readonly #line: IndexExpr
  readonly #step: IndexExpr

  private constructor(side: Windows, l: Lowering, at: Scalar) {
    this.#side = side
    this.#l = l
    this.#at = at
    const { constant, terms } = side.value.offset
    const first = side.batch.length + side.lines.length
    this.#line = { constant, terms: terms.filter(({ atom }) => Number(atom) < first) }
    this.#step = { constant: 0, terms: terms.filter(({ atom }) => Number(atom) >= first) }
  }

  /** A side whose vectors, or whose single lines, stand; `at`: where the table is to lie. */
  static of(
    side: Side,
    root: Lowering,
    { by, at, sizes }: { by: 'vectors' | 'lines'; at: Scalar; sizes: BufferSizes },
  ): Standing | undefined {
    const windows = by === 'vectors' ? vectorsOf(side) : windowsOf(side)
    if (!windows) return undefined
    const { batch, lines, summed } = windows
    const l = new Lowering(root.b.lanes, [...batch, ...lines, ...summed], -1, sizes, root)
    return new Standing(windows, l, at)
  }

  /** Writes the distances of some steps of k. */
  measure([from, to]: Range): void {
    const { b } = this.#l
    const { batch, lines, summed } = this.#side
    const first = batch.length + lines.length
    place(this.#l, from, { first, extents: summed })
    const at = b.variable(this.#at)
    const k = b.variable(from)
    b.loop(k, to, 1, () => {
      const distance = this.#l.bytes('float32', this.#l.scalar(this.#step))
      b.store('one', 'i32', at, { k: 'splat', of: distance })
      b.set(at, b.add(at, BYTES))
      advance(this.#l, first, summed)
    })
  }

  get table(): Scalar {
    return this.#at
  }

  /** Addresses of so many vectors of `lanes` lines; those beyond the last line are the first again. */
  vectors(
    batch: Scalar,
    [from, to]: Range,
    { count, lanes }: { readonly count: number; readonly lanes: number },
  ): readonly [Scalar, ...Scalar[]] {
    const { b } = this.#l
    place(this.#l, batch, { first: 0, extents: this.#side.batch })
    const vector = (v: number): Scalar => {
      const line = b.variable(b.add(from, v * lanes))
      b.when(b.scalar('geS', line, to), () => b.set(line, from))
      return this.#address(line)
    }
    return [vector(0), ...Array.from({ length: count - 1 }, (_, v) => vector(v + 1))]
  }

  /** Writes the addresses of some lines. */
  list(batch: Scalar, [from, to]: Range, at: Scalar): void {
    const { b } = this.#l
    const { lines } = this.#side
    const first = this.#side.batch.length
    place(this.#l, batch, { first: 0, extents: this.#side.batch })
    place(this.#l, from, { first, extents: lines })
    const goal = b.variable(at)
    const line = b.variable(from)
    b.loop(line, to, 1, () => {
      b.store('one', 'i32', goal, { k: 'splat', of: this.#here() })
      b.set(goal, b.add(goal, BYTES))
      advance(this.#l, first, lines)
    })
  }

  #address(line: Scalar): Scalar {
    const { batch, lines } = this.#side
    place(this.#l, line, { first: batch.length, extents: lines })
    return this.#here()
  }

  /** The address of the first step of k at the line whose coordinates are set. */
  #here(): Scalar {
    const { buffer, dtype } = this.#side.value
    const offset = this.#l.scalar(this.#line)
    return this.#l.b.variable(this.#l.byteAddress(buffer, dtype, offset))
  }
}
