/** Makes recorded nodes into values: capture, find or compile a program, bind, run, commit. */

import { Interrupted, type Prepared } from '../backend/backend.ts'
import { isWatched, worked } from '../backend/watch.ts'
import { elementOf, type HostArray, storeAs } from '../base/dtype.ts'
import { debugLevel } from '../base/env.ts'
import { DeviceError } from '../base/error.ts'
import { type BufferPlace, launchesOf, type Program, writesOf } from '../compiler/program.ts'
import type { Cell } from '../graph/cell.ts'
import { order } from '../graph/closed.ts'
import { Data, type DeviceBuffer } from '../graph/data.ts'
import { endInterning, makeLeaf, type Node } from '../graph/node.ts'
import { leaf as leafOp } from '../primitives/source.ts'
import { Inspection, looksForAnomalies } from './anomaly.ts'
import { type Captured, capture, expectCurrent, isNumber, isReady, type Write } from './capture.ts'
import {
  clearPending,
  device,
  freshBuffer,
  ownBuffer,
  pendingCells,
  readable,
  release,
  resident,
  resultData,
  setPending,
  withHolders,
} from './engine.ts'
import { relieve } from './pressure.ts'
import { programFor } from './programs.ts'
import { steadyFor } from './steady.ts'
import { type Action, expectNoBody, expectValues, record, takeActions } from './trace.ts'

/** The leaf that stands for the cell's current version. */
export function cellLeaf(cell: Cell): Node {
  cell.leaf ??= makeLeaf(leafOp, { kind: 'cell', cell, version: cell.version }, cell)
  return cell.leaf
}

/** What reading the cell in a graph means now: its pending value, else its current one. */
export function cellNode(cell: Cell): Node {
  return cell.pending ?? cellLeaf(cell)
}

/**
 * A leaf on the cell's current value. The cell's next write goes to a buffer of its own, so the
 * leaf never changes.
 */
export function snapshotNode(cell: Cell): Node {
  if (cell.pending) submit([])
  cell.shared = true
  return makeLeaf(leafOp, { kind: 'data', data: cell.data }, cell.data)
}

/** Stores a node's value in the cell at the next realisation. */
export function assign(cell: Cell, node: Node): void {
  expectNoBody()
  cell.pending = node
  setPending(cell)
}

/** Runs `body`; if it throws, what it assigned is forgotten, and what waited before waits on. */
export function assignAll(body: () => void): void {
  const forget = restorePending()
  try {
    body()
  } catch (error) {
    forget()
    throw error
  }
}

/** Runs `body` for what it makes on the way: what it assigns and what it would do before a run is forgotten. */
export function pretend(body: () => void): void {
  const forget = restorePending()
  try {
    record({ before: [], mistake: undefined }, body)
  } finally {
    forget()
  }
}

/**
 * Runs `body` while cells read as if their values were other nodes. What it stores in them stays, as
 * does what it makes of those nodes.
 */
export function readAs<T>(values: ReadonlyMap<Cell, Node>, body: () => T): T {
  const before = [...values].map(([cell, node]) => {
    const { pending } = cell
    cell.pending = node
    return { cell, pending, node }
  })
  try {
    return body()
  } finally {
    for (const { cell, pending, node } of before) {
      if (cell.pending === node) cell.pending = pending
    }
  }
}

/** Runs `body`; what it stores in cells is forgotten. */
export function withoutWrites<T>(body: () => T): T {
  const forget = restorePending()
  try {
    return body()
  } finally {
    forget()
  }
}

/** What brings back the writes that wait now, and them alone. */
function restorePending(): () => void {
  const before = [...pendingCells()].map((cell) => [cell, cellNode(cell)] as const)
  return () => {
    clearPending([...pendingCells()])
    for (const [cell, node] of before) assign(cell, node)
  }
}

/** Realised nodes that keep their inputs because a cell is upstream. */
let keeping: WeakRef<Node>[] = []
/** Nodes whose inputs were dropped: no gradient can pass through them any more. */
const dropped = new WeakSet<Node>()

export function isDropped(node: Node): boolean {
  return dropped.has(node)
}

/** Resolves when everything queued so far has run, well or not. */
let settled: Promise<unknown> = Promise.resolve()

/**
 * Computes the nodes, and stores every pending cell, as one program.
 *
 * Everything up to the queueing happens before it returns, so that a forgotten `await` changes
 * nothing in the numbers; the promise is back-pressure, and reports what went wrong.
 */
export async function realizeNodes(nodes: readonly Node[]): Promise<void> {
  await submit(nodes)
  await relieve()
}

/** Queues a realisation before it returns; the promise is that of `realizeNodes`. */
export function submit(nodes: readonly Node[]): Promise<unknown> {
  expectValues()
  const writes = takeWrites()
  const before = takeActions()
  try {
    const outputs = [...new Set(nodes)].filter((node) => !isReady(node))
    if (outputs.length + writes.length === 0) return settled
    const graph = captureNow(outputs, writes)
    const { results, done } = execute({ graph, writes, before }, [])
    outputs.forEach((node, i) => {
      node.data = results[i]
    })
    commit(outputs, writes)
    return done
  } finally {
    clearPending(writes.map(({ cell }) => cell))
    endInterning()
  }
}

