/** Gradients of loops and branches: again loops and branches. */
import { isFloat } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { close, instantiate, order } from '../graph/closed.ts'
import { makeNode, type Node } from '../graph/node.ts'
import type { ControlForm, Primitive } from '../graph/primitive.ts'
import { turnSize } from '../primitives/control.ts'
import * as p from '../primitives/index.ts'
import { resultOf } from '../primitives/several.ts'
import { placeholder } from '../primitives/source.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { GradContext, PullBack } from './grad.ts'

type Parts = readonly (Tensor | undefined)[]
type Form<K extends ControlForm['kind']> = ControlForm & { readonly kind: K }

/** The walk itself is lent, since it comes here for control nodes. */
export interface ControlContext extends GradContext {
  readonly pullBack: PullBack
}

/** Gradients of a control node's inputs, given those of its results; only wanted ones are made. */
export function controlGradients(
  node: Node,
  form: ControlForm,
  gradients: Parts,
  wanted: readonly boolean[],
  context: ControlContext,
): Parts {
  if (form.kind === 'while') throw new ValueError('grad.while', {})
  if (form.kind === 'branch') return branchGradients(node, form, gradients, wanted, context)
  return new ScanGradient(node, form, gradients, wanted, context).parts()
}

function present<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((each) => each !== undefined)
}

function branchGradients(
  node: Node,
  { yes, no }: Form<'branch'>,
  gradients: Parts,
  wanted: readonly boolean[],
  context: ControlContext,
): Parts {
  const [condition, ...args] = node.inputs
  if (!condition) return []
  const given = args.map(placeholder)
  const seeds = yes.outputs.map((_, i) => gradients[i] && placeholder(gradients[i].node))
  const targets = given.filter((_, i) => wanted[i + 1])
  const outputs = [yes, no].map((graph) => {
    const tensors = seeds.map((seed) => seed && context.tensor(seed))
    const parts = context.pullBack(instantiate(graph, given), tensors, targets, context)
    return targets.map((target, i) => (parts[i] ?? context.zeros(target)).node)
  })
  const { graphs, captured } = close([...given, ...present(seeds)], outputs, placeholder)
  const [forYes, forNo] = graphs
  const inputs = [condition, ...args, ...present([...gradients]).map((each) => each.node)]
  const made = makeNode(p.branch as Primitive, [...inputs, ...captured], { yes: forYes, no: forNo })
  let index = 0
  return wanted.map((want) => (want ? context.tensor(resultOf(made, index++)) : undefined))
}

/** A sequence that the backward scan reads: its elements' placeholder and the whole. */
interface Sequence {
  readonly element: Node
  readonly whole: Node
}

/** Additions that are sooner done again than read. */
const CHEAP = 2

/** Whether a value is sooner read than computed again from what it is made of. */
function isWork({ op }: Node): boolean {
  if (op.trait === 'elementwise') return op.cost > CHEAP
  return op.trait === 'contract' || op.trait === 'reduce' || op.trait === 'routine'
}

/**
 * The scan that runs the other way: it is given the carries of every turn and values that the body made, computes what
 * else it needs again, and pulls gradients back through it.
 */
class ScanGradient {
  readonly #node: Node
  readonly #form: Form<'for'>
  readonly #gradients: Parts
  readonly #wanted: readonly boolean[]
  readonly #context: ControlContext
  /** Inputs of the backward body. */
  readonly #turn: Node = placeholder({ shape: [], dtype: 'int32' })
  readonly #carried: readonly Node[]
  readonly #elements: readonly Node[]
  readonly #constants: readonly Node[]
  /** Gradients of the carries that the turn gives, where they are floats. */
  readonly #upstream: readonly (Node | undefined)[]
  /** Gradients of stacked results and of the history, where there are any. */
  readonly #given: readonly (Sequence | undefined)[]

