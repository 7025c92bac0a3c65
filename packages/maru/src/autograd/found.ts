/** Gradients of nodes, gathered from all that read them. */
import { at } from '../base/shape.ts'
import { makeNode, type Node } from '../graph/node.ts'
import type { Primitive } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { GradContext } from './grad.ts'

/** Gradients found so far: one for a node, several for one with several results. */
export class Found {
  readonly #context: GradContext
  readonly #single = new Map<Node, Tensor[]>()
  readonly #several = new Map<Node, (Tensor | undefined)[]>()

  constructor(context: GradContext) {
    this.#context = context
  }

  add(node: Node, part: Tensor): void {
    const known = this.#single.get(node)
    if (known) known.push(part)
    else this.#single.set(node, [part])
  }

  /** Adds to one result of a node. */
  addTo(node: Node, index: number, part: Tensor): void {
    const known = this.#several.get(node) ?? []
    known[index] = known[index]?.add(part) ?? part
    this.#several.set(node, known)
  }

  /** The sum of all parts. */
  of(node: Node): Tensor | undefined {
    const parts = this.#single.get(node)
    if (!parts) return undefined
    const [first, ...rest] = this.#joined(parts)
    const sum = rest.reduce((sum, part) => sum.add(part), first as Tensor)
    this.#single.set(node, [sum])
    return sum
  }

  allOf(node: Node): readonly (Tensor | undefined)[] | undefined {
    return this.#several.get(node)
  }

  /** A block as its sum with what is zero there, which makes -0 to 0. */
  #summed(inside: Node): Node {
    return this.#context.tensor(inside).add(this.#context.zeros(inside)).node
  }

  /** Parts with those that are blocks side by side, zero elsewhere, put together: zeros alone are to be added there. */
  #joined(parts: readonly Tensor[]): readonly Tensor[] {
    const blocks = parts.flatMap(({ node }) => blockOf(node) ?? [])
    for (const { axis } of blocks) {
      const row = blocks.filter((each) => each.axis === axis).sort((a, b) => a.from - b.from)
      const [first] = row
      if (!first || row.length === 1 || !fills(row)) continue
      const inside = row.map(({ inside }) => this.#summed(inside))
      const whole = this.#context.tensor(makeNode(p.concat as Primitive, inside, { axis }))
      const place = parts.findIndex(({ node }) => row.some((each) => each.node === node))
      const others = parts.filter(({ node }) => !row.some((each) => each.node === node))
      return others.toSpliced(place, 0, whole)
    }
    return parts
  }
}

/** What is zero but for a stretch of one axis. */
interface Block {
  readonly node: Node
  readonly inside: Node
  readonly axis: number
  readonly from: number
}

function blockOf(node: Node): Block | undefined {
  const { op, attrs, inputs } = node
  const [inside] = inputs
  const zeros = op.trait === 'movement' && inside ? op.zeros?.(attrs) : undefined
  if (!zeros || !inside) return undefined
  const { before, after } = zeros
  const axes = inside.shape.flatMap((_, axis) =>
    at(before, axis) > 0 || at(after, axis) > 0 ? [axis] : [],
  )
  const [axis] = axes
  if (axis === undefined || axes.length > 1) return undefined
  return { node, inside, axis, from: at(before, axis) }
}

/** Whether blocks, in order along their axis, meet and leave nothing out. */
function fills(row: readonly Block[]): boolean {
  let end = 0
  for (const { inside, axis, from } of row) {
    if (from !== end) return false
    end += at(inside.shape, axis)
  }
  return row.every(({ node, axis }) => at(node.shape, axis) === end)
}