function captureNow(outputs: readonly Node[], writes: readonly Write[]): Captured {
  if (!isWatched()) return capture(outputs, writes, cellLeaf)
  const start = performance.now()
  const graph = capture(outputs, writes, cellLeaf)
  const details = { nodes: graph.nodes.length, leaves: graph.leaves.length }
  const end = performance.now()
  worked({ what: 'capture', start, end, details, live: device().memory().live })
  return graph
}

/**
 * The value of a node that has one: computed before, given, a number, or a cell's. That of a cell
 * stays as it is: the cell's next write goes elsewhere.
 */
export function currentValue(node: Node): Data | undefined {
  if (node.data) return node.data
  const { leaf } = node
  if (leaf?.kind === 'data') return leaf.data
  if (leaf?.kind === 'cell') {
    expectCurrent(node)
    leaf.cell.shared = true
    return leaf.cell.data
  }
  return isNumber(node) ? numberData(node) : undefined
}

/** Every pending write; a bare number becomes data, since programs store results only. */
export function takeWrites(): Write[] {
  const writes: Write[] = []
  for (const cell of pendingCells()) {
    const { pending } = cell
    if (!pending) continue
    const data = isNumber(pending) ? numberData(pending) : undefined
    const node = data ? makeLeaf(leafOp, { kind: 'data', data }, pending) : pending
    writes.push({ cell, node })
  }
  return writes
}

/** A literal or slot as a value, which it is where it is not part of a program. */
function numberData(node: Node): Data {
  const { dtype, shape } = node
  const value = node.leaf?.kind === 'slot' ? node.leaf.slot.value : (node.literal ?? 0)
  return new Data(dtype, shape, { host: storeAs(dtype, [elementOf(dtype, value)]) })
}

/** Value of a leaf, with `args` for the inputs of a compiled function. */
function leafData(node: Node, args: readonly Data[]): Data {
  if (node.data) return node.data
  const { leaf } = node
  if (leaf?.kind === 'data') return leaf.data
  if (leaf?.kind === 'cell') return leaf.cell.data
  const given = leaf?.kind === 'input' ? args[leaf.index] : undefined
  if (!given) throw new RangeError(`${node.op.name} has no value`)
  return given
}

/** A graph to run, the cells that it writes, and host work before each run. */
export interface Run {
  readonly graph: Captured
  readonly writes: readonly Write[]
  readonly before: readonly Action[]
}

/** Results in the order of the graph's outputs; they have values when `done` resolves. */
interface Running {
  readonly results: Data[]
  readonly done: Promise<void>
}

/** Binds a graph and queues one run of its program. */
export function execute(run: Run, args: readonly Data[]): Running {
  return launch(run, args, looksForAnomalies())
}

function launch(run: Run, args: readonly Data[], looks: boolean): Running {
  const { graph, writes, before } = run
  const backend = device()
  const ready = programFor(graph, backend)
  const { prepared } = ready
  const values = (): Data[] => graph.leaves.map((node) => leafData(node, args))
  const inspection = looks ? new Inspection(graph, writes, values()) : undefined
  const leaves = bind(graph, writes, args)
  const results = graph.outputs.map(resultData)
  const written = writes.map(({ cell: { data, version } }) => ({ data, version }))
  const undo: (() => void)[] = []
  const fail = (thrown: unknown): never => {
    const error = thrown instanceof Interrupted ? thrown.cause : thrown
    for (const data of results) data.failure = error
    for (const takeBack of undo.reverse()) takeBack()
    if (thrown instanceof Interrupted) tear(run, written, prepared.program, thrown)
    throw error
  }
  try {
    for (const action of before) {
      const takeBack = action(args)
      if (takeBack) undo.push(takeBack)
    }
    const parameters = graph.parameters.map((node) =>
      node.leaf?.kind === 'slot' ? node.leaf.slot.value : (node.literal ?? 0),
    )
    const outputs = results.map((data) => data.buffer ?? data.host)
    const report = reportRun(prepared)
    inspection?.bound(results, parameters)
    const steady = steadyFor(graph, ready, { leaves, parameters })
    const given = [...leaves, ...steady.leaves]
    const queued = backend.run(prepared, { leaves: given, parameters, outputs })
    if (backend.busy) for (const data of results) data.due = backend.name
    const ran = Promise.all([queued, steady.done]).then(() => {
      for (const data of results) data.due = undefined
      report()
    })
    const done = (inspection ? ran.then(() => inspection.check(runOnce)) : ran).catch(fail)
    settled = done.catch(() => {})
    return { results, done }
  } catch (error) {
    return fail(withHolders(error))
  }
}

function runOnce(graph: Captured): Running {
  return launch({ graph, writes: [], before: [] }, [], false)
}

const nothing = (): void => {}

