/** Finds the loops of a contraction, and copies an operand that is better computed once, before. */
import { sizeOf } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import { Affine, variable } from './index-expr.ts'
import { Inliner, type Places } from './inline.ts'
import type { Side } from './kernel.ts'
import { type ContractKernel, type Expr, eachPart, indicesOf, type LoopKernel } from './kernel.ts'

type Labels = readonly number[]

/** Asks for memory of this many elements and a kernel that fills it. */
export type MakeCopy = (size: number, fill: (buffer: number) => LoopKernel) => number

/** Work (in additions) that is rather done for every block of the other operand than written to memory. */
const CHEAP = 2

interface Operand {
  readonly node: Node
  readonly labels: Labels
}

/** Labels by role: `rows` and `columns` end the output's axes, `batch` are those before. */
interface Roles {
  readonly left: Operand
  readonly right: Operand
  readonly batch: Labels
  readonly rows: Labels
  readonly columns: Labels
  readonly summed: Labels
}

function assignRoles(node: Node): Roles {
  const { op, inputs } = node
  const [first, second] = inputs
  if (op.trait !== 'contract' || !first || !second) throw new RangeError('not a contraction')
  const { a, b, out } = op.labels(node.attrs)
  const last = out.at(-1)
  const swap = last !== undefined && a.includes(last) && !b.includes(last)
  const left: Operand = swap ? { node: second, labels: b } : { node: first, labels: a }
  const right: Operand = swap ? { node: first, labels: a } : { node: second, labels: b }
  let end = out.length
  const take = (own: Labels, other: Labels): Labels => {
    const stop = end
    while (end > 0) {
      const label = out[end - 1] ?? -1
      if (!own.includes(label) || other.includes(label)) break
      end--
    }
    return out.slice(end, stop)
  }
  const columns = take(right.labels, left.labels)
  const rows = take(left.labels, right.labels)
  const summed = left.labels.filter((label) => !out.includes(label))
  return { left, right, batch: out.slice(0, end), rows, columns, summed }
}

/** Whether a value is as well read at any place as computed beforehand. */
function isCheap(value: Expr): boolean {
  let cost = 0
  let plain = true
  eachPart(value, (part) => {
    if (part.kind === 'op') cost += part.op.cost
    for (const { terms } of indicesOf(part)) {
      plain &&= terms.every(({ atom }) => typeof atom === 'number')
    }
  })
  return plain && cost <= CHEAP
}

class Fitting {
  readonly #roles: Roles
  readonly #sizes = new Map<number, number>()
  readonly #places: Places
  readonly #makeCopy: MakeCopy

  constructor(node: Node, places: Places, makeCopy: MakeCopy) {
    this.#roles = assignRoles(node)
    this.#places = places
    this.#makeCopy = makeCopy
    for (const { node: from, labels } of [this.#roles.left, this.#roles.right]) {
      labels.forEach((label, axis) => {
        this.#sizes.set(label, from.shape[axis] ?? 1)
      })
    }
  }

  kernel(output: number): ContractKernel {
    const { left, right, batch, rows, columns, summed } = this.#roles
    const size = (labels: Labels): number => sizeOf(this.#extents(labels))
    return {
      kind: 'contract',
      batch: size(batch),
      m: size(rows),
      n: size(columns),
      k: size(summed),
      a: this.#side(left, rows, [...rows, ...summed]),
      b: this.#side(right, columns, [...summed, ...columns]),
      c: output,
    }
  }

  #extents(labels: Labels): number[] {
    return labels.map((label) => this.#sizes.get(label) ?? 1)
  }

  /** An operand over the loops of its side; `order` is how a copy of it lies in memory. */
  #side(operand: Operand, lines: Labels, order: Labels): Side {
    const { batch, summed } = this.#roles
    const loops = {
      batch: this.#extents(batch),
      lines: this.#extents(lines),
      summed: this.#extents(summed),
    }
    const labels = [...batch, ...lines, ...summed]
    const value = this.#value(operand, labels)
    if (isCheap(value)) return { ...loops, value }
    const own = batch.filter((label) => operand.labels.includes(label))
    return { ...loops, value: this.#copied(operand, [...own, ...order], labels) }
  }

  #value({ node, labels }: Operand, loops: Labels): Expr {
    const affine = new Affine(this.#extents(loops))
    const index = labels.map((label) => variable(loops.indexOf(label)))
    const value = new Inliner(affine, this.#places).expression(node, index)
    if (!value) throw new RangeError('an operand cannot be expressed')
    return value
  }

  /** Where the operand is read after it was laid out in an order of its labels. */
  #copied(operand: Operand, order: Labels, loops: Labels): Expr {
    const extents = this.#extents(order)
    const value = this.#value(operand, order)
    const at = (all: Labels): Load['offset'] => {
      const affine = new Affine(this.#extents(all))
      let [offset, stride] = [affine.constant(0), 1]
      for (const label of order.toReversed()) {
        offset = affine.add(offset, affine.scale(variable(all.indexOf(label)), stride))
        stride *= this.#sizes.get(label) ?? 1
      }
      return offset
    }
    const buffer = this.#makeCopy(sizeOf(extents), (to) => ({
      kind: 'loops',
      extents,
      folded: [],
      passes: [],
      stores: [{ buffer: to, dtype: 'float32', offset: at(order), value }],
    }))
    return { kind: 'load', buffer, dtype: 'float32', offset: at(loops), guards: [] }
  }
}

type Load = Expr & { readonly kind: 'load' }

/** The kernel that computes a contraction node into a buffer. */
export function fitContraction(
  node: Node,
  output: number,
  places: Places,
  makeCopy: MakeCopy,
): ContractKernel {
  return new Fitting(node, places, makeCopy).kernel(output)
}
