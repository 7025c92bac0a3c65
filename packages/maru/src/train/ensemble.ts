/** Several classifiers as one. */
import { ValueError } from '../base/error.ts'
import { log } from '../base/math.ts'
import { applied, Module } from '../nn/module.ts'
import { stack } from '../tensor/create.ts'
import { crossEntropy } from '../tensor/loss.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Loader, Supervised } from './batches.ts'
import { Accuracy } from './metrics-classes.ts'
import { Trainer } from './trainer.ts'

/** How well a classifier does: mean negative log-likelihood, and the part of labels that it finds. */
export interface Score {
  readonly nll: number
  readonly accuracy: number
}

/**
 * Classifiers whose probabilities are averaged.
 *
 *     log p(c | x) = log (1/M · Σₘ pₘ(c | x))
 *
 * Its outputs are log-probabilities, so `crossEntropy` takes them as it takes the members' logits. Its
 * negative log-likelihood is never above the members' mean, since the logarithm is concave.
 *
 * @shape as the members': logits [n, classes] become log-probabilities [n, classes]
 * @see Lakshminarayanan et al. 2017, https://arxiv.org/abs/1612.01474
 * @example await new Ensemble(members).scores(loader)
 */
export class Ensemble<L extends Module = Module> extends Module {
  readonly members: readonly L[]

  /** @throws ValueError without members */
  constructor(members: readonly L[]) {
    super()
    if (members.length === 0) throw new ValueError('ensemble.none', {})
    this.members = members
  }

  override forward(x: Tensor): Tensor {
    const logs = this.members.map((member) => applied(member, x).logSoftmax(1))
    return stack(logs, 0).logSumExp(0).sub(log(this.members.length))
  }

  /** Of the ensemble, and of each member by itself. */
  async scores(
    loader: Loader<Supervised>,
  ): Promise<{ readonly ensemble: Score; readonly members: readonly Score[] }> {
    const members: Score[] = []
    for (const member of this.members) members.push(await scoreOf(member, loader))
    return { ensemble: await scoreOf(this, loader), members }
  }
}

async function scoreOf(model: Module, loader: Loader<Supervised>): Promise<Score> {
  const trainer = new Trainer(model, { loss: crossEntropy, metrics: { accuracy: new Accuracy() } })
  const { loss, metrics } = await trainer.evaluate(loader)
  return { nll: loss, accuracy: metrics.accuracy }
}
