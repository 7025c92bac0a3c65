/** What becomes of a contraction's sums: a strip of them → the values that are stored. */
import { factorOf } from './index-expr.ts'
import { type ContractKernel, collapseOut, eachPart } from './kernel.ts'
import { type BufferSizes, type Form, Lowering } from './lowering.ts'
import { place, runEnd } from './positions.ts'
import type { Scalar } from './vector.ts'

/** Sums of some rows and columns, and where they lie: address of the first, and bytes between rows. */
export interface Strip {
  readonly batch: Scalar
  readonly rows: readonly [from: Scalar, to: Scalar]
  readonly columns: readonly [from: Scalar, to: Scalar]
  readonly at: Scalar
  readonly line: Scalar
}

export class ContractStore {
  readonly #kernel: Pick<ContractKernel, 'out' | 'store'>
  readonly #l: Lowering
  readonly #vectors: boolean

  constructor(kernel: ContractKernel, root: Lowering, sizes: BufferSizes) {
    this.#kernel = collapseOut(kernel)
    const { out, store } = this.#kernel
    const { batch, rows, columns } = out
    const extents = [...batch, ...rows, ...columns]
    const inner = columns.length === 0 ? -1 : extents.length - 1
    this.#l = new Lowering(root.b.lanes, extents, inner, sizes, root)
    // every element has a sum of its own
    eachPart(store.value, (part) => {
      if (part.kind === 'folded') this.#l.vary(part)
    })
    this.#vectors =
      inner >= 0 && factorOf(store.offset, inner) === 1 && this.#l.vectorizable(store.value)
  }

  write(it: Strip): void {
    const l = this.#l
    const { b } = l
    const { batch, rows, columns } = this.#kernel.out
    const first = batch.length + rows.length
    place(l, it.batch, { first: 0, extents: batch })
    const column = b.variable(it.columns[0])
    b.loop(column, it.columns[1], 1, () => {
      place(l, column, { first, extents: columns })
      const axis = first + columns.length - 1
      const stop = runEnd(l, column, { axis, extents: columns, end: it.columns[1] })
      const start = b.variable(columns.length === 0 ? 0 : l.coordinate(axis))
      const limit = b.variable(b.add(start, b.sub(stop, column)))
      const from = b.variable(b.add(it.at, b.scalar('shl', b.sub(column, it.columns[0]), 2)))
      const row = b.variable(it.rows[0])
      b.loop(row, it.rows[1], 1, () => {
        place(l, row, { first: batch.length, extents: rows })
        this.#run(from, start, limit)
        b.set(from, b.add(from, it.line))
      })
      b.set(column, b.sub(stop, 1))
    })
  }

  #run(from: Scalar, start: Scalar, limit: Scalar): void {
    const l = this.#l
    const { b } = l
    const { buffer, dtype, offset, value } = this.#kernel.store
    const at = b.variable(start)
    if (l.inner >= 0) l.coordinates[l.inner] = at
    l.enterRow()
    if (l.inner >= 0) l.hoist(value)
    const body = (form: Form) => (): void => {
      l.enterBody()
      const address = b.add(from, b.scalar('shl', b.sub(at, start), 2))
      l.folded = [b.let({ k: 'load', form, element: 'f32', address })]
      const result = l.evaluate(value, form)
      l.store(form, dtype, l.byteAddress(buffer, dtype, l.scalar(offset)), result)
    }
    if (this.#vectors) b.loop(at, limit, b.lanes, body('full'))
    b.loop(at, limit, 1, body('one'))
  }
}
