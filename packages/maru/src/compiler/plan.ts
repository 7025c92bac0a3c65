/** Scheduled nodes → kernels in order: one for each fold and contraction, one for many elementwise nodes. */
import { type DType, dtypes } from '../base/dtype.ts'
import { type Sizes, sizeOf, stridesOf } from '../base/shape.ts'
import { dot } from '../graph/indexing.ts'
import type { Node } from '../graph/node.ts'
import type { Spec } from '../graph/primitive.ts'
import { packedBeforeLoops } from './before-loops.ts'
import type { Contracting } from './contraction.ts'
import { cutFold } from './cut-folds.ts'
import { exceedsWords } from './extent.ts'
import { fitContraction } from './fit-contraction.ts'
import { Bound } from './forms.ts'
import { frameOf } from './frames.ts'
import { Affine, type IndexExpr, keyOf, variable, zero } from './index-expr.ts'
import { Inliner, type Places } from './inline.ts'
import type { Expr, Fold, Kernel, LoopKernel, Store } from './kernel.ts'
import { beside, isMap, mapOf, withStores } from './maps.ts'
import { type Parted, parted } from './once.ts'
import { ControlPlanner } from './plan-control.ts'
import type { Operand } from './program.ts'
import { givenKernels, givenNodes, madeOnce, type Task } from './recipes.ts'
import { fuseRows } from './rows.ts'
import { type CompileInput, type Schedule, schedule } from './schedule.ts'
import { type PlannedBuffer, placeWrites, rootOf, type Step, touches } from './steps.ts'
import type { Target } from './target.ts'

export interface Plan extends Parted {
  readonly buffers: readonly PlannedBuffer[]
  /** Buffers that are a leaf's buffer in truth: results written in place. */
  readonly aliases: ReadonlyMap<number, number>
  /** Nodes that 32-bit words cannot count, the first one first. */
  readonly large: readonly Node[]
}

/** What a planner starts from; a body's planner shares the buffers of the program's. */
export interface Frame {
  readonly buffers: PlannedBuffer[]
  /** Values that exist. */
  readonly held: ReadonlyMap<Node, number>
  /** Positions of numbers that are bound at each run. */
  readonly parameters: ReadonlyMap<Node, number>
  /** Where the values of outputs are to be stored. */
  readonly places: ReadonlyMap<Node, readonly number[]>
  /** Filled with nodes that 32-bit words cannot count. */
  readonly large: Node[]
}

/** A fold, and the loops that it is over. */
interface Folding {
  readonly fold: Fold
  readonly folded: readonly number[]
}

export class Planner implements Places {
  readonly buffers: PlannedBuffer[]
  readonly steps: Step[] = []
  readonly target: Target
  readonly #schedule: Schedule
  readonly #frame: Frame
  readonly #held: Map<Node, number>
  /** Nodes whose values somebody outside will read. */
  readonly #kept: ReadonlySet<Node>
  /** Results that are used of nodes with several. */
  readonly #picks = new Map<Node, Node[]>()
  /** Folds that are computed inside the kernel of the node that uses them. */
  readonly #absorbed = new Map<Node, Node>()
  /** Step that writes each buffer. */
  readonly #writer = new Map<number, number>()
  /** Steps that can take another store, by the buffers that those they have touch. */
  readonly #touching = new Map<number, number[]>()
  #values = 0

