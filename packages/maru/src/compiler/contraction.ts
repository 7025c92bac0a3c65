/** Fits a contraction's operands to the kernel's form, copying those whose layout or dtype does not fit. */
import type { Node } from '../graph/node.ts'
import { Affine, factorOf, variable } from './index-expr.ts'
import { Inliner, type Places } from './inline.ts'
import type { ContractKernel, LoopKernel } from './kernel.ts'

type Labels = readonly number[]

/** Asks for memory of this many elements and a kernel that fills it. */
export type MakeCopy = (size: number, fill: (buffer: number) => LoopKernel) => number

/** An operand as the kernel reads it: a buffer with one stride for each label. */
interface View {
  readonly buffer: number
  readonly offset: number
  readonly strides: ReadonlyMap<number, number>
}

interface Side {
  readonly node: Node
  readonly labels: Labels
}

/** One loop of the contraction after neighbours were merged. */
interface Loop {
  size: number
  strides: number[]
}

/** Labels by role: `rows` and `columns` end the output's axes, `batch` are those before. */
interface Roles {
  readonly left: Side
  readonly right: Side
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
  const left: Side = swap ? { node: second, labels: b } : { node: first, labels: a }
  const right: Side = swap ? { node: first, labels: a } : { node: second, labels: b }
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

/** Row-major strides of labels; those absent from `present` are broadcast. */
function layout(labels: Labels, sizes: ReadonlyMap<number, number>): Map<number, number> {
  const strides = new Map<number, number>()
  let step = 1
  for (const label of [...labels].reverse()) {
    strides.set(label, step)
    step *= sizes.get(label) ?? 1
  }
  return strides
}

/** Merges loops that every operand steps through as one; drops those of one iteration. */
function merge(
  labels: Labels,
  sizes: ReadonlyMap<number, number>,
  views: readonly ReadonlyMap<number, number>[],
): Loop[] {
  const loops: Loop[] = []
  for (const label of labels) {
    const size = sizes.get(label) ?? 1
    if (size === 1) continue
    const strides = views.map((view) => view.get(label) ?? 0)
    const outer = loops.at(-1)
    if (outer?.strides.every((stride, i) => stride === (strides[i] ?? 0) * size)) {
      outer.size *= size
      outer.strides = strides
    } else {
      loops.push({ size, strides })
    }
  }
  return loops
}

function pair(loops: readonly Loop[], operand: number): readonly [number, number] {
  const [outer, inner] = twoOf(loops)
  return [outer?.strides[operand] ?? 0, inner?.strides[operand] ?? 0]
}

function sizesOf(loops: readonly Loop[]): readonly [number, number] {
  const [outer, inner] = twoOf(loops)
  return [outer?.size ?? 1, inner?.size ?? 1]
}

function twoOf(loops: readonly Loop[]): readonly [Loop | undefined, Loop | undefined] {
  return loops.length < 2 ? [undefined, loops[0]] : [loops[0], loops[1]]
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
    const out = layout([...batch, ...rows, ...columns], this.#sizes)
    const direct = { left: this.#direct(left), right: this.#direct(right) }
    const tries = [
      direct,
      { left: direct.left, right: undefined },
      { left: undefined, right: direct.right },
      { left: undefined, right: undefined },
    ]
    const own = (side: Side): Labels => batch.filter((label) => side.labels.includes(label))
    for (const attempt of tries) {
      // Planned with stand-ins first: nothing is copied for an attempt that does not fit.
      const plan = {
        left: attempt.left ?? this.#standIn([...own(left), ...rows, ...summed]),
        right: attempt.right ?? this.#standIn([...own(right), ...summed, ...columns]),
      }
      if (!this.#fit(plan.left, plan.right, out, output)) continue
      return this.#finish(
        attempt.left ?? this.#copy(left, [...own(left), ...rows, ...summed]),
        attempt.right ?? this.#copy(right, [...own(right), ...summed, ...columns]),
        out,
        output,
      )
    }
    return this.#finish(
      this.#copy(left, [...batch, ...rows, ...summed]),
      this.#copy(right, [...batch, ...summed, ...columns]),
      out,
      output,
    )
  }

  #finish(
    left: View,
    right: View,
    out: ReadonlyMap<number, number>,
    output: number,
  ): ContractKernel {
    const kernel = this.#fit(left, right, out, output)
    if (!kernel) throw new RangeError('contiguous operands must fit')
    return kernel
  }

