/** Reverse-mode differentiation: a walk over the graph that adds nodes to it. */
import { isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError, StaleError } from '../base/error.ts'
import type { Node } from '../graph/node.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** How the walk makes tensors: `autograd` stands left of `tensor` and cannot make them itself. */
export interface GradContext {
  tensor(node: Node): Tensor
  ones(node: Node): Tensor
  zeros(node: Node): Tensor
  /** Whether the node was computed and its inputs forgotten. */
  isDropped(node: Node): boolean
}

/** Nodes between the loss and the targets, users before inputs, and whether forgotten ones were met. */
function walk(
  root: Node,
  targets: ReadonlySet<Node>,
  context: GradContext,
): { order: Node[]; cut: boolean } {
  const reaches = new Map<Node, boolean>()
  const order: Node[] = []
  let cut = false
  // A stack of its own: graphs are deeper than the engine's allows.
  const path = [root]
  for (let node = path.at(-1); node; node = path.at(-1)) {
    const next = node.inputs.find((input) => !reaches.has(input))
    if (next) {
      path.push(next)
      continue
    }
    if (context.isDropped(node)) cut = true
    const reached = targets.has(node) || node.inputs.some((input) => reaches.get(input))
    reaches.set(node, reached)
    if (reached) order.push(node)
    path.pop()
  }
  return { order: order.reverse(), cut }
}

/** Gradients of a scalar node with respect to others, as nodes of the same graph. */
export function gradients(root: Node, wrt: readonly Node[], context: GradContext): Tensor[] {
  if (root.shape.length !== 0) throw new ShapeError('grad.scalar', { shape: root.shape })
  if (!isFloat(root.dtype)) throw new DTypeError('grad.dtype', { dtype: root.dtype })
  const targets = new Set(wrt)
  const { order, cut } = walk(root, targets, context)
  const found = new Map<Node, Tensor>([[root, context.ones(root)]])
  const reached = new Set(order)
  for (const node of order) {
    const gradient = found.get(node)
    if (!gradient) continue
    const { vjp } = node.op
    if (!vjp || !isFloat(node.dtype)) continue
    const inputs = node.inputs.map((input) => context.tensor(input))
    const output = context.tensor(node)
    const parts = vjp(gradient, { inputs, output, attrs: node.attrs })
    node.inputs.forEach((input, i) => {
      const part = parts[i]
      if (!part || !reached.has(input) || !isFloat(input.dtype)) return
      const known = found.get(input)
      found.set(input, known ? known.add(part) : part)
    })
  }
  return wrt.map((node) => {
    const gradient = found.get(node)
    if (!gradient && cut) throw new StaleError('stale.grad', {})
    return gradient ?? context.zeros(node)
  })
}