  constructor(input: CompileInput, target: Target, frame: Frame) {
    this.buffers = frame.buffers
    this.target = target
    this.#frame = frame
    this.#held = new Map(frame.held)
    this.#schedule = schedule(input, target)
    this.#kept = new Set([...input.outputs, ...input.writes.map(({ node }) => node)])
    for (const node of input.nodes) {
      const [from] = node.inputs
      if (node.op.trait === 'pick' && from) {
        this.#picks.set(from, [...(this.#picks.get(from) ?? []), node])
      }
    }
    for (const node of input.nodes) {
      if (this.#schedule.placement(node) === 'memory') this.#compute(node)
    }
    for (const [node, places] of frame.places) {
      for (const place of places) this.#deliver(node, place)
    }
  }

  buffer(node: Node): number | undefined {
    return this.#held.get(node)
  }

  parameter(node: Node): number | undefined {
    return this.#frame.parameters.get(node)
  }

  nextValue(): number {
    return this.#values++
  }

  /** A buffer that holds the node's value and is not a leaf's: a copy if need be. */
  ownBuffer(node: Node): number {
    const held = this.#held.get(node)
    if (held === undefined) throw new RangeError(`${node.op.name} is not in memory`)
    if (this.buffers[rootOf(this.buffers, held)]?.outside?.kind !== 'leaf') return held
    const buffer = this.#buffer(node.dtype, node.shape)
    this.step({ kind: 'copy', from: held, to: buffer })
    return buffer
  }

  #buffer(dtype: DType, shape: Sizes): number {
    return this.buffers.push({ dtype, shape }) - 1
  }

  /** Steps of a graph inside this one. */
  body(input: CompileInput, frame: Omit<Frame, 'large'>): readonly Step[] {
    const { large } = this.#frame
    return new Planner(input, this.target, { ...frame, large }).steps
  }

  /** Where to compute a node: straight where it is wanted, or in a buffer of its own. */
  placeFor(node: Node): number {
    return this.#frame.places.get(node)?.[0] ?? this.#buffer(node.dtype, node.shape)
  }

  step(step: Step): void {
    const at = this.steps.push(step) - 1
    for (const buffer of touches(step, this.buffers).writes) this.#writer.set(buffer, at)
    if (step.kind === 'kernel' && isMap(step.bound.form.kernel)) this.#note(step.bound, at)
  }

