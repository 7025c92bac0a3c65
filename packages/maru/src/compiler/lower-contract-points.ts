/** Contractions for machines of one lane, which run very many units at a time: a tile to a unit. */
import { type ContractKernel, collapseOut, collapseSide, type Side } from './kernel.ts'
import { type BufferSizes, type Lowered, Lowering } from './lowering.ts'
import { place } from './positions.ts'
import type { Scalar, Vector } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

const ROWS = 4
const COLUMNS = 4

/**
 * A tile that reaches over the edge takes the last row or column several times, and stores the same
 * value there as often.
 */
export function lowerPoints(kernel: ContractKernel, sizes: BufferSizes): Lowered {
  const { batch, m, n, k } = kernel
  const root = new Lowering(1, [], -1, sizes)
  const { b } = root
  const integer = (value: number): Variable => b.variable(root.integer(value))
  const size = { m: integer(m), n: integer(n), k: integer(k) }
  const [down, across] = [Math.ceil(m / ROWS), Math.ceil(n / COLUMNS)]
  const [perColumn, perRow] = [integer(down), integer(across)]
  const out = new Result(kernel, root, sizes)
  const unit = b.variable(b.begin)
  const within = (start: Scalar, i: number, size: Scalar): Variable => {
    const [at, last] = [b.add(start, i), b.sub(size, 1)]
    return b.variable(b.add(last, b.mul(b.sub(at, last), b.scalar('ltS', at, last))))
  }
  b.loop(unit, b.end, 1, () => {
    const block = b.variable(b.scalar('divS', unit, perRow))
    const column = b.variable(b.mul(b.scalar('remS', unit, perRow), COLUMNS))
    const row = b.variable(b.mul(b.scalar('remS', block, perColumn), ROWS))
    const batch = b.variable(b.scalar('divS', block, perColumn))
    const rows = Array.from({ length: ROWS }, (_, i) => within(row, i, size.m))
    const columns = Array.from({ length: COLUMNS }, (_, i) => within(column, i, size.n))
    const left = rows.map((at) => new Line(kernel.a, root, sizes).at(batch, at))
    const right = columns.map((at) => new Line(kernel.b, root, sizes).at(batch, at))
    const sums = rows.map(() => columns.map(() => b.let(b.f32(0))))
    const step = b.variable(0)
    b.loop(step, size.k, 1, () => {
      const values = right.map((line) => line.value(step))
      sums.forEach((line, i) => {
        const x = left[i]?.value(step)
        line.forEach((sum, j) => {
          const y = values[j]
          if (x && y) b.assign(sum, b.fma(x, y, sum))
        })
      })
    })
    sums.forEach((line, i) => {
      line.forEach((sum, j) => {
        out.write(sum, [batch, rows[i] ?? row, columns[j] ?? column])
      })
    })
  })
  return root.finish(batch * down * across)
}

/** One line of a side, element by element. */
class Line {
  readonly #side: Side
  readonly #l: Lowering

  constructor(source: Side, root: Lowering, sizes: BufferSizes) {
    this.#side = collapseSide(source)
    const { batch, lines, summed } = this.#side
    this.#l = new Lowering(1, [...batch, ...lines, ...summed], -1, sizes, root)
  }

  at(batch: Scalar, line: Scalar): this {
    const { batch: batches, lines } = this.#side
    place(this.#l, batch, { first: 0, extents: batches })
    place(this.#l, line, { first: batches.length, extents: lines })
    return this
  }

  value(step: Scalar): Vector {
    const { batch, lines, summed, value } = this.#side
    place(this.#l, step, { first: batch.length + lines.length, extents: summed })
    this.#l.enterRow()
    return this.#l.evaluate(value, 'one')
  }
}

/** What is stored of a sum. */
class Result {
  readonly #kernel: Pick<ContractKernel, 'out' | 'store'>
  readonly #l: Lowering

  constructor(kernel: ContractKernel, root: Lowering, sizes: BufferSizes) {
    this.#kernel = collapseOut(kernel)
    const { batch, rows, columns } = this.#kernel.out
    this.#l = new Lowering(1, [...batch, ...rows, ...columns], -1, sizes, root)
  }

  write(sum: Vector, [batch, row, column]: readonly [Scalar, Scalar, Scalar]): void {
    const l = this.#l
    const { out, store } = this.#kernel
    place(l, batch, { first: 0, extents: out.batch })
    place(l, row, { first: out.batch.length, extents: out.rows })
    place(l, column, { first: out.batch.length + out.rows.length, extents: out.columns })
    l.enterRow()
    l.folded = [sum]
    const value = l.evaluate(store.value, 'one')
    const address = l.byteAddress(store.buffer, store.dtype, l.scalar(store.offset))
    l.store('one', store.dtype, address, value)
  }
}
