/** Data sets in memory: what a loader needs, and images with classes. */
import { IndexError, ShapeError, ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'

/** One sample: its values, row-major, and its class. */
export interface Sample {
  readonly input: Float32Array
  readonly label: number
}

/** Samples side by side: `inputs` has shape `inputShape` = [samples, ...shape of one]. */
export interface Batch {
  readonly inputs: Float32Array
  readonly inputShape: readonly number[]
  readonly labels: Int32Array
}

/** Samples by index, all of one shape. */
export interface Dataset {
  readonly length: number
  /** Shape of one sample's input. */
  readonly shape: readonly number[]
  at(i: number): Sample
  /** The samples at these indices, copied side by side. */
  gather(indices: ArrayLike<number>): Batch
}

interface ImageParts {
  /** @shape [samples, channels, height, width] */
  readonly images: Float32Array
  readonly labels: Int32Array
  /** [channels, height, width] */
  readonly shape: readonly [number, number, number]
  /** The name of each class; a label is an index into it. */
  readonly classes: readonly string[]
}

/**
 * Images in memory with a class each.
 *
 * @throws ShapeError when the images are not as many as the labels
 * @throws IndexError when a label names no class
 * @example
 * const all = generateDigits(100)
 * const train = all.subset(0, 80).normalize(0.13, 0.31)
 * train.at(0).label // 0 … 9
 */
export class ImageDataset implements Dataset {
  readonly images: Float32Array
  readonly labels: Int32Array
  readonly shape: readonly [number, number, number]
  readonly classes: readonly string[]

  constructor({ images, labels, shape, classes }: ImageParts) {
    const expected = labels.length * sizeOf(shape)
    if (images.length !== expected) {
      throw new ShapeError('dataset.size', {
        images: images.length,
        labels: labels.length,
        shape,
        expected,
      })
    }
    for (const [i, label] of labels.entries()) {
      if (label < 0 || label >= classes.length) {
        throw new IndexError('dataset.label', { i, label, classes: classes.length })
      }
    }
    this.images = images
    this.labels = labels
    this.shape = shape
    this.classes = classes
  }

  /** Number of samples. */
  get length(): number {
    return this.labels.length
  }

  /** Sample i; its input is a view. @throws IndexError unless 0 ≤ i < length */
  at(i: number): Sample {
    const label = this.labels[i]
    if (label === undefined) throw new IndexError('dataset.index', { i, length: this.length })
    const size = sizeOf(this.shape)
    return { input: this.images.subarray(i * size, (i + 1) * size), label }
  }

  gather(indices: ArrayLike<number>): Batch {
    const size = sizeOf(this.shape)
    const inputs = new Float32Array(indices.length * size)
    const labels = new Int32Array(indices.length)
    for (let slot = 0; slot < indices.length; slot++) {
      const { input, label } = this.at(indices[slot] as number)
      inputs.set(input, slot * size)
      labels[slot] = label
    }
    return { inputs, inputShape: [indices.length, ...this.shape], labels }
  }

  /** Samples `from` to `to`, the latter left out; shares memory with this set. */
  subset(from: number, to: number): ImageDataset {
    const good = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to
    if (!good || to > this.length) {
      throw new IndexError('dataset.subset', { from, to, length: this.length })
    }
    const size = sizeOf(this.shape)
    return new ImageDataset({
      images: this.images.subarray(from * size, to * size),
      labels: this.labels.subarray(from, to),
      shape: this.shape,
      classes: this.classes,
    })
  }

  /** Mean and standard deviation over all values: what `normalize` of the training set takes. */
  moments(): { mean: number; std: number } {
    let sum = 0
    for (const x of this.images) sum += x
    const mean = sum / this.images.length
    let squares = 0
    for (const x of this.images) squares += (x - mean) * (x - mean)
    return { mean, std: Math.sqrt(squares / this.images.length) }
  }

  /** A copy with (x - mean) / std in place of each value. @throws ValueError unless both are finite and std > 0 */
  normalize(mean: number, std: number): ImageDataset {
    if (!Number.isFinite(mean) || !Number.isFinite(std) || std <= 0) {
      throw new ValueError('dataset.normalize', { mean, std })
    }
    const images = this.images.map((x) => (x - mean) / std)
    return new ImageDataset({
      images,
      labels: this.labels,
      shape: this.shape,
      classes: this.classes,
    })
  }
}