  #run(kernels: readonly Bound[]): void {
    for (const bound of kernels) this.step({ kind: 'kernel', bound })
  }

  /** What is planned of nodes: the same for all that are alike. */
  #once(task: Task, work: () => readonly Kernel[] | undefined): readonly Bound[] | undefined {
    return madeOnce(givenNodes(task, this, this.buffers), this.buffers, work)
  }

  /** Whether vectors gain by what is cut: a machine of one lane does not care. */
  get #cuts(): boolean {
    return this.target.fuse && this.target.lanes > 1
  }

  #loops(extents: Sizes, store: Store): void {
    this.#run([Bound.of(mapOf(extents, store), this.buffers)])
  }

  #folding(extents: Sizes, store: Store, { fold, folded }: Folding): LoopKernel[] {
    const passes = [{ folds: [fold], stores: [] }]
    const whole: LoopKernel = { kind: 'loops', extents, folded, passes, stores: [store] }
    return this.#cuts ? cutFold(whole, (size) => this.#buffer('float32', [size])) : [whole]
  }

  #compute(node: Node): void {
    const { op } = node
    const first = this.steps.length
    if (op.trait === 'pick' || this.#absorb(node)) return
    if (op.trait === 'control' && this.#schedule.compiled(node)) {
      const results = new ControlPlanner(this, node, this.picksOf(node)).plan(op.form(node.attrs))
      for (const [pick, buffer] of results) this.#held.set(pick, buffer)
    } else if (node.results) this.#several(node, node.results)
    else this.#computeOne(node)
    // of several results those that somebody takes
    const values = node.results ? (this.#picks.get(node) ?? []) : [node]
    const compiled = this.#schedule.compiled(node)
    if (compiled && exceedsWords(values, this.steps.slice(first))) this.#frame.large.push(node)
  }

  #computeOne(node: Node): void {
    const part = this.#partOf(node)
    if (part !== undefined) {
      this.#held.set(node, part)
      return
    }
    const buffer = this.placeFor(node)
    const compiled = this.#schedule.compiled(node)
    if (compiled && sizeOf(node.shape) === 0) {
      this.#held.set(node, buffer)
      return
    }
    if (!compiled) this.#interpret(node, [buffer])
    else if (node.op.trait === 'contract') this.#contraction(node, buffer)
    else if (node.op.trait === 'reduce') this.#reduce(node, buffer)
    else if (node.op.trait === 'join') this.#join(node, node.op.axis(node.attrs), buffer)
    else if (node.op.trait === 'scatter') this.#scatter(node, buffer)
    else this.#map(node, buffer)
    this.#held.set(node, buffer)
  }

  /** The nodes that take a result, by its index. */
  picksOf(node: Node): Map<number, readonly Node[]> {
    const picks = new Map<number, readonly Node[]>()
    for (const pick of this.#picks.get(node) ?? []) {
      const index = pick.op.trait === 'pick' ? pick.op.index(pick.attrs) : 0
      picks.set(index, [...(picks.get(index) ?? []), pick])
    }
    return picks
  }

  #several(node: Node, results: readonly Spec[]): void {
    const picks = this.picksOf(node)
    const outputs = results.map(({ dtype, shape }, index) => {
      const [first, ...rest] = picks.get(index) ?? []
      const buffer = first ? this.placeFor(first) : this.#buffer(dtype, shape)
      for (const pick of first ? [first, ...rest] : []) this.#held.set(pick, buffer)
      return buffer
    })
    this.#interpret(node, outputs)
  }

  /** Where a value that a launch reads is. */
  operand(node: Node): Operand {
    const index = this.parameter(node)
    if (index !== undefined) return { kind: 'parameter', index, dtype: node.dtype }
    const buffer = this.#held.get(node)
    if (buffer === undefined) throw new RangeError(`${node.op.name} is not in memory`)
    return { kind: 'buffer', buffer }
  }

  #interpret(node: Node, outputs: readonly number[]): void {
    const inputs = node.inputs.map((input) => this.operand(input))
    this.step({ kind: 'interpret', node, inputs, outputs })
  }

  /** Brings a value to a place, unless it was computed there. */
  #deliver(node: Node, place: number): void {
    if (this.#held.get(node) !== place) this.store(this.operand(node), place)
  }

  /** Copies an operand to a buffer. */
  store(operand: Operand, to: number): void {
    if (operand.kind === 'buffer') {
      this.step({ kind: 'copy', from: operand.buffer, to })
      return
    }
    const { index, dtype } = operand
    const value: Expr = { kind: 'parameter', index, dtype }
    this.#loops([], { buffer: to, dtype, offset: zero, value })
  }

  /** Stores 0, 1, 2 … */
  count(to: number, length: number): void {
    const value: Expr = { kind: 'index', index: variable(0), dtype: 'int32' }
    this.#loops([length], { buffer: to, dtype: 'int32', offset: variable(0), value })
  }

  /** A contraction, alone or with what it is part of, if that is one kernel. */
  #contract(it: Contracting): boolean {
    const computed = [it.result, it.node, it.fold, it.frame?.node]
    const task = { facts: 'contract', computed, into: it.buffer }
    const kernels = this.#once(task, () => {
      const before: LoopKernel[] = []
      const fitted = fitContraction(it, {
        places: this,
        allocate: (dtype, size) => this.#buffer(dtype, [size]),
        run: (kernel) => before.push(kernel),
      })
      return fitted && [...before, ...fitted]
    })
    this.#run(kernels ?? [])
    return kernels !== undefined
  }

  /** What values are scattered into is laid out first; they are combined with it where it lies. */
  #scatter(node: Node, buffer: number): void {
    const { op, attrs, dtype, shape } = node
    const [into, indices, values] = node.inputs
    if (op.trait !== 'scatter' || !into || !indices || !values) throw new RangeError('no scatter')
    this.#elements(into, shape, buffer)
    if (sizeOf(indices.shape) === 0) return
    const affine = new Affine(indices.shape)
    const inliner = new Inliner(affine, this)
    const at = variables(indices.shape)
    const bound = shape[op.axis(attrs)] ?? 0
    const place = inliner.look(indices, at, bound)
    const value = inliner.expression(values, at)
    if (!place || !value) throw new RangeError(`${op.name}: an input cannot be expressed`)
    const index = at.map((part, axis) => (axis === op.axis(attrs) ? place.inside : part))
    const offset = dot(affine, index, stridesOf(shape))
    const guard = { value: place.given, bound }
    const store = { buffer, dtype, offset, value }
    const combine = op.combine(attrs)
    const kernel = { kind: 'scatter', extents: indices.shape, guard, combine, store } as const
    this.#run([Bound.of(kernel, this.buffers)])
  }

  /** The fold of a node, its output index running over loops of the given extents. */
  #fold(node: Node, extents: Sizes): Folding {
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

  #contraction(node: Node, buffer: number): void {
    if (this.#contract({ node, fold: undefined, result: node, buffer })) return
    throw new RangeError('a contraction cannot be expressed')
  }

  /** A contraction that was put off, computed in the kernel of what alone reads it. */
  #overContraction(result: Node, buffer: number): boolean {
    const inner = this.#absorbed.get(result)
    if (!inner || this.#held.has(inner)) return false
    const fold = [inner, result].find(({ op }) => op.trait === 'reduce')
    const node = inner.op.trait === 'contract' ? inner : this.#absorbed.get(inner)
    if (node?.op.trait !== 'contract') return false
    const frame = fold ? undefined : frameOf(result)
    const { inside = result } = frame ?? {}
    if (this.#contract({ node, fold, result: inside, frame, buffer })) return true
    // In two kernels, then, or three.
    if (inner === node) this.#contraction(node, this.#own(node))
    else this.#reduce(inner, this.#own(inner))
    return false
  }

  /** A buffer of its own for a value that was to be computed inside of another. */
  #own(node: Node): number {
    const buffer = this.#buffer(node.dtype, node.shape)
    this.#held.set(node, buffer)
    return buffer
  }

  #reduce(node: Node, buffer: number): void {
    if (this.#overContraction(node, buffer)) return
    const task = { facts: `fold ${this.#cuts}`, computed: [node], into: buffer }
    const kernels = this.#once(task, () => {
      const { shape, dtype } = node
      const offset = flatIndex(new Affine(shape), shape)
      const value: Expr = { kind: 'folded', fold: 0, dtype }
      return this.#folding(shape, { buffer, dtype, offset, value }, this.#fold(node, shape))
    })
    this.#run(kernels ?? [])
  }

  /**
   * A fold whose only reader is elementwise over as many elements is computed in the reader's
   * kernel: `mean` is a sum with a product after it, not two passes.
   */
  #absorb(node: Node): boolean {
    const owner = this.#schedule.owner(node)
    const { trait } = node.op
    const contracts = trait === 'contract' || (trait === 'reduce' && this.#absorbed.has(node))
    if (!this.target.fuse || this.#kept.has(node) || !owner) return false
    if (trait !== 'reduce' && !contracts) return false
    const sum = trait === 'contract' && addsUp(owner)
    if (!sum && !['elementwise', 'movement'].includes(owner.op.trait)) return false
    const grows = sizeOf(owner.shape) - sizeOf(node.shape)
    if (contracts ? grows > 0 && !sum && !isFramed(owner, node) : grows !== 0) return false
    if (!this.#schedule.compiled(node) || !this.#schedule.compiled(owner)) return false
    if (this.#absorbed.has(owner)) return false
    this.#absorbed.set(owner, node)
    return true
  }

  #map(node: Node, buffer: number): void {
    const absorbed = this.#absorbed.get(node)
    if (absorbed) {
      if (this.#overContraction(node, buffer)) return
      if (!this.#held.has(absorbed)) {
        if (this.#mapOverFold(node, absorbed, buffer)) return
        this.#reduce(absorbed, this.#own(absorbed))
      }
    }
    this.#elements(node, node.shape, buffer)
  }

  /** Computes a node element by element, in an earlier kernel if that fits. */
  #elements(node: Node, shape: Sizes, buffer: number): void {
    const [map] =
      this.#once({ facts: `map ${shape}`, read: node, into: buffer }, () => {
        const affine = new Affine(shape)
        const value = new Inliner(affine, this).expression(node, variables(shape))
        if (!value) throw new RangeError(`${node.op.name} cannot be expressed`)
        const { dtype } = node
        return [mapOf(shape, { buffer, dtype, offset: flatIndex(affine, shape), value })]
      }) ?? []
    if (map && !this.#group(map)) this.#run([map])
  }

  /**
   * A node that is a stretch of a value in memory needs no kernel: a slice of the first axis, or a
   * reshape.
   */
  #partOf(node: Node): number | undefined {
    const { op, dtype, shape } = node
    if (op.trait !== 'movement' || !this.target.fuse || this.#frame.places.has(node))
      return undefined
    const affine = new Affine(shape)
    const value = new Inliner(affine, this).expression(node, variables(shape))
    if (value?.kind !== 'load' || value.guards.length > 0) return undefined
    const { offset, buffer } = value
    const start = affine.add(offset, affine.scale(flatIndex(affine, shape), -1))
    if (start.terms.length > 0) return undefined
    const bytes = start.constant * dtypes[dtype].bytes
    const view = { of: buffer, offset: bytes, step: 0, shift: 0, period: 0 }
    return this.buffers.push({ dtype, shape, view }) - 1
  }

  /** Every input is stored where its block of the output begins. */
  #join(node: Node, axis: number, buffer: number): void {
    const { fuse } = this.target
    const kernels = this.#once({ facts: `join ${fuse}`, computed: [node], into: buffer }, () => {
      const found: LoopKernel[] = []
      for (const kernel of this.#blocks(node, axis, buffer)) {
        const last = found.at(-1)
        const both = last && fuse ? beside(last, kernel) : undefined
        if (both) found[found.length - 1] = both
        else found.push(kernel)
      }
      return found
    })
    this.#run(kernels ?? [])
  }

  /** A kernel for each input of a join. */
  #blocks(node: Node, axis: number, buffer: number): LoopKernel[] {
    const { dtype } = node
    const inliners = new Map<string, Inliner>()
    let start = 0
    return node.inputs.map((part) => {
      const { shape } = part
      const affine = new Affine(shape)
      const inliner = inliners.get(shape.join()) ?? new Inliner(affine, this)
      inliners.set(shape.join(), inliner)
      const value = inliner.expression(part, variables(shape))
      if (!value) throw new RangeError(`${part.op.name} cannot be expressed`)
      const index = variables(shape).map((each, i) =>
        i === axis ? affine.add(each, affine.constant(start)) : each,
      )
      start += shape[axis] ?? 0
      const offset = dot(affine, index, stridesOf(node.shape))
      return mapOf(shape, { buffer, dtype, offset, value })
    })
  }

  #mapOverFold(node: Node, folding: Node, buffer: number): boolean {
    const facts = `map over fold ${this.#cuts}`
    const kernels = this.#once({ facts, computed: [node, folding], into: buffer }, () => {
      const { shape, dtype } = node
      const fold = this.#fold(folding, shape)
      const affine = new Affine([...shape, ...fold.folded])
      const offset = flatIndex(affine, shape)
      const inliner = new Inliner(affine, this, { node: folding, at: keyOf(offset) })
      const value = inliner.expression(node, variables(shape))
      return value && this.#folding(shape, { buffer, dtype, offset, value }, fold)
    })
    this.#run(kernels ?? [])
    return kernels !== undefined
  }

  /** Adds a store to an earlier kernel over the same space that reads or makes what it needs. */
  #group(map: Bound): boolean {
    if (!this.target.fuse) return false
    const rootIn = (buffer: number): number => rootOf(this.buffers, buffer)
    for (const at of this.#related(map.reads)) {
      const step = this.steps[at]
      if (step?.kind !== 'kernel' || !isMap(step.bound.form.kernel)) continue
      const { bound } = step
      const [grown] =
        madeOnce(givenKernels('group', [bound, map], rootIn), this.buffers, () => {
          return withStores(bound.kernel, map.kernel, rootIn)
        }) ?? []
      if (!grown) continue
      step.bound = grown
      for (const buffer of map.writes) this.#writer.set(rootIn(buffer), at)
      this.#note(map, at)
      return true
    }
    return false
  }

  /** Steps that read or make something of what is loaded, when all of it is there, the last one first. */
  #related(loaded: readonly number[]): number[] {
    const roots = loaded.map((buffer) => rootOf(this.buffers, buffer))
    const ready = Math.max(0, ...roots.map((root) => this.#writer.get(root) ?? 0))
    const found = new Set<number>()
    for (const buffer of new Set([...roots, ...loaded])) {
      const touching = this.#touching.get(buffer) ?? []
      for (let i = touching.length - 1; i >= 0; i--) {
        const at = touching[i] ?? -1
        if (at < ready) break
        found.add(at)
      }
    }
    return [...found].sort((a, b) => b - a)
  }

  /** Notes which buffers a step touches; numbers of steps are kept in order. */
  #note({ reads, writes }: Bound, at: number): void {
    const roots = writes.map((buffer) => rootOf(this.buffers, buffer))
    for (const buffer of new Set([...roots, ...reads])) {
      const touching = this.#touching.get(buffer) ?? []
      const after = touching.findLastIndex((other) => other <= at)
      if (touching[after] !== at) touching.splice(after + 1, 0, at)
      this.#touching.set(buffer, touching)
    }
  }
}

