/** Records a function of nodes once and replays its program. */
import type { Prepared } from '../backend/backend.ts'
import type { Data } from '../graph/data.ts'
import { endInterning, makeLeaf, type Node } from '../graph/node.ts'
import type { Spec } from '../graph/primitive.ts'
import { leaf as leafOp } from '../primitives/source.ts'
import { type Captured, capture, type Write } from './capture.ts'
import { clearPending, device, pendingCells } from './engine.ts'
import { programFor } from './programs.ts'
import { cellLeaf, commit, execute, submit, takeWrites, whenSettled } from './realize.ts'
import { record, type Trace } from './trace.ts'

/** What a recording found: a graph, the cells it writes, and host work before each run. */
export interface Recording {
  readonly graph: Captured
  readonly writes: readonly Write[]
  readonly before: Trace['before']
  readonly prepared: Prepared
}

/** Runs `body` on placeholder nodes of the given specs and keeps the graph of what it returns. */
export function recordGraph(
  specs: readonly Spec[],
  body: (inputs: readonly Node[]) => readonly Node[],
): Recording {
  // What waits to be stored belongs to the time before the recording.
  submit([])
  const trace: Trace = { before: [] }
  const inputs = specs.map((spec, index) => makeLeaf(leafOp, { kind: 'input', index }, spec))
  try {
    const outputs = record(trace, () => body(inputs))
    const writes = takeWrites()
    const graph = capture(outputs, writes, cellLeaf)
    return { graph, writes, before: trace.before, prepared: programFor(graph, device()) }
  } finally {
    clearPending([...pendingCells()])
    endInterning()
  }
}

/** Runs a recording with values for its inputs; results are in the order of its outputs. */
export async function replay(recording: Recording, args: readonly Data[]): Promise<Data[]> {
  submit([])
  for (const action of recording.before) action(args)
  const results = execute(recording.graph, recording.prepared, recording.writes, args)
  commit([], recording.writes)
  await whenSettled()
  return results
}
