/** What a launch moves and computes, counted from its loop nest. */
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import type { Guard } from '../graph/indexing.ts'
import { type IndexExpr, isValueIndex, keyOf, valuesIn } from './index-expr.ts'
import {
  type ContractKernel,
  collapse,
  type Expr,
  freeLoops,
  type LoopKernel,
  type ScatterKernel,
} from './kernel.ts'
import type { InterpretLaunch, Launch, ProgramBuffer } from './program.ts'

/** A multiply-add is two operations; another op is as many as its record says it costs. */
export interface Cost {
  readonly flops: number
  /** Bytes that must come from memory once, however often they are read. */
  readonly read: number
  readonly written: number
}

/** The least work that the launch's results need. */
export function costOf(launch: Launch, buffers: readonly ProgramBuffer[]): Cost {
  const bytesOf = (buffer: number, elements = Number.POSITIVE_INFINITY): number => {
    const { shape, dtype } = buffers[buffer] ?? { shape: [], dtype: 'float32' }
    return Math.min(sizeOf(shape), elements) * dtypes[dtype].bytes
  }
  if (launch.kind === 'copy') {
    return { flops: 0, read: bytesOf(launch.from), written: bytesOf(launch.to) }
  }
  if (launch.kind === 'interpret') {
    const reads = launch.inputs.flatMap((it) => (it.kind === 'buffer' ? [it.buffer] : []))
    const read = reads.reduce((sum, buffer) => sum + bytesOf(buffer), 0)
    const written = launch.outputs.reduce((sum, buffer) => sum + bytesOf(buffer), 0)
    return { flops: interpreted(launch, buffers), read, written }
  }
  const { kernel } = launch
  if (!kernel) return { flops: 0, read: 0, written: 0 }
  if (kernel.kind === 'contract') return contraction(kernel, bytesOf)
  return kernel.kind === 'scatter' ? scatter(kernel, bytesOf) : loops(kernel, bytesOf)
}

type BytesOf = (buffer: number, elements: number) => number

function contraction(kernel: ContractKernel, bytesOf: BytesOf): Cost {
  const { batch, m, n, k, a, b, out, store } = kernel
  let flops = 2 * batch * m * n * k
  let read = 0
  for (const { batch, lines, summed, value } of [a, b]) {
    const count = new Counter({ extents: [...batch, ...lines], folded: summed })
    count.add(value)
    flops += count.flops
    read += count.read(bytesOf)
  }
  const count = new Counter({ extents: [...out.batch, ...out.rows, ...out.columns], folded: [] })
  count.add(store.value)
  const written = bytesOf(store.buffer, batch * m * n)
  return { flops: flops + count.flops, read: read + count.read(bytesOf), written }
}

function loops(before: LoopKernel, bytesOf: BytesOf): Cost {
  const kernel = collapse(before)
  const count = new Counter(kernel)
  const results = sizeOf(kernel.extents)
  const combined = sizeOf([...kernel.extents.slice(0, freeLoops(kernel)), ...kernel.folded])
  let written = 0
  for (const { folds, stores } of kernel.passes) {
    for (const { value } of folds) {
      count.add(value)
      count.flops += count.points
    }
    for (const { buffer, value, combine } of stores) {
      count.add(value)
      if (combine) {
        count.flops += count.points
        written += bytesOf(buffer, combined)
      } else if (!kernel.scratch?.includes(buffer)) written += bytesOf(buffer, count.points)
    }
  }
  for (const { buffer, value } of kernel.stores) {
    count.add(value)
    written += bytesOf(buffer, results)
  }
  return { flops: count.flops, read: count.read(bytesOf, kernel.scratch), written }
}

/** Indices and values are read once, and every place that a value goes to is read and written. */
function scatter({ extents, combine, store }: ScatterKernel, bytesOf: BytesOf): Cost {
  const count = new Counter({ extents, folded: [] })
  count.add(store.value)
  count.touch(store.offset)
  const read = count.read(bytesOf)
  const written = bytesOf(store.buffer, count.points)
  const flops = count.flops + (combine ? combine.cost * count.points : 0)
  return { flops, read: read + (combine ? written : 0), written }
}