function variables(shape: Sizes): IndexExpr[] {
  return shape.map((_, axis) => variable(axis))
}

/** Whether a value is a border around as many elements as a contraction has. */
function isFramed(owner: Node, { op, shape }: Node): boolean {
  const frame = op.trait === 'contract' ? frameOf(owner) : undefined
  return frame !== undefined && sizeOf(frame.inside.shape) <= sizeOf(shape)
}

/** Whether this adds up what it reads. */
function addsUp({ op, dtype, inputs }: Node): boolean {
  const adds = op.trait === 'reduce' && op.combine === 'add' && op.result === 'value'
  return adds && dtype === 'float32' && inputs[0]?.dtype === 'float32'
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
  const buffers: PlannedBuffer[] = []
  const from = ({ dtype, shape }: Node, kind: 'leaf' | 'output', index: number): number =>
    buffers.push({ dtype, shape, outside: { kind, index } }) - 1
  const frame: Frame = {
    buffers,
    held: new Map(input.leaves.map((node, index) => [node, from(node, 'leaf', index)])),
    parameters: new Map(input.parameters.map((node, index) => [node, index])),
    places: new Map(input.outputs.map((node, index) => [node, [from(node, 'output', index)]])),
    large: [],
  }
  const planner = new Planner(input, target, frame)
  const sources = input.writes.map(({ node }) => planner.ownBuffer(node))
  // A machine that runs very many units at a time wants them small.
  const fuses = target.fuse && target.lanes > 1
  const around = { buffers, kept: new Set(sources) }
  const steps = fuses ? fuseRows(planner.steps, around) : planner.steps
  const leaves = input.writes.map(({ leaf }) => leaf)
  // A value that somebody outside reads as well has a buffer of its own.
  const movable = (buffer: number): boolean => !buffers[buffer]?.outside && !buffers[buffer]?.view
  const placed = placeWrites({ steps, sources, leaves, movable, buffers })
  const { steady, parameters } = input
  // Nobody reads panels where everything is computed point by point.
  const parts =
    steady && fuses
      ? parted({ ...placed, buffers, steady, parameters })
      : { steps: placed.steps, once: [], kept: [] }
  const { aliases } = placed
  const packed = fuses ? packedBeforeLoops({ steps: parts.steps, buffers, aliases }) : parts.steps
  return { ...parts, steps: packed, buffers, large: frame.large, aliases }
}
