/** Gradients, as users ask for them. */
import { type GradContext, gradients } from '../autograd/grad.ts'
import { isDropped } from '../runtime/realize.ts'
import { full } from './create.ts'
import { Tensor } from './tensor.ts'

const context: GradContext = {
  tensor: (node) => new Tensor(node),
  ones: ({ shape, dtype }) => full(shape, 1, { dtype }),
  zeros: ({ shape, dtype }) => full(shape, 0, { dtype }),
  isDropped,
}

/**
 * Gradients of a scalar with respect to tensors; zeros where it does not depend on one.
 *
 * The result is part of the same graph, so it can be differentiated again.
 *
 * @shape loss [] → one gradient of each tensor's shape
 * @throws ShapeError when the loss is not a scalar, StaleError when its graph is gone
 * @example const [g] = grad(x.square().sum(), [x]) // 2x
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  return gradients(
    loss.node,
    wrt.map(({ node }) => node),
    context,
  )
}
