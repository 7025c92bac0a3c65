/** Checks of elements that are known when an op is recorded. */
import type { Data } from '../graph/data.ts'
import type { Node } from '../graph/node.ts'
import { beforeRun, tracing } from '../runtime/trace.ts'

/**
 * Checks the value of a node that lies on the host, now, and of an argument of a compiled function
 * at every call. False when the node is computed, so that nobody has checked it.
 */
export function checkKnown({ leaf }: Node, check: (data: Data) => void): boolean {
  if (leaf?.kind === 'data') check(leaf.data)
  if (leaf?.kind !== 'input' || !tracing()) return leaf?.kind === 'data'
  const { index } = leaf
  beforeRun((args) => {
    const data = args[index]
    if (data) check(data)
  })
  return true
}
