/** The search for the op that first made NaN or infinity out of finite values. */
import { isFloat, presented } from '../base/dtype.ts'
import { env } from '../base/env.ts'
import { AnomalyError } from '../base/error.ts'
import { specText } from '../compiler/print.ts'
import type { Cell } from '../graph/cell.ts'
import type { Data } from '../graph/data.ts'
import { makeLeaf, makeLiteral, makeNode, type Node } from '../graph/node.ts'
import { keepOrigins, originOf } from '../graph/origin.ts'
import { resultOf } from '../primitives/several.ts'
import { leaf as leafOp, literal } from '../primitives/source.ts'
import { type Captured, capture, type Write } from './capture.ts'
import { download, release } from './engine.ts'

/** What a message says where nothing is known. */
const UNKNOWN = '–'

let scopes = 0
/** Number of the optimiser's step that was begun last. */
let step: number | undefined

/** Whether results are looked at after each run. */
export function looksForAnomalies(): boolean {
  return scopes > 0 || env('MARU_NAN') === '1'
}

/** Notes that an optimiser begins its n-th step. */
export function beginStep(n: number): void {
  step = n
}

/**
 * Runs a function, and after every run inside it looks at results and stored values. If one of them is
 * NaN or infinite, the run's graph is computed again op by op, and the error names the op that first
 * made such a value out of finite ones: its line, its layer, the step, and the range of what it read.
 * Parameters keep the values that they had before that run.
 *
 * The flag `MARU_NAN=1` does the same for a whole process. Both cost a look at every result, so they
 * are for the search, not for training. Functions that were compiled before know no lines.
 *
 * @throws AnomalyError when a result or a stored value is not finite
 * @example await detectAnomaly(() => trainer.fit(loader, { epochs: 1 }))
 */
export async function detectAnomaly<T>(body: () => T | Promise<T>): Promise<T> {
  const forget = keepOrigins()
  if (scopes++ === 0) step = undefined
  try {
    return await body()
  } finally {
    scopes--
    forget()
  }
}

/** Runs a graph that stores nothing. */
export type RunOnce = (graph: Captured) => {
  readonly results: Data[]
  readonly done: Promise<void>
}

/** What the values of a tensor are like. */
interface Look {
  readonly nan: number
  readonly infinite: number
  /** Of the finite ones. */
  readonly low: number
  readonly high: number
}

/** A cell as it was before the run. */
interface Kept {
  readonly cell: Cell
  readonly node: Node
  readonly before: Data
  readonly shared: boolean
  after: Data
}

/** One run that is looked at: made before it is bound, so that what it overwrites is kept. */
export class Inspection {
  readonly #graph: Captured
  /** Inputs of every node: a realised node lets go of its own. */
  readonly #inputs: ReadonlyMap<Node, readonly Node[]>
  readonly #values: ReadonlyMap<Node, Data>
  readonly #numbers = new Map<Node, number>()
  readonly #kept: readonly Kept[]
  #results: readonly Data[] = []
  #step: number | undefined

