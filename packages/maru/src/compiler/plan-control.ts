/** Loops and branches: their bodies are planned like programs, on views that move from turn to turn. */
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { type Graph, order } from '../graph/closed.ts'
import type { Node } from '../graph/node.ts'
import type { ControlForm, Spec } from '../graph/primitive.ts'
import type { Planner } from './plan.ts'
import type { Operand, View } from './program.ts'
import type { Body } from './steps.ts'

type Form<K extends ControlForm['kind']> = ControlForm & { readonly kind: K }

/** Where the outputs of a body go; a value may be wanted at several places. */
type Places = Map<Node, number[]>

function put(places: Places, node: Node, buffer: number): void {
  places.set(node, [...(places.get(node) ?? []), buffer])
}

function need<T>(list: readonly T[], i: number): T {
  const found = list[i]
  if (found === undefined) throw new RangeError(`nothing at ${i}`)
  return found
}

function bytesOf({ dtype, shape }: Spec): number {
  return sizeOf(shape) * dtypes[dtype].bytes
}

const still = { step: 0, shift: 0, period: 0 }

export class ControlPlanner {
  readonly #planner: Planner
  readonly #node: Node
  /** The nodes that take a result, by its index. Results that nobody takes are not computed. */
  readonly #picks: ReadonlyMap<number, readonly Node[]>

  constructor(planner: Planner, node: Node, picks: ReadonlyMap<number, readonly Node[]>) {
    this.#planner = planner
    this.#node = node
    this.#picks = picks
  }

  /** Adds the steps; returns where the results are. */
  plan(form: ControlForm): [pick: Node, buffer: number][] {
    switch (form.kind) {
      case 'for':
        return this.#scan(form)
      case 'while':
        return this.#while(form)
      case 'branch':
        return this.#branch(form)
    }
  }

