/**
 * A naive training loop: nothing compiled, every loss awaited, no disposal. Live bytes and resident
 * memory must stay flat. `npx tsx --conditions=source bench/naive-steps.ts [steps]`
 */
import { crossEntropy, manualSeed, memory, tensor } from 'maru'
import { Linear, ReLU, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'

const steps = Number(process.argv[2] ?? 100_000)
const every = Math.max(1, Math.floor(steps / 40))

manualSeed(1)
const model = new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 10))
const optimizer = new Adam(model.parameters())
const kept: { step: number; live: number; rss: number }[] = []
const start = performance.now()
for (let step = 1; step <= steps; step++) {
  const x = tensor(
    Float32Array.from({ length: 32 * 64 }, (_, i) => ((i * 7 + step) % 13) / 13),
    [32, 64],
  )
  const y = tensor(Int32Array.from({ length: 32 }, (_, i) => (i + step) % 10))
  const loss = crossEntropy(model.call(x), y)
  await optimizer.step(loss)
  await loss.item()
  if (step % every === 0) kept.push({ step, live: memory().live, rss: process.memoryUsage().rss })
}
const seconds = (performance.now() - start) / 1000

/** Least-squares slope of a reading per 1,000 steps, the first quarter (warm-up) left out. */
function slope(read: (row: (typeof kept)[number]) => number): number {
  const rows = kept.slice(Math.ceil(kept.length / 4))
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length
  const [x, y] = [rows.map(({ step }) => step / 1000), rows.map(read)]
  const [mx, my] = [mean(x), mean(y)]
  const over = x.reduce((sum, value, i) => sum + (value - mx) * ((y[i] ?? 0) - my), 0)
  return over / x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
}

const [first, last] = [kept[Math.ceil(kept.length / 4)], kept.at(-1)]
const mb = (bytes: number): string => (bytes / 1e6).toFixed(3)
console.log(
  `${steps} steps in ${seconds.toFixed(1)} s, ${((seconds / steps) * 1e6).toFixed(0)} µs a step`,
)
console.log(
  `live bytes ${first?.live} → ${last?.live}, slope ${slope(({ live }) => live).toFixed(1)} bytes per 1,000 steps`,
)
console.log(
  `resident ${mb(first?.rss ?? 0)} → ${mb(last?.rss ?? 0)} MB, slope ${mb(slope(({ rss }) => rss))} MB per 1,000 steps`,
)