/** What to do when a run is over that starts now: tell those who want to know. */
function reportRun({ program }: Prepared): () => void {
  if (debugLevel() < 1 && !isWatched()) return nothing
  const start = performance.now()
  const { length: launches } = launchesOf(program.body)
  return () => {
    const end = performance.now()
    worked({ what: 'run', start, end, details: { launches }, live: device().memory().live })
    if (debugLevel() < 1) return
    console.error(`maru: ran ${launches} launches in ${(end - start).toFixed(2)} ms`)
  }
}

/**
 * Runs a recording as if it had not run: what it stores goes to memory of its own, and its host work
 * is left out.
 */
export async function rehearse(recording: Run, args: readonly Data[]): Promise<void> {
  submit([])
  const kept = recording.writes.map(({ cell }) => {
    const { data, shared } = cell
    cell.shared = true
    return { cell, data, shared }
  })
  const made: Data[] = []
  try {
    const done = (() => {
      try {
        const { results, done } = execute({ ...recording, before: [] }, args)
        made.push(...results)
        return done
      } finally {
        // What the run uses is bound by now: nobody sees the cells with other values.
        for (const { cell, data, shared } of kept) {
          if (cell.data !== data) made.push(cell.data)
          Object.assign(cell, { data, shared })
        }
      }
    })()
    await done
  } finally {
    for (const data of made) release(data)
  }
}

/**
 * Marks the values of cells that a run may have begun to write before it failed. If cells have moved on
 * since it was queued, graphs that read them are of the past.
 */
function tear(
  { graph, writes }: Run,
  written: readonly { readonly data: Data; readonly version: number }[],
  { body, buffers }: Program,
  { begun, cause }: Interrupted,
): void {
  const whole = (buffer: number): BufferPlace | undefined => {
    const place = buffers[buffer]?.place
    return place?.kind === 'view' ? whole(place.of) : place
  }
  const touched = launchesOf(body.slice(0, begun)).flatMap(writesOf).map(whole)
  writes.forEach((write, i) => {
    const { cell } = write
    const [before, leaf] = [written[i], graph.writes[i]?.leaf]
    const committed = before !== undefined && cell.version !== before.version
    if (touched.some((place) => place?.kind === 'leaf' && place.leaf === leaf)) {
      const failure = new DeviceError('device.torn', { shape: cell.shape }, cause)
      if (before) before.data.failure = failure
      // A run behind it may have copied the value for itself.
      if (committed) cell.data.failure = failure
    }
    if (committed) moveOn([write])
  })
}

/** What the leaves of a graph are read from, and written to where a cell is replaced in place. */
function bind(
  graph: Captured,
  writes: readonly Write[],
  args: readonly Data[],
): (DeviceBuffer | HostArray)[] {
  const written = new Set(writes.map(({ cell }) => cell))
  return graph.leaves.map((node) => {
    const cell = node.data === undefined && node.leaf?.kind === 'cell' ? node.leaf.cell : undefined
    if (!cell) return readable(leafData(node, args))
    if (!written.has(cell)) return resident(cell.data)
    const lost = cell.data.failure !== undefined && !reads(graph, node)
    return lost ? freshBuffer(cell) : ownBuffer(cell)
  })
}

/** Whether anything in the graph is computed from a leaf. */
function reads({ nodes, outputs, writes }: Captured, leaf: Node): boolean {
  return (
    outputs.includes(leaf) ||
    writes.some(({ node }) => node === leaf) ||
    nodes.some(({ inputs }) => inputs.includes(leaf))
  )
}

/** Graphs that read the cells until now are of the past. */
function moveOn(writes: readonly Write[]): void {
  for (const { cell } of writes) {
    cell.version++
    cell.leaf = undefined
  }
}

/** After a run: cells move on, and realised nodes let go of what nobody can use any more. */
export function commit(outputs: readonly Node[], writes: readonly Write[]): void {
  moveOn(writes)
  for (const node of outputs) {
    if (upstream(node) === 'current') keeping.push(new WeakRef(node))
    else drop(node)
  }
  if (writes.length === 0) return
  keeping = keeping.filter((reference) => {
    const node = reference.deref()
    if (!node) return false
    if (upstream(node) === 'current') return true
    drop(node)
    return false
  })
}

function drop(node: Node): void {
  if (node.inputs.length === 0) return
  node.inputs = []
  dropped.add(node)
}

/** Cells that a graph reads, as they are now or as they will be. */
export function cellsBelow(root: Node): Cell[] {
  const below = new Set(order([root], new Set()))
  const cells = [...below].flatMap(({ leaf }) => (leaf?.kind === 'cell' ? [leaf.cell] : []))
  const waiting = [...pendingCells()].filter(({ pending }) => pending && below.has(pending))
  return [...new Set([...cells, ...waiting])]
}

/** What a node was computed from: no cell, cells as they are now, or one that has moved on. */
function upstream(root: Node): 'none' | 'current' | 'superseded' {
  let found: 'none' | 'current' = 'none'
  const seen = new Set<Node>([root])
  const stack = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.leaf?.kind === 'cell') {
      if (node.leaf.version !== node.leaf.cell.version) return 'superseded'
      found = 'current'
    }
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      stack.push(input)
    }
  }
  return found
}
