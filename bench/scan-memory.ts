/**
 * A recurrence of 1,000 steps as one node: nodes of the graph of its gradient, temporaries with all
 * carries kept and with √T of them, and what the second pass costs.
 * `npx tsx --conditions=source bench/scan-memory.ts [steps]`
 */
import { compile, grad, memory, scan, type Tensor, tensor } from 'maru'

const steps = Number(process.argv[2] ?? 1000)
const [batch, size] = [32, 128]

function wave(shape: number[], scale: number): Tensor {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return tensor(
    Float32Array.from({ length: count }, (_, i) => scale * Math.sin(1.3 * i)),
    shape,
  )
}

const [h0, w, u, xs] = [
  wave([batch, size], 1),
  wave([size, size], 0.1),
  wave([size, size], 0.1),
  wave([steps, batch, size], 1),
]

function lossOf(weight: Tensor, checkpoint: boolean): Tensor {
  const [last] = scan(
    (h: Tensor, x: Tensor): [Tensor, undefined] => [
      h.matmul(weight).add(x.matmul(u)).tanh(),
      undefined,
    ],
    h0,
    xs,
    { checkpoint },
  )
  return last.square().mean()
}

function nodesOf(root: Tensor): number {
  const seen = new Set([root.node])
  for (const node of seen) for (const input of node.inputs) seen.add(input)
  return seen.size
}

console.log(`${steps} steps, state [${batch}, ${size}]`)
// The arena only grows, so the smaller program goes first.
console.log('                nodes   temporaries      ms   |gradient|')
for (const checkpoint of [true, false]) {
  const nodes = nodesOf(grad(lossOf(w, checkpoint), [w])[0] as Tensor)
  const step = compile((weight: Tensor) => grad(lossOf(weight, checkpoint), [weight])[0])
  await step(w)
  const arena = memory().arena
  const start = performance.now()
  const gradient = (await step(w)) as Tensor
  const norm = Math.sqrt(await gradient.square().sum().item())
  const ms = performance.now() - start
  const megabytes = `${(arena / 1e6).toFixed(1)} MB`
  const name = checkpoint ? '√T kept' : 'all kept'
  console.log(
    `${name.padEnd(12)}${String(nodes).padStart(9)}${megabytes.padStart(14)}${ms.toFixed(0).padStart(8)}   ${norm.toPrecision(7)}`,
  )
}
