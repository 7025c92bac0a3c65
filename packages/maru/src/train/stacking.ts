/** A classifier of what classifiers say. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { Linear } from '../nn/linear.ts'
import { applied, Module } from '../nn/module.ts'
import { concat, tensor } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * Classifiers whose log-probabilities are the inputs of a linear layer, which learns on data that they
 * have not seen how far each is to be believed. It begins as their geometric mean; the members stay as they are.
 *
 * @shape as the members': [n, classes] become logits [n, classes]
 * @see Wolpert 1992, "Stacked generalization"
 * @example
 * const stacked = new Stacking(members, 10)
 * const optimizer = new Adam(stacked.head.parameters())
 * await new Trainer(stacked, { optimizer, loss: crossEntropy }).fit(heldOut, { epochs: 5 })
 */
export class Stacking<L extends Module = Module> extends Module {
  readonly members: readonly L[]
  readonly head: Linear<number, number>

  /** @throws ValueError without members */
  constructor(members: readonly L[], classes: number) {
    super()
    if (members.length === 0) throw new ValueError('ensemble.none', {})
    expectInteger('Stacking', 'classes', classes, 1)
    this.members = members
    this.head = new Linear(members.length * classes, classes)
    const weight = Array.from({ length: classes }, (_, row) =>
      Array.from({ length: members.length * classes }, (_, column) =>
        column % classes === row ? 1 / members.length : 0,
      ),
    )
    const bias = new Array<number>(classes).fill(0)
    // takes effect at once; what it waits for is room
    void this.head.loadStateDict(
      new Map([
        ['weight', tensor(weight)],
        ['bias', tensor(bias)],
      ]),
    )
  }

  override forward(x: Tensor): Tensor {
    const logs = this.members.map((member) => applied(member, x).logSoftmax(1))
    return applied(this.head, concat(logs, 1).stopGradient())
  }

  /** Members predict, even where the head learns. */
  override train(on = true): this {
    super.train(on)
    for (const member of this.members) member.eval()
    return this
  }
}
