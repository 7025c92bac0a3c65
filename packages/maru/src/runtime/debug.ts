/** What `DEBUG` says of a program when it is compiled: why, its schedule, its loops, its code. */
import type { Backend } from '../backend/backend.ts'
import { type Alike, lowered } from '../compiler/likeness.ts'
import { printProgram, printSchedule, specText } from '../compiler/print.ts'
import { launchesOf, type Program } from '../compiler/program.ts'
import { printFunction } from '../compiler/vector-print.ts'
import type { Node } from '../graph/node.ts'
import type { Attrs, Primitive, Spec } from '../graph/primitive.ts'
import type { Captured } from './capture.ts'

function say(lines: readonly string[]): void {
  for (const line of lines) console.error(`maru: ${line}`)
}

/** Prints as much of a new program as the level asks for. */
export function describeProgram(
  graph: Captured,
  backend: Backend,
  program: Program,
  { ms, level }: { readonly ms: number; readonly level: number },
): void {
  const before = launchesOf(program.once?.program.body ?? [])
  const every = launchesOf(program.body)
  const launches = [...before, ...every]
  const kernels = new Map<string, { readonly alike: Alike; readonly uses: number[] }>()
  launches.forEach((launch, position) => {
    if (launch.kind !== 'code') return
    const { alike } = launch
    const known = kernels.get(alike.text)
    if (known) known.uses.push(position)
    else kernels.set(alike.text, { alike, uses: [position] })
  })
  const once = before.length > 0 ? `, ${before.length} of them once,` : ''
  const sizes = `${graph.nodes.length} nodes to ${launches.length} launches${once} of ${kernels.size} kernels`
  say([`compiled ${sizes} in ${ms.toFixed(1)} ms`, ...whyCompiled(graph, backend)])
  if (level >= 2) say(printSchedule(graph, backend.target))
  if (level >= 3) say(printProgram(program))
  if (level < 4) return
  for (const { alike, uses } of kernels.values()) {
    const { code } = lowered(alike, backend.target.lanes)
    const title = `code of ${uses.join(', ')}`
    say([title, ...printFunction(code), ...(backend.listing?.(code) ?? [])])
  }
}

/** Graphs whose form is remembered, while `DEBUG` is on. */
const MOST_FORMS = 256
/** Differences that are told; those that follow are counted. */
const MOST_DIFFERENCES = 3

interface Place extends Spec {
  readonly op: Primitive
  readonly attrs: Attrs
  /** Positions of its inputs: leaves and numbers first, then nodes. */
  readonly from: readonly number[]
}

/** What is compared of two graphs of one structure. */
interface Form {
  readonly structure: string
  readonly key: Int32Array
  readonly device: string
  readonly inputs: readonly (Spec & { readonly name: string })[]
  readonly nodes: readonly Place[]
}

const forms: Form[] = []

/** What tells a graph from the most similar one that was compiled before; nothing if there is none. */
function whyCompiled(graph: Captured, backend: Backend): string[] {
  const form = formOf(graph, backend)
  let best: string[] | undefined
  for (const known of forms) {
    if (known.structure !== form.structure) continue
    const found = differences(known, form)
    if (!best || found.length <= best.length) best = found
  }
  forms.push(form)
  if (forms.length > MOST_FORMS) forms.shift()
  if (!best) return []
  const more = best.length - MOST_DIFFERENCES
  const shown = [...best.slice(0, MOST_DIFFERENCES), ...(more > 0 ? [`${more} more`] : [])]
  return [`  compiled again: ${shown.join(', ')}`]
}

function formOf(graph: Captured, backend: Backend): Form {
  const { nodes, leaves, parameters, outputs, key } = graph
  const position = new Map<Node, number>()
  for (const node of [...leaves, ...parameters, ...nodes]) position.set(node, position.size)
  const positions = (list: readonly Node[]): number[] => list.map((node) => position.get(node) ?? 0)
  const places = nodes.map(({ op, attrs, dtype, shape, inputs }): Place => {
    return { op, attrs, dtype, shape, from: positions(inputs) }
  })
  const structure = places.map(({ op, from }) => `${op.name}(${from.join()})`)
  let given = 0
  let cells = 0
  const inputs = [...leaves, ...parameters].map((node, i) => {
    const isCell = node.leaf?.kind === 'cell' && node.data === undefined
    const { dtype, shape } = node
    const number = (): string => `number ${i - leaves.length}`
    const value = (): string => (isCell ? `parameter ${cells++}` : `input ${given++}`)
    return { name: i < leaves.length ? value() : number(), dtype, shape }
  })
  return {
    structure: [...structure, ...positions(outputs)].join(' '),
    key,
    device: backend.name,
    inputs,
    nodes: places,
  }
}

/** Where two graphs differ first: what only follows from such a place is no news. */
function differences(before: Form, after: Form): string[] {
  const found: string[] = []
  if (before.device !== after.device) found.push(`device ${before.device} → ${after.device}`)
  after.inputs.forEach((input, i) => {
    const [from, to] = [specText(before.inputs[i] ?? input), specText(input)]
    if (from !== to) found.push(`${input.name} ${from} → ${to}`)
  })
  // Other inputs make other shapes everywhere: that is no news.
  if (found.length > 0) return found
  const changed = new Set<number>()
  after.nodes.forEach((place, i) => {
    const was = before.nodes[i] ?? place
    const [from, to] = [specText(was), specText(place)]
    const [fromAttrs, toAttrs] = [attrsText(was.attrs), attrsText(place.attrs)]
    if (from === to && fromAttrs === toAttrs) return
    changed.add(after.inputs.length + i)
    if (place.from.some((input) => changed.has(input))) return
    found.push(`${place.op.name} ${from === to ? `${fromAttrs} → ${toAttrs}` : `${from} → ${to}`}`)
  })
  if (found.length > 0) return found
  const same = before.key.join() === after.key.join()
  return [same ? 'its program had made room for newer ones' : 'other values are given or stored']
}

function attrsText(attrs: Attrs): string {
  return Object.entries(attrs)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ')
}