  #operands(): Operand[] {
    return this.#node.inputs.map((input) => this.#planner.operand(input))
  }

  #buffer({ dtype, shape }: Spec): number {
    return this.#planner.buffers.push({ dtype, shape }) - 1
  }

  #view({ dtype, shape }: Spec, view: View): number {
    return this.#planner.buffers.push({ dtype, shape, view }) - 1
  }

  #taken(index: number): readonly Node[] {
    return this.#picks.get(index) ?? []
  }

  /** Every pick of a result, with the buffer that holds it. */
  #picked(index: number, buffer: number): [Node, number][] {
    return this.#taken(index).map((pick) => [pick, buffer])
  }

  /** Plans a graph whose inputs are operands, and whose outputs go to places. */
  #body(graph: Graph, operands: ReadonlyMap<Node, Operand>, places: Places): Body {
    const { buffers } = this.#planner
    const first = buffers.length
    const outputs = [...places.keys()]
    const nodes = order(outputs, new Set(graph.inputs))
    const held = new Map<Node, number>()
    const parameters = new Map<Node, number>()
    for (const [placeholder, operand] of operands) {
      if (operand.kind === 'buffer') held.set(placeholder, operand.buffer)
      else parameters.set(placeholder, operand.index)
    }
    const input = {
      nodes,
      leaves: [...held.keys()],
      parameters: [...parameters.keys()],
      outputs: outputs.filter((node) => !operands.has(node)),
      writes: [],
    }
    const steps = this.#planner.body(input, { buffers, held, parameters, places })
    return { steps, own: [first, buffers.length] }
  }

  // Branches

  #branch({ yes, no }: Form<'branch'>): [Node, number][] {
    const [condition, ...rest] = this.#operands()
    if (!condition) throw new RangeError('a branch has no condition')
    const predicate = this.#stored(condition, { dtype: 'bool', shape: [] })
    const taken = yes.outputs.map((spec, i) => {
      const [first] = this.#taken(i)
      return first ? { index: i, spec, buffer: this.#planner.placeFor(first) } : undefined
    })
    const body = (graph: Graph): Body => {
      const operands = new Map(graph.inputs.map((node, i) => [node, need(rest, i)]))
      const places: Places = new Map()
      for (const each of taken) {
        if (each) put(places, need(graph.outputs, each.index), each.buffer)
      }
      return this.#body(graph, operands, places)
    }
    this.#planner.step({ kind: 'branch', predicate, bodies: [body(yes), body(no)] })
    return taken.flatMap((each) => (each ? this.#picked(each.index, each.buffer) : []))
  }

  /** The buffer of an operand; a number gets one. */
  #stored(operand: Operand, spec: Spec): number {
    if (operand.kind === 'buffer') return operand.buffer
    const buffer = this.#buffer(spec)
    this.#planner.store(operand, buffer)
    return buffer
  }

  // Loops that end by a condition

  #while({ condition, body, carries }: Form<'while'>): [Node, number][] {
    const operands = this.#operands()
    const carried = body.outputs.map((spec, i) => {
      const buffer = this.#buffer(spec)
      this.#planner.store(need(operands, i), buffer)
      return buffer
    })
    const inside = [
      ...carried.map((buffer): Operand => ({ kind: 'buffer', buffer })),
      ...operands.slice(carries),
    ]
    const bind = (graph: Graph): Map<Node, Operand> =>
      new Map(graph.inputs.map((node, i) => [node, need(inside, i)]))
    const predicate = this.#buffer({ dtype: 'bool', shape: [] })
    const test = this.#body(
      condition,
      bind(condition),
      new Map([[need(condition.outputs, 0), [predicate]]]),
    )
    // The next carries are stored over the old ones once all of them are computed.
    const first = this.#planner.buffers.length
    const next = body.outputs.map((spec) => this.#buffer(spec))
    const places: Places = new Map()
    body.outputs.forEach((node, i) => {
      put(places, node, need(next, i))
    })
    const { steps, own } = this.#body(body, bind(body), places)
    const copies = next.map((from, i) => ({ kind: 'copy', from, to: need(carried, i) }) as const)
    const turn: Body = { steps: [...steps, ...copies], own: [first, own[1]] }
    this.#planner.step({ kind: 'while', predicate, bodies: [test, turn] })
    return carried.flatMap((buffer, i) => this.#picked(i, buffer))
  }

  // Loops over sequences

  #scan(form: Form<'for'>): [Node, number][] {
    const { carries, sequences, body, length, reverse } = form
    const stacked = body.outputs.length - carries
    const live = this.#live(form)
    const operands = this.#operands()
    const inside = new Map<Node, Operand>()
    const places: Places = new Map()
    const views: number[] = []
    const results: [Node, number][] = []
    const bind = (position: number, operand: Operand): void => {
      inside.set(need(body.inputs, position), operand)
    }
    const moving = (spec: Spec, view: View): number => {
      const buffer = this.#view(spec, view)
      views.push(buffer)
      return buffer
    }
    /** The part of a stack that belongs to a turn. */
    const element = (of: number, spec: Spec): number => {
      const bytes = bytesOf(spec)
      const view = reverse
        ? { of, offset: (length - 1) * bytes, step: -bytes, shift: 0, period: 0 }
        : { of, offset: 0, step: bytes, shift: 0, period: 0 }
      return moving(spec, view)
    }

    if (live.inputs.has(need(body.inputs, 0))) {
      const counter = this.#buffer({ dtype: 'int32', shape: [length] })
      this.#planner.count(counter, length)
      bind(0, { kind: 'buffer', buffer: element(counter, { dtype: 'int32', shape: [] }) })
    }
    for (let i = 0; i < sequences; i++) {
      const spec = need(body.inputs, 1 + carries + i)
      const whole = need(operands, carries + i)
      if (!live.inputs.has(spec)) continue
      if (whole.kind !== 'buffer') throw new RangeError('a sequence is not in memory')
      bind(1 + carries + i, { kind: 'buffer', buffer: element(whole.buffer, spec) })
    }
    operands.slice(carries + sequences).forEach((operand, i) => {
      bind(1 + carries + sequences + i, operand)
    })

    // Carries: two places in turn, or one for every turn where the history is read.
    for (let i = 0; i < carries; i++) {
      if (!live.carries.has(i)) continue
      const output = need(body.outputs, i)
      const before = carries + stacked + i
      // A stacked result that is the carry itself is a part of the history.
      const same = body.outputs.flatMap((node, at) =>
        at >= carries && node === output ? [at] : [],
      )
      const alike = same.filter((at) => this.#taken(at).length > 0)
      const all = alike.length > 0 || this.#taken(before).length > 0
      const slots = all ? length + 1 : 2
      const of = this.#buffer({ dtype: output.dtype, shape: [slots, ...output.shape] })
      const bytes = bytesOf(output)
      const slot = (index: number, shape = output.shape): number =>
        this.#view({ dtype: output.dtype, shape }, { of, offset: index * bytes, ...still })
      const back = reverse && all
      const at = (turn: number): View => {
        if (!all) return { of, offset: 0, step: bytes, shift: turn, period: 2 }
        const step = back ? -bytes : bytes
        return { of, offset: (back ? length - turn : turn) * bytes, step, shift: 0, period: 0 }
      }
      this.#planner.store(need(operands, i), slot(back ? length : 0))
      bind(1 + i, { kind: 'buffer', buffer: moving(output, at(0)) })
      put(places, output, moving(output, at(1)))
      const last = all ? (back ? 0 : length) : length % 2
      results.push(...this.#picked(i, slot(last)))
      const stack = [length, ...output.shape]
      results.push(...this.#picked(before, slot(back ? 1 : 0, stack)))
      for (const index of alike) results.push(...this.#picked(index, slot(back ? 0 : 1, stack)))
    }

    const done = new Set(results.map(([pick]) => pick))
    for (let index = carries; index < carries + stacked; index++) {
      const [first] = this.#taken(index)
      if (!first || done.has(first)) continue
      const output = need(body.outputs, index)
      const whole = this.#planner.placeFor(first)
      put(places, output, element(whole, output))
      results.push(...this.#picked(index, whole))
    }
    const planned = this.#body(body, inside, places)
    const moved = this.#withParts(views, planned)
    this.#planner.step({ kind: 'loop', count: length, views: moved, bodies: [planned] })
    return results
  }

  /** The views that move, and what a body made of parts of them, which move along. */
  #withParts(views: readonly number[], { own: [first, end] }: Body): number[] {
    const moved = new Set(views)
    for (let buffer = first; buffer < end; buffer++) {
      const view = this.#planner.buffers[buffer]?.view
      if (view && view.step === 0 && moved.has(view.of)) moved.add(buffer)
    }
    return [...moved]
  }

  /** Carries that matter, and the inputs of the body that are read for what is taken. */
  #live({ body, carries }: Form<'for'>): { carries: Set<number>; inputs: Set<Node> } {
    const stacked = body.outputs.length - carries
    const live = new Set<number>()
    for (let i = 0; i < carries; i++) {
      if (this.#taken(i).length + this.#taken(carries + stacked + i).length > 0) live.add(i)
    }
    const placeholders = new Set(body.inputs)
    for (;;) {
      const outputs = body.outputs.filter((_, i) =>
        i < carries ? live.has(i) : this.#taken(i).length > 0,
      )
      const nodes = order(outputs, placeholders)
      const read = [...nodes.flatMap(({ inputs }) => inputs), ...outputs]
      const inputs = new Set(read.filter((node) => placeholders.has(node)))
      const before = live.size
      for (let i = 0; i < carries; i++) if (inputs.has(need(body.inputs, 1 + i))) live.add(i)
      if (live.size === before) return { carries: live, inputs }
    }
  }
}
