/** Scheduled nodes → kernels in order: one for each fold and contraction, one for many elementwise nodes. */
import type { DType } from '../base/dtype.ts'
import { type Sizes, sizeOf, stridesOf } from '../base/shape.ts'
import { dot } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import { fitContraction } from './contraction.ts'
import { Affine, type IndexExpr, keyOf, variable } from './index-expr.ts'
import { Inliner, type Places } from './inline.ts'
import type { Expr, Fold, Kernel, LoopKernel, Store } from './kernel.ts'
import type { Operand } from './program.ts'
import { type CompileInput, type Schedule, schedule } from './schedule.ts'
import type { Target } from './target.ts'

/** A buffer before it has a place. */
export interface PlannedBuffer {
  readonly dtype: DType
  readonly shape: Sizes
  /** Set for values that come from, or go to, outside of the program. */
  readonly outside: { readonly kind: 'leaf' | 'output'; readonly index: number } | undefined
}

/** A kernel, or a node for the interpreter. */
export type Step =
  | { readonly kind: 'kernel'; kernel: Kernel }
  | {
      readonly kind: 'interpret'
      readonly node: Node
      readonly inputs: readonly Operand[]
      readonly output: number
    }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number }

export interface Plan {
  readonly buffers: readonly PlannedBuffer[]
  readonly steps: readonly Step[]
  /** Buffers that are a leaf's buffer in truth: results written in place. */
  readonly aliases: ReadonlyMap<number, number>
}

/** Loads and stores of a kernel, for grouping and for lifetimes. */
export function touches(step: Step): { readonly reads: Set<number>; readonly writes: Set<number> } {
  const reads = new Set<number>()
  const writes = new Set<number>()
  if (step.kind === 'interpret') {
    for (const input of step.inputs) if (input.kind === 'buffer') reads.add(input.buffer)
    writes.add(step.output)
  } else if (step.kind === 'copy') {
    reads.add(step.from)
    writes.add(step.to)
  } else if (step.kernel.kind === 'contract') {
    reads.add(step.kernel.a.buffer).add(step.kernel.b.buffer)
    writes.add(step.kernel.c.buffer)
  } else {
    const { fold, stores } = step.kernel
    if (fold) eachLoad(fold.value, (load) => reads.add(load.buffer))
    for (const store of stores) {
      eachLoad(store.value, (load) => reads.add(load.buffer))
      writes.add(store.buffer)
    }
  }
  return { reads, writes }
}

type Load = Expr & { readonly kind: 'load' }

/** Visits every load below an expression, shared ones once. */
export function eachLoad(
  expr: Expr,
  visit: (load: Load) => void,
  seen: Set<Expr> = new Set(),
): void {
  if (seen.has(expr)) return
  seen.add(expr)
  if (expr.kind === 'load') visit(expr)
  if (expr.kind === 'guarded') eachLoad(expr.value, visit, seen)
  if (expr.kind === 'op') for (const arg of expr.args) eachLoad(arg, visit, seen)
}

class Planner implements Places {
  readonly buffers: PlannedBuffer[] = []
  readonly steps: Step[] = []
  readonly #schedule: Schedule
  readonly #fuse: boolean
  readonly #held = new Map<Node, number>()
  readonly #parameters = new Map<Node, number>()
  /** Nodes whose values somebody outside will read. */
  readonly #kept: ReadonlySet<Node>
  /** Folds that are computed inside the kernel of the node that uses them. */
  readonly #absorbed = new Map<Node, Node>()
  /** Step that writes each buffer. */
  readonly #writer = new Map<number, number>()

