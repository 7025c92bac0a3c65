/** Gradients, as users ask for them. */
import { gradients, pullBack } from '../autograd/grad.ts'
import { expectFunction } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { sameShape } from '../base/shape.ts'
import { close, instantiate } from '../graph/closed.ts'
import { makeNode, type Node } from '../graph/node.ts'
import type { Vjp } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import { placeholder } from '../primitives/source.ts'
import { recordInside } from '../runtime/trace.ts'
import { zeros } from './create.ts'
import { nodeOf, nodesOf } from './nodes.ts'
import { gradContext, Tensor } from './tensor.ts'

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
  return gradients(nodeOf('grad', loss), nodesOf('grad', wrt), gradContext)
}

/**
 * A function's value together with its gradients with respect to all arguments.
 *
 * @example const [loss, [dw, db]] = valueAndGrad((w, b) => x.matmul(w).add(b).square().mean())(w, b)
 */
export function valueAndGrad<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: A) => [value: Tensor, gradients: Tensor[]] {
  return (...args) => {
    const own = separate(args)
    const value = fn(...own)
    return [value, grad(value, own)]
  }
}

/**
 * Vector-Jacobian products, `Σ cotangentᵢ · ∂outputᵢ/∂x` for each x: the gradient of non-scalars.
 *
 * @shape one cotangent of each output's shape → one result of each tensor's
 * @throws ShapeError when a cotangent's shape is not its output's
 */
export function vjp(
  outputs: readonly Tensor[],
  wrt: readonly Tensor[],
  cotangents: readonly Tensor[],
): Tensor[] {
  expectLike('vjp', outputs, cotangents)
  const roots = outputs.map(({ node }) => node)
  const targets = nodesOf('vjp', wrt)
  const parts = pullBack(roots, cotangents, targets, gradContext)
  return wrt.map((each, i) => parts[i] ?? gradContext.zeros(each.node))
}

/**
 * A function's value and its derivative in a direction: `f(x)` and `∂f/∂x · v`.
 *
 * Forward mode by two reverse passes: the pulled-back gradient is linear in its cotangent, and its
 * derivative with respect to that is the Jacobian's product with v. What the first pass would cost is
 * never computed, since only its derivative is asked for.
 *
 * @throws ShapeError when a tangent's shape is not its argument's
 * @see Townsend 2017, https://j-towns.github.io/2017/06/12/A-new-trick.html
 * @example const [y, dy] = jvp((x) => x.sin(), [x], [v]) // dy = cos(x) · v
 */
export function jvp<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
  primals: A,
  tangents: readonly Tensor[],
): [value: Tensor, tangent: Tensor] {
  expectFunction('jvp', 'fn', fn)
  expectLike('jvp', primals, tangents)
  const own = separate(primals)
  const value = fn(...own)
  nodeOf('jvp', value)
  return [value, pushForward(value, own, tangents)]
}

