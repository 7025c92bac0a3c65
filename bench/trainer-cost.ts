/**
 * What the trainer costs beside a loop by hand over the same compiled step: microseconds a step, both in turn.
 * `npx tsx --conditions=source bench/trainer-cost.ts [rounds]`
 */
import { compile, crossEntropy, manualSeed } from 'maru'
import { DataLoader, generateDigits } from 'maru/data'
import { Flatten, Linear, type Module, ReLU, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'
import { Trainer } from 'maru/train'

const rounds = Number(process.argv[2] ?? 9)
const digits = generateDigits(3200)
const EPOCHS = 4

function network(): Module {
  manualSeed(1)
  return new Sequential<readonly Module[]>(
    new Flatten(),
    new Linear(784, 64),
    new ReLU(),
    new Linear(64, 10),
  )
}

const loader = (): DataLoader => new DataLoader(digits, { batchSize: 32, shuffle: true })

/** A loop by hand that reads every loss, as most are written. */
function byHand(): () => Promise<void> {
  const model = network()
  const optimizer = new Adam(model.parameters())
  const step = compile((x, y) => {
    const loss = crossEntropy(model.call(x), y)
    optimizer.step(loss)
    return loss
  })
  const batches = loader()
  return async () => {
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      for await (const { inputs, labels } of batches) await (await step(inputs, labels)).item()
    }
  }
}

function byTrainer(): () => Promise<void> {
  const model = network()
  const trainer = new Trainer(model, {
    optimizer: new Adam(model.parameters()),
    loss: crossEntropy,
  })
  const batches = loader()
  return async () => void (await trainer.fit(batches, { epochs: EPOCHS }))
}

const ways = { hand: byHand(), trainer: byTrainer() }
const times: Record<keyof typeof ways, number[]> = { hand: [], trainer: [] }
for (let round = 0; round <= rounds; round++) {
  for (const way of ['hand', 'trainer'] as const) {
    const start = performance.now()
    await ways[way]()
    // the first round compiles
    if (round > 0) times[way].push(((performance.now() - start) * 1000) / (EPOCHS * 100))
  }
}
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1] ?? 0
for (const [way, values] of Object.entries(times)) {
  const least = Math.min(...values)
  console.log(`${way}: least ${least.toFixed(0)}, median ${median(values).toFixed(0)} µs a step`)
}
const ratios = times.trainer.map((value, i) => value / (times.hand[i] ?? value))
console.log(
  `trainer / hand: least ${Math.min(...ratios).toFixed(2)}, median ${median(ratios).toFixed(2)}`,
)
