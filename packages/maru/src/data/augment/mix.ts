/** Batches whose samples are mixed with each other, labels included. */
import { expectOptions } from '../../base/argument.ts'
import { IndexError, ShapeError } from '../../base/error.ts'
import { log, pow } from '../../base/math.ts'
import { expectInteger, sizeOf } from '../../base/shape.ts'
import type { Stream } from '../../base/threefry.ts'
import { isNdArray, type NdArray } from '../record.ts'
import { expectWithin } from './sample.ts'

/** What mixing asks of a batch: class ids [N], or probabilities [N, classes]. */
export interface MixableBatch {
  readonly inputs: NdArray
  readonly labels: NdArray
}

/** Makes another batch of one. */
export type BatchTransform = <B extends MixableBatch>(batch: B, random: Stream) => B

export interface MixOptions {
  readonly numClasses: number
  /** The share of the first sample is drawn from Beta(α, α): near 0 or 1 for a small α, even for 1. */
  readonly alpha?: number
}

/**
 * Each sample becomes a mean of itself and another one, its label the same mean: class probabilities [N, classes].
 *
 *     x ← λ·x + (1 − λ)·x',  y ← λ·y + (1 − λ)·y',  λ ~ Beta(α, α) for the batch
 *
 * @see Zhang et al. 2017, https://arxiv.org/abs/1710.09412
 * @example mixup({ numClasses: 10, alpha: 0.2 })
 */
export function mixup(options: MixOptions): BatchTransform {
  const op = 'mixup'
  const { numClasses, alpha = 1 } = expectOptions(op, options)
  expectMix(op, numClasses, alpha)
  return (batch, random) => {
    const { data, shape, labels, count, size } = mixable(op, batch, numClasses)
    const share = beta(random, alpha)
    const partners = random.permutation(count)
    const mixed = new Float32Array(data.length)
    for (let i = 0; i < count; i++) {
      const [own, other] = [i * size, (partners[i] as number) * size]
      for (let k = 0; k < size; k++) {
        mixed[own + k] = mean(data[own + k] as number, data[other + k] as number, share)
      }
    }
    const soft = mixLabels(labels, numClasses, partners, share)
    return { ...batch, inputs: { data: mixed, shape }, labels: soft }
  }
}

/**
 * A rectangle of each image comes from another one, its label in proportion to the area: class probabilities
 * [N, classes]. The rectangle is the same for the whole batch.
 *
 * @see Yun et al. 2019, https://arxiv.org/abs/1905.04899
 */
export function cutmix(options: MixOptions): BatchTransform {
  const op = 'cutmix'
  const { numClasses, alpha = 1 } = expectOptions(op, options)
  expectMix(op, numClasses, alpha)
  return (batch, random) => {
    const { data, shape, labels, count, size } = mixable(op, batch, numClasses)
    if (shape.length !== 4) {
      throw new ShapeError('augment.batch', { op, got: shape, wanted: '[N, C, H, W]' })
    }
    const [, channels = 0, height = 0, width = 0] = shape
    const side = Math.sqrt(1 - beta(random, alpha))
    const [top, bottom] = span(random, height, side)
    const [left, right] = span(random, width, side)
    const partners = random.permutation(count)
    const mixed = Float32Array.from(data)
    for (let i = 0; i < count; i++) {
      const shift = ((partners[i] as number) - i) * size
      for (let c = 0; c < channels; c++) {
        for (let y = top; y < bottom; y++) {
          const row = i * size + (c * height + y) * width
          for (let x = row + left; x < row + right; x++) mixed[x] = data[x + shift] as number
        }
      }
    }
    const share = 1 - ((bottom - top) * (right - left)) / Math.max(1, height * width)
    const soft = mixLabels(labels, numClasses, partners, share)
    return { ...batch, inputs: { data: mixed, shape }, labels: soft }
  }
}

function mean(a: number, b: number, share: number): number {
  return share * a + (1 - share) * b
}

