/** Contractions for machines of one lane, which run very many units at a time: a tile to a unit. */
import { type ContractKernel, collapseSide, type Side } from './kernel.ts'
import { type BufferSizes, type Lowered, Lowering } from './lowering.ts'
import type { Scalar, Vector } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

const ROWS = 4
const COLUMNS = 4

/**
 * A tile that reaches over the edge takes the last row or column several times, and stores the same
 * value there as often.
 */
export function lowerPoints(kernel: ContractKernel, sizes: BufferSizes): Lowered {
  const { batch, m, n, k, c } = kernel
  const root = new Lowering(1, [], -1, sizes)
  const { b } = root
  const integer = (value: number): Variable => b.variable(root.integer(value))
  const size = { m: integer(m), n: integer(n), k: integer(k) }
  const [down, across] = [Math.ceil(m / ROWS), Math.ceil(n / COLUMNS)]
  const [perColumn, perRow] = [integer(down), integer(across)]
  const out = b.variable(root.address(c))
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
      const start = b.mul(b.add(b.mul(batch, size.m), rows[i] ?? row), size.n)
      const to = b.variable(start)
      line.forEach((sum, j) => {
        const offset = b.scalar('shl', b.add(to, columns[j] ?? column), 2)
        b.store('one', 'f32', b.add(out, offset), sum)
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
    this.#place(batch, 0, batches)
    this.#place(line, batches.length, lines)
    return this
  }

  value(step: Scalar): Vector {
    const { batch, lines, summed, value } = this.#side
    this.#place(step, batch.length + lines.length, summed)
    this.#l.enterRow()
    return this.#l.evaluate(value, 'one')
  }

  /** Coordinates of a position in loops that begin at an axis. */
  #place(flat: Scalar, first: number, extents: readonly number[]): void {
    const { b } = this.#l
    let rest = flat
    for (let i = extents.length - 1; i >= 0; i--) {
      const size = this.#l.integer(extents[i] ?? 1)
      this.#l.coordinates[first + i] = b.variable(i === 0 ? rest : b.scalar('remS', rest, size))
      if (i > 0) rest = b.variable(b.scalar('divS', rest, size))
    }
  }
}
