/** How much longer the last tokens of a long text take than the first ones. */
import { GPT } from 'maru/models'

const model = new GPT({ vocabulary: 4096, context: 256 }).eval()
const next = model.continuation()
const times = []
for (let i = 0; i < 256; i++) {
  const start = performance.now()
  await next([(i * 7919) % 4096])
  times.push(performance.now() - start)
}

function median(from, to) {
  const sorted = times.slice(from, to).sort((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

console.log(JSON.stringify({ last: median(208, 256) / median(16, 64) }))
