/** Mirrored images. */
import { rearrange } from './resample.ts'
import { expectWithin, type ImageSample, imageSizes, type SampleTransform } from './sample.ts'

/** The image with left and right exchanged. */
export function horizontalFlip(sample: ImageSample): ImageSample {
  const sizes = imageSizes('horizontalFlip', sample)
  const { height, width } = sizes
  const columns = (x: number): number => width - 1 - x
  const layout = { rows: same, columns, map: [-1, 0, width, 0, 1, 0] } as const
  return rearrange(sample, sizes, [height, width], layout, 0)
}

/** The image with top and bottom exchanged. */
export function verticalFlip(sample: ImageSample): ImageSample {
  const sizes = imageSizes('verticalFlip', sample)
  const { height, width } = sizes
  const rows = (y: number): number => height - 1 - y
  const layout = { rows, columns: same, map: [1, 0, 0, 0, -1, height] } as const
  return rearrange(sample, sizes, [height, width], layout, 0)
}

function same(i: number): number {
  return i
}

/** Exchanges left and right with probability p. */
export function randomHorizontalFlip(p = 0.5): SampleTransform {
  expectWithin('randomHorizontalFlip', 'p', p, [0, 1])
  return (sample, random) => (random.uniform() < p ? horizontalFlip(sample) : sample)
}

/** Exchanges top and bottom with probability p. */
export function randomVerticalFlip(p = 0.5): SampleTransform {
  expectWithin('randomVerticalFlip', 'p', p, [0, 1])
  return (sample, random) => (random.uniform() < p ? verticalFlip(sample) : sample)
}
