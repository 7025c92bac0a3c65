/** `vmap`: a function of one example as a function of many, by one more axis in every node. */
import { ShapeError, TraceError, ValueError } from '../base/error.ts'
import { at, normalizeAxis, type Sizes } from '../base/shape.ts'
import { close, Graph } from '../graph/closed.ts'
import { makeNode, type Node } from '../graph/node.ts'
import type { Attrs, ControlForm, Primitive } from '../graph/primitive.ts'
import type { Labels } from '../primitives/contract.ts'
import * as p from '../primitives/index.ts'
import { placeholder } from '../primitives/source.ts'
import { recordInside } from '../runtime/trace.ts'
import { arange } from './create.ts'
import { expandNode, reshapeNode } from './nodes.ts'
import { withFold } from './random.ts'
import { Tensor } from './tensor.ts'
import { flatten, type Loose, like, type Tree } from './tree.ts'

/** A node of the widened graph; `wide` ones have the new axis in front. */
interface Value {
  readonly node: Node
  readonly wide: boolean
}

type Form<K extends ControlForm['kind']> = ControlForm & { readonly kind: K }

export interface VmapOptions {
  /** Axis of each argument that counts examples, 0 by default; `undefined` for one that all share. */
  readonly inAxes?: number | readonly (number | undefined)[]
  /** Axis that counts examples in every result. */
  readonly outAxes?: number
}

/**
 * A function of single examples, applied to many at once.
 *
 * The function is recorded on one example; every operation then gets one more axis. It may itself
 * take gradients: per-example gradients are `vmap` over `grad`.
 *
 * @throws ShapeError when arguments count different numbers of examples
 * @see Bradbury et al. 2018, https://docs.jax.dev/en/latest/automatic-vectorization.html
 * @example
 * const distances = vmap((a, b) => a.sub(b).square().sum())(ones([8, 3]), zeros([8, 3])) // [8]
 */
export function vmap<A extends readonly Tensor[], R extends Tree>(
  fn: (...examples: A) => R,
  options: VmapOptions = {},
): (...args: A) => Loose<R> {
  return (...args) => {
    const { inAxes = 0, outAxes = 0 } = options
    const axes = args.map((_, i) => (typeof inAxes === 'number' ? inAxes : inAxes[i]))
    const values = args.map((arg, i) => inFront(arg, axes[i]))
    const size = sizeOfBatch(values)
    const bound = values.map(({ node, wide }) => placeholder(wide ? exampleOf(node) : node))
    const examples: readonly Tensor[] = bound.map((node) => new Tensor(node))
    const index = placeholder({ shape: [], dtype: 'int32' })
    const draw = (): R => withFold(new Tensor(index), () => fn(...(examples as A)))
    const returned = recordInside(draw)
    const result = flatten(returned, (value): value is Tensor => value instanceof Tensor)
    if (!result) throw new TraceError('trace.result', { got: typeof returned })
    const outputs = result.tensors.map(({ node }) => node)
    const { graphs, captured } = close([...bound, index], [outputs], placeholder)
    const counted: Value = { node: arange(size).node, wide: true }
    const shared = captured.map((node): Value => ({ node, wide: false }))
    const wide = new Widening(size).outputs(graphs[0] ?? new Graph([], []), [
      ...values,
      counted,
      ...shared,
    ])
    const tensors = wide.map((node) => movedAxis(new Tensor(node), outAxes))
    return like<Loose<R>>(result.rebuild(tensors))
  }
}

function inFront(arg: Tensor, axis: number | undefined): Value {
  if (axis === undefined) return { node: arg.node, wide: false }
  const { shape } = arg.node
  const from = normalizeAxis('vmap', axis, shape)
  if (from === 0) return { node: arg.node, wide: true }
  const order = [from, ...shape.map((_, i) => i).filter((i) => i !== from)]
  return { node: arg.permute(order).node, wide: true }
}

function movedAxis(result: Tensor, axis: number): Tensor {
  const { shape } = result.node
  const to = normalizeAxis('vmap', axis, shape)
  if (to === 0) return result
  const rest = shape.map((_, i) => i).slice(1)
  return result.permute([...rest.slice(0, to), 0, ...rest.slice(to)])
}

function exampleOf({ shape, dtype }: Node): { shape: Sizes; dtype: Node['dtype'] } {
  return { shape: shape.slice(1), dtype }
}

