/** Graphs with inputs of their own: the bodies of loops and branches, and what is made again from them. */
import { evaluateOp, roomFor } from './evaluate.ts'
import { identityOf, makeNode, type Node } from './node.ts'
import type { HostTensor, Spec } from './primitive.ts'

/** A graph that reads nothing but its inputs. Literals, too, come in as inputs. */
export class Graph {
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
  /** Everything between inputs and outputs, inputs before users. */
  readonly nodes: readonly Node[]
  /** Equal for graphs of the same structure. */
  readonly key: number

  constructor(inputs: readonly Node[], outputs: readonly Node[]) {
    this.inputs = inputs
    this.outputs = outputs
    this.nodes = order(outputs, new Set(inputs))
    const position = new Map([...inputs, ...this.nodes].map((node, i) => [node, i]))
    const words = [
      ...inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`),
      ...this.nodes.map((node) => [node.signature, ...node.inputs.map((i) => position.get(i))]),
      outputs.map((node) => position.get(node)),
    ]
    this.key = identityOf(words.join(';'))
  }

  /** What stands for the graph in the identity of a node that has it among its attributes. */
  toJSON(): number {
    return this.key
  }
}

/** Nodes below the roots in order, not those of `leaves` nor below them. */
export function order(roots: readonly Node[], leaves: ReadonlySet<Node>): Node[] {
  const seen = new Set<Node>(leaves)
  const nodes: Node[] = []
  for (const root of roots) {
    const path = [root]
    // A stack of its own: graphs are deeper than the engine's allows.
    for (let node = path.at(-1); node; node = path.at(-1)) {
      const done = seen.has(node) || node.data !== undefined
      const next = done ? undefined : node.inputs.find((input) => !seen.has(input))
      if (next) {
        path.push(next)
        continue
      }
      if (!seen.has(node)) nodes.push(node)
      seen.add(node)
      path.pop()
    }
  }
  return nodes
}

/** Graphs over the same inputs, and the nodes outside that further inputs stand for. */
export interface Closed {
  readonly graphs: readonly Graph[]
  readonly captured: readonly Node[]
}

/**
 * One graph for each list of outputs, all over `placeholders`; a node that is computed may be one of them, and its
 * value is then given. What they read besides becomes further inputs: the nodes of `captured`, computed once outside.
 */
export function close(
  placeholders: readonly Node[],
  outputs: readonly (readonly Node[])[],
  placeholderOf: (spec: Spec) => Node,
): Closed {
  const inside = new Set<Node>(placeholders)
  const patterns = new Set<Node>()
  const all = order(outputs.flat(), inside)
  for (const node of all) {
    if (node.inputs.some((input) => inside.has(input))) inside.add(node)
    else if (isPattern(node, patterns)) patterns.add(node)
  }
  const own = all.filter((node) => inside.has(node) || patterns.has(node))
  const replaced = new Map(
    placeholders.map((node) => [node, node.leaf ? node : placeholderOf(node)]),
  )
  const captured: Node[] = []
  const capture = (node: Node): void => {
    if (inside.has(node) || patterns.has(node) || replaced.has(node)) return
    captured.push(node)
    replaced.set(node, placeholderOf(node))
  }
  for (const node of [...own.flatMap(({ inputs }) => inputs), ...outputs.flat()]) capture(node)
  const inputs = [...replaced.values()]
  const graphs = outputs.map((list) => new Graph(inputs, remake(own, list, new Map(replaced))))
  return { graphs, captured }
}

/** Counters and what is spread from one number: as cheap inside as outside, and nothing to keep. */
function isPattern(node: Node, patterns: ReadonlySet<Node>): boolean {
  const { op, inputs } = node
  if (node.data || node.leaf || node.literal !== undefined) return false
  if (op.trait === 'source') return true
  const plain = (input: Node): boolean => input.literal !== undefined || patterns.has(input)
  return op.trait === 'movement' && inputs.every(plain)
}

/** The graph's outputs, computed from other inputs. */
export function instantiate(graph: Graph, inputs: readonly Node[]): Node[] {
  const replaced = new Map<Node, Node>()
  graph.inputs.forEach((placeholder, i) => {
    const input = inputs[i]
    if (!input) throw new RangeError('an input of a graph is missing')
    replaced.set(placeholder, input)
  })
  return remake(graph.nodes, graph.outputs, replaced)
}

function remake(
  nodes: readonly Node[],
  outputs: readonly Node[],
  replaced: Map<Node, Node>,
): Node[] {
  const now = (node: Node): Node => {
    const found = replaced.get(node)
    if (!found) throw new RangeError(`${node.op.name} is not part of the graph`)
    return found
  }
  for (const node of nodes) {
    replaced.set(node, makeNode(node.op, node.inputs.map(now), node.attrs, node.rule))
  }
  return outputs.map(now)
}

/** Runs a graph on host tensors by the primitives' own definitions. */
export function evaluate(graph: Graph, inputs: readonly HostTensor[]): HostTensor[] {
  const values = new Map<Node, readonly HostTensor[]>()
  const first = (node: Node): HostTensor => {
    const value = values.get(node)?.[0]
    if (!value) throw new RangeError(`${node.op.name} has no value`)
    return value
  }
  graph.inputs.forEach((node, i) => {
    const input = inputs[i]
    if (input) values.set(node, [input])
  })
  for (const node of graph.nodes) {
    const { op, attrs } = node
    const [from] = node.inputs
    if (op.trait === 'pick') {
      const picked = from && values.get(from)?.[op.index(attrs)]
      if (picked) values.set(node, [picked])
      continue
    }
    const outs = (node.results ?? [node]).map(roomFor)
    evaluateOp(op, attrs, node.inputs.map(first), outs)
    values.set(node, outs)
  }
  return graph.outputs.map(first)
}