  constructor(input: CompileInput, target: Target) {
    this.#schedule = schedule(input, target)
    this.#fuse = target.fuse
    this.#kept = new Set([...input.outputs, ...input.writes.map(({ node }) => node)])
    input.parameters.forEach((node, index) => {
      this.#parameters.set(node, index)
    })
    input.leaves.forEach((node, index) => {
      this.#held.set(node, this.#buffer(node.dtype, node.shape, { kind: 'leaf', index }))
    })
    const outputs = new Map(input.outputs.map((node, index) => [node, index]))
    for (const node of input.nodes) {
      if (this.#schedule.placement(node) === 'memory') this.#compute(node, outputs.get(node))
    }
  }

  buffer(node: Node): number | undefined {
    return this.#held.get(node)
  }

  parameter(node: Node): number | undefined {
    return this.#parameters.get(node)
  }

  /** A buffer that holds the node's value and is not a leaf's: a copy if need be. */
  ownBuffer(node: Node): number {
    const held = this.#held.get(node)
    if (held !== undefined && this.buffers[held]?.outside?.kind !== 'leaf') return held
    if (held === undefined) throw new RangeError(`${node.op.name} is not in memory`)
    const buffer = this.#buffer(node.dtype, node.shape)
    this.#step({ kind: 'copy', from: held, to: buffer })
    return buffer
  }

  #buffer(dtype: DType, shape: Sizes, outside?: PlannedBuffer['outside']): number {
    return this.buffers.push({ dtype, shape, outside }) - 1
  }

