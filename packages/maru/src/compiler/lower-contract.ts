/**
 * Contractions → vector IR: register tiles of 4 rows by 2 vectors, or by 4 columns where there is
 * one lane; k innermost.
 *
 * Every output is one chain of multiply-adds from 0 with k ascending, whatever tile it falls in,
 * so the result does not depend on tile sizes, partitions or the number of lanes.
 */
import type { ContractKernel } from './kernel.ts'
import type { Argument, Lowered } from './lowering.ts'
import { type Scalar, type Vector, VectorBuilder } from './vector.ts'

const ROWS = 4
/** Columns of a tile on a machine of one lane. */
const COLUMNS = 4
const BYTES = 4

type Variable = Scalar & { readonly k: 'get' }
type VectorVariable = Vector & { readonly k: 'vget' }

/**
 * The code of a contraction. One unit of work is a block of rows of one batch, or, for machines of
 * one lane, which run very many units at a time, a tile of it.
 */
export function lowerContract(kernel: ContractKernel, lanes: number): Lowered {
  const lowering = new ContractLowering(kernel, lanes)
  return lanes === 1 ? lowering.tiles() : lowering.blocks()
}

interface Operand {
  readonly base: Scalar
  readonly batch: readonly [Scalar, Scalar]
  readonly row: Scalar
  readonly k: readonly [Scalar, Scalar]
}

class ContractLowering {
  readonly #b: VectorBuilder
  readonly #args: Argument[] = []
  readonly #kernel: ContractKernel

  constructor(kernel: ContractKernel, lanes: number) {
    this.#b = new VectorBuilder(lanes)
    this.#kernel = kernel
  }

