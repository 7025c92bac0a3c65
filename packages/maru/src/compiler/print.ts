/** Kernels and schedules as text: one form for logs, tests and tools. */
import type { DType } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Guard } from '../graph/indexing.ts'
import { type IndexExpr, isValueIndex } from './index-expr.ts'
import {
  type ContractKernel,
  collapse,
  collapseOut,
  collapseScatter,
  collapseSide,
  type Expr,
  foldsOf,
  type Kernel,
  type LoopKernel,
  type ScatterKernel,
  type Side,
  type Store,
  storesOf,
} from './kernel.ts'
import type { Launch, Once, Program, ProgramBuffer, ProgramNode } from './program.ts'
import { type CompileInput, schedule } from './schedule.ts'
import type { Target } from './target.ts'

/** `float32[64, 10]`. */
export function specText({
  dtype,
  shape,
}: {
  readonly dtype: DType
  readonly shape: Sizes
}): string {
  return `${dtype}[${shape.join(', ')}]`
}

/** One line about a kernel: `contract 1·64 × (6·784·1·25)`, `loops [64] add [100] → 1`. */
export function labelOf(kernel: Kernel): string {
  if (kernel.kind === 'contract') {
    const { batch, m, n, k } = kernel
    return `contract ${batch} × (${m}·${n}·${k})`
  }
  if (kernel.kind === 'scatter') return `scatter [${kernel.extents.join(', ')}]`
  const { extents, folded } = kernel
  const folds = foldsOf(kernel).map(({ combine }) => ` ${combine}`)
  const over = kernel.passes.length > 0 ? `${folds.join('')} [${folded.join(', ')}]` : ''
  return `loops [${extents.join(', ')}]${over} → ${storesOf(kernel).length}`
}

/** Ops that a line about a launch names. */
const MOST_OPS = 6

/** One line about a launch: its loops and ops, or whose definition is interpreted. */
export function labelOfLaunch(launch: Launch): string {
  if (launch.kind === 'copy') return 'copy'
  if (launch.kind === 'interpret') return `interpret ${launch.op.name}`
  const ops = launch.kernel ? opsOf(launch.kernel) : []
  const more = ops.length > MOST_OPS ? ' …' : ''
  return ops.length === 0
    ? launch.label
    : `${launch.label}: ${ops.slice(0, MOST_OPS).join(' ')}${more}`
}

/** Names of the ops that a kernel computes, inputs before users, each once. */
export function opsOf(kernel: Kernel): string[] {
  const names = new Set<string>()
  const seen = new Set<Expr>()
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return
    seen.add(expr)
    if (expr.kind === 'guarded') visit(expr.value)
    if (expr.kind !== 'op') return
    for (const arg of expr.args) visit(arg)
    names.add(expr.op.name)
  }
  if (kernel.kind === 'contract') {
    for (const { value } of [kernel.a, kernel.b, kernel.store]) visit(value)
    return [...names]
  }
  if (kernel.kind === 'scatter') {
    visit(kernel.store.value)
    return [...names, ...(kernel.combine ? [kernel.combine.name] : [])]
  }
  for (const { folds, stores } of kernel.passes) {
    for (const { value } of [...folds, ...stores]) visit(value)
  }
  for (const { value } of kernel.stores) visit(value)
  return [...names]
}

/** Why each node in memory is there, in the order of their computation. */
export function printSchedule(input: CompileInput, target: Target): string[] {
  const scheduled = schedule(input, target)
  const kept = input.nodes.flatMap((node) => {
    const why = scheduled.reason(node)
    return why ? [{ what: `${node.op.name} ${specText(node)}`, why }] : []
  })
  const width = Math.max(0, ...kept.map(({ what }) => what.length))
  const inside = input.nodes.length - kept.length
  return [
    `${kept.length} nodes in memory, ${inside} computed inside of them`,
    ...kept.map(({ what, why }) => `  ${what.padEnd(width)}  ${why}`),
  ]
}