  #step(step: Step): void {
    const at = this.steps.push(step) - 1
    for (const buffer of touches(step).writes) this.#writer.set(buffer, at)
  }

  #loops(extents: Sizes, store: Store, fold?: { fold: Fold; folded: readonly number[] }): void {
    const folding = fold ?? { fold: undefined, folded: [] }
    this.#step({ kind: 'kernel', kernel: { kind: 'loops', extents, ...folding, stores: [store] } })
  }

  #compute(node: Node, output: number | undefined): void {
    if (this.#absorb(node)) return
    const outside = output === undefined ? undefined : ({ kind: 'output', index: output } as const)
    const buffer = this.#buffer(node.dtype, node.shape, outside)
    if (!this.#schedule.compiled(node)) this.#interpret(node, buffer)
    else if (node.op.trait === 'contract') this.#contract(node, buffer)
    else if (node.op.trait === 'reduce') this.#reduce(node, buffer)
    else this.#map(node, buffer)
    this.#held.set(node, buffer)
  }

  #interpret(node: Node, output: number): void {
    const inputs = node.inputs.map((input): Operand => {
      const index = this.#parameters.get(input)
      if (index !== undefined) return { kind: 'parameter', index, dtype: input.dtype }
      const buffer = this.#held.get(input)
      if (buffer === undefined) throw new RangeError(`${input.op.name} is not in memory`)
      return { kind: 'buffer', buffer }
    })
    this.#step({ kind: 'interpret', node, inputs, output })
  }

  #contract(node: Node, output: number): void {
    const kernel = fitContraction(node, output, this, (size, fill) => {
      const copy = this.#buffer('float32', [size])
      this.#step({ kind: 'kernel', kernel: fill(copy) })
      return copy
    })
    this.#step({ kind: 'kernel', kernel })
  }

  /** The fold of a node, its output index running over loops of the given extents. */
  #fold(node: Node, extents: Sizes): { fold: Fold; folded: readonly number[] } {
    const { op, attrs } = node
    const [from] = node.inputs
    if (op.trait !== 'reduce' || !from) throw new RangeError('not a fold')
    const folded = op.domain(attrs, from.shape)
    const affine = new Affine([...extents, ...folded])
    const out = unflatten(affine, flatIndex(affine, extents), node.shape)
    const inner = folded.map((_, axis) => variable(extents.length + axis))
    const { index, guards } = op.origin(affine, out, inner, attrs, from.shape)
    const value = new Inliner(affine, this).expression(from, index, guards)
    if (!value) throw new RangeError(`${op.name}: its input cannot be expressed`)
    const position = dot(affine, inner, stridesOf(folded))
    const { combine, result } = op
    return { fold: { combine, result, value, guards, position, dtype: from.dtype }, folded }
  }

  #reduce(node: Node, buffer: number): void {
    const offset = flatIndex(new Affine(node.shape), node.shape)
    const value: Expr = { kind: 'folded', dtype: node.dtype }
    const store = { buffer, dtype: node.dtype, offset, value }
    this.#loops(node.shape, store, this.#fold(node, node.shape))
  }

  /**
   * A fold whose only reader is elementwise over as many elements is computed in the reader's
   * kernel: `mean` is a sum with a product after it, not two passes.
   */
  #absorb(node: Node): boolean {
    const owner = this.#schedule.owner(node)
    if (!this.#fuse || node.op.trait !== 'reduce' || this.#kept.has(node) || !owner) return false
    const readers = ['elementwise', 'movement']
    if (!readers.includes(owner.op.trait) || sizeOf(owner.shape) !== sizeOf(node.shape))
      return false
    if (!this.#schedule.compiled(node) || !this.#schedule.compiled(owner)) return false
    if (this.#absorbed.has(owner)) return false
    this.#absorbed.set(owner, node)
    return true
  }

  #map(node: Node, buffer: number): void {
    const absorbed = this.#absorbed.get(node)
    if (absorbed) {
      if (this.#mapOverFold(node, absorbed, buffer)) return
      const own = this.#buffer(absorbed.dtype, absorbed.shape)
      this.#reduce(absorbed, own)
      this.#held.set(absorbed, own)
    }
    const affine = new Affine(node.shape)
    const value = new Inliner(affine, this).expression(node, variables(node.shape))
    if (!value) throw new RangeError(`${node.op.name} cannot be expressed`)
    const store: Store = { buffer, dtype: node.dtype, offset: flatIndex(affine, node.shape), value }
    if (!this.#join(node.shape, store)) this.#loops(node.shape, store)
  }

  #mapOverFold(node: Node, folding: Node, buffer: number): boolean {
    const fold = this.#fold(folding, node.shape)
    const affine = new Affine([...node.shape, ...fold.folded])
    const offset = flatIndex(affine, node.shape)
    const inliner = new Inliner(affine, this, { node: folding, at: keyOf(offset) })
    const value = inliner.expression(node, variables(node.shape))
    if (value) this.#loops(node.shape, { buffer, dtype: node.dtype, offset, value }, fold)
    return value !== undefined
  }

  /** Adds a store to an earlier kernel over the same space that reads or makes what it needs. */
  #join(shape: Sizes, store: Store): boolean {
    if (!this.#fuse) return false
    const loads: Load[] = []
    eachLoad(store.value, (load) => loads.push(load))
    const ready = Math.max(0, ...loads.map(({ buffer }) => this.#writer.get(buffer) ?? 0))
    for (let at = this.steps.length - 1; at >= ready; at--) {
      const step = this.steps[at]
      if (step?.kind !== 'kernel' || step.kernel.kind !== 'loops') continue
      if (step.kernel.fold || step.kernel.extents.join() !== shape.join()) continue
      const grown = withStore(step.kernel, store, loads)
      if (!grown) continue
      step.kernel = grown
      this.#writer.set(store.buffer, at)
      return true
    }
    return false
  }
}

/** The kernel with one more store, its own results taken from registers; `undefined` if unrelated. */
function withStore(
  kernel: LoopKernel,
  store: Store,
  loads: readonly Load[],
): LoopKernel | undefined {
  if (kernel.stores.length >= MOST_STORES) return undefined
  const known = new Map<Expr, Expr>()
  const reads = new Set<number>()
  for (const own of kernel.stores) eachLoad(own.value, ({ buffer }) => reads.add(buffer))
  let related = false
  for (const load of loads) {
    const made = kernel.stores.find(({ buffer }) => buffer === load.buffer)
    if (made && keyOf(made.offset) !== keyOf(load.offset)) return undefined
    if (made) known.set(load, made.value)
    related ||= made !== undefined || reads.has(load.buffer)
  }
  if (!related) return undefined
  return { ...kernel, stores: [...kernel.stores, { ...store, value: replace(store.value, known) }] }
}

const MOST_STORES = 6

function replace(expr: Expr, known: Map<Expr, Expr>): Expr {
  const found = known.get(expr)
  if (found) return found
  let out = expr
  if (expr.kind === 'op') out = { ...expr, args: expr.args.map((arg) => replace(arg, known)) }
  if (expr.kind === 'guarded') out = { ...expr, value: replace(expr.value, known) }
  known.set(expr, out)
  return out
}

function variables(shape: Sizes): IndexExpr[] {
  return shape.map((_, axis) => variable(axis))
}

/** Row-major position of the current output element. */
function flatIndex(affine: Affine, shape: Sizes): IndexExpr {
  return dot(affine, variables(shape), stridesOf(shape))
}

function unflatten(affine: Affine, flat: IndexExpr, shape: Sizes): IndexExpr[] {
  const strides = stridesOf(shape)
  return shape.map((dim, axis) => {
    const whole = affine.floorDiv(flat, Math.max(1, strides[axis] ?? 1))
    return axis === 0 ? whole : affine.mod(whole, Math.max(1, dim))
  })
}

/** Plans a graph: buffers, and steps that fill them in order. */
export function plan(input: CompileInput, target: Target): Plan {
  const planner = new Planner(input, target)
  const { buffers, steps } = planner
  const sources = input.writes.map(({ node }) => planner.ownBuffer(node))
  const leaves = input.writes.map(({ leaf }) => leaf)
  // A value that somebody outside reads as well has a buffer of its own.
  const movable = (buffer: number): boolean => buffers[buffer]?.outside === undefined
  const placed = placeWrites(steps, sources, leaves, movable)
  return { buffers, ...placed }
}

/**
 * Lets the results of writes go straight into their leaf's buffer, where no later step reads the
 * leaf's old value; the others are copied at the end.
 */
function placeWrites(
  steps: readonly Step[],
  sources: readonly number[],
  leaves: readonly number[],
  movable: (buffer: number) => boolean,
): { steps: Step[]; aliases: Map<number, number> } {
  const touched = steps.map(touches)
  const readLater = (buffer: number, at: number): boolean =>
    touched.some(({ reads }, i) => i > at && reads.has(buffer))
  const isWrite = new Set(sources)
  const last = steps.filter((_, i) => {
    const writes = [...(touched[i]?.writes ?? [])]
    return writes.every((buffer) => isWrite.has(buffer) && !readLater(buffer, i))
  })
  const ordered = [...steps.filter((step) => !last.includes(step)), ...last]
  const order = ordered.map(touches)
  const aliases = new Map<number, number>()
  const copies: Step[] = []
  sources.forEach((from, i) => {
    const to = leaves[i] ?? -1
    const at = order.findIndex(({ writes }) => writes.has(from))
    const step = ordered[at]
    const later = order.some(({ reads }, j) => j > at && reads.has(to))
    const shared = sources.indexOf(from) !== i || !movable(from)
    if (step && !later && !shared && inPlace(step, from, to)) aliases.set(from, to)
    else copies.push({ kind: 'copy', from, to })
  })
  return { steps: [...ordered, ...copies], aliases }
}

/** Whether a step may write `from` over `to`: it reads `to` nowhere, or only where it writes. */
function inPlace(step: Step, from: number, to: number): boolean {
  if (!touches(step).reads.has(to)) return true
  if (step.kind !== 'kernel' || step.kernel.kind !== 'loops' || step.kernel.fold) return false
  const own = step.kernel.stores.find(({ buffer }) => buffer === from)
  if (!own) return false
  let same = true
  for (const { value } of step.kernel.stores) {
    eachLoad(value, (load) => {
      if (load.buffer === to && keyOf(load.offset) !== keyOf(own.offset)) same = false
    })
  }
  return same
}
