/** Classification by what lies nearest. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { concat, full } from '../tensor/create.ts'
import { realize, type Tensor } from '../tensor/tensor.ts'
import { Classifier, dense, expectFitted, type Features, lessonOf, sizesOf } from './classifier.ts'

export interface KNeighborsOptions {
  /** How many neighbours vote. */
  readonly nNeighbors?: number
  /** Whether all votes are equal, or inverse to the distance. */
  readonly weights?: 'uniform' | 'distance'
  /** By difference, or by angle. */
  readonly metric?: 'euclidean' | 'cosine'
}

/** Rows whose distances are in memory at once. */
const CHUNK = 512
/** Squared distances that count as none: then the neighbour's vote is all but the only one. */
const NOTHING = 1e-12

interface Known {
  readonly points: Tensor
  readonly squares: Tensor
  readonly votes: Tensor
}

/**
 * The classes of the nearest samples that were learned, by vote.
 *
 * All distances are computed, as one contraction for each 512 rows: |a|² − 2·a·b + |b|².
 *
 * @see Cover & Hart 1967, https://doi.org/10.1109/TIT.1967.1053964
 * @example
 * const knn = await new KNeighborsClassifier({ nNeighbors: 3 }).fit(features, labels)
 * await knn.score(testFeatures, testLabels)
 */
export class KNeighborsClassifier extends Classifier {
  readonly nNeighbors: number
  readonly weights: 'uniform' | 'distance'
  readonly metric: 'euclidean' | 'cosine'
  #known: Known | undefined

  constructor({
    nNeighbors = 5,
    weights = 'uniform',
    metric = 'euclidean',
  }: KNeighborsOptions = {}) {
    super()
    const op = 'KNeighborsClassifier'
    this.nNeighbors = expectInteger(op, 'nNeighbors', nNeighbors, 1)
    this.weights = oneOf(op, weights, ['uniform', 'distance'])
    this.metric = oneOf(op, metric, ['euclidean', 'cosine'])
  }

  /** @throws ValueError when there are fewer samples than neighbours */
  async fit(features: Features, labels: Tensor): Promise<this> {
    const op = 'KNeighborsClassifier'
    const { rows, classes } = await lessonOf(op, features, labels)
    if (rows < this.nNeighbors) {
      const range = { low: 1, high: rows, got: this.nNeighbors }
      throw new ValueError('value.range', { op, name: 'nNeighbors', ...range })
    }
    const points = this.#placed(dense(features))
    const known = {
      points: points.transpose(),
      squares: points.square().sum(1),
      votes: labels.cast('int32').oneHot(classes).cast('float32'),
    }
    await realize(known.points, known.squares, known.votes)
    this.#known = known
    return this
  }

  async predictProba(features: Features): Promise<Tensor> {
    const op = 'KNeighborsClassifier'
    const known = expectFitted(op, this.#known)
    const [rows] = sizesOf(op, features, known.points.node.shape[0])
    const all = this.#placed(dense(features))
    const parts: Tensor[] = []
    for (let start = 0; start < rows; start += CHUNK) {
      const part = this.#vote(all.slice(0, start, Math.min(rows, start + CHUNK)), known)
      await realize(part)
      parts.push(part)
    }
    if (parts.length > 0) return concat(parts)
    return full([0, known.votes.node.shape[1] ?? 0], 0)
  }

  /** Under the cosine, rows of length 1: then the nearest have the largest cosine. */
  #placed(x: Tensor): Tensor {
    if (this.metric === 'euclidean') return x
    return x.div(x.square().sum(1, { keepDims: true }).maximum(NOTHING).sqrt())
  }

  #vote(x: Tensor, { points, squares, votes }: Known): Tensor {
    const own = x.square().sum(1, { keepDims: true })
    const distances = own.sub(x.matmul(points).mul(2)).add(squares) // [rows, samples]
    const { values, indices } = distances.topK(this.nNeighbors, { largest: false })
    const chosen = votes.take(indices, { axis: 0 }) // [rows, neighbours, classes]
    if (this.weights === 'uniform') return chosen.mean(1)
    const near = values.maximum(NOTHING).rsqrt().unsqueeze(2)
    return chosen.mul(near).sum(1).div(near.sum(1))
  }
}

function oneOf<T extends string>(op: string, got: T, known: readonly T[]): T {
  if (known.includes(got)) return got
  throw new ValueError('classifier.option', { op, got: showAny(got), known })
}