/** The loop nests of a program, one after the other, numbered as `launchesOf` has them; before them those that run once. */
export function printProgram(program: Program): string[] {
  const { once } = program
  if (!once) return printBody(program, namesOf(program.buffers))
  const { first } = once
  const before = printBody(once.program, namesOf(once.program.buffers, first))
  const every = printBody(program, namesOf(program.buffers, first))
  return ['once', ...before.map(indent), 'in every run', ...every.map(indent)]
}

function printBody({ body, buffers }: Program, name: (buffer: number) => string): string[] {
  let count = 0
  const print = (node: ProgramNode): string[] => {
    const inner = (nodes: readonly ProgramNode[]): string[] => nodes.flatMap(print).map(indent)
    switch (node.kind) {
      case 'launch': {
        const head = `${count++}: ${labelOfLaunch(node.launch)}`
        return [head, ...printLaunch(node.launch, name).map(indent)]
      }
      case 'loop': {
        const views = node.views.map((view) => indent(viewText(view, buffers, name)))
        return [`${node.count} turns`, ...views, ...inner(node.body)]
      }
      case 'while': {
        const test = inner(node.condition)
        return ['repeat', ...test, `while ${name(node.predicate)}`, ...inner(node.body)]
      }
      case 'branch': {
        const yes = inner(node.yes)
        return [`if ${name(node.predicate)}`, ...yes, 'else', ...inner(node.no)]
      }
    }
  }
  return body.flatMap(print)
}

function viewText(
  view: number,
  buffers: readonly ProgramBuffer[],
  name: (buffer: number) => string,
): string {
  const place = buffers[view]?.place
  if (place?.kind !== 'view') return name(view)
  const { of, offset, step, shift, period } = place
  const turn = period > 0 ? `((turn + ${shift}) mod ${period})` : 'turn'
  return `${name(view)} = ${name(of)} from byte ${offset} + ${step}·${turn}`
}

function printLaunch(launch: Launch, name: (buffer: number) => string): string[] {
  if (launch.kind === 'code') return launch.kernel ? printKernel(launch.kernel, name) : []
  if (launch.kind === 'copy') return [`${name(launch.to)} = ${name(launch.from)}`]
  const inputs = launch.inputs.map((input) =>
    input.kind === 'buffer' ? name(input.buffer) : `p${input.index}`,
  )
  return [`${launch.outputs.map(name).join(', ')} = ${launch.op.name}(${inputs.join(', ')})`]
}

/** `in0` for what is given, `out0` for results, `tmp5` for what lives in between, `part7` of another. */
function namesOf(
  buffers: readonly ProgramBuffer[],
  kept: Once['first'] = { leaf: Infinity, output: Infinity },
): (buffer: number) => string {
  const numbered = (name: string, index: number, first: number): string =>
    index < first ? `${name}${index}` : `kept${index - first}`
  return (buffer) => {
    const place = buffers[buffer]?.place
    if (place?.kind === 'leaf') return numbered('in', place.leaf, kept.leaf)
    if (place?.kind === 'output') return numbered('out', place.output, kept.output)
    return place?.kind === 'view' ? `part${buffer}` : `tmp${buffer}`
  }
}

/**
 * The loop nest of a kernel as it runs, its loops collapsed. `in0[8·i0 + k0 | 0 ≤ k0 - 2 < 28]` is an
 * element where what stands behind the bar holds, else 0.
 */
export function printKernel(
  kernel: Kernel,
  name: (buffer: number) => string = (buffer) => `b${buffer}`,
): string[] {
  if (kernel.kind === 'contract') return contraction(kernel, name)
  return kernel.kind === 'scatter' ? scatter(kernel, name) : loops(collapse(kernel), name)
}

