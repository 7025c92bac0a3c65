/**
 * What a replayed step costs beside its kernels: nodes built, programs compiled, device bytes taken,
 * JavaScript bytes and microseconds. `npx tsx --conditions=source bench/replay-cost.ts`
 */
import { compile, crossEntropy, manualSeed, memory, tensor } from 'maru'
import { Linear, ReLU, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'
import { nodesMade } from '../packages/maru/src/graph/node.ts'
import { programsCompiled } from '../packages/maru/src/runtime/programs.ts'

const STEPS = 5_000

manualSeed(1)
// Small enough that the kernels take next to nothing: what is left is overhead.
const model = new Sequential(new Linear(8, 8), new ReLU(), new Linear(8, 4))
const optimizer = new Adam(model.parameters())
const step = compile((x, y) => {
  const loss = crossEntropy(model.call(x), y)
  optimizer.step(loss)
  return loss
})
const x = tensor(new Float32Array(4 * 8), [4, 8])
const y = tensor(new Int32Array(4))
for (let i = 0; i < 2_000; i++) await step(x, y)

const before = { nodes: nodesMade(), programs: programsCompiled(), memory: memory() }
const heap = process.memoryUsage().heapUsed
const start = performance.now()
for (let i = 0; i < STEPS; i++) await step(x, y)
const microseconds = ((performance.now() - start) * 1000) / STEPS
const bytes = (process.memoryUsage().heapUsed - heap) / STEPS
const after = { nodes: nodesMade(), programs: programsCompiled(), memory: memory() }
console.log(
  `a replayed step of a tiny MLP with Adam: ${microseconds.toFixed(1)} µs, kernels included`,
)
console.log(`nodes built ${(after.nodes - before.nodes) / STEPS} a step (the handle of the result)`)
console.log(`programs compiled ${after.programs - before.programs}`)
console.log(
  `device bytes taken ${after.memory.live - before.memory.live}, reserved ${after.memory.reserved - before.memory.reserved}`,
)
console.log(`JavaScript heap growth between collections ${bytes.toFixed(0)} bytes a step`)
