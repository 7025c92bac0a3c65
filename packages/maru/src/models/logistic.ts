/** Logistic and softmax regression. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { LBFGS } from '../optim/index.ts'
import { parameter } from '../tensor/create.ts'
import { crossEntropy } from '../tensor/loss.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { Classifier, dense, expectFitted, type Features, lessonOf, sizesOf } from './classifier.ts'

export interface LogisticRegressionOptions {
  /** The inverse of how much weights are held down: infinity lets them be. */
  readonly C?: number
  /** Directions that L-BFGS takes at most. */
  readonly maxIter?: number
  /** It ends when no element of the gradient of the mean loss is larger. */
  readonly tol?: number
}

interface Learned {
  readonly weight: Parameter
  readonly bias: Parameter
}

/**
 * Softmax regression on feature vectors: the minimum, by L-BFGS over the whole set, of
 *
 *     mean cross entropy + ‖weight‖² / (2 · C · N)
 *
 * With two classes it is logistic regression. Features of like scale are learned in fewer steps.
 *
 * @see scikit-learn's LogisticRegression, whose minimum this is for more than two classes
 * @example
 * const model = await new LogisticRegression({ C: 0.1 }).fit(features, labels)
 * await model.score(testFeatures, testLabels)
 */
export class LogisticRegression extends Classifier {
  readonly C: number
  readonly maxIter: number
  readonly tol: number
  #learned: Learned | undefined

  constructor({ C = 1, maxIter = 100, tol = 1e-4 }: LogisticRegressionOptions = {}) {
    super()
    const op = 'LogisticRegression'
    if (!(C > 0)) {
      const range = { low: Number.MIN_VALUE, high: Number.POSITIVE_INFINITY }
      throw new ValueError('value.range', { op, name: 'C', got: showAny(C), ...range })
    }
    this.C = C
    this.maxIter = expectInteger(op, 'maxIter', maxIter, 1)
    this.tol = tol
  }

  async fit(features: Features, labels: Tensor): Promise<this> {
    const lesson = await lessonOf('LogisticRegression', features, labels)
    const { rows, columns, classes } = lesson
    const x = dense(features)
    const weight = parameter(new Float32Array(classes * columns), [classes, columns], 'float32')
    const bias = parameter(new Float32Array(classes), [classes], 'float32')
    const optimizer = new LBFGS([weight, bias], {
      maxIter: this.maxIter,
      toleranceGrad: this.tol,
      historySize: 10,
    })
    await optimizer.step(() => {
      const penalty = weight
        .square()
        .sum()
        .mul(1 / (2 * this.C * rows))
      return crossEntropy(logits(x, { weight, bias }), labels).add(penalty)
    })
    this.#learned = { weight, bias }
    return this
  }

  async predictProba(features: Features): Promise<Tensor> {
    const op = 'LogisticRegression'
    const learned = expectFitted(op, this.#learned)
    sizesOf(op, features, learned.weight.node.shape[1])
    return logits(dense(features), learned).softmax(1)
  }

  /** [classes, features] */
  get weight(): Tensor {
    return expectFitted('LogisticRegression', this.#learned).weight
  }

  /** [classes] */
  get bias(): Tensor {
    return expectFitted('LogisticRegression', this.#learned).bias
  }
}

function logits(x: Tensor, { weight, bias }: Learned): Tensor {
  const across: Tensor = weight.transpose()
  return x.matmul(across).add(bias)
}
