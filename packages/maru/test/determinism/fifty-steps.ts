/**
 * Steps 1-50 of LeNet-5 on generated digits; the last line is a hash of all weights after each step.
 * Run it on several versions of Node with `npm run matrix`: the line must be the same everywhere.
 */
import { createHash } from 'node:crypto'
import { compile, crossEntropy, manualSeed } from 'maru'
import { DataLoader, generateDigits } from 'maru/data'
import { lenet5 } from 'maru/models'
import { Tanh } from 'maru/nn'
import { Adam, cosine } from 'maru/optim'

const STEPS = 50

manualSeed(1)
const digits = generateDigits(STEPS * 16, { seed: 1 })
const { mean, std } = digits.moments()
const model = lenet5({ activation: () => new Tanh() })
const optimizer = new Adam(model.parameters(), { lr: 1e-3, schedule: cosine(STEPS) })
const step = compile((x, y) => {
  const loss = crossEntropy(model.call(x), y)
  optimizer.step(loss)
  return loss
})
const hash = createHash('sha256')
for (const { inputs, labels } of new DataLoader(digits.normalize(mean, std), { batchSize: 16 })) {
  const loss = await step(inputs, labels)
  hash.update(new Uint8Array((await loss.data()).buffer))
  for (const value of model.stateDict().values()) {
    const data = await value.data()
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
}
console.log(`${STEPS} steps ${hash.digest('hex')}`)
