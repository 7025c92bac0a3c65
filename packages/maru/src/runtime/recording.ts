/** Records a function of nodes once and replays its program. */
import { isWatched, worked } from '../backend/watch.ts'
import type { Data } from '../graph/data.ts'
import { endInterning, makeLeaf, type Node } from '../graph/node.ts'
import type { Spec } from '../graph/primitive.ts'
import { leaf as leafOp } from '../primitives/source.ts'
import { capture } from './capture.ts'
import { clearPending, device, pendingCells } from './engine.ts'
import { cellLeaf, commit, execute, type Run, submit, takeWrites } from './realize.ts'
import { record, type Trace } from './trace.ts'

/**
 * Runs `body` on placeholder nodes of the given specs and keeps the graph of what it returns; `repeats`: to
 * run it again and again.
 */
export function recordGraph(
  specs: readonly Spec[],
  body: (inputs: readonly Node[]) => readonly Node[],
  repeats = false,
): Run {
  // What waits to be stored belongs to the time before the recording.
  submit([])
  const trace: Trace = { before: [], mistake: undefined }
  const start = performance.now()
  const inputs = specs.map((spec, index) => makeLeaf(leafOp, { kind: 'input', index }, spec))
  try {
    const outputs = record(trace, () => body(inputs))
    if (trace.mistake) throw trace.mistake
    const writes = takeWrites()
    const graph = capture(outputs, writes, cellLeaf, repeats)
    if (isWatched()) {
      const details = { nodes: graph.nodes.length }
      const end = performance.now()
      worked({ what: 'record', start, end, details, live: device().memory().live })
    }
    return { graph, writes, before: trace.before }
  } finally {
    clearPending([...pendingCells()])
    endInterning()
  }
}

/** Runs a recording with values for its inputs; results are in the order of its outputs. */
export async function replay(recording: Run, args: readonly Data[]): Promise<Data[]> {
  const before = submit([])
  const { results, done } = execute(recording, args)
  commit([], recording.writes)
  await Promise.all([before, done])
  return results
}
