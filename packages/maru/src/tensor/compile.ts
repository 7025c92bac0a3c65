/** `compile`: record a function once for each input signature, then replay its program. */
import { TraceError } from '../base/error.ts'
import { freezes } from '../graph/cell.ts'
import type { Data } from '../graph/data.ts'
import { makeLeaf, type Node } from '../graph/node.ts'
import type { Spec } from '../graph/primitive.ts'
import * as p from '../primitives/index.ts'
import { isReady } from '../runtime/capture.ts'
import { device } from '../runtime/engine.ts'
import { relieve } from '../runtime/pressure.ts'
import { currentValue, type Run, submit } from '../runtime/realize.ts'
import { recordGraph, replay } from '../runtime/recording.ts'
import { tracing } from '../runtime/trace.ts'
import { fromHost } from './create.ts'
import { nodeOf } from './nodes.ts'
import { Tensor } from './tensor.ts'

/** What a compiled function may return: tensors, alone or in arrays and objects. */
export type Outputs = Tensor | undefined | readonly Outputs[] | { readonly [name: string]: Outputs }

/** What a compiled function is called with: for every tensor also a number, which arrives as a scalar. */
export type Arguments<A extends readonly Tensor[]> = { readonly [K in keyof A]: A[K] | number }

/** How the outputs of one recording are put back into the shape that the function returned. */
export type Template =
  | number
  | undefined
  | readonly Template[]
  | { readonly [name: string]: Template }

export interface Compiled {
  readonly recording: Run
  readonly template: Template
}

/**
 * A function that is recorded once for each combination of input shapes and dtypes, and then
 * replayed without building a graph.
 *
 * The function must be synchronous. Steps of an optimiser inside it belong to it; numbers that
 * change from call to call are passed as arguments. JavaScript's own `if` and `for` are decided
 * while recording: `x > 0` and `await x.item()` inside are errors, but a bare `if (x)` is always true and
 * cannot be noticed.
 *
 * @throws TraceError when the function is async, reads a value, or uses one as a condition
 * @example
 * const step = compile((x, y) => { const loss = f(x, y); optimizer.step(loss); return loss })
 * const loss = await step(x, y)
 */
export function compile<A extends readonly Tensor[], R extends Outputs>(
  fn: (...args: A) => R,
): (...args: Arguments<A>) => Promise<R> {
  const known = new Map<string, Compiled>()
  return async (...args) => {
    const nodes = nodesOf('compile', args)
    const values = nodes.map(currentValue)
    // Queued, not waited for: calls that nobody awaits run in their order.
    const computing = values.includes(undefined) ? submit(nodes) : undefined
    computing?.catch(() => {})
    const data = nodes.map((node, i) => values[i] ?? mustData(node))
    const key = `${device().name}|${freezes()}|${data.map(({ dtype, shape }) => `${dtype}[${shape}]`).join()}`
    let compiled = known.get(key)
    if (!compiled) {
      compiled = record(fn, nodes)
      known.set(key, compiled)
    }
    const [results] = await Promise.all([replay(compiled.recording, data), computing])
    await relieve()
    return fill(compiled.template, results) as R
  }
}

/** Nodes of what a recorded function is called with. */
export function nodesOf(op: string, args: readonly unknown[]): Node[] {
  return args.map((arg) => (typeof arg === 'number' ? scalar(arg) : nodeOf(op, arg)))
}

function scalar(value: number): Node {
  return fromHost(Float32Array.of(value), [], 'float32').node
}

/** The value of a node that has been computed. */
export function mustData(node: Node): Data {
  const data = currentValue(node)
  if (!data) throw new RangeError('an argument has no value')
  return data
}

/** Records one call of a function on placeholders of the given specs. */
export function record<A extends readonly Tensor[], R extends Outputs>(
  fn: (...args: A) => R,
  specs: readonly Spec[],
): Compiled {
  let template: Template
  const body = (inputs: readonly Node[]): Node[] => {
    const args: readonly Tensor[] = inputs.map((node) => new Tensor(node))
    const returned: unknown = fn(...(args as A))
    if (returned instanceof Promise) {
      returned.catch(() => {})
      throw tracing()?.mistake ?? new TraceError('trace.async', {})
    }
    const outputs: Node[] = []
    template = templateOf(returned, outputs)
    return outputs
  }
  return { recording: recordGraph(specs, body, true), template }
}

/** Replaces the tensors of a returned value by their positions, collecting their nodes. */
function templateOf(value: unknown, outputs: Node[]): Template {
  if (value === undefined) return undefined
  if (value instanceof Tensor) {
    const node = isReady(value.node) ? copyOf(value) : value.node
    const position = outputs.indexOf(node)
    return position >= 0 ? position : outputs.push(node) - 1
  }
  if (Array.isArray(value)) return value.map((item) => templateOf(item, outputs))
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    const entries = Object.entries(value)
    return Object.fromEntries(entries.map(([name, item]) => [name, templateOf(item, outputs)]))
  }
  throw new TraceError('trace.result', { got: typeof value })
}

/** A computed copy of a leaf, since programs return results only. */
function copyOf(value: Tensor): Node {
  return value.flip([]).node
}

function fill(template: Template, results: readonly Data[]): Outputs {
  if (template === undefined) return undefined
  if (typeof template === 'number') {
    const data = results[template]
    if (!data) throw new RangeError('a result is missing')
    return new Tensor(makeLeaf(p.leaf, { kind: 'data', data }, data))
  }
  if (Array.isArray(template)) return template.map((item: Template) => fill(item, results))
  const entries = Object.entries(template)
  return Object.fromEntries(entries.map(([name, item]) => [name, fill(item, results)]))
}
