/** Transforms made of transforms. */
import { expectFunction } from '../../base/argument.ts'
import { ValueError } from '../../base/error.ts'
import type { Stream } from '../../base/threefry.ts'
import { expectWithin } from './sample.ts'

/** A transform of anything: samples, batches, texts. */
export type Transform<T> = (value: T, random: Stream) => T

/**
 * One transform after the other, each with a stream of its own, so that a change to one moves no other's draws.
 *
 * @example compose(randomHorizontalFlip(), randomCrop(32, { padding: 4 }))
 */
export function compose<T>(...transforms: readonly Transform<T>[]): Transform<T> {
  for (const each of transforms) expectFunction('compose', 'transform', each)
  return (value, random) =>
    transforms.reduce((changed, transform, i) => transform(changed, random.fork(i)), value)
}

/** A transform applied with probability p. */
export function randomApply<T>(
  transform: Transform<T>,
  { p = 0.5 }: { readonly p?: number } = {},
): Transform<T> {
  expectFunction('randomApply', 'transform', transform)
  expectWithin('randomApply', 'p', p, [0, 1])
  return (value, random) => (random.uniform() < p ? transform(value, random.fork('apply')) : value)
}

/** One of several transforms, each with equal chance. */
export function randomChoice<T>(...transforms: readonly Transform<T>[]): Transform<T> {
  for (const each of transforms) expectFunction('randomChoice', 'transform', each)
  if (transforms.length === 0) throw new ValueError('augment.none', { op: 'randomChoice' })
  return (value, random) => {
    const transform = transforms[random.integer(transforms.length)]
    return transform ? transform(value, random.fork('choice')) : value
  }
}
