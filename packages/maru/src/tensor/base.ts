/** What all families of methods stand on: a node, its spec, and how to wrap another. */
import type { DType } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'

export abstract class TensorBase {
  /** The graph node that computes this tensor. */
  abstract get node(): Node

  /** A tensor for a node. The type argument is what the method's signature has worked out. */
  protected abstract wrap<R>(node: Node): R

  get dtype(): DType {
    return this.node.dtype
  }

  /** Number of axes. */
  get ndim(): number {
    return this.node.shape.length
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.node.shape)
  }
}
