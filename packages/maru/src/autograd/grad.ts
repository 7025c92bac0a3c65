/** Reverse-mode differentiation: a walk over the graph that adds nodes to it. */
import { isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError, StaleError } from '../base/error.ts'
import type { Node } from '../graph/node.ts'
import { asGradient } from '../graph/origin.ts'
import type { Spec } from '../graph/primitive.ts'
import { resultOf } from '../primitives/several.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { controlGradients } from './control.ts'
import { Found } from './found.ts'

/** How the walk makes tensors: `autograd` stands left of `tensor` and cannot make them itself. */
export interface GradContext {
  tensor(node: Node): Tensor
  ones(spec: Spec): Tensor
  zeros(spec: Spec): Tensor
  /** Whether the node was computed and its inputs forgotten. */
  isDropped(node: Node): boolean
}

type Parts = readonly (Tensor | undefined)[]

/** Nodes between the roots and the targets, users before inputs, and whether forgotten ones were met. */
function walk(
  roots: readonly Node[],
  targets: ReadonlySet<Node>,
  context: GradContext,
): { order: Node[]; cut: boolean } {
  const reaches = new Map<Node, boolean>()
  const order: Node[] = []
  let cut = false
  for (const root of roots) {
    // A stack of its own: graphs are deeper than the engine's allows.
    const path = [root]
    for (let node = path.at(-1); node; node = path.at(-1)) {
      const next = reaches.has(node) ? undefined : node.inputs.find((input) => !reaches.has(input))
      if (next) {
        path.push(next)
        continue
      }
      path.pop()
      if (reaches.has(node)) continue
      if (context.isDropped(node)) cut = true
      const reached = targets.has(node) || node.inputs.some((input) => reaches.get(input))
      reaches.set(node, reached)
      if (reached) order.push(node)
    }
  }
  return { order: order.reverse(), cut }
}

/** Gradients of a scalar node with respect to others, as nodes of the same graph. */
export function gradients(root: Node, wrt: readonly Node[], context: GradContext): Tensor[] {
  if (root.shape.length !== 0) throw new ShapeError('grad.scalar', { shape: root.shape })
  if (!isFloat(root.dtype)) throw new DTypeError('grad.dtype', { dtype: root.dtype })
  return pullBack([root], [context.ones(root)], wrt, context).map(
    (gradient, i) => gradient ?? context.zeros(at(wrt, i)),
  )
}

function at<T>(list: readonly T[], i: number): T {
  const found = list[i]
  if (found === undefined) throw new RangeError(`nothing at ${i}`)
  return found
}

export type PullBack = typeof pullBack

/**
 * Vector-Jacobian products: `Σ seedᵢ · ∂rootᵢ/∂x` for every x in `wrt`; `undefined` where no root depends on it.
 */
export function pullBack(
  roots: readonly Node[],
  seeds: Parts,
  wrt: readonly Node[],
  context: GradContext,
): (Tensor | undefined)[] {
  const { order, cut } = walk(roots, new Set(wrt), context)
  const reached = new Set(order)
  const found = new Found(context)
  roots.forEach((root, i) => {
    const seed = seeds[i]
    if (seed && isFloat(root.dtype)) found.add(root, seed)
  })
  for (const node of order) {
    const parts = asGradient(node, () => partsOf(node, found, reached, context))
    node.inputs.forEach((input, i) => {
      const part = parts[i]
      if (part && reached.has(input) && isFloat(input.dtype)) found.add(input, part)
    })
  }
  return wrt.map((node) => {
    const gradient = found.of(node)
    if (!gradient && cut) throw new StaleError('stale.grad', {})
    return gradient
  })
}

/** What a node passes on to its inputs. */
function partsOf(
  node: Node,
  found: Found,
  reached: ReadonlySet<Node>,
  context: GradContext,
): Parts {
  const { op, attrs } = node
  const inputs = (): Tensor[] => node.inputs.map((input) => context.tensor(input))
  if (op.trait === 'control') {
    const gradients = found.allOf(node)
    const wanted = node.inputs.map((input) => reached.has(input) && isFloat(input.dtype))
    return gradients
      ? controlGradients(node, op.form(attrs), gradients, wanted, { ...context, pullBack })
      : []
  }
  if (op.trait === 'bundle') {
    const gradients = found.allOf(node)
    if (!gradients || !op.vjp) return []
    const outputs = (node.results ?? []).map((_, index) => context.tensor(resultOf(node, index)))
    return op.vjp(gradients, { inputs: inputs(), outputs, attrs })
  }
  const gradient = found.of(node)
  if (!gradient || !isFloat(node.dtype)) return []
  if (op.trait === 'pick') {
    const [from] = node.inputs
    if (from) found.addTo(from, op.index(attrs), gradient)
    return []
  }
  const vjp = node.rule ?? op.vjp
  return vjp ? vjp(gradient, { inputs: inputs(), output: context.tensor(node), attrs }) : []
}
