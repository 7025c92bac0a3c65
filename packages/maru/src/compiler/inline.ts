/** Nodes → expressions of a kernel: everything between two places in memory becomes one expression. */
import { stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import type { Affine, IndexExpr } from './index-expr.ts'
import { keyOf } from './index-expr.ts'
import type { Expr } from './kernel.ts'

/** Where values that exist can be read. */
export interface Places {
  /** Buffer that holds the node's value, row-major, if it is in memory. */
  buffer(node: Node): number | undefined
  /** Position among the program's parameters. */
  parameter(node: Node): number | undefined
}

type Index = readonly IndexExpr[]
type Guards = readonly Guard<IndexExpr>[]

/** Builds the expressions of one kernel, sharing what is read at the same index. */
export class Inliner {
  readonly #affine: Affine
  readonly #places: Places
  readonly #memo = new Map<Node, Map<string, Expr>>()
  /** A fold whose value the kernel has at hand, and the flat index at which it has it. */
  readonly #folded: { readonly node: Node; readonly at: string } | undefined

  constructor(
    affine: Affine,
    places: Places,
    folded?: { readonly node: Node; readonly at: string },
  ) {
    this.#affine = affine
    this.#places = places
    this.#folded = folded
  }

  /** The value of `node` at `index`, valid where `guards` hold. `undefined`: it cannot be had here. */
  expression(node: Node, index: Index, guards: Guards = []): Expr | undefined {
    const known = this.#memo.get(node) ?? new Map<string, Expr>()
    this.#memo.set(node, known)
    const key = [...index, ...guards.map(({ value }) => value)].map(keyOf).join()
    const found = known.get(key)
    if (found) return found
    const built = this.#build(node, index, guards)
    if (built) known.set(key, built)
    return built
  }

  #build(node: Node, index: Index, guards: Guards): Expr | undefined {
    const { dtype } = node
    const parameter = this.#places.parameter(node)
    if (parameter !== undefined) return { kind: 'parameter', index: parameter, dtype }
    const offset = dot(this.#affine, index, stridesOf(node.shape))
    if (this.#folded?.node === node) {
      return keyOf(offset) === this.#folded.at ? { kind: 'folded', dtype } : undefined
    }
    const buffer = this.#places.buffer(node)
    if (buffer !== undefined) return { kind: 'load', buffer, dtype, offset, guards }
    const { op, attrs } = node
    switch (op.trait) {
      case 'source':
        return this.#counter(node, index)
      case 'movement':
        return this.#move(node, index, guards)
      case 'alias': {
        const [from] = node.inputs
        return from && this.expression(from, index, guards)
      }
      case 'elementwise': {
        const args: Expr[] = []
        for (const input of node.inputs) {
          const arg = this.expression(input, index, guards)
          if (!arg) return undefined
          args.push(arg)
        }
        return { kind: 'op', op, attrs, args, dtype }
      }
      default:
        return undefined
    }
  }

  #counter(node: Node, index: Index): Expr | undefined {
    const { axis } = node.attrs as { readonly axis?: number }
    const along = axis === undefined ? undefined : index[axis]
    return along && { kind: 'index', index: along, dtype: node.dtype }
  }

  #move(node: Node, index: Index, guards: Guards): Expr | undefined {
    const { op, attrs, dtype } = node
    const [from] = node.inputs
    if (op.trait !== 'movement' || !from) return undefined
    const origin = op.origin(this.#affine, index, attrs, from.shape)
    const own = origin.guards.filter(({ value, bound }) => {
      const [low, high] = this.#affine.range(value)
      return low < 0 || high >= bound
    })
    const value = this.expression(
      from,
      origin.index,
      own.length === 0 ? guards : [...guards, ...own],
    )
    const fill = op.fill(attrs)
    // A guarded load is 0 outside its guards already.
    if (!value || own.length === 0 || (value.kind === 'load' && Object.is(fill, 0))) return value
    return { kind: 'guarded', guards: own, value, fill, dtype }
  }
}
