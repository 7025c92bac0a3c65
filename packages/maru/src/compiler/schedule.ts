/** Which nodes get memory of their own, which are computed inside others, and in what order. */
import { isFloat } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import type { Node } from '../graph/node.ts'
import type { Target } from './target.ts'
import { hasVectorForm } from './vector-ops.ts'

/** A graph to compile: what `capture` finds below the requested nodes. */
export interface CompileInput {
  /** Nodes to compute, inputs before users. Leaves and parameters are not among them. */
  readonly nodes: readonly Node[]
  /** Nodes whose values exist. */
  readonly leaves: readonly Node[]
  /** Literals and slots: numbers given anew at every run. */
  readonly parameters: readonly Node[]
  /** Nodes whose values are kept. */
  readonly outputs: readonly Node[]
  /** Nodes whose values are stored over a leaf. */
  readonly writes: readonly { readonly node: Node; readonly leaf: number }[]
  /**
   * Leaves that are the same from run to run, so that what is made of them alone is computed once. Absent:
   * nothing is kept between runs.
   */
  readonly steady?: ReadonlySet<number> | undefined
}

/** Work (in additions) that is rather done twice than written to memory and read back. */
const CHEAP = 2
/** Loads after which a kernel is not grown any further. */
const MOST_LOADS = 24

/** Traits of nodes that always have memory of their own. */
const STORED: { readonly [trait: string]: Reason } = {
  reduce: 'a fold',
  contract: 'a contraction',
  join: 'put together from parts',
  scatter: 'put where indices say',
  bundle: 'interpreted',
  control: 'a loop or branch',
  pick: 'one of several results',
}

/** Where the value of a node lives while others are computed. */
export type Placement = 'inline' | 'memory'

/** Why a node is in memory, in words for a reader of the schedule. */
export type Reason =
  | 'a result'
  | 'stored in a cell'
  | 'a contraction'
  | 'a fold'
  | 'interpreted'
  | 'nothing is fused here'
  | 'reads too many values to grow'
  | 'a loop or branch'
  | 'one of several results'
  | 'put together from parts'
  | 'put where indices say'
  | 'read as a whole'
  | 'read from where it is put'
  | 'would be computed again and again'
  | 'read by several kernels'

/** What the plan needs to know of every node. */
export interface Schedule {
  placement(node: Node): Placement
  /** Why the node is in memory, if it is. */
  reason(node: Node): Reason | undefined
  /** Compiled here, as opposed to interpreted. */
  compiled(node: Node): boolean
  /** The single node in memory that this one is computed inside of, if there is just one. */
  owner(node: Node): Node | undefined
}

/** Whether the target has a form for the node; if not, the reference interpreter computes it. */
export function isCompiled(node: Node, target: Target): boolean {
  if (target.lanes === 0 || node.op.trait === 'bundle') return false
  if (node.op.trait === 'control') return true
  if (!target.dtypes.has(node.dtype)) return false
  if (!node.inputs.every((input) => target.dtypes.has(input.dtype))) return false
  switch (node.op.trait) {
    case 'elementwise':
      return hasVectorForm(node.op.name)
    case 'contract':
      return isFloat(node.dtype)
    case 'routine':
      return false
    case 'reduce':
      return node.inputs[0]?.dtype !== 'bool'
    case 'scatter': {
      const combine = node.op.combine(node.attrs)
      return combine === undefined || hasVectorForm(combine.name)
    }
    default:
      return true
  }
}

type Owner = Node | 'several' | undefined

class Scheduler implements Schedule {
  readonly #target: Target
  readonly #leaf: Set<Node>
  readonly #inMemory = new Map<Node, Reason>()
  readonly #owner = new Map<Node, Owner>()
  readonly #work = new Map<Node, { cost: number; loads: number }>()
  /** Nodes for which the target has a form. */
  readonly #compiled = new Map<Node, boolean>()

  constructor(input: CompileInput, target: Target) {
    this.#target = target
    this.#leaf = new Set([...input.leaves, ...input.parameters])
    for (const node of input.outputs) this.#inMemory.set(node, 'a result')
    for (const { node } of input.writes) this.#inMemory.set(node, 'stored in a cell')
    for (const node of input.nodes) this.#visit(node)
    for (const node of [...input.nodes].reverse()) this.#settle(node)
  }

  placement(node: Node): Placement {
    return this.#inMemory.has(node) ? 'memory' : 'inline'
  }

