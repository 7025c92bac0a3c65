/** What becomes of a contraction's sums: a strip of them → the values that are stored. */
import { factorOf } from './index-expr.ts'
import { type ContractKernel, collapseOut, eachPart } from './kernel.ts'
import { type BufferSizes, type Form, type Load, Lowering } from './lowering.ts'
import { isAffine } from './operands.ts'
import { place, type Range, runEnd } from './positions.ts'
import { LINE, type Scalar, type Vector } from './vector.ts'

/** Sums of some rows and columns, and where they lie: address of the first, and bytes between rows. */
export interface Strip {
  readonly batch: Scalar
  readonly rows: readonly [from: Scalar, to: Scalar]
  readonly columns: readonly [from: Scalar, to: Scalar]
  readonly at: Scalar
  readonly line: Scalar
}

/** One of the two axes of a strip: where its loops begin among all, and what they count from. */
interface Axis {
  readonly first: number
  readonly extents: readonly number[]
  readonly range: Range
  /** Bytes between its elements in the strip. */
  readonly step: Scalar
}

/** Elements next to each other in the inner loop: from where to where, and where in the strip the first one is. */
interface Run {
  readonly start: Scalar
  readonly limit: Scalar
  readonly from: Scalar
  /** Bytes between them in the strip. */
  readonly step: Scalar
}

export class ContractStore {
  readonly #kernel: Pick<ContractKernel, 'out' | 'store'>
  readonly #l: Lowering
  /** Whether vectors go down the rows, since those lie side by side where results are stored. */
  readonly #down: boolean
  readonly #vectors: boolean

  constructor(kernel: ContractKernel, root: Lowering, sizes: BufferSizes) {
    this.#kernel = collapseOut(kernel)
    const { out, store } = this.#kernel
    const { batch, rows, columns } = out
    const extents = [...batch, ...rows, ...columns]
    const lastRow = rows.length === 0 ? -1 : batch.length + rows.length - 1
    const lastColumn = columns.length === 0 ? -1 : extents.length - 1
    const isUnit = (axis: number): boolean => axis >= 0 && factorOf(store.offset, axis) === 1
    this.#down = !isUnit(lastColumn) && isUnit(lastRow)
    const inner = this.#down ? lastRow : lastColumn
    this.#l = new Lowering(root.b.lanes, extents, inner, sizes, root)
    // every element has a sum of its own
    eachPart(store.value, (part) => {
      if (part.kind === 'folded') this.#l.vary(part)
    })
    this.#vectors = isUnit(inner) && this.#l.vectorizable(store.value)
  }

  write(it: Strip): void {
    this.#runs(it, (run) => this.#run(run))
  }

  /**
   * Whether a strip is pieces of many lines. Runs down the rows are long, so that processors find them by
   * themselves; those of less than a line are as much work to find as to store.
   */
  get isScattered(): boolean {
    const { columns } = this.#kernel.out
    return !this.#down && (columns.at(-1) ?? 1) >= LINE
  }

  /** Has the memory brought nearby that a strip will be stored to, and what is read along with it. */
  fetch(it: Strip): void {
    const l = this.#l
    const { b } = l
    const { store } = this.#kernel
    const lines = [{ ...store, written: true }, ...this.#beside()]
    this.#runs(it, ({ start, limit }) => {
      const at = b.variable(start)
      if (l.inner >= 0) l.coordinates[l.inner] = at
      l.enterRow()
      b.loop(at, limit, 1, () => {
        l.enterBody()
        for (const { buffer, dtype, offset, written } of lines) {
          b.fetch(l.byteAddress(buffer, dtype, l.scalar(offset)), { written })
        }
        b.set(at, b.add(at, LINE - 1))
      })
    })
  }

  /** What is read at every element of its own, side by side. */
  #beside(): (Load & { readonly written: boolean })[] {
    const loads: (Load & { readonly written: boolean })[] = []
    eachPart(this.#kernel.store.value, (part) => {
      if (part.kind !== 'load' || !isAffine(part.offset)) return
      if (factorOf(part.offset, this.#l.inner) === 1) loads.push({ ...part, written: false })
    })
    return loads
  }

  /** Calls for every run of a strip's elements. */
  #runs(it: Strip, each: (run: Run) => void): void {
    const l = this.#l
    const { batch, rows, columns } = this.#kernel.out
    place(l, it.batch, { first: 0, extents: batch })
    const down: Axis = { first: batch.length, extents: rows, range: it.rows, step: it.line }
    const across: Axis = {
      ...{ first: batch.length + rows.length, extents: columns, range: it.columns },
      step: { k: 'const', value: 4 },
    }
    if (this.#down) this.#along(it.at, [down, across], each)
    else this.#along(it.at, [across, down], each)
  }

  /** Runs along one axis, each at all places of the other. */
  #along(at: Scalar, [inner, outer]: readonly [Axis, Axis], each: (run: Run) => void): void {
    const l = this.#l
    const { b } = l
    const { first, extents, range, step } = inner
    const position = b.variable(range[0])
    b.loop(position, range[1], 1, () => {
      place(l, position, { first, extents })
      const axis = first + extents.length - 1
      const stop = runEnd(l, position, { axis, extents, end: range[1] })
      const start = b.variable(extents.length === 0 ? 0 : l.coordinate(axis))
      const limit = b.variable(b.add(start, b.sub(stop, position)))
      const from = b.variable(b.add(at, b.mul(b.sub(position, range[0]), step)))
      const other = b.variable(outer.range[0])
      b.loop(other, outer.range[1], 1, () => {
        place(l, other, { first: outer.first, extents: outer.extents })
        each({ from, start, limit, step })
        b.set(from, b.add(from, outer.step))
      })
      b.set(position, b.sub(stop, 1))
    })
  }

  #run({ from, start, limit, step }: Run): void {
    const l = this.#l
    const { b } = l
    const { buffer, dtype, offset, value } = this.#kernel.store
    const at = b.variable(start)
    if (l.inner >= 0) l.coordinates[l.inner] = at
    l.enterRow()
    if (l.inner >= 0) l.hoist(value)
    const body = (form: Form) => (): void => {
      l.enterBody()
      const address = b.add(from, b.mul(b.sub(at, start), step))
      const sums: Vector =
        this.#down && form === 'full'
          ? b.gather('f32', address, step)
          : { k: 'load', form, element: 'f32', address }
      l.folded = [b.let(sums)]
      const result = l.evaluate(value, form)
      l.store(form, dtype, l.byteAddress(buffer, dtype, l.scalar(offset)), result)
    }
    if (this.#vectors) b.loop(at, limit, b.lanes, body('full'))
    b.loop(at, limit, 1, body('one'))
  }
}
