/** What classifiers of features share. */
import { expectOptions } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { rankOf } from '../base/ranking.ts'
import { expectInteger } from '../base/shape.ts'
import { SparseRows } from '../data/index.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Features [N, features], dense or sparse. */
export type Features = Tensor | SparseRows

/** Features and classes that were read from the device and checked. */
export interface Lesson {
  readonly rows: number
  readonly columns: number
  readonly classes: number
  readonly labels: Int32Array
}

export interface ScoreOptions {
  /** A class among so many of the most probable counts; 1 by default. */
  readonly topK?: number
}

/** Learns classes of feature vectors, and tells those of others. */
export abstract class Classifier {
  /** Learns. @shape features [N, F], labels int32 [N] */
  abstract fit(features: Features, labels: Tensor): Promise<this>

  /** Probability of each class. @shape [N, F] → [N, classes] */
  abstract predictProba(features: Features): Promise<Tensor>

  /** The most probable class, the first of equals. @shape [N, F] → [N] */
  async predict(features: Features): Promise<Tensor> {
    return (await this.predictProba(features)).argmax(1)
  }

  /**
   * The part of the samples whose class is predicted, or is among the `topK` most probable ones; of equally
   * probable classes the one with the lower id comes first.
   *
   * @shape features [N, F], labels int32 [N]
   * @throws ValueError unless topK is a whole number from 1
   */
  async score(features: Features, labels: Tensor, options: ScoreOptions = {}): Promise<number> {
    const { topK = 1 } = expectOptions('score', options)
    expectInteger('score', 'topK', topK, 1)
    const made = await this.predictProba(features)
    const classes = made.node.shape[1] ?? 0
    const [shares, truth] = [await made.data(), await labels.data()]
    let right = 0
    for (let i = 0; i < truth.length; i++) {
      const [row, label] = [shares.subarray(i * classes, (i + 1) * classes), Number(truth[i])]
      // a class that was never learned is predicted of none
      if (label < classes && rankOf(row, label) < topK) right++
    }
    return right / truth.length
  }
}

/** All elements of features as a tensor. */
export function dense(features: Features): Tensor {
  return features instanceof SparseRows ? features.toTensor() : features
}

/** @throws ShapeError unless there is a class id from 0 for each of at least one row of features */
export async function lessonOf(op: string, features: Features, labels: Tensor): Promise<Lesson> {
  const [rows, columns] = sizesOf(op, features)
  if (labels.node.shape.length !== 1 || labels.node.shape[0] !== rows || rows === 0) {
    const got = labels.node.shape
    throw new ShapeError('feature.matrix', {
      op,
      name: 'labels',
      got,
      wanted: `[${rows}], not [0]`,
    })
  }
  const given = await labels.data()
  const ids = Int32Array.from(given, Number)
  let last = 0
  for (const [i, label] of ids.entries()) {
    if (label < 0 || label !== Number(given[i])) {
      throw new ValueError('classifier.label', { op, i, label: Number(given[i]) })
    }
    last = Math.max(last, label)
  }
  return { rows, columns, classes: last + 1, labels: ids }
}

/** Rows and columns of features. @throws ShapeError unless they are a matrix, of `wanted` columns if given */
export function sizesOf(
  op: string,
  features: Features,
  wanted?: number,
): readonly [rows: number, columns: number] {
  const shape = features instanceof SparseRows ? features.shape : features.node.shape
  const [rows = 0, columns = 0] = shape
  if (shape.length === 2 && (wanted === undefined || wanted === columns)) return [rows, columns]
  const size = wanted === undefined ? 'features' : wanted
  throw new ShapeError('feature.matrix', { op, name: 'x', got: shape, wanted: `[N, ${size}]` })
}

/** Something that `fit` has learned. */
export function expectFitted<T>(op: string, learned: T | undefined): T {
  if (learned !== undefined) return learned
  throw new ValueError('feature.unfitted', { op })
}
