/** What is made small: from a model and a batch to a loss and the terms that it is made of. */
import { isFloat, isHalf } from '../base/dtype.ts'
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import { showAny } from '../base/show.ts'
import { applied, type Module } from '../nn/module.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { Supervised } from './batches.ts'

/** What an objective may tell besides the loss. */
export interface Told {
  /** The scalar to be made small. */
  readonly loss: Tensor
  /** What metrics compare with `targets`. */
  readonly outputs?: Tensor
  readonly targets?: Tensor
  /** Scalars that are reported by their names beside the loss. */
  readonly [term: string]: Tensor | undefined
}

/** A function from a model and a batch to the loss, alone or with what is to be told of it. */
export type Objective<L extends Module, B> = (model: L, batch: B) => Tensor | Told

/** A function from a model's outputs and labels to a scalar: `crossEntropy`, or one of your own. */
export type LossFn = (outputs: Tensor, labels: Tensor) => Tensor

/** An objective's answer, checked. */
export interface Terms {
  readonly loss: Tensor
  readonly outputs: Tensor | undefined
  readonly targets: Tensor | undefined
  readonly terms: Readonly<Record<string, Tensor>>
}

/** Names that reports have for something else. */
const RESERVED: ReadonlySet<string> = new Set(['data', 'lr', 'samples', 'seconds'])

/** `loss(model.call(inputs), labels)`; in mixed precision the loss is computed in float32. */
export function supervised<L extends Module>(loss: LossFn): Objective<L, Supervised> {
  return (model, { inputs, labels }) => {
    if (!(inputs instanceof Tensor && labels instanceof Tensor)) {
      throw new ValueError('fit.supervised', { inputs: showAny(inputs), labels: showAny(labels) })
    }
    const made = applied(model, inputs)
    const outputs = isHalf(made.dtype) ? made.cast('float32') : made
    return { loss: loss(outputs, labels), outputs, targets: labels }
  }
}

/** @throws ShapeError, DTypeError or ValueError when the loss or a term is not what can be reported */
export function termsOf(answer: unknown): Terms {
  if (answer instanceof Tensor) {
    return { loss: expectScalar('loss', answer), outputs: undefined, targets: undefined, terms: {} }
  }
  const told: Readonly<Record<string, unknown>> =
    typeof answer === 'object' && answer !== null ? { ...answer } : {}
  const { loss, outputs, targets, ...rest } = told
  if (!(loss instanceof Tensor)) throw new ValueError('objective.loss', { got: showAny(answer) })
  const terms: Record<string, Tensor> = {}
  for (const [name, term] of Object.entries(rest)) {
    if (term === undefined) continue
    expectName(name)
    if (!(term instanceof Tensor))
      throw new ValueError('objective.term', { name, got: showAny(term) })
    terms[name] = expectScalar(name, term)
  }
  return {
    loss: expectScalar('loss', loss),
    outputs: outputs instanceof Tensor ? outputs : undefined,
    targets: targets instanceof Tensor ? targets : undefined,
    terms,
  }
}

/** @throws ValueError for a name that reports have for something else */
export function expectName(name: string): void {
  if (RESERVED.has(name) || name === 'loss') throw new ValueError('objective.name', { name })
}

function expectScalar(name: string, value: Tensor): Tensor {
  if (value.node.shape.length > 0) {
    throw new ShapeError('objective.scalar', { name, shape: value.node.shape })
  }
  if (isFloat(value.dtype)) return isHalf(value.dtype) ? value.cast('float32') : value
  throw new DTypeError('objective.dtype', { name, dtype: value.dtype })
}