function sizeOfBatch(values: readonly Value[]): number {
  const sizes = values.flatMap(({ node, wide }) => (wide ? [at(node.shape, 0)] : []))
  const [size] = sizes
  if (size === undefined) throw new ValueError('vmap.none', {})
  for (const other of sizes)
    if (other !== size) throw new ShapeError('vmap.sizes', { a: size, b: other })
  return size
}

function need<T>(list: readonly T[], i: number): T {
  const found = list[i]
  if (found === undefined) throw new RangeError(`nothing at ${i}`)
  return found
}

/** Makes the nodes of graphs again, with an axis of `size` examples in front where they differ. */
class Widening {
  readonly #size: number

  constructor(size: number) {
    this.#size = size
  }

  /** The graph's outputs, all with the new axis. */
  outputs(graph: Graph, inputs: readonly Value[]): Node[] {
    const values = new Map(graph.inputs.map((node, i) => [node, need(inputs, i)]))
    const known = (node: Node): Value => {
      const found = values.get(node)
      if (!found) throw new RangeError(`${node.op.name} is not part of the graph`)
      return found
    }
    for (const node of graph.nodes) values.set(node, this.#widen(node, node.inputs.map(known)))
    return graph.outputs.map((node) => this.#wide(known(node)))
  }

  /** The node with the axis, repeated if it had none. */
  #wide({ node, wide }: Value): Node {
    if (wide || node.results) return node
    return expandNode(reshapeNode(node, [1, ...node.shape]), [this.#size, ...node.shape])
  }

  #widen(node: Node, inputs: readonly Value[]): Value {
    const { op, attrs } = node
    const nodes = inputs.map((each) => each.node)
    const make = (from: readonly Node[], changed: Attrs): Value => ({
      node: makeNode(op, from, changed),
      wide: true,
    })
    if (!inputs.some(({ wide }) => wide)) {
      return { node: makeNode(op, nodes, attrs, node.rule), wide: false }
    }
    const all = (): Node[] => inputs.map((each) => this.#wide(each))
    switch (op.trait) {
      case 'elementwise':
        return make(all(), attrs)
      case 'movement': {
        const from = need(node.inputs, 0)
        const lifted = op.lift(attrs, this.#size, from.shape)
        const [given] = all().map((each) => (lifted.input ? reshapeNode(each, lifted.input) : each))
        return make(given ? [given] : [], lifted.attrs)
      }
      case 'index':
        return make(all(), op.lift(attrs, this.#size))
      case 'contract':
        return make(nodes, liftedLabels(op.labels(attrs), inputs))
      case 'reduce':
      case 'join':
      case 'scatter':
      case 'routine':
      case 'bundle':
        return make(all(), op.lift(attrs))
      case 'pick': {
        const picked = make(nodes, attrs)
        // A stack over turns has the turns in front.
        return isStack(need(node.inputs, 0), op.index(attrs))
          ? { node: exchanged(picked.node), wide: true }
          : picked
      }
      case 'alias':
        return { node: makeNode(op, all(), attrs, this.#rule(node)), wide: true }
      case 'control':
        return this.#control(op.form(attrs), inputs)
      default:
        throw new RangeError(`${op.name} has no inputs`)
    }
  }

  /** A gradient rule of the user's, applied to every example. */
  #rule({ rule }: Node): Node['rule'] {
    return (
      rule &&
      ((gradient, { inputs, output, attrs }) => {
        const each = (g: Tensor, y: Tensor, ...x: Tensor[]): readonly (Tensor | undefined)[] =>
          rule(g, { inputs: x, output: y, attrs })
        return vmap(each)(gradient, output, ...inputs) as readonly (Tensor | undefined)[]
      })
    )
  }

  #control(form: ControlForm, inputs: readonly Value[]): Value {
    switch (form.kind) {
      case 'for':
        return this.#scan(form, inputs)
      case 'while':
        return this.#while(form, inputs)
      case 'branch':
        return this.#branch(form, inputs)
    }
  }

  /** Placeholders of a graph's inputs, with the axis where they are wide. */
  #bound(graph: Graph, inputs: readonly Value[], first: number): Value[] {
    return graph.inputs.map(({ shape, dtype }, i) => {
      const wide = i >= first && need(inputs, i - first).wide
      return { node: placeholder({ shape: wide ? [this.#size, ...shape] : shape, dtype }), wide }
    })
  }

  #scan({ body, carries, sequences, length, reverse }: Form<'for'>, all: readonly Value[]): Value {
    const inputs = all.map((each, i) => (i < carries ? this.#carry(each) : each))
    const bound = this.#bound(body, inputs, 1)
    const nodes = bound.map(({ node }) => node)
    const { graphs, captured } = close(nodes, [this.outputs(body, bound)], placeholder)
    const from = inputs.map(({ node, wide }, i) => {
      const sequence = wide && i >= carries && i < carries + sequences
      return sequence ? exchanged(node) : node
    })
    const attrs = { body: need(graphs, 0), carries, sequences, length, reverse }
    return { node: makeNode(p.scan as Primitive, [...from, ...captured], attrs), wide: true }
  }

  /** Carries all have the axis: they get it at the first turn at the latest. */
  #carry(value: Value): Value {
    return { node: this.#wide(value), wide: true }
  }

  /** Goes on until every example has ended; those that have keep their carries. */
  #while({ condition, body, carries }: Form<'while'>, all: readonly Value[]): Value {
    const inputs = all.map((each, i) => (i < carries ? this.#carry(each) : each))
    const bound = this.#bound(body, inputs, 0)
    const nodes = bound.map(({ node }) => node)
    const going = new Tensor(need(this.outputs(condition, bound), 0))
    const next = this.outputs(body, bound).map((node, i) => {
      const carry = new Tensor(need(nodes, i))
      return chosen(going, new Tensor(node), carry).node
    })
    const test = going.cast('int32').max().greater(0).node
    const { graphs, captured } = close(nodes, [[test], next], placeholder)
    const from = [...inputs.map(({ node }) => node), ...captured]
    const attrs = { condition: need(graphs, 0), body: need(graphs, 1), carries }
    return { node: makeNode(p.repeat as Primitive, from, attrs), wide: true }
  }

  /** One branch for all where the condition is one for all; else both, and a choice for each. */
  #branch({ yes, no }: Form<'branch'>, [condition, ...inputs]: readonly Value[]): Value {
    if (!condition) throw new RangeError('a branch has no condition')
    const bound = this.#bound(yes, inputs, 0)
    const nodes = bound.map(({ node }) => node)
    const given = condition.wide ? placeholder(condition.node) : undefined
    const [first = [], second = []] = [yes, no].map((graph) => this.outputs(graph, bound))
    const outputs = given
      ? first.map((node, i) => {
          const other = new Tensor(need(second, i))
          return chosen(new Tensor(given), new Tensor(node), other).node
        })
      : undefined
    const lists = outputs ? [outputs, outputs] : [first, second]
    const { graphs, captured } = close(given ? [given, ...nodes] : nodes, lists, placeholder)
    const from = inputs.map(({ node }) => node)
    const always = new Tensor(condition.node)
    const test = given ? always.cast('int32').max().greaterEqual(0).node : condition.node
    const args = given ? [condition.node, ...from] : from
    const attrs = { yes: need(graphs, 0), no: need(graphs, 1) }
    return {
      node: makeNode(p.branch as Primitive, [test, ...args, ...captured], attrs),
      wide: true,
    }
  }
}

/** `condition ? a : b` for every example. */
function chosen(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const { shape } = a.node
  const flags = condition.reshape([at(shape, 0), ...shape.slice(1).map(() => 1)])
  return flags.where(a, b)
}

/** Whether a result of a loop is stacked over its turns. */
function isStack({ op, attrs }: Node, index: number): boolean {
  const form = op.trait === 'control' ? op.form(attrs) : undefined
  return form?.kind === 'for' && index >= form.carries
}

/** The first two axes exchanged. */
function exchanged(node: Node): Node {
  return new Tensor(node).permute([1, 0, ...node.shape.slice(2).map((_, i) => i + 2)]).node
}

/** Labels of a contraction whose wide operands have one more index in front. */
function liftedLabels(labels: Labels, inputs: readonly Value[]): Labels {
  const fresh = Math.max(-1, ...labels.a, ...labels.b) + 1
  const [a, b] = inputs
  return {
    a: a?.wide ? [fresh, ...labels.a] : labels.a,
    b: b?.wide ? [fresh, ...labels.b] : labels.b,
    out: [fresh, ...labels.out],
  }
}
