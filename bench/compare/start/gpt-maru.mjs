/** The first step of a GPT in a fresh process, and the first of another batch size. */
import { compile, crossEntropy, tensor } from 'maru'
import { GPT } from 'maru/models'
import { AdamW } from 'maru/optim'
import { integers } from '../drivers/numbers-drawn.mjs'

const model = new GPT({ vocabulary: 4096, context: 128 })
const optimizer = new AdamW(model.parameters(), { lr: 3e-4 })
const step = compile((x, y) => {
  const loss = crossEntropy(model.call(x).reshape([-1, 4096]), y.reshape([-1]))
  optimizer.step(loss)
  return loss
})

/** Milliseconds of one step of a batch. */
async function timed(batch) {
  const ids = (name) => tensor(integers(name, batch * 128, 4096), [batch, 128])
  const [x, y] = [ids('x'), ids('y')]
  const start = performance.now()
  await (await step(x, y)).item()
  return performance.now() - start
}

/** The median of some. */
async function replayed(batch) {
  const times = []
  for (let i = 0; i < 9; i++) times.push(await timed(batch))
  return times.sort((a, b) => a - b)[4]
}

const first = await timed(8)
await replayed(8)
const fresh = await timed(5)
console.log(JSON.stringify({ first, extra: fresh - (await replayed(5)) }))
