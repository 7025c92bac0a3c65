/**
 * Contractions → vector IR: register tiles of 4 rows by 2 vectors, k innermost.
 *
 * Every output is one chain of multiply-adds from 0 with k ascending, whatever tile it falls in,
 * so the result does not depend on tile sizes, partitions or the number of lanes.
 */
import type { ContractKernel } from './kernel.ts'
import type { Argument, Lowered } from './lowering.ts'
import { type Scalar, type Vector, VectorBuilder } from './vector.ts'

const ROWS = 4
const BYTES = 4

type Variable = Scalar & { readonly k: 'get' }
type VectorVariable = Vector & { readonly k: 'vget' }

/** The code of a contraction. One unit of work is a block of rows of one batch. */
export function lowerContract(kernel: ContractKernel, lanes: number): Lowered {
  return new ContractLowering(kernel, lanes).lower()
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

  lower(): Lowered {
    const b = this.#b
    const { batch, m, n, k, c } = this.#kernel
    const left = this.#operand(this.#kernel.a)
    const right = this.#operand(this.#kernel.b)
    const out = this.#operand({ ...c, offset: 0, k: [0, 0] })
    const sizes = {
      m: this.#integer(m),
      n: this.#integer(n),
      k: k.map((size) => this.#integer(size)),
    }
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
      const [b0, b1] = [b.scalar('divS', first, innerBatch), b.scalar('remS', first, innerBatch)]
      const at = (operand: Operand): Variable => {
        const inBatch = b.add(b.mul(b0, operand.batch[0]), b.mul(b1, operand.batch[1]))
        return b.variable(b.add(operand.base, inBatch))
      }
      const bases = { a: at(left), b: at(right), c: at(out) }
      this.#columns({ left, right, out, sizes, bases, from, to })
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

  #tile(it: Panel, row: Variable, column: Variable, tile: Tile): void {
    const b = this.#b
    const bytes = b.lanes * BYTES
    const sums: VectorVariable[][] = Array.from({ length: tile.rows }, () =>
      Array.from({ length: tile.vectors }, () => b.let(b.f32(0))),
    )
    const left = b.variable(b.add(it.bases.a, b.mul(row, it.left.row)))
    const right = b.variable(b.add(it.bases.b, b.scalar('shl', column, 2)))
    const below = Array.from({ length: tile.rows }, (_, i) => b.variable(b.mul(it.left.row, i)))
    const [outerK, innerK] = it.sizes.k
    const k0 = b.variable(0)
    b.loop(k0, outerK ?? 1, 1, () => {
      const a = b.variable(left)
      const p = b.variable(right)
      const k1 = b.variable(0)
      b.loop(k1, innerK ?? 1, 1, () => {
        const columns = Array.from({ length: tile.vectors }, (_, v) =>
          b.let({ k: 'load', form: tile.form, element: 'f32', address: b.add(p, v * bytes) }),
        )
        sums.forEach((line, i) => {
          const address = b.add(a, below[i] ?? 0)
          const x = b.let({ k: 'load', form: 'splat', element: 'f32', address })
          line.forEach((sum, v) => {
            const y = columns[v]
            if (y) b.assign(sum, b.fma(x, y, sum))
          })
        })
        b.set(a, b.add(a, it.left.k[1]))
        b.set(p, b.add(p, it.right.k[1]))
      })
      b.set(left, b.add(left, it.left.k[0]))
      b.set(right, b.add(right, it.right.k[0]))
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

interface Tile {
  readonly rows: number
  readonly vectors: number
  readonly form: 'full' | 'one'
}

interface Panel {
  readonly left: Operand
  readonly right: Operand
  readonly out: Operand
  readonly sizes: { readonly m: Variable; readonly n: Variable; readonly k: readonly Variable[] }
  readonly bases: { readonly a: Variable; readonly b: Variable; readonly c: Variable }
  readonly from: Variable
  readonly to: Variable
}
