/**
 * A side of a contraction that is read where it stands: windows that overlap, of which panels would hold
 * every element several times over. A tile gets the addresses of its vectors, which lie along the lines, and
 * a table of distances along k.
 */
import { Affine, factorOf, type IndexExpr } from './index-expr.ts'
import { collapseSide, type Side } from './kernel.ts'
import { type BufferSizes, type Load, Lowering } from './lowering.ts'
import { isAffine } from './operands.ts'
import { advance, place, type Range } from './positions.ts'
import type { Scalar } from './vector.ts'

/** Lines next to each other in memory, in multiples of which vectors of every target fit. */
const RUN = 16
/** How often an element is read for panels to be more work than a table. */
const FEWEST_READS = 2
/** Most steps of k in a block: what a tile reads in so many is near, though not in the first cache. */
export const MOST_STEPS = 1152
const BYTES = 4

interface Windows extends Side {
  readonly value: Load
}

/** Windows over memory whose lines are whole vectors, if a side is that. */
function windowsOf(side: Side): Windows | undefined {
  const { value, ...loops } = collapseSide(side)
  if (value.kind !== 'load' || value.guards.length > 0 || value.dtype !== 'float32')
    return undefined
  const { batch, lines, summed } = loops
  const last = batch.length + lines.length - 1
  if (lines.length === 0 || !isAffine(value.offset)) return undefined
  if (factorOf(value.offset, last) !== 1) return undefined
  if (lines.length > 1 && (lines.at(-1) ?? 1) % RUN !== 0) return undefined
  const affine = new Affine([...batch.map(() => 1), ...lines, ...summed])
  const [low, high] = affine.range({ ...value.offset, constant: 0 })
  const reads = [...lines, ...summed].reduce((product, size) => product * size, 1)
  return reads >= FEWEST_READS * (high - low + 1) ? { ...loops, value } : undefined
}

/** Steps of k of a block where the right side stands; undefined where it is packed. */
export function standingSteps(side: Side, k: number): number | undefined {
  return windowsOf(side) && Math.ceil(k / Math.max(1, Math.ceil(k / MOST_STEPS)))
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

  /** `at`: where the table is to lie. */
  static of(
    side: Side,
    root: Lowering,
    { at, sizes }: { readonly at: Scalar; readonly sizes: BufferSizes },
  ): Standing | undefined {
    const windows = windowsOf(side)
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

  #address(line: Scalar): Scalar {
    const { batch, lines, value } = this.#side
    place(this.#l, line, { first: batch.length, extents: lines })
    const offset = this.#l.scalar(this.#line)
    return this.#l.b.variable(this.#l.byteAddress(value.buffer, value.dtype, offset))
  }
}