/** Ends of an interval about a uniform centre, cut to the axis. */
function span(random: Stream, length: number, part: number): readonly [number, number] {
  const centre = Math.floor(length * random.uniform())
  const half = Math.trunc((length * part) / 2)
  return [Math.max(0, centre - half), Math.min(length, centre + half)]
}

function expectMix(op: string, numClasses: number, alpha: number): void {
  expectInteger(op, 'numClasses', numClasses, 1)
  expectWithin(op, 'alpha', alpha, [Number.MIN_VALUE, Number.MAX_VALUE])
}

interface Mixable {
  readonly data: Float32Array
  readonly shape: readonly number[]
  /** Probabilities [N, classes]. */
  readonly labels: Float32Array
  readonly count: number
  /** Values of one sample. */
  readonly size: number
}

function mixable(op: string, { inputs, labels }: MixableBatch, numClasses: number): Mixable {
  const shape = isNdArray(inputs) ? inputs.shape : []
  const count = shape[0] ?? 0
  if (
    !isNdArray(inputs) ||
    !(inputs.data instanceof Float32Array) ||
    inputs.data.length !== sizeOf(shape)
  ) {
    throw new ShapeError('augment.batch', { op, got: shape, wanted: 'float32 [N, ...]' })
  }
  if (shape.length === 0 || !isNdArray(labels) || labels.shape[0] !== count) {
    const got = isNdArray(labels) ? labels.shape : []
    throw new ShapeError('augment.batch', { op, got, wanted: `[${count}], [${count}, classes]` })
  }
  const size = sizeOf(shape.slice(1))
  return { data: inputs.data, shape, labels: probabilities(op, labels, numClasses), count, size }
}

/** Class ids as probabilities of 0 and 1; probabilities as they are. */
function probabilities(op: string, { data, shape }: NdArray, numClasses: number): Float32Array {
  const [count = 0, classes] = shape
  if (shape.length === 2 && classes === numClasses && data instanceof Float32Array) return data
  if (shape.length !== 1 || data.length !== count) {
    const wanted = `[${count}], [${count}, ${numClasses}]`
    throw new ShapeError('augment.batch', { op, got: shape, wanted })
  }
  const soft = new Float32Array(count * numClasses)
  for (let i = 0; i < count; i++) {
    const label = Number(data[i])
    if (!Number.isInteger(label) || label < 0 || label >= numClasses) {
      throw new IndexError('augment.label', { op, i, label, numClasses })
    }
    soft[i * numClasses + label] = 1
  }
  return soft
}

function mixLabels(
  labels: Float32Array,
  numClasses: number,
  partners: Uint32Array,
  share: number,
): NdArray<Float32Array> {
  const data = new Float32Array(labels.length)
  for (let i = 0; i < partners.length; i++) {
    const [own, other] = [i * numClasses, (partners[i] as number) * numClasses]
    for (let k = 0; k < numClasses; k++) {
      data[own + k] = mean(labels[own + k] as number, labels[other + k] as number, share)
    }
  }
  return { data, shape: [partners.length, numClasses] }
}

/** A draw from Beta(α, α): of two gamma draws the first's share. */
function beta(random: Stream, alpha: number): number {
  const [a, b] = [gamma(random, alpha), gamma(random, alpha)]
  // for a very small α both may vanish: then the one end or the other
  return a + b > 0 ? a / (a + b) : random.bits() & 1
}

/**
 * A draw from Gamma(α, 1).
 *
 * @see Marsaglia & Tsang 2000, "A simple method for generating gamma variables"
 */
function gamma(random: Stream, alpha: number): number {
  if (alpha < 1) return gamma(random, alpha + 1) * pow(random.uniform(), 1 / alpha)
  const d = alpha - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) * (1 + c * x) * (1 + c * x)
    if (v <= 0) continue
    const u = 1 - random.uniform()
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v
  }
}
