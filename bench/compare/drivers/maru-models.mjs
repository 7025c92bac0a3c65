/** maru's models with drawn weights, their data, and their training steps. */
import { compile, crossEntropy, tensor } from 'maru'
import { lenet5 } from 'maru/models'
import { Linear, ReLU, Sequential } from 'maru/nn'
import { Adam, SGD } from 'maru/optim'
import { integers, started, uniform } from './numbers-drawn.mjs'
import { Unsupported } from './serve.mjs'

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)

/** Gives every parameter its drawn values, by its name on disk. */
async function drawn(model) {
  const own = new Set([...model.namedParameters()].map(([, parameter]) => parameter.cell))
  if (own.size === 0) throw new RangeError('a model without parameters')
  const state = new Map()
  for (const [name, value] of model.stateDict()) {
    const kept = /running_mean$|running_var$|num_batches_tracked$/.test(name)
    state.set(name, kept ? value : tensor(started(name, value.shape), value.shape))
  }
  await model.loadStateDict(state)
  return model
}

const images = (batch, ...shape) => tensor(uniform('x', batch * sizeOf(shape)), [batch, ...shape])
const labels = (batch, classes) => tensor(integers('y', batch, classes), [batch])

/** One compiled step of a classifier. */
function classifier(model, optimizer, inputs) {
  const step = compile((x, y) => {
    const loss = crossEntropy(model.call(x), y)
    optimizer.step(loss)
    return loss
  })
  return async () => (await step(...inputs)).item()
}

/** By model: functions of a spec that give a step that resolves to its loss. */
const steps = {
  async mlp({ batch }) {
    const layers = [
      new Linear(784, 512),
      new ReLU(),
      new Linear(512, 512),
      new ReLU(),
      new Linear(512, 10),
    ]
    const model = await drawn(new Sequential(...layers))
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
    return classifier(model, optimizer, [images(batch, 784), labels(batch, 10)])
  },
  async lenet({ batch }) {
    const model = await drawn(lenet5())
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 })
    return classifier(model, optimizer, [images(batch, 1, 28, 28), labels(batch, 10)])
  },
}

/** A training step; its values are the losses of the first three. */
export async function step(spec) {
  const make = steps[spec.model]
  if (!make) throw new Unsupported(`no model ${spec.model}`)
  const run = await make(spec)
  const values = async () => [['losses', [await run(), await run(), await run()]]]
  return { run, values }
}

/** The logits of a model in evaluation mode. */
export function infer({ model }) {
  throw new Unsupported(`no model ${model}`)
}
