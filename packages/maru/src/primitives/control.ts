/** Graphs that run again and again, or one of two: what recurrent networks and solvers are made of. */
import { isFloat } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { evaluate, Graph } from '../graph/closed.ts'
import type { Node } from '../graph/node.ts'
import type { Control, HostTensor, Spec } from '../graph/primitive.ts'
import { input } from './build.ts'

interface Scan {
  readonly body: Graph
  readonly carries: number
  readonly sequences: number
  readonly length: number
  readonly reverse: boolean
}

/** Element `index` of a stack, without a copy. */
function element({ shape, dtype, data }: HostTensor, index: number): HostTensor {
  const inner = shape.slice(1)
  const size = sizeOf(inner)
  return { shape: inner, dtype, data: data.subarray(index * size, (index + 1) * size) }
}

/** Whether the first value is true. */
function holds(values: readonly HostTensor[]): boolean {
  return input(values, 0).data[0] !== 0
}

function stacked({ shape, dtype }: Spec, length: number): Spec {
  return { shape: [length, ...shape], dtype }
}

/**
 * `carry, yₜ = body(t, carry, xₜ, constants)` for every t.
 *
 * Results are the last carries, the stacked y, and the carries before each turn, which the gradient
 * reads; what nobody picks is not kept.
 */
export const scan: Control<Scan> = {
  trait: 'control',
  name: 'scan',
  form: (attrs) => ({ kind: 'for', ...attrs }),
  results(_, { body, carries, length }) {
    const first = body.outputs.slice(0, carries)
    const rest = body.outputs.slice(carries).map((spec) => stacked(spec, length))
    return [...first, ...rest, ...first.map((spec) => stacked(spec, length))]
  },
  evaluate(inputs, { body, carries, sequences, length, reverse }, outs) {
    const each = inputs.slice(carries, carries + sequences)
    const constants = inputs.slice(carries + sequences)
    const given = body.outputs.length - carries
    let carried = inputs.slice(0, carries)
    for (let turn = 0; turn < length; turn++) {
      const t = reverse ? length - 1 - turn : turn
      const position: HostTensor = { shape: [], dtype: 'int32', data: Int32Array.of(t) }
      const now = each.map((sequence) => element(sequence, t))
      carried.forEach((carry, i) => {
        element(input(outs, carries + given + i), t).data.set(carry.data)
      })
      const results = evaluate(body, [position, ...carried, ...now, ...constants])
      carried = results.slice(0, carries)
      results.slice(carries).forEach((result, i) => {
        element(input(outs, carries + i), t).data.set(result.data)
      })
    }
    carried.forEach((carry, i) => {
      input(outs, i).data.set(carry.data)
    })
  },
}

/** Elements of what a turn takes that is its own: carries, and an element of each sequence. */
export function turnSize({ body, carries, sequences }: Omit<Scan, 'length' | 'reverse'>): number {
  const own = body.inputs.slice(1, 1 + carries + sequences)
  return own.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

/**
 * The body of a scan that also gives, as stacked results, each value that its gradient may rather read than compute
 * again: of no more elements than a turn takes. A loop without carries is made to save memory, and gives none.
 */
export function withValues(body: Graph, carries: number, sequences: number): Graph {
  if (carries === 0) return body
  const most = turnSize({ body, carries, sequences })
  const given = new Set(body.outputs.slice(carries))
  const values = body.nodes.filter((node) => {
    return isValue(node) && sizeOf(node.shape) <= most && !given.has(node)
  })
  return new Graph(body.inputs, [...body.outputs, ...values])
}

/** Whether it is computed, or a part of what is. */
function isValue({ op, dtype, shape, inputs }: Node): boolean {
  const { trait } = op
  if (!isFloat(dtype)) return false
  if (trait === 'movement') return inputs.every((from) => sizeOf(shape) < sizeOf(from.shape))
  return trait === 'elementwise' || trait === 'contract' || trait === 'reduce'
}

interface While {
  readonly condition: Graph
  readonly body: Graph
  readonly carries: number
}

/** `while (condition(carry)) carry = body(carry)`. */
export const repeat: Control<While> = {
  trait: 'control',
  name: 'whileLoop',
  form: (attrs) => ({ kind: 'while', ...attrs }),
  results: (_, { body }) => body.outputs,
  evaluate(inputs, { condition, body, carries }, outs) {
    const constants = inputs.slice(carries)
    let carried = inputs.slice(0, carries)
    while (holds(evaluate(condition, [...carried, ...constants]))) {
      carried = evaluate(body, [...carried, ...constants])
    }
    carried.forEach((carry, i) => {
      input(outs, i).data.set(carry.data)
    })
  },
}

interface Branch {
  readonly yes: Graph
  readonly no: Graph
}

/** `condition ? yes(inputs) : no(inputs)`; only one of them runs. */
export const branch: Control<Branch> = {
  trait: 'control',
  name: 'cond',
  form: (attrs) => ({ kind: 'branch', ...attrs }),
  results: (_, { yes }) => yes.outputs,
  evaluate(inputs, { yes, no }, outs) {
    const taken = holds(inputs) ? yes : no
    evaluate(taken, inputs.slice(1)).forEach((result, i) => {
      input(outs, i).data.set(result.data)
    })
  },
}
