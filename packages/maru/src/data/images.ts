/** Images in memory with a class each. */
import { IndexError, ShapeError, ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { type Dataset, expectIndex, type Role } from './dataset.ts'
import type { Batch, Sample } from './record.ts'

interface ImageParts {
  /** @shape [samples, channels, height, width] */
  readonly images: Float32Array
  readonly labels: Int32Array
  /** [channels, height, width] */
  readonly shape: readonly [number, number, number]
  /** The name of each class; a label is an index into it. */
  readonly classes: readonly string[]
  readonly role?: Role | undefined
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
export class ImageDataset implements Dataset<Sample> {
  readonly images: Float32Array
  readonly labels: Int32Array
  readonly shape: readonly [number, number, number]
  readonly classes: readonly string[]
  readonly role: Role | undefined

  constructor({ images, labels, shape, classes, role }: ImageParts) {
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
    this.role = role
  }

  /** Number of samples. */
  get length(): number {
    return this.labels.length
  }

  /** Sample i; its input is a view. @throws IndexError unless 0 ≤ i < length */
  at(i: number): Sample {
    expectIndex('ImageDataset', i, this.length)
    const size = sizeOf(this.shape)
    const data = this.images.subarray(i * size, (i + 1) * size)
    return { input: { data, shape: this.shape }, label: this.labels[i] ?? 0 }
  }

  /** The samples at these indices, copied side by side. */
  gather(indices: ArrayLike<number>): Batch {
    const size = sizeOf(this.shape)
    const count = indices.length
    const inputs = new Float32Array(count * size)
    const labels = new Int32Array(count)
    for (let slot = 0; slot < count; slot++) {
      const { input, label } = this.at(indices[slot] as number)
      inputs.set(input.data, slot * size)
      labels[slot] = label
    }
    return {
      inputs: { data: inputs, shape: [count, ...this.shape] },
      labels: { data: labels, shape: [count] },
    }
  }

  /** Samples `from` to `to`, the latter left out; shares memory with this set. */
  subset(from: number, to: number): ImageDataset {
    const good = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to
    if (!good || to > this.length) {
      throw new IndexError('dataset.subset', { from, to, length: this.length })
    }
    const size = sizeOf(this.shape)
    return this.#with({
      images: this.images.subarray(from * size, to * size),
      labels: this.labels.subarray(from, to),
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
    return this.#with({ images: this.images.map((x) => (x - mean) / std) })
  }

  /** The same set with other labels, as after `flipLabels`. @throws as the constructor */
  withLabels(labels: Int32Array): ImageDataset {
    return this.#with({ labels })
  }

  /** The same samples for another purpose; `'test'` keeps them out of training. */
  as(role: Role): ImageDataset {
    return this.#with({ role })
  }

  #with(parts: Partial<ImageParts>): ImageDataset {
    const { images, labels, shape, classes, role } = this
    return new ImageDataset({ images, labels, shape, classes, role, ...parts })
  }
}