  /** The kernel, if rows, columns, batches and sums come down to the loops that it has. */
  #fit(
    left: View,
    right: View,
    out: ReadonlyMap<number, number>,
    output: number,
  ): ContractKernel | undefined {
    const { batch, rows, columns, summed } = this.#roles
    const views = [left.strides, right.strides, out]
    const [m, n] = [merge(rows, this.#sizes, views), merge(columns, this.#sizes, views)]
    const [k, batches] = [merge(summed, this.#sizes, views), merge(batch, this.#sizes, views)]
    const contiguous = n.length === 0 || (n[0]?.strides[1] === 1 && n[0]?.strides[2] === 1)
    if (m.length > 1 || n.length > 1 || k.length > 2 || batches.length > 2 || !contiguous) return
    const empty = (labels: Labels): boolean => labels.some((label) => this.#sizes.get(label) === 0)
    return {
      kind: 'contract',
      batch: sizesOf(batches),
      m: m[0]?.size ?? 1,
      n: n[0]?.size ?? 1,
      k: empty(summed) ? [0, 0] : sizesOf(k),
      a: {
        buffer: left.buffer,
        offset: left.offset,
        batch: pair(batches, 0),
        row: m[0]?.strides[0] ?? 0,
        k: pair(k, 0),
      },
      b: {
        buffer: right.buffer,
        offset: right.offset,
        batch: pair(batches, 1),
        row: 0,
        k: pair(k, 1),
      },
      c: { buffer: output, batch: pair(batches, 2), row: m[0]?.strides[2] ?? 0 },
    }
  }

  /** The operand where it lies, if it is one buffer of float32 read by plain strides. */
  #direct({ node, labels }: Side): View | undefined {
    const affine = new Affine(labels.map((label) => this.#sizes.get(label) ?? 1))
    const index = labels.map((_, axis) => variable(axis))
    const expr = new Inliner(affine, this.#places).expression(node, index)
    if (expr?.kind !== 'load' || expr.guards.length > 0) return undefined
    if (expr.dtype !== 'float32') return undefined
    if (expr.offset.terms.some(({ atom }) => typeof atom !== 'number')) return undefined
    const strides = new Map(labels.map((label, axis) => [label, factorOf(expr.offset, axis)]))
    return { buffer: expr.buffer, offset: expr.offset.constant, strides }
  }

  #standIn(order: Labels): View {
    return { buffer: -1, offset: 0, strides: layout(order, this.#sizes) }
  }

  #copy({ node, labels }: Side, order: Labels): View {
    const extents = order.map((label) => this.#sizes.get(label) ?? 1)
    const affine = new Affine(extents)
    const index = labels.map((label) => variable(order.indexOf(label)))
    const value = new Inliner(affine, this.#places).expression(node, index)
    if (!value) throw new RangeError('an operand cannot be expressed')
    const strides = layout(order, this.#sizes)
    let offset = affine.constant(0)
    order.forEach((label, i) => {
      offset = affine.add(offset, affine.scale(variable(i), strides.get(label) ?? 0))
    })
    const size = extents.reduce((product, extent) => product * extent, 1)
    const buffer = this.#makeCopy(size, (to) => ({
      kind: 'loops',
      extents,
      folded: [],
      passes: [],
      stores: [{ buffer: to, dtype: 'float32', offset, value }],
    }))
    return { buffer, offset: 0, strides }
  }
}

/** The kernel that computes a contraction node into a buffer. */
export function fitContraction(
  node: Node,
  output: number,
  places: Places,
  makeCopy: MakeCopy,
): ContractKernel {
  return new Fitting(node, places, makeCopy).kernel(output)
}
