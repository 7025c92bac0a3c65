/** Members that have seen different samples. */
import { expectInteger } from '../base/shape.ts'
import { Stream } from '../base/threefry.ts'
import type { Dataset } from '../data/dataset.ts'
import { Subset } from '../data/sets.ts'
import type { Module } from '../nn/module.ts'
import { Ensemble } from './ensemble.ts'

/**
 * Trains members on samples drawn with replacement, as many as there are: each leaves out about a third.
 *
 * Which samples are drawn is a function of the seed and the member's number.
 *
 * @param train makes and trains a member on its samples
 * @see Breiman 1996, "Bagging predictors"
 * @example
 * const ensemble = await bagging(train, 5, async (samples, member) => {
 *   const model = network(member)
 *   await trainerOf(model).fit(new DataLoader(samples, { batchSize: 64, shuffle: true }), { epochs: 5 })
 *   return model
 * })
 */
export async function bagging<S, L extends Module>(
  dataset: Dataset<S>,
  members: number,
  train: (samples: Subset<S>, member: number) => Promise<L>,
  { seed = 0 }: { readonly seed?: number } = {},
): Promise<Ensemble<L>> {
  expectInteger('bagging', 'members', members, 1)
  const made: L[] = []
  for (let member = 0; member < members; member++) {
    const random = new Stream(seed, 'bagging', member)
    const indices = Uint32Array.from({ length: dataset.length }, () =>
      random.integer(dataset.length),
    )
    made.push(await train(new Subset(dataset, indices), member))
  }
  return new Ensemble(made)
}
