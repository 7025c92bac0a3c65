/** The tensor: a handle on a graph node that is computed when its value is asked for. */
import { type GradContext, gradients } from '../autograd/grad.ts'
import {
  type DataArray,
  type HostArray,
  type NumberArray,
  numberOf,
  presented,
} from '../base/dtype.ts'
import { ShapeError, TraceError, ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Shape, Shaped, SizesOf } from '../base/types/dim.ts'
import type { Cell } from '../graph/cell.ts'
import { makeLiteral, type Node } from '../graph/node.ts'
import type { Spec } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import { download } from '../runtime/engine.ts'
import {
  cellNode,
  cellsBelow,
  currentValue,
  isDropped,
  realizeNodes,
  snapshotNode,
} from '../runtime/realize.ts'
import { expectValues, tracing } from '../runtime/trace.ts'
import { expandNode } from './nodes.ts'
import { NormalizeTensor } from './normalize.ts'

/** Nested arrays of numbers, as deep as the tensor has axes; booleans for bool tensors. */
export type Nested = number | boolean | Nested[]

/**
 * An immutable n-dimensional array.
 *
 * Methods record what to compute; nothing runs until a value is awaited. Sizes that are known to
 * the compiler are checked by it; plain `Tensor` has an unknown shape and is checked at run time.
 *
 * @example await tensor([[1, 2], [3, 4]]).matmul(tensor([[1], [1]])).array() // [[3], [7]]
 */
// biome-ignore lint/suspicious/noExplicitAny: an unknown shape, assignable both ways
export class Tensor<out S extends Shape = any> extends NormalizeTensor implements Shaped<S> {
  declare readonly '~shape': S
  readonly #node: Node

  static {
    // How Node's console shows a tensor.
    const inspect = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(Tensor.prototype, inspect, { value: Tensor.prototype.toString })
  }

  /** Tensors are made by `tensor`, `zeros` and the like, and by methods. */
  constructor(node: Node) {
    super()
    this.#node = node
  }

  override get node(): Node {
    return this.#node
  }

  /** Sizes of the axes, outermost first. */
  get shape(): SizesOf<S> {
    return this.node.shape as SizesOf<S>
  }

  /** The one place where a shape that was worked out by types meets the one found at run time. */
  protected override wrap<R>(node: Node): R {
    return new Tensor(node) as R
  }

  /**
   * The tensor under a stated shape, checked now; the way from unknown to known sizes.
   *
   * @throws ShapeError when the sizes differ
   */
  as<const T extends readonly (number | string)[]>(
    shape: T,
  ): Tensor<{ -readonly [K in keyof T]: T[K] }> {
    const own = this.node.shape
    const good =
      Array.isArray(shape) &&
      own.length === shape.length &&
      shape.every((dim, axis) => typeof dim === 'string' || dim === own[axis])
    if (!good) throw new ShapeError('as.shape', { shape: own, wanted: showAny(shape) })
    return this.wrap(this.node)
  }

  /**
   * The elements in row-major order, as a copy of their own.
   *
   * Each dtype has the typed array of its name, bool a Uint8Array. float16 and bfloat16 come as a
   * Float32Array, which holds them exactly (not every engine has a Float16Array), int64 as a
   * BigInt64Array; where the compiler should know which, the type argument says so.
   *
   * @throws StaleError when it depends on parameters that have been stepped since
   * @example const ids = await labels.data<BigInt64Array>()
   */
  async data<A extends DataArray = NumberArray>(): Promise<A> {
    return presented(this.dtype, await storedData(this)) as A
  }

  /**
   * The only element of a tensor of one element.
   *
   * @throws ValueError for an int64 beyond ±(2^53 − 1)
   */
  async item(): Promise<number> {
    expectValues()
    if (this.size !== 1) throw new ShapeError('item.size', { shape: this.node.shape })
    const [value] = await this.data<DataArray>()
    return numberOf('item', value ?? Number.NaN)
  }