  constructor(
    node: Node,
    form: Form<'for'>,
    gradients: Parts,
    wanted: readonly boolean[],
    context: ControlContext,
  ) {
    this.#node = node
    this.#form = form
    this.#gradients = gradients
    this.#wanted = wanted
    this.#context = context
    const { body, carries, sequences } = form
    const bound = body.inputs.slice(1).map(placeholder)
    this.#carried = bound.slice(0, carries)
    this.#elements = bound.slice(carries, carries + sequences)
    this.#constants = bound.slice(carries + sequences)
    this.#upstream = this.#carried.map((spec) =>
      isFloat(spec.dtype) ? placeholder(spec) : undefined,
    )
    const results = body.outputs.length + carries
    this.#given = Array.from({ length: results - carries }, (_, i) => {
      const whole = gradients[carries + i]?.node
      if (!whole) return undefined
      const { shape, dtype } = whole
      return { element: placeholder({ shape: shape.slice(1), dtype }), whole }
    })
  }

  parts(): Parts {
    const { outs, next, toElements, sums } = this.#turnBack()
    const ofTurn = [
      ...present(toElements).map(({ node }) => node),
      ...sums.flatMap((sum) => sum?.stacks ?? []),
    ]
    const read = this.#reads()
    const given = new Map(read.map(({ element, whole }) => [element, whole]))
    const stacks = [...new Set(ofTurn)].filter((node) => !given.has(node))
    const accumulators = sums.map((sum) => sum?.accumulator)
    const carries = [
      ...present(next).map(({ node }) => node),
      ...present(sums.map((sum) => sum?.sum)),
    ]
    const starts = [
      ...present(this.#upstream.map((spec, i) => spec && this.#start(i, spec))),
      ...present(accumulators).map((spec) => this.#context.zeros(spec).node),
    ]
    const reads = [...read, ...this.#kept(outs, [...carries, ...stacks])]
    const bound = [
      this.#turn,
      ...present(this.#upstream),
      ...present(accumulators),
      ...reads.map(({ element }) => element),
      ...this.#constants,
    ]
    const loop = this.#loop(bound, [...carries, ...stacks], starts, reads)
    const result = (index: number): Tensor => this.#context.tensor(resultOf(loop, index))
    let index = 0
    const last = (has: unknown): Tensor | undefined =>
      has === undefined ? undefined : result(index++)
    const stacked = (node: Node): Tensor => {
      const whole = given.get(node)
      return whole ? this.#context.tensor(whole) : result(carries.length + stacks.indexOf(node))
    }
    const starting = this.#upstream.map(last)
    const summed = accumulators.map(last)
    const ofElements = toElements.map((each) => each && stacked(each.node))
    const ofConstants = sums.map((sum, i) => sum && (summed[i] ?? sum.contracted(stacked)))
    return [...starting, ...ofElements, ...ofConstants]
  }

  /** One turn of the body, and what flows back through it. */
  #turnBack(): {
    readonly outs: readonly Node[]
    readonly next: Parts
    readonly toElements: Parts
    readonly sums: readonly (Sum | undefined)[]
  } {
    const { body, carries, sequences } = this.#form
    const stacked = body.outputs.length - carries
    const tensor = (node: Node | undefined): Tensor | undefined =>
      node && this.#context.tensor(node)
    const inputs = [...this.#carried, ...this.#elements, ...this.#constants]
    const outs = instantiate(body, [this.#turn, ...inputs])
    const elements = this.#given.slice(0, stacked).map((each) => each?.element)
    const seeds = [...this.#upstream, ...elements].map(tensor)
    const back = this.#context.pullBack(outs, seeds, inputs, this.#context)
    const next = this.#carried.map((spec, i) => {
      if (!this.#upstream[i]) return undefined
      const [through, direct] = [back[i], tensor(this.#given[stacked + i]?.element)]
      if (through && direct) return through.add(direct)
      return through ?? direct ?? this.#context.zeros(spec)
    })
    const wants = (i: number): boolean => this.#wanted[carries + i] ?? false
    const toElements = this.#elements.map((spec, i) =>
      wants(i) ? (back[carries + i] ?? this.#context.zeros(spec)) : undefined,
    )
    const sums = this.#constants.map((_, i) => {
      const part = wants(sequences + i) ? back[carries + sequences + i] : undefined
      return part && new Sum(part, this.#constants, this.#context)
    })
    return { outs, next, toElements, sums }
  }

  /** The sequences that the backward body reads. */
  #reads(): Sequence[] {
    const { body, carries } = this.#form
    const stacked = body.outputs.length - carries
    return [
      ...this.#elements.map((element, i) => ({
        element,
        whole: need(this.#node.inputs, carries + i),
      })),
      ...this.#carried.map((element, i) => ({
        element,
        whole: resultOf(this.#node, carries + stacked + i),
      })),
      ...present(this.#given),
    ]
  }

  /**
   * Values of a turn that were stacked as they were made: of those that what flows back reads, all that would be work to
   * compute again, if together they take no more memory than what the turn takes does anyway.
   */
  #kept(outs: readonly Node[], outputs: readonly Node[]): Sequence[] {
    const { carries } = this.#form
    const known = new Set([this.#turn, ...this.#carried, ...this.#elements, ...this.#constants])
    const made = order(outs, known)
    const stacks = new Map(outs.map((node, i) => [node, i] as const).slice(carries))
    const read = readOf(made, outputs, known, stacks)
    const kept: Node[] = []
    for (const node of made) {
      const again = !isWork(node) && node.inputs.every((input) => known.has(input))
      const keeps = !again && read.has(node) && stacks.has(node)
      if (keeps) kept.push(node)
      if (again || keeps) known.add(node)
    }
    const carried = new Set(outs.slice(0, carries))
    const size = kept.reduce((sum, node) => sum + (carried.has(node) ? 0 : sizeOf(node.shape)), 0)
    if (size > turnSize(this.#form)) return []
    return kept.map((node) => {
      return { element: node, whole: resultOf(this.#node, stacks.get(node) ?? -1) }
    })
  }

  #loop(
    bound: readonly Node[],
    outputs: readonly Node[],
    starts: readonly Node[],
    reads: readonly Sequence[],
  ): Node {
    const { carries, sequences, length, reverse } = this.#form
    const { graphs, captured } = close(bound, [outputs], placeholder)
    const constants = this.#node.inputs.slice(carries + sequences)
    const inputs = [...starts, ...reads.map(({ whole }) => whole), ...constants, ...captured]
    const counts = { carries: starts.length, sequences: reads.length }
    const attrs = { body: need(graphs, 0), ...counts, length, reverse: !reverse }
    return makeNode(p.scan as Primitive, inputs, attrs)
  }

  /** Gradient of the last carry, zeros if nothing reads it. */
  #start(index: number, spec: Node): Node {
    return (this.#gradients[index] ?? this.#context.zeros(spec)).node
  }
}

/** What outputs read of the nodes of a turn; of one without a stack, what it is computed from. */
function readOf(
  made: readonly Node[],
  outputs: readonly Node[],
  given: ReadonlySet<Node>,
  stacks: ReadonlyMap<Node, number>,
): ReadonlySet<Node> {
  const own = new Set(made)
  const back = order(outputs, given).filter((node) => !own.has(node))
  const read = new Set([...outputs, ...back.flatMap(({ inputs }) => inputs)])
  for (const node of made.toReversed()) {
    if (!read.has(node) || stacks.has(node)) continue
    for (const input of node.inputs) read.add(input)
  }
  return read
}

function need<T>(list: readonly T[], i: number): T {
  const found = list[i]
  if (found === undefined) throw new RangeError(`nothing at ${i}`)
  return found
}

/**
 * The sum over turns of a constant's gradient: by an accumulator, or, where each turn's part is a
 * contraction of operands that are smaller than it, by stacking those and contracting them once.
 */
class Sum {
  readonly accumulator: Node | undefined
  readonly sum: Node | undefined
  readonly stacks: readonly Node[]
  readonly #part: Node

  constructor(part: Tensor, constants: readonly Node[], context: ControlContext) {
    const { node } = part
    this.#part = node
    const operands = node.op.trait === 'contract' ? node.inputs : []
    const weight = operands.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    const varying = operands.length > 0 && !operands.some((each) => constants.includes(each))
    const once = varying && weight < sizeOf(node.shape)
    this.stacks = once ? operands : []
    this.accumulator = once ? undefined : placeholder(node)
    this.sum = this.accumulator && context.tensor(this.accumulator).add(part).node
  }

  /** The contraction over turns, of the stacked operands. */
  contracted(stacked: (node: Node) => Tensor): Tensor | undefined {
    const { op, attrs } = this.#part
    const [a, b] = this.stacks.map(stacked)
    if (op.trait !== 'contract' || !a || !b) return undefined
    const labels = op.labels(attrs)
    const turn = Math.max(-1, ...labels.a, ...labels.b) + 1
    return a.contract(b, { a: [turn, ...labels.a], b: [turn, ...labels.b], out: labels.out })
  }
}
