/** A table of a network's layers: what each makes and how many numbers it learns. */
import { type Sizes, sizeOf } from '../base/shape.ts'
import { zeros } from '../tensor/create.ts'
import type { Parameter } from '../tensor/tensor.ts'
import { weightsByPath } from './capture.ts'
import type { Module } from './module.ts'

/** One line of a summary. */
export interface SummaryRow {
  /** Path of the layer, `` for the network itself. */
  readonly name: string
  readonly layer: string
  /** Shape of its result, if an input shape was given. */
  readonly output: Sizes | undefined
  readonly parameters: number
}

export interface Summary {
  readonly rows: readonly SummaryRow[]
  /** Exact number of learned numbers. */
  readonly parameters: number
  /** Layers with a matrix or kernels of weights, without the last, which makes the output. */
  readonly hiddenLayers: number
  toString(): string
}

/** Parameters that are a module's own, not those of what it contains. */
function ownOf(module: Module): Parameter[] {
  const inner = new Set([...module.children()].flatMap(([, child]) => child.parameters()))
  return module.parameters().filter((parameter) => !inner.has(parameter))
}

/** Modules that contain no others, or learn something themselves, in order, with their paths. */
function* leaves(module: Module, path: string): Generator<[string, Module]> {
  const children = [...module.children()]
  if (children.length === 0 || ownOf(module).length > 0) yield [path, module]
  for (const [name, child] of children) yield* leaves(child, path ? `${path}.${name}` : name)
}

/**
 * Lists the layers of a network. With an input shape, also what each of them makes of it; nothing
 * is computed for that.
 *
 * @example String(summary(lenet5(), [1, 1, 28, 28]))
 */
export function summary(model: Module, input?: readonly number[]): Summary {
  const outputs = new Map<Module, Sizes>()
  const found = [...leaves(model, '')]
  if (input) watch(model, found, input, outputs)
  const rows = found.map(([name, module]): SummaryRow => {
    const parameters = ownOf(module).reduce((sum, { node }) => sum + sizeOf(node.shape), 0)
    return { name, layer: module.describe(), output: outputs.get(module), parameters }
  })
  const parameters = model.parameterCount
  const hiddenLayers = Math.max(0, weightsByPath(model).size - 1)
  return { rows, parameters, hiddenLayers, toString: () => draw(rows, parameters) }
}

/** Whether a network is deep: two hidden layers or more. */
export function isDeep(model: Module): boolean {
  return summary(model).hiddenLayers >= 2
}

/** Notes result shapes while the model is applied to a tensor that is never computed. */
function watch(
  model: Module,
  found: readonly (readonly [string, Module])[],
  input: readonly number[],
  outputs: Map<Module, Sizes>,
): void {
  for (const [, module] of found) {
    const { forward } = module
    module.forward = (...given) => {
      const result = forward.apply(module, given)
      outputs.set(module, result.node.shape)
      return result
    }
  }
  const training = modules(model).filter((module) => module.training)
  try {
    // No running statistic may move.
    model.eval()
    model.forward(zeros(input))
  } finally {
    for (const module of training) module.training = true
    for (const [, module] of found) Reflect.deleteProperty(module, 'forward')
  }
}

function modules(module: Module): Module[] {
  return [module, ...[...module.children()].flatMap(([, child]) => modules(child))]
}

function draw(rows: readonly SummaryRow[], total: number): string {
  const cells = rows.map(({ name, layer, output, parameters }) => [
    name,
    layer,
    output ? `[${output.join(', ')}]` : '',
    parameters.toLocaleString('en-US'),
  ])
  const head = ['layer', 'type', rows.some(({ output }) => output) ? 'output' : '', 'parameters']
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .filter((_, i) => (widths[i] ?? 0) > 0)
      .join('  ')
      .trimEnd()
  const rule = '─'.repeat(line(head).length)
  return [
    line(head),
    rule,
    ...cells.map(line),
    rule,
    `${total.toLocaleString('en-US')} parameters`,
  ].join('\n')
}