  /** The elements as nested arrays. @throws ValueError for an int64 beyond ±(2^53 − 1) */
  async array(): Promise<Nested> {
    const flat = await this.data<DataArray>()
    const bool = this.dtype === 'bool'
    const build = (axis: number, from: number): Nested => {
      const { shape } = this.node
      if (axis === shape.length) {
        const value = numberOf('array', flat[from] ?? 0)
        return bool ? value !== 0 : value
      }
      const step = sizeOf(shape.slice(axis + 1))
      return Array.from({ length: shape[axis] ?? 0 }, (_, i) => build(axis + 1, from + i * step))
    }
    return build(0, 0)
  }

  /**
   * Adds the gradients of this scalar to `grad` of every parameter that it depends on.
   *
   * For hands used to PyTorch; `grad(loss, parameters)` returns them instead, and `optimizer.step(loss)`
   * does all of it.
   *
   * @throws ShapeError when it is not a scalar
   * @example loss.backward(); await optimizer.step(); optimizer.zeroGrad()
   */
  backward(): void {
    const cells = cellsBelow(this.node).filter(({ frozen }) => !frozen)
    const found = gradients(this.node, cells.map(cellNode), gradContext)
    cells.forEach((cell, i) => {
      const known = cell.gradient && new Tensor(cell.gradient)
      cell.gradient = (found[i] && known ? known.add(found[i]) : (found[i] ?? known))?.node
    })
  }

  override toString(): string {
    return `Tensor([${this.node.shape.join(', ')}], ${this.dtype})`
  }

  /** Tensors have no operators: a comparison or sum in plain JavaScript is a mistake. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    if (tracing()) throw new TraceError('trace.branch', {})
    throw new ValueError('tensor.primitive', {})
  }
}

/** A tensor that is kept, and replaced in steps: a running statistic, or a `Parameter`, which is learned. */
// biome-ignore lint/suspicious/noExplicitAny: an unknown shape, assignable both ways
export class State<out S extends Shape = any> extends Tensor<S> {
  readonly cell: Cell

  constructor(cell: Cell) {
    super(cellNode(cell))
    this.cell = cell
  }

  /** The node of the newest value: what a graph built now reads. */
  override get node(): Node {
    return cellNode(this.cell)
  }

  /** The value as it is now, which later steps do not change. */
  snapshot(): Tensor<S> {
    return this.wrap(snapshotNode(this.cell))
  }
}

/** A tensor whose value is replaced by steps of an optimiser. */
// biome-ignore lint/suspicious/noExplicitAny: an unknown shape, assignable both ways
export class Parameter<out S extends Shape = any> extends State<S> {
  /** Whether optimisers leave it as it is: `freeze` and `unfreeze` of a module say so. */
  get frozen(): boolean {
    return this.cell.frozen
  }

  /** The gradient that `backward` has gathered, if any. */
  get grad(): Tensor<S> | undefined {
    const { gradient } = this.cell
    return gradient && this.wrap(gradient)
  }

  override toString(): string {
    return `Parameter([${this.node.shape.join(', ')}], ${this.dtype})`
  }
}

function filled({ shape, dtype }: Spec, value: number): Tensor {
  return new Tensor(expandNode(makeLiteral(p.literal, value, dtype), shape))
}

/** What the walk of gradients makes tensors with. */
export const gradContext: GradContext = {
  tensor: (node) => new Tensor(node),
  ones: (spec) => filled(spec, 1),
  zeros: (spec) => filled(spec, 0),
  isDropped,
}

/** The elements as they are stored, as a copy. */
export async function storedData({ node }: Tensor): Promise<HostArray> {
  const computed = realizeNodes([node])
  // Taken before the wait, during which a cell may move on.
  const value = currentValue(node)
  await computed
  if (!value) throw new RangeError('a realised tensor has no value')
  return download(value)
}

/** Computes several tensors in one program, with everything that waits to be stored. */
export async function realize(...tensors: readonly Tensor[]): Promise<void> {
  await realizeNodes(tensors.map(({ node }) => node))
}
