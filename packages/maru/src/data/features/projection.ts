/** Features of features: scaled columns, and principal components. */
import { ShapeError, ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import { fromHost } from '../../tensor/create.ts'
import { realize, type Tensor } from '../../tensor/tensor.ts'

/** The number of rows and columns. @throws ShapeError unless it is a matrix with at least one row */
function matrixSize(op: string, x: Tensor): readonly [rows: number, columns: number] {
  const { shape } = x.node
  const [rows = 0, columns = 0] = shape
  if (shape.length === 2 && rows > 0) return [rows, columns]
  throw new ShapeError('feature.matrix', { op, name: 'x', got: shape, wanted: '[N, features]' })
}

/** Brings each column to mean 0 and deviation 1; one that does not vary keeps its deviation. */
export class StandardScaler {
  #fitted: { readonly mean: Tensor; readonly scale: Tensor } | undefined

  /** @shape x [N, features] */
  async fit(x: Tensor): Promise<this> {
    const [rows, columns] = matrixSize('StandardScaler', x)
    const data = await x.data()
    const mean = new Float64Array(columns)
    const squares = new Float64Array(columns)
    for (let i = 0; i < rows * columns; i++) {
      const k = i % columns
      mean[k] = (mean[k] as number) + Number(data[i]) / rows
    }
    for (let i = 0; i < rows * columns; i++) {
      const k = i % columns
      const away = Number(data[i]) - (mean[k] as number)
      squares[k] = (squares[k] as number) + away * away
    }
    const scale = squares.map((sum) => (sum > 0 ? Math.sqrt(rows / sum) : 1))
    this.#fitted = {
      mean: fromHost(Float32Array.from(mean), [columns], 'float32'),
      scale: fromHost(Float32Array.from(scale), [columns], 'float32'),
    }
    return this
  }

  /** @shape x [N, features] → the same */
  transform(x: Tensor): Tensor {
    if (!this.#fitted) throw new ValueError('feature.unfitted', { op: 'StandardScaler' })
    const { mean, scale } = this.#fitted
    return x.sub(mean).mul(scale)
  }
}

interface Components {
  readonly mean: Tensor
  /** [components, features], orthonormal rows. */
  readonly components: Tensor
  readonly explainedVariance: Tensor
}

/**
 * Principal components: the orthogonal directions along which rows vary most, the first most of all.
 *
 * The element of a direction that is largest by magnitude is positive. From the eigenvectors of the
 * covariance, or, where there are more features than rows, from the singular vectors.
 *
 * @throws ShapeError when more components are wanted than rows or features allow
 * @see Pearson 1901, https://doi.org/10.1080/14786440109462720
 * @example
 * const pca = await new PCA(32).fit(features)
 * const short = pca.transform(features) // [N, 32]
 */
export class PCA {
  readonly nComponents: number
  #fitted: Components | undefined

  constructor(nComponents: number) {
    this.nComponents = expectInteger('PCA', 'nComponents', nComponents, 1)
  }

  /** @shape x [N, features] */
  async fit(x: Tensor): Promise<this> {
    const [rows, columns] = matrixSize('PCA', x)
    const k = this.nComponents
    if (k > Math.min(rows, columns)) {
      const wanted = `[≥ ${k}, ≥ ${k}]`
      throw new ShapeError('feature.matrix', { op: 'PCA', name: 'x', got: [rows, columns], wanted })
    }
    const mean = x.mean(0)
    const centred = x.sub(mean)
    const freedom = Math.max(1, rows - 1)
    const { directions, variances } =
      rows >= columns
        ? fromCovariance(centred.transpose().matmul(centred).div(freedom), k)
        : fromSingular(centred, freedom, k)
    const fitted = { mean, components: signed(directions), explainedVariance: variances }
    await realize(fitted.mean, fitted.components, fitted.explainedVariance)
    this.#fitted = fitted
    return this
  }

  /** Orthonormal directions. @shape [components, features] */
  get components(): Tensor {
    return this.#known().components
  }

  /** Variance along each, falling; of a sample, divided by N − 1. @shape [components] */
  get explainedVariance(): Tensor {
    return this.#known().explainedVariance
  }

  /** @shape x [N, features] → [N, components] */
  transform(x: Tensor): Tensor {
    const { mean, components } = this.#known()
    return x.sub(mean).matmul(components.transpose())
  }

  /** The nearest rows in the space of features. @shape z [N, components] → [N, features] */
  inverseTransform(z: Tensor): Tensor {
    const { mean, components } = this.#known()
    return z.matmul(components).add(mean)
  }

  #known(): Components {
    if (this.#fitted) return this.#fitted
    throw new ValueError('feature.unfitted', { op: 'PCA' })
  }
}

interface Directions {
  readonly directions: Tensor
  readonly variances: Tensor
}

function fromCovariance(covariance: Tensor, k: number): Directions {
  const { values, vectors } = covariance.eigh()
  const n = values.node.shape[0] ?? 0
  return {
    directions: vectors
      .slice(1, n - k, n)
      .flip(1)
      .transpose(),
    variances: values.slice(0, n - k, n).flip(0),
  }
}

function fromSingular(centred: Tensor, freedom: number, k: number): Directions {
  const { s, vh } = centred.svd()
  return { directions: vh.slice(0, 0, k), variances: s.slice(0, 0, k).square().div(freedom) }
}

/** Rows with the sign that makes their largest element positive. */
function signed(directions: Tensor): Tensor {
  const top = directions.abs().argmax(1, { keepDims: true })
  return directions.mul(directions.gather(top, { axis: 1 }).sign())
}