/** Jacobian-vector product of a tensor by others that it was computed from: `∂output/∂x · v`, summed over x. */
export function pushForward(
  output: Tensor,
  wrt: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor {
  const seed = alias(zeros(output.node.shape, { dtype: output.dtype }))
  const targets = wrt.map(({ node }) => node)
  const back = pullBack([output.node], [seed], targets, gradContext)
  const reached = back.flatMap((part, i) => (part ? [{ part, tangent: tangents[i] }] : []))
  const [tangent] = pullBack(
    reached.map(({ part }) => part.node),
    reached.map((each) => each.tangent),
    [seed.node],
    gradContext,
  )
  return tangent ?? gradContext.zeros(output.node)
}

/**
 * Products of a scalar's Hessian with vectors, `H·v`, without the Hessian.
 *
 * @see Pearlmutter 1994, https://doi.org/10.1162/neco.1994.6.1.147
 * @example const [hv] = hvp(x.pow(3).sum(), [x], [v]) // 6x · v
 */
export function hvp(loss: Tensor, wrt: readonly Tensor[], vectors: readonly Tensor[]): Tensor[] {
  expectLike('hvp', wrt, vectors)
  return vjp(grad(loss, wrt), wrt, vectors)
}

/**
 * The function with its intermediate values forgotten: the gradient computes them again, so that
 * memory is paid with a second pass forward.
 *
 * What the function reads besides its arguments (parameters) gets its gradient, too.
 *
 * @see Chen et al. 2016, https://arxiv.org/abs/1604.06174
 * @example const y = checkpoint((x) => block(x))(x)
 */
export function checkpoint<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: A) => Tensor {
  return (...args) => {
    const bound = args.map((arg) => placeholder(nodeOf('checkpoint', arg)))
    const given: readonly Tensor[] = bound.map((node) => new Tensor(node))
    const traced = recordInside(() => fn(...(given as A)))
    const { graphs, captured } = close(bound, [[nodeOf('checkpoint', traced)]], placeholder)
    const run = (inputs: readonly Node[]): Tensor[] =>
      graphs.flatMap((graph) => instantiate(graph, inputs)).map((node) => new Tensor(node))
    const again: Vjp<object> = (gradient, { inputs }) => {
      const later = inputs.slice(1).map((each) => {
        return new Tensor(makeNode(p.after, [each.node, gradient.node]))
      })
      const nodes = later.map(({ node }) => node)
      return [undefined, ...pullBack(run(nodes).map(nodeIn), [gradient], nodes, gradContext)]
    }
    const inputs = [...args.map(nodeIn), ...captured]
    return new Tensor(makeNode(p.custom, [...run(inputs).map(nodeIn), ...inputs], {}, again))
  }
}

function nodeIn({ node }: Tensor): Node {
  return node
}

/** What a gradient rule of one's own sees. */
export interface CustomContext {
  readonly inputs: readonly Tensor[]
  readonly output: Tensor
}

/**
 * A function with a gradient rule of its own, in place of the one that follows from its operations.
 *
 * The rule gets the gradient of the result and gives one for each argument, or `undefined` for none. Tensors
 * that `fn` reads but does not take as arguments get no gradient through it.
 *
 * @example
 * const straightThrough = customGradient((x) => x.floor(), (g) => [g])
 */
export function customGradient<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
  rule: (gradient: Tensor, context: CustomContext) => readonly (Tensor | undefined)[],
): (...args: A) => Tensor {
  return (...args) => {
    const value = fn(...args)
    const nodes = args.map((arg) => nodeOf('customGradient', arg))
    const checked: Vjp<object> = (gradient, { inputs, output }) => {
      const parts = rule(gradient, { inputs: inputs.slice(1), output })
      if (parts.length !== args.length) {
        throw new ValueError('custom.count', { wanted: args.length, got: parts.length })
      }
      parts.forEach((part, i) => {
        const [shape, got] = [inputs[i + 1]?.node.shape ?? [], part?.node.shape]
        if (got && !sameShape(got, shape)) {
          throw new ShapeError('custom.shape', { index: i, wanted: shape, got })
        }
      })
      return [undefined, ...parts]
    }
    return new Tensor(makeNode(p.custom, [value.node, ...nodes], {}, checked))
  }
}

/** A node of its own for the same value. */
function alias(value: Tensor): Tensor {
  return new Tensor(makeNode(p.custom, [value.node], {}, (gradient) => [gradient]))
}

/** Arguments under nodes of their own, so that nothing else depends on them. */
function separate<A extends readonly Tensor[]>(args: A): A {
  const own: readonly Tensor[] = args.map((arg) => alias(arg))
  return own as A
}

function expectLike(op: string, tensors: readonly Tensor[], given: readonly Tensor[]): void {
  const [nodes, others] = [nodesOf(op, tensors), nodesOf(op, given)]
  if (others.length !== nodes.length) {
    throw new ValueError('grad.count', { op, wanted: nodes.length, got: others.length })
  }
  nodes.forEach((each, index) => {
    const [wanted, got] = [each.shape, others[index]?.shape ?? []]
    if (!sameShape(wanted, got)) throw new ShapeError('grad.like', { op, index, wanted, got })
  })
}
