/** What does not fit the 32-bit words of a program is refused before anything is compiled. */
import { ShapeError } from '../base/error.ts'
import { type Sizes, sizeOf } from '../base/shape.ts'
import { order } from '../graph/closed.ts'
import type { Node } from '../graph/node.ts'
import type { Form } from './forms.ts'
import { Affine, type IndexExpr, isValueIndex } from './index-expr.ts'
import { foldIndices, foldsOf, type Kernel, storeIndices, storesOf } from './kernel.ts'
import type { Step } from './steps.ts'

/** Elements that are gone through, and positions, are below this. */
const MOST_ELEMENTS = 2 ** 31

/** Whether values have too many elements, or steps go through too many to make them. */
export function exceedsWords(values: readonly Node[], steps: readonly Step[]): boolean {
  if (values.some(({ shape }) => !counts(shape))) return true
  return steps.some((step) => step.kind === 'kernel' && !fits(step.bound.form))
}

/** Throws, naming what computes the first value that is too large, stored or not, and what it is made from. */
export function refuseExtents(node: Node): never {
  const large = order([node], new Set()).filter(({ shape }) => !counts(shape))
  const computed = large.find(({ op }) => op.trait !== 'movement') ?? large[0] ?? node
  const from = computed.inputs.map((input) => `[${given(input).shape.join(', ')}]`).join(' · ')
  const { op, shape } = computed
  throw new ShapeError('compile.large', { op: op.name, what: op.name, from, shape })
}

/** A value before it was spread over more elements than there may be. */
function given(node: Node): Node {
  const [from] = node.inputs
  return node.op.trait === 'movement' && from && !counts(node.shape) ? given(from) : node
}

const fitting = new WeakMap<Form, boolean>()

function fits(form: Form): boolean {
  const known = fitting.get(form) ?? isSmall(form.kernel)
  fitting.set(form, known)
  return known
}

function isSmall(kernel: Kernel): boolean {
  switch (kernel.kind) {
    case 'contract': {
      const { batch, m, n, k, a, b } = kernel
      const sides = [a, b].map((side) => [side.batch, side.lines, side.summed])
      return counts([batch, m, n]) && counts([k]) && sides.flat().every(counts)
    }
    case 'scatter':
      return counts(kernel.extents) && within(kernel.extents, storeIndices(kernel.store))
    case 'loops': {
      const { extents, folded } = kernel
      const indices = [
        ...storesOf(kernel).flatMap(storeIndices),
        ...foldsOf(kernel).flatMap(foldIndices),
      ]
      return counts(extents) && counts(folded) && within([...extents, ...folded], indices)
    }
  }
}

function counts(extents: Sizes): boolean {
  return sizeOf(extents) < MOST_ELEMENTS
}

/** Whether indices, and what is divided in them, are words. */
function within(extents: Sizes, indices: readonly IndexExpr[]): boolean {
  const affine = new Affine(extents)
  const good = (index: IndexExpr): boolean => {
    const [low, high] = affine.range(index)
    if (low < -MOST_ELEMENTS || high >= MOST_ELEMENTS) return false
    return index.terms.every(({ atom }) => {
      return typeof atom === 'number' || isValueIndex(atom) || good(atom.of)
    })
  }
  return indices.every(good)
}