/** Adds up expressions: each counts once for every combination of the loop variables in it. */
class Counter {
  flops = 0
  /** Elements read of each buffer, by where they are read. */
  readonly loads = new Map<number, Map<string, number>>()
  readonly points: number
  readonly #extents: readonly number[]
  /** Loops around the fold. */
  readonly #outer: number
  readonly #seen = new Map<Expr, ReadonlySet<number>>()

  constructor({ extents, folded }: Pick<LoopKernel, 'extents' | 'folded'>) {
    this.#extents = [...extents, ...folded]
    this.#outer = extents.length
    this.points = this.#space(new Set(this.#extents.keys()))
  }

  /** Bytes of everything that was read, but for what is written on the way. */
  read(bytesOf: BytesOf, scratch: readonly number[] = []): number {
    let bytes = 0
    for (const [buffer, places] of this.loads) {
      if (scratch.includes(buffer)) continue
      const elements = [...places.values()].reduce((sum, each) => sum + each, 0)
      bytes += bytesOf(buffer, elements)
    }
    return bytes
  }

  /** Counts the values that an index depends on. */
  touch(index: IndexExpr): void {
    for (const { value } of valuesIn(index)) this.add(value)
  }

  #space(variables: ReadonlySet<number>): number {
    let size = 1
    for (const variable of variables) size *= this.#extents[variable] ?? 1
    return size
  }

  /** Counts the expression and returns the loop variables that it changes with. */
  add(expr: Expr): ReadonlySet<number> {
    const known = this.#seen.get(expr)
    if (known) return known
    const variables = new Set<number>()
    if (expr.kind === 'load') {
      variablesOf(expr.offset, variables)
      this.touch(expr.offset)
      const places = this.loads.get(expr.buffer) ?? new Map<string, number>()
      this.loads.set(expr.buffer, places.set(keyOf(expr.offset), this.#space(variables)))
      guarded(expr.guards, variables)
    } else if (expr.kind === 'index') {
      variablesOf(expr.index, variables)
    } else if (expr.kind === 'guarded') {
      for (const variable of this.add(expr.value)) variables.add(variable)
      guarded(expr.guards, variables)
    } else if (expr.kind === 'op') {
      for (const arg of expr.args) for (const variable of this.add(arg)) variables.add(variable)
      this.flops += expr.op.cost * this.#space(variables)
    } else if (expr.kind === 'folded') {
      for (let i = 0; i < this.#outer; i++) variables.add(i)
    }
    this.#seen.set(expr, variables)
    return variables
  }
}

function guarded(guards: readonly Guard<IndexExpr>[], into: Set<number>): void {
  for (const { value } of guards) variablesOf(value, into)
}

function variablesOf({ terms }: IndexExpr, into: Set<number>): void {
  for (const { atom } of terms) {
    if (typeof atom === 'number') into.add(atom)
    else if (isValueIndex(atom)) for (const inner of atom.indices) variablesOf(inner, into)
    else variablesOf(atom.of, into)
  }
}

function interpreted(
  { op, attrs, inputs, outputs }: InterpretLaunch,
  buffers: readonly ProgramBuffer[],
): number {
  const shapeOf = (buffer: number | undefined): readonly number[] =>
    (buffer === undefined ? undefined : buffers[buffer]?.shape) ?? []
  const size = sizeOf(shapeOf(outputs[0]))
  const [first] = inputs
  const from = first?.kind === 'buffer' ? shapeOf(first.buffer) : []
  if (op.trait === 'elementwise') return op.cost * size
  if (op.trait === 'reduce') return size * sizeOf(op.domain(attrs, from))
  if (op.trait !== 'contract') return 0
  const { a, out } = op.labels(attrs)
  const summed = a.map((label, axis) => (out.includes(label) ? 1 : (from[axis] ?? 1)))
  return 2 * size * summed.reduce((product, each) => product * each, 1)
}