  reason(node: Node): Reason | undefined {
    return this.#inMemory.get(node)
  }

  compiled(node: Node): boolean {
    const known = this.#compiled.get(node)
    if (known !== undefined) return known
    const found = isCompiled(node, this.#target)
    this.#compiled.set(node, found)
    return found
  }

  owner(node: Node): Node | undefined {
    const owner = this.#owner.get(node)
    return owner === 'several' ? undefined : owner
  }

  /** First pass, inputs before users: what must be in memory whoever reads it. */
  #visit(node: Node): void {
    const { op } = node
    // First, since what it keeps is no work for what reads this node.
    if (op.trait === 'movement' && op.overlaps) this.#repeat(node, node.inputs)
    if (op.trait === 'index') this.#repeat(node, node.inputs.slice(0, 1))
    if (op.trait === 'scatter') this.#separate(node)
    let cost = op.trait === 'elementwise' ? op.cost : 0
    let loads = 0
    for (const input of new Set(node.inputs)) {
      const inner = this.#work.get(input) ?? { cost: 0, loads: 1 }
      const held = this.#inMemory.has(input) || this.#leaf.has(input)
      cost += held ? 0 : inner.cost
      loads += held ? 1 : inner.loads
    }
    this.#work.set(node, { cost, loads })
    const reason = this.#stored(node)
    if (reason) this.#keep(node, reason)
    if (loads > MOST_LOADS) this.#keep(node, 'reads too many values to grow')
    // What an interpreted node or a loop reads must be in memory, even a literal's expansion.
    if (!this.compiled(node) || op.trait === 'control') {
      for (const input of node.inputs) this.#keep(input, 'read as a whole')
    }
  }

  /** Why a node is in memory whatever reads it. */
  #stored(node: Node): Reason | undefined {
    if (!this.compiled(node)) return 'interpreted'
    return STORED[node.op.trait] ?? (this.#target.fuse ? undefined : 'nothing is fused here')
  }

  /** An input read several times at different places is computed once, if that is any work. */
  #repeat(node: Node, inputs: readonly Node[]): void {
    for (const input of inputs) {
      const grows = sizeOf(node.shape) > sizeOf(input.shape)
      const costly = (this.#work.get(input)?.cost ?? 0) > CHEAP
      const bordered = !this.#leaf.has(input) && hasFill(input)
      if (grows && (costly || bordered)) this.#keep(input, 'would be computed again and again')
    }
  }

  /** Values that come from the very cell that they are put into are computed first, so that they are put there in place. */
  #separate(node: Node): void {
    const [into, , values] = node.inputs
    if (!into || !values || this.#inMemory.get(node) !== 'stored in a cell') return
    if (this.#leaf.has(into) && this.#reads(values, into)) {
      this.#keep(values, 'read from where it is put')
    }
  }

  /** Whether the kernel that computes a node reads a leaf. */
  #reads(node: Node, leaf: Node): boolean {
    const seen = new Set([node])
    for (const each of seen) {
      if (each === leaf) return true
      if (this.#leaf.has(each) || this.#inMemory.has(each)) continue
      for (const input of each.inputs) seen.add(input)
    }
    return false
  }

  #keep(node: Node, reason: Reason): void {
    if (this.#leaf.has(node) || this.#inMemory.has(node)) return
    this.#inMemory.set(node, reason)
  }

  /** Second pass, users before inputs: what several kernels read, and is not cheap, is kept. */
  #settle(node: Node): void {
    const owner = this.#owner.get(node)
    const cost = this.#work.get(node)?.cost ?? 0
    if (owner === 'several' && node.op.trait !== 'movement' && cost > CHEAP) {
      this.#keep(node, 'read by several kernels')
    }
    const mine: Owner = this.#inMemory.has(node) ? node : owner
    for (const input of node.inputs) {
      const known = this.#owner.get(input)
      this.#owner.set(input, known === undefined || known === mine ? mine : 'several')
    }
  }
}

/** Whether a movement adds elements of its own: a border. */
function hasFill({ op, shape, inputs: [from] }: Node): boolean {
  const fills = op.trait === 'index' || (op.trait === 'movement' && !op.overlaps)
  return fills && sizeOf(shape) > sizeOf(from?.shape ?? shape)
}

export function schedule(input: CompileInput, target: Target): Schedule {
  return new Scheduler(input, target)
}
