/** Noise on images. */
import { expectWithin, imageSizes, type SampleTransform, withPixels } from './sample.ts'

export interface GaussianNoiseOptions {
  readonly mean?: number
  readonly sigma?: number
  /** Cut to 0 … 1; for images that are already normalised, false. */
  readonly clip?: boolean
}

/** A normal number of its own added to every value. */
export function gaussianNoise({
  mean = 0,
  sigma = 0.1,
  clip = true,
}: GaussianNoiseOptions = {}): SampleTransform {
  const op = 'gaussianNoise'
  expectWithin(op, 'mean', mean)
  expectWithin(op, 'sigma', sigma, [0, Number.MAX_VALUE])
  return (sample, random) => {
    imageSizes(op, sample)
    const data = sample.input.data.slice()
    for (let i = 0; i < data.length; i++) {
      const value = (data[i] as number) + mean + sigma * random.normal()
      data[i] = clip ? Math.min(1, Math.max(0, value)) : value
    }
    return withPixels(sample, data)
  }
}