function scatter(source: ScatterKernel, name: (buffer: number) => string): string[] {
  const { extents, guard, combine, store } = collapseScatter(source)
  const variables = extents.map((_, i) => `i${i}`)
  const printer = new Printer(variables, name)
  const { text, before } = printer.statements([store.value])
  const place = `${name(store.buffer)}[${printer.index(store.offset)} | ${printer.guards([guard])}]`
  const value = combine ? `${combine.name}(${place}, ${text[0]})` : text[0]
  const lines = [...before, `${place} = ${value}`]
  const over = variables.map((variable, i) => `${variable} < ${extents[i]}`).join(', ')
  return extents.length === 0 ? lines : [`for ${over}`, ...lines.map(indent)]
}

function loops(kernel: LoopKernel, name: (buffer: number) => string): string[] {
  const { extents, folded, passes, stores } = kernel
  const variables = [...extents.map((_, i) => `i${i}`), ...folded.map((_, i) => `k${i}`)]
  const over = (from: number, sizes: readonly number[]): string =>
    sizes.map((size, i) => `${variables[from + i]} < ${size}`).join(', ')
  const single = foldsOf(kernel).length === 1
  const printer = new Printer(variables, name, single)
  const inner = over(extents.length, folded)
  const lines: string[] = []
  let count = 0
  for (const { folds, stores } of passes) {
    const values = [...folds, ...stores].map(({ value }) => value)
    const { text, before } = printer.statements(values)
    lines.push(...before.map((line) => `for ${inner}: ${line}`))
    folds.forEach(({ combine, result, guards }, i) => {
      const where = guards.length > 0 ? ` where ${printer.guards(guards)}` : ''
      const what = result === 'index' ? `index of ${combine}` : combine
      const to = single ? 'folded' : `folded${count++}`
      lines.push(`${to} = ${what} over ${inner}${where} of ${text[i]}`)
    })
    stores.forEach((store, i) => {
      lines.push(`for ${inner}: ${printer.store(store, text[folds.length + i] ?? '')}`)
    })
  }
  const { text, before } = printer.statements(stores.map(({ value }) => value))
  lines.push(...before)
  stores.forEach((store, i) => {
    lines.push(printer.store(store, text[i] ?? ''))
  })
  return extents.length === 0 ? lines : [`for ${over(0, extents)}`, ...lines.map(indent)]
}

/** Loops by name: one of a kind is called by its letter alone. */
function named(letter: string, sizes: readonly number[]): (readonly [string, number])[] {
  return sizes.map((size, i) => [sizes.length === 1 ? letter : `${letter}${i}`, size])
}

function overText(loops: readonly (readonly [string, number])[]): string {
  return loops.map(([of, size]) => `${of} < ${size}`).join(', ')
}

/** The sides over their own loops, then what becomes of them. */
function contraction(kernel: ContractKernel, name: (buffer: number) => string): string[] {
  const printer = (loops: readonly (readonly [string, number])[]): Printer => {
    return new Printer(
      loops.map(([variable]) => variable),
      name,
    )
  }
  const side = (title: string, letter: string, source: Side): string[] => {
    const { batch, lines, summed, value } = collapseSide(source)
    const groups = [named('b', batch), named(letter, lines), named('k', summed)]
    const { text, before } = printer(groups.flat()).statements([value])
    const over = groups.filter((group) => group.length > 0).map(overText)
    return [...before, `${title}[${over.join('; ')}] = ${text[0]}`]
  }
  const { out, store } = collapseOut(kernel)
  const loops = [...named('b', out.batch), ...named('m', out.rows), ...named('n', out.columns)]
  const result = printer(loops)
  const { text, before } = result.statements([store.value])
  const sum = `sum over k < ${kernel.k} of left · right`
  const place = `${name(store.buffer)}[${result.index(store.offset)}]`
  const stored =
    store.value.kind === 'folded'
      ? [`${place} = ${sum}`]
      : [`folded = ${sum}`, ...before, `${place} = ${text[0]}`]
  return [
    ...side('left', 'm', kernel.a),
    ...side('right', 'n', kernel.b),
    `for ${overText(loops) || 'one element'}`,
    ...stored.map(indent),
  ]
}

