/** Nodes → expressions of a kernel: everything between two places in memory becomes one expression. */
import { stridesOf } from '../base/shape.ts'
import { dot, type Guard, type Looked, type Origin } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import type { Affine, IndexExpr } from './index-expr.ts'
import { keyOf, zero } from './index-expr.ts'
import { type Expr, partsOf, valueIndex } from './kernel.ts'

/** Where values that exist can be read. */
export interface Places {
  /** Buffer that holds the node's value, row-major, if it is in memory. */
  buffer(node: Node): number | undefined
  /** Position among the program's parameters. */
  parameter(node: Node): number | undefined
  /** A number that no other value used as an index has. */
  nextValue(): number
}

type Index = readonly IndexExpr[]
type Guards = readonly Guard<IndexExpr>[]

/** Builds the expressions of one kernel, sharing what is read at the same index. */
export class Inliner {
  readonly #affine: Affine
  readonly #places: Places
  readonly #memo = new Map<Node, Map<string, Expr>>()
  /** Numbers of the values that are indices. */
  readonly #values = new Map<Expr, number>()
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
    const held = guards.map(({ value, bound }) => `${keyOf(value)}<${bound}`)
    const key = [...index.map(keyOf), ...held].join()
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
      if (keyOf(offset) !== this.#folded.at) return undefined
      return { kind: 'folded', fold: 0, dtype }
    }
    const buffer = this.#places.buffer(node)
    if (buffer !== undefined) return { kind: 'load', buffer, dtype, offset, guards }
    const { op, attrs } = node
    switch (op.trait) {
      case 'source':
        return this.#counter(node, index)
      case 'movement':
      case 'index':
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
    if ((op.trait !== 'movement' && op.trait !== 'index') || !from) return undefined
    const origin =
      op.trait === 'index'
        ? this.#origin(node, index, guards)
        : op.origin(this.#affine, index, attrs, from.shape)
    if (!origin) return undefined
    const own = origin.guards.filter((guard) => this.#affine.mayFail(guard))
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

  /** Where an element comes from if values say so. */
  #origin(
    { op, attrs, inputs }: Node,
    index: Index,
    guards: Guards,
  ): Origin<IndexExpr> | undefined {
    if (op.trait !== 'index') return undefined
    let whole = true
    const look = (input: number, at: Index, bound: number): Looked<IndexExpr> => {
      const from = inputs[input]
      const looked = from && this.look(from, at, bound, guards)
      whole &&= looked !== undefined
      return looked ?? { given: zero, inside: zero }
    }
    const shapes = inputs.map(({ shape }) => shape)
    const origin = op.origin(this.#affine, index, attrs, shapes, look)
    return whole ? origin : undefined
  }

  /** The value of a node of integers as an index. */
  look(node: Node, at: Index, bound: number, guards: Guards = []): Looked<IndexExpr> | undefined {
    const value = this.expression(node, at, guards)
    // A fold's result may be one of several lanes, and an index must be known alone.
    if (!value || holdsFold(value)) return undefined
    const number = this.#values.get(value) ?? this.#places.nextValue()
    this.#values.set(value, number)
    const asIndex = (most: number | undefined): IndexExpr => {
      const key = most === undefined ? `i${number}` : `i${number}<${most}`
      return { constant: 0, terms: [{ atom: valueIndex(value, most), factor: 1, key }] }
    }
    return { given: asIndex(undefined), inside: asIndex(bound) }
  }
}

function holdsFold(expr: Expr): boolean {
  return expr.kind === 'folded' || partsOf(expr).some(holdsFold)
}