  constructor(graph: Captured, writes: readonly Write[], leaves: readonly Data[]) {
    this.#graph = graph
    this.#inputs = new Map(graph.nodes.map((node) => [node, node.inputs]))
    this.#values = new Map(graph.leaves.map((node, i) => [node, leaves[i] as Data]))
    this.#kept = writes.map(({ cell, node }) => {
      const { data, shared } = cell
      cell.shared = true
      return { cell, node, before: data, shared, after: data }
    })
  }

  /** Takes what the run reads and writes, once it is bound. */
  bound(results: readonly Data[], parameters: readonly number[]): void {
    this.#results = results
    this.#step = step
    this.#graph.parameters.forEach((node, i) => {
      this.#numbers.set(node, parameters[i] ?? 0)
    })
    for (const kept of this.#kept) kept.after = kept.cell.data
  }

  /** Throws when something that the run made is not finite. */
  async check(run: RunOnce): Promise<void> {
    const root = await this.#firstBad()
    if (!root) {
      for (const { before, after, shared } of this.#kept) {
        if (!shared && before !== after) release(before)
      }
      return
    }
    try {
      throw await this.#explain(root, run)
    } finally {
      this.#restore()
    }
  }

  async #firstBad(): Promise<Node | undefined> {
    const made = this.#graph.outputs.map((node, i) => ({ node, data: this.#results[i] }))
    for (const { node, after } of this.#kept) made.push({ node, data: after })
    for (const { node, data } of made) {
      if (data && isBad(await lookAt([data]))) return node
    }
    return undefined
  }

  #restore(): void {
    for (const { cell, before, after, shared } of this.#kept) {
      if (cell.data !== after || before === after) continue
      Object.assign(cell, { data: before, shared })
      release(after)
    }
  }

  async #explain(root: Node, run: RunOnce): Promise<AnomalyError> {
    const looks = await this.#again(root, run)
    if (!isBad(looks.get(root))) return new AnomalyError('anomaly.lost', { what: specText(root) })
    let culprit = root
    for (let worse = culprit; ; culprit = worse) {
      const found = this.#worstInput(culprit, looks)
      if (!found) break
      worse = found
    }
    const { nan = 0, infinite = 0 } = looks.get(culprit) ?? {}
    const origin = originOf(culprit) ?? originOf(this.#values.get(culprit) ?? culprit)
    const where = {
      made: origin?.site ?? UNKNOWN,
      layer: origin?.layer ?? UNKNOWN,
      step: this.#step ?? UNKNOWN,
    }
    const what = specText(culprit)
    const values = nan > 0 ? { count: nan, value: 'NaN' } : { count: infinite, value: 'Infinity' }
    if (this.#values.has(culprit)) {
      return new AnomalyError('anomaly.given', {
        what,
        made: where.made,
        step: where.step,
        ...values,
      })
    }
    const inputs = this.#inputsOf(culprit)
      .map((input) => this.#inputText(input, looks))
      .join(', ')
    const fields = { op: culprit.op.name, what, inputs, ...where, ...values }
    return new AnomalyError(origin?.gradient ? 'anomaly.gradient' : 'anomaly.made', fields)
  }

  #inputsOf(node: Node): readonly Node[] {
    return this.#inputs.get(node) ?? []
  }

  #ancestors(root: Node): Set<Node> {
    const found = new Set([root])
    for (const node of found) for (const input of this.#inputsOf(node)) found.add(input)
    return found
  }

  /** The input that a bad value comes from: NaN first, for a NaN; numbers of the program are not blamed. */
  #worstInput(node: Node, looks: ReadonlyMap<Node, Look>): Node | undefined {
    const bad = this.#inputsOf(node).filter((input) => isBad(looks.get(input)))
    const withNan = (looks.get(node)?.nan ?? 0) > 0
    return (withNan && bad.find((input) => (looks.get(input)?.nan ?? 0) > 0)) || bad[0]
  }

  #inputText(input: Node, looks: ReadonlyMap<Node, Look>): string {
    const number = this.#numbers.get(input)
    if (number !== undefined) return String(number)
    const look = looks.get(input)
    if (!look || look.low > look.high) return specText(input)
    return `${specText(input)} (${short(look.low)} … ${short(look.high)})`
  }

  /** Computes everything below a node op by op, and looks at each value. */
  async #again(root: Node, run: RunOnce): Promise<Map<Node, Look>> {
    const wanted = this.#ancestors(root)
    const nodes = this.#graph.nodes.filter((node) => wanted.has(node))
    const uses = new Map<Node, number>()
    for (const node of nodes) {
      for (const input of new Set(this.#inputsOf(node))) uses.set(input, (uses.get(input) ?? 0) + 1)
    }
    // Several values for a node with several results.
    const values = new Map<Node, readonly Data[]>()
    const looks = new Map<Node, Look>()
    for (const [node, data] of this.#values) {
      if (!wanted.has(node)) continue
      values.set(node, [data])
      looks.set(node, await lookAt([data]))
    }
    for (const node of nodes) {
      const made = await this.#one(node, values, run)
      values.set(node, made)
      looks.set(node, await lookAt(made))
      for (const input of new Set(this.#inputsOf(node))) {
        const left = (uses.get(input) ?? 0) - 1
        uses.set(input, left)
        const done = left === 0 && !this.#values.has(input) && node.op.trait !== 'pick'
        if (done) for (const data of values.get(input) ?? []) release(data)
      }
    }
    return looks
  }

  async #one(
    node: Node,
    values: ReadonlyMap<Node, readonly Data[]>,
    run: RunOnce,
  ): Promise<readonly Data[]> {
    const inputs = this.#inputsOf(node)
    if (node.op.trait === 'pick') {
      const from = inputs[0] && values.get(inputs[0])
      const picked = from?.[node.op.index(node.attrs)]
      return picked ? [picked] : []
    }
    const given = inputs.map((input) => {
      const number = this.#numbers.get(input)
      if (number !== undefined) return makeLiteral(literal, number, input.dtype)
      const [data] = values.get(input) ?? []
      if (!data) throw new RangeError(`${input.op.name} has no value`)
      return makeLeaf(leafOp, { kind: 'data', data }, input)
    })
    const made = makeNode(node.op, given, node.attrs)
    const outputs = node.results?.map((_, index) => resultOf(made, index)) ?? [made]
    const { results, done } = run(capture(outputs, [], neverLeaf))
    await done
    return results
  }
}

function neverLeaf(): never {
  throw new RangeError('nothing is stored here')
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

async function lookAt(values: readonly Data[]): Promise<Look> {
  let [nan, infinite, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const data of values) {
    if (!isFloat(data.dtype)) continue
    for (const element of presented(data.dtype, await download(data))) {
      const value = Number(element)
      if (Number.isNaN(value)) nan++
      else if (Math.abs(value) === Number.POSITIVE_INFINITY) infinite++
      else {
        if (value < low) low = value
        if (value > high) high = value
      }
    }
  }
  return { nan, infinite, low, high }
}

function isBad(look: Look | undefined): boolean {
  return look !== undefined && look.nan + look.infinite > 0
}