  #integer(value: number): Variable {
    return this.#b.variable(this.#b.arg(this.#args.push({ kind: 'integer', value }) - 1))
  }

  #address(buffer: number, elements: number): Scalar {
    const index = this.#args.push({ kind: 'address', buffer }) - 1
    return this.#b.add(this.#b.arg(index), this.#integer(elements * BYTES))
  }

  #operand(of: ContractKernel['a']): Operand {
    return {
      base: this.#b.variable(this.#address(of.buffer, of.offset)),
      batch: [this.#integer(of.batch[0] * BYTES), this.#integer(of.batch[1] * BYTES)],
      row: this.#integer(of.row * BYTES),
      k: [this.#integer(of.k[0] * BYTES), this.#integer(of.k[1] * BYTES)],
    }
  }

  #operands(): Operands {
    const { m, n, k, a, b, c } = this.#kernel
    return {
      left: this.#operand(a),
      right: this.#operand(b),
      out: this.#operand({ ...c, offset: 0, k: [0, 0] }),
      sizes: {
        m: this.#integer(m),
        n: this.#integer(n),
        k: k.map((size) => this.#integer(size)),
      },
    }
  }

  /** Where each operand begins in a batch. */
  #inBatch({ left, right, out }: Operands, batch: Scalar, innerBatch: Scalar): Bases {
    const b = this.#b
    const [b0, b1] = [b.scalar('divS', batch, innerBatch), b.scalar('remS', batch, innerBatch)]
    const at = (operand: Operand): Variable => {
      const inBatch = b.add(b.mul(b0, operand.batch[0]), b.mul(b1, operand.batch[1]))
      return b.variable(b.add(operand.base, inBatch))
    }
    return { a: at(left), b: at(right), c: at(out) }
  }

  /**
   * A tile to a unit. One that reaches over the edge takes the last row or column several times,
   * and stores the same value there as often.
   */
  tiles(): Lowered {
    const b = this.#b
    const { batch, m, n } = this.#kernel
    const operands = this.#operands()
    const { left, out, sizes } = operands
    const innerBatch = this.#integer(batch[1])
    const [down, across] = [Math.ceil(m / ROWS), Math.ceil(n / COLUMNS)]
    const [perColumn, perRow] = [this.#integer(down), this.#integer(across)]
    const unit = b.variable(b.begin)
    const within = (start: Scalar, i: number, size: Scalar): Variable => {
      const [at, last] = [b.add(start, i), b.sub(size, 1)]
      return b.variable(b.add(last, b.mul(b.sub(at, last), b.scalar('ltS', at, last))))
    }
    b.loop(unit, b.end, 1, () => {
      const block = b.variable(b.scalar('divS', unit, perRow))
      const column = b.variable(b.mul(b.scalar('remS', unit, perRow), COLUMNS))
      const row = b.variable(b.mul(b.scalar('remS', block, perColumn), ROWS))
      const inBatch = b.variable(b.scalar('divS', block, perColumn))
      const bases = this.#inBatch(operands, inBatch, innerBatch)
      const rows = Array.from({ length: ROWS }, (_, i) => within(row, i, sizes.m))
      const columns = Array.from({ length: COLUMNS }, (_, i) =>
        b.variable(b.scalar('shl', within(column, i, sizes.n), 2)),
      )
      const sums = this.#sums(operands, {
        left: bases.a,
        right: bases.b,
        below: rows.map((at) => b.variable(b.mul(at, left.row))),
        beside: columns,
        form: 'one',
      })
      sums.forEach((line, i) => {
        const target = b.variable(b.add(bases.c, b.mul(rows[i] ?? row, out.row)))
        line.forEach((sum, j) => {
          b.store('one', 'f32', b.add(target, columns[j] ?? column), sum)
        })
      })
    })
    const units = batch[0] * batch[1] * down * across
    return { code: b.finish(), arguments: this.#args, units }
  }

  blocks(): Lowered {
    const b = this.#b
    const { batch, m } = this.#kernel
    const operands = this.#operands()
    const { sizes } = operands
    const innerBatch = this.#integer(batch[1])
    const blocks = Math.ceil(m / ROWS)
    const perBatch = this.#integer(blocks)
    // Units are (batch, row block) pairs; each batch that the range touches gets its rows at once.
    const first = b.variable(b.scalar('divS', b.begin, perBatch))
    const last = b.variable(b.scalar('divS', b.add(b.end, b.sub(perBatch, 1)), perBatch))
    b.loop(first, last, 1, () => {
      const start = b.mul(first, perBatch)
      const from = b.variable(b.mul(b.sub(b.begin, start), ROWS))
      b.when(b.scalar('ltS', from, 0), () => b.set(from, 0))
      const to = b.variable(b.mul(b.sub(b.end, start), ROWS))
      b.when(b.scalar('ltS', sizes.m, to), () => b.set(to, sizes.m))
      const bases = this.#inBatch(operands, first, innerBatch)
      this.#columns({ ...operands, bases, from, to })
    })
    const units = batch[0] * batch[1] * blocks
    return { code: b.finish(), arguments: this.#args, units }
  }

  #columns(it: Panel): void {
    const b = this.#b
    const column = b.variable(0)
    for (const vectors of [2, 1]) {
      b.loop(column, it.sizes.n, vectors * b.lanes, () => this.#rows(it, column, vectors, 'full'))
    }
    // What is left of a row with a whole vector is the row's last vector, computed once more in part.
    const rest = b.scalar(
      'and',
      b.scalar('ltS', column, it.sizes.n),
      b.scalar('geS', it.sizes.n, b.lanes),
    )
    b.when(rest, () => {
      b.set(column, b.sub(it.sizes.n, b.lanes))
      this.#rows(it, column, 1, 'full')
      b.set(column, it.sizes.n)
    })
    b.loop(column, it.sizes.n, 1, () => this.#rows(it, column, 1, 'one'))
  }

  #rows(it: Panel, column: Variable, vectors: number, form: 'full' | 'one'): void {
    const b = this.#b
    const row = b.variable(it.from)
    for (const rows of [ROWS, 2, 1]) {
      b.loop(row, it.to, rows, () => this.#tile(it, row, column, { rows, vectors, form }))
    }
  }

  /** Sums of products over k for a tile. */
  #sums({ left, right, sizes }: Operands, at: Corner): VectorVariable[][] {
    const b = this.#b
    const sums = at.below.map(() => at.beside.map(() => b.let(b.f32(0))))
    const [outerK, innerK] = sizes.k
    const k0 = b.variable(0)
    b.loop(k0, outerK ?? 1, 1, () => {
      const [a, p] = [b.variable(at.left), b.variable(at.right)]
      const k1 = b.variable(0)
      b.loop(k1, innerK ?? 1, 1, () => {
        const columns = at.beside.map((beside) =>
          b.let({ k: 'load', form: at.form, element: 'f32', address: b.add(p, beside) }),
        )
        sums.forEach((line, i) => {
          const address = b.add(a, at.below[i] ?? 0)
          const x = b.let({ k: 'load', form: 'splat', element: 'f32', address })
          line.forEach((sum, v) => {
            const y = columns[v]
            if (y) b.assign(sum, b.fma(x, y, sum))
          })
        })
        b.set(a, b.add(a, left.k[1]))
        b.set(p, b.add(p, right.k[1]))
      })
      b.set(at.left, b.add(at.left, left.k[0]))
      b.set(at.right, b.add(at.right, right.k[0]))
    })
    return sums
  }

  #tile(it: Panel, row: Variable, column: Variable, tile: Tile): void {
    const b = this.#b
    const bytes = b.lanes * BYTES
    const left = b.variable(b.add(it.bases.a, b.mul(row, it.left.row)))
    const right = b.variable(b.add(it.bases.b, b.scalar('shl', column, 2)))
    const sums = this.#sums(it, {
      left,
      right,
      below: Array.from({ length: tile.rows }, (_, i) => b.variable(b.mul(it.left.row, i))),
      beside: Array.from({ length: tile.vectors }, (_, v) => v * bytes),
      form: tile.form,
    })
    const target = b.variable(
      b.add(b.add(it.bases.c, b.mul(row, it.out.row)), b.scalar('shl', column, 2)),
    )
    sums.forEach((line, i) => {
      line.forEach((sum, v) => {
        b.store(tile.form, 'f32', b.add(target, v * bytes), sum)
      })
      if (i + 1 < sums.length) b.set(target, b.add(target, it.out.row))
    })
  }
}

interface Operands {
  readonly left: Operand
  readonly right: Operand
  readonly out: Operand
  readonly sizes: { readonly m: Variable; readonly n: Variable; readonly k: readonly Variable[] }
}

/** Byte addresses of the operands in one batch. */
interface Bases {
  readonly a: Variable
  readonly b: Variable
  readonly c: Variable
}

/** Byte addresses of a tile's operands, which move along k, and of its rows and columns from there. */
interface Corner {
  readonly left: Variable
  readonly right: Variable
  readonly below: readonly Scalar[]
  readonly beside: readonly (Scalar | number)[]
  readonly form: 'full' | 'one'
}

interface Tile {
  readonly rows: number
  readonly vectors: number
  readonly form: 'full' | 'one'
}

interface Panel extends Operands {
  readonly bases: Bases
  readonly from: Variable
  readonly to: Variable
}