/** Widest expression that is not given a name of its own. */
const MOST_CHARACTERS = 72

class Printer {
  readonly #variables: readonly string[]
  readonly #buffer: (buffer: number) => string
  readonly #single: boolean
  readonly #names = new Map<Expr, string>()
  #uses = new Map<Expr, number>()
  #lines: string[] = []
  #count = 0

  /** `single`: there is one fold, whose result needs no number. */
  constructor(variables: readonly string[], buffer: (buffer: number) => string, single = true) {
    this.#variables = variables
    this.#buffer = buffer
    this.#single = single
  }

  store({ buffer, offset, combine }: Store, value: string): string {
    const becomes = combine ? `= ${combine} of it and` : '='
    return `${this.#buffer(buffer)}[${this.index(offset)}] ${becomes} ${value}`
  }

  /** The expressions, and lines before them that name what they share. */
  statements(roots: readonly Expr[]): { readonly text: string[]; readonly before: string[] } {
    this.#uses = new Map()
    this.#lines = []
    for (const root of roots) this.#countUses(root)
    const text = roots.map((root) => this.#text(root))
    return { text, before: this.#lines }
  }

  #countUses(expr: Expr): void {
    const uses = this.#uses.get(expr) ?? 0
    this.#uses.set(expr, uses + 1)
    if (uses > 0) return
    if (expr.kind === 'op') for (const arg of expr.args) this.#countUses(arg)
    if (expr.kind === 'guarded') this.#countUses(expr.value)
  }

  #text(expr: Expr): string {
    const known = this.#names.get(expr)
    if (known) return known
    const text = this.#write(expr)
    const compound = expr.kind === 'op' || expr.kind === 'guarded'
    const shared = (this.#uses.get(expr) ?? 0) > 1
    if (!compound || (!shared && text.length <= MOST_CHARACTERS)) return text
    const name = `x${this.#count++}`
    this.#lines.push(`${name} = ${text}`)
    this.#names.set(expr, name)
    return name
  }

  #write(expr: Expr): string {
    switch (expr.kind) {
      case 'parameter':
        return `p${expr.index}`
      case 'folded':
        return this.#single ? 'folded' : `folded${expr.fold}`
      case 'index':
        return `(${this.index(expr.index)})`
      case 'load': {
        const guards = expr.guards.length > 0 ? ` | ${this.guards(expr.guards)}` : ''
        return `${this.#buffer(expr.buffer)}[${this.index(expr.offset)}${guards}]`
      }
      case 'guarded':
        return `(${this.#text(expr.value)} | ${this.guards(expr.guards)} | else ${expr.fill})`
      case 'op':
        return `${expr.op.name}(${expr.args.map((arg) => this.#text(arg)).join(', ')})`
    }
  }

  index(index: IndexExpr): string {
    return indexText(index, this.#variables, (value) => this.#text(value))
  }

  guards(guards: readonly Guard<IndexExpr>[]): string {
    return guards.map(({ value, bound }) => `0 ≤ ${this.index(value)} < ${bound}`).join(', ')
  }
}

function indexText(
  { constant, terms }: IndexExpr,
  variables: readonly string[],
  valueText: (value: Expr) => string,
): string {
  let text = ''
  const join = (value: number, rest: string): void => {
    const size = Math.abs(value)
    const term = rest === '' ? `${size}` : size === 1 ? rest : `${size}·${rest}`
    if (text === '') text = value < 0 ? `-${term}` : term
    else text += value < 0 ? ` - ${term}` : ` + ${term}`
  }
  for (const { atom, factor } of terms) {
    if (typeof atom === 'number') join(factor, variables[atom] ?? `v${atom}`)
    else if (isValueIndex(atom)) join(factor, valueText(atom.value))
    else join(factor, `⌊(${indexText(atom.of, variables, valueText)})/${atom.divisor}⌋`)
  }
  if (constant !== 0 || text === '') join(constant, '')
  return text
}

function indent(line: string): string {
  return `  ${line}`
}
