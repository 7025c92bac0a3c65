/**
 * What recording costs before anything is compiled or run: microseconds for each node of a step of
 * LeNet-5, gradients included. `npx tsx --conditions=source bench/graph-cost.ts`
 */
import { crossEntropy, grad, manualSeed, type Tensor, tensor } from 'maru'
import { lenet5 } from 'maru/models'
import { endInterning, nodesMade } from '../packages/maru/src/graph/node.ts'
import { type Captured, capture } from '../packages/maru/src/runtime/capture.ts'
import { cellLeaf } from '../packages/maru/src/runtime/realize.ts'

const BUDGET = 5
const ROUNDS = 200
const WARM_UP = 50

manualSeed(1)
const model = lenet5()
const parameters = model.parameters()
const x = tensor(new Float32Array(64 * 28 * 28), [64, 1, 28, 28])
const y = tensor(new Int32Array(64))

/** The loss and its gradients, as nodes. */
function record(): Tensor[] {
  const loss = crossEntropy(model.call(x), y)
  return [loss, ...grad(loss, parameters)]
}

interface Cost {
  readonly nodes: number
  readonly recording: number
  readonly key: number
}

/** One step's graph: built, then captured with its key, as a realisation does. */
function round(): Cost {
  endInterning()
  const before = nodesMade()
  const start = performance.now()
  const outputs = record()
  const recorded = performance.now()
  const graph: Captured = capture(
    outputs.map(({ node }) => node),
    [],
    cellLeaf,
  )
  const end = performance.now()
  if (graph.outputs.length !== outputs.length) throw new Error('a gradient is missing')
  return {
    nodes: nodesMade() - before,
    recording: (recorded - start) * 1000,
    key: (end - recorded) * 1000,
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const costs = Array.from({ length: WARM_UP + ROUNDS }, round).slice(WARM_UP)
const each = costs.map(({ nodes, recording, key }) => (recording + key) / nodes)
const line = (name: string, microseconds: number): void =>
  console.log(`${name.padEnd(28)}${microseconds.toFixed(2).padStart(8)} µs a node`)

console.log(`${costs[0]?.nodes} nodes in a step of LeNet-5, median of ${ROUNDS} rounds`)
line('recording', median(costs.map(({ nodes, recording }) => recording / nodes)))
line('capture and key', median(costs.map(({ nodes, key }) => key / nodes)))
line('together', median(each))
line('fastest round', Math.min(...each))
line('slowest round', Math.max(...each))
console.log(`budget ${BUDGET} µs: ${median(each) <= BUDGET ? 'kept' : 'exceeded'}`)
