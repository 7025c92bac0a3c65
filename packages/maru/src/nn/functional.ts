/** A module as a function of its parameters. */
import { ShapeError, ValueError } from '../base/error.ts'
import { sameShape } from '../base/shape.ts'
import { readAs, withoutWrites } from '../runtime/realize.ts'
import type { State, Tensor } from '../tensor/tensor.ts'
import { applied, type Module } from './module.ts'

/**
 * What a module makes of a tensor with other values for its parameters and buffers, by their paths; those that
 * are not named are the module's own. Nothing is changed: running statistics that `forward` gathers are
 * forgotten, so that the result is a function of the arguments alone, and `grad`, `compile` and `vmap` go
 * through it. Layers that draw random numbers in training are none; `eval()` makes them so.
 *
 * @shape values as the parameters that they stand for; x and result as the module's
 * @throws ValueError for a name that the module does not have, ShapeError for another shape
 * @see PyTorch's torch.func.functional_call
 * @example
 * // a whole ensemble at once, of weights [members, out, in]
 * vmap((weight) => functionalCall(layer, new Map([['weight', weight]]), x))(weights)
 */
export function functionalCall(
  module: Module,
  values: ReadonlyMap<string, Tensor>,
  x: Tensor,
): Tensor {
  const known = new Map<string, State>([...module.namedParameters(), ...module.namedBuffers()])
  const unexpected = [...values.keys()].filter((name) => !known.has(name))
  if (unexpected.length > 0) throw new ValueError('state.names', { missing: [], unexpected })
  const stands = [...values].flatMap(([name, { node }]) => {
    const state = known.get(name)
    if (!state) return []
    const { cell } = state
    if (sameShape(node.shape, cell.shape)) return [[cell, node] as const]
    throw new ShapeError('state.shape', { name, got: node.shape, wanted: cell.shape })
  })
  return withoutWrites(() => readAs(new Map(stands), () => applied(module, x)))
}
