/** Features of all samples of a set, side by side. */
import { ShapeError } from '../../base/error.ts'
import { fromHost } from '../../tensor/create.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { Dataset } from '../dataset.ts'
import type { Sample } from '../record.ts'
import type { Image } from './image.ts'

/** What a classifier of features learns from. */
export interface FeatureMatrix {
  /** float32 [N, features] */
  readonly features: Tensor
  /** int32 [N] */
  readonly labels: Tensor
}

/**
 * Applies features to every sample of a set; several are joined.
 *
 * @throws ShapeError when samples have different numbers of features
 * @example const { features, labels } = await featureMatrix(train, hog, colorHistogram)
 */
export async function featureMatrix(
  set: Dataset<Sample>,
  ...extract: readonly ((image: Image) => Float32Array)[]
): Promise<FeatureMatrix> {
  const count = set.length
  const labels = new Int32Array(count)
  let data = new Float32Array(0)
  let size = 0
  for (let i = 0; i < count; i++) {
    const { input, label } = await set.at(i)
    const parts = extract.map((feature) => feature(input))
    const got = parts.reduce((sum, part) => sum + part.length, 0)
    if (i === 0) {
      size = got
      data = new Float32Array(count * size)
    }
    if (got !== size)
      throw new ShapeError('feature.length', { op: 'featureMatrix', i, got, wanted: size })
    let at = i * size
    for (const part of parts) {
      data.set(part, at)
      at += part.length
    }
    labels[i] = label
  }
  return {
    features: fromHost(data, [count, size], 'float32'),
    labels: fromHost(labels, [count], 'int32'),
  }
}
