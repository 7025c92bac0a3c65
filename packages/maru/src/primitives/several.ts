/** Nodes with several results, and nodes that are another node in all but their gradient or their turn. */
import { makeNode, type Node } from '../graph/node.ts'
import type { Alias, HostTensor, Pick, Primitive } from '../graph/primitive.ts'
import { input } from './build.ts'

/** One result of a node with several. */
export const pick: Pick<{ readonly index: number }> = {
  trait: 'pick',
  name: 'pick',
  index: ({ index }) => index,
  infer(inputs, { index }) {
    const { results } = input(inputs, 0)
    return input(results ?? [], index)
  },
  evaluate() {
    throw new RangeError('pick: the node that it picks from writes the result')
  },
}

/** A result of a node with several. */
export function resultOf(node: Node, index: number): Node {
  return makeNode(pick as Primitive, [node], { index })
}

function first(inputs: readonly HostTensor[], _: object, out: HostTensor): void {
  out.data.set(input(inputs, 0).data)
}

/** The first input, computed once the others are: what is recomputed waits for whom it is for. */
export const after: Alias = {
  trait: 'alias',
  name: 'after',
  infer: (inputs) => input(inputs, 0),
  evaluate: first,
  vjp: (g) => [g],
}

/** The first input, with a gradient rule of the user's own for all inputs. */
export const custom: Alias = {
  trait: 'alias',
  name: 'custom',
  infer: (inputs) => input(inputs, 0),
  evaluate: first,
}
