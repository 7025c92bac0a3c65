/** maru's models with drawn weights, their data, and what is done with them. */
import { compile, crossEntropy, discriminatorLoss, generatorLoss, tensor } from 'maru'
import { charLstm, dcgan, GPT, lenet5, mlp, resnet18, sample, VAE } from 'maru/models'
import { useWinograd } from 'maru/nn'
import { Adam, AdamW, SGD } from 'maru/optim'
import { integers, started, uniform } from './numbers-drawn.mjs'
import { Unsupported } from './serve.mjs'

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)
const numbers = (name, ...shape) => tensor(uniform(name, sizeOf(shape)), shape)
const ids = (name, below, ...shape) => tensor(integers(name, sizeOf(shape), below), shape)

/** Gives every parameter its drawn values, in order; running statistics stay. */
async function drawn(model) {
  const state = new Map(model.stateDict())
  const names = [...state.keys()].slice(0, [...model.namedParameters()].length)
  for (const [i, name] of names.entries()) {
    const { shape } = state.get(name)
    state.set(name, tensor(started(i, name, shape), shape))
  }
  await model.loadStateDict(state)
  return model
}

const optimizers = {
  adam: (parameters) => new Adam(parameters, { lr: 1e-3 }),
  adamw: (parameters) => new AdamW(parameters, { lr: 3e-4 }),
  sgd: (parameters) => new SGD(parameters, { lr: 0.01, momentum: 0.9 }),
  'sgd with decay': (parameters) =>
    new SGD(parameters, { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 }),
}

/** One compiled step of a classifier, of every position where there are several. */
async function classifier(network, how, x, y) {
  const model = await drawn(network)
  const optimizer = optimizers[how](model.parameters())
  const step = compile((x, y) => {
    const logits = model.call(x)
    const loss = crossEntropy(logits.reshape([-1, logits.shape.at(-1)]), y.reshape([-1]))
    optimizer.step(loss)
    return loss
  })
  return async () => (await step(x, y)).item()
}

/** By model: functions of a spec that give a step that resolves to its loss. */
const steps = {
  mlp({ batch, depth = 2, width = 512 }) {
    const sizes = [784, ...Array(depth).fill(width), 10]
    return classifier(mlp(sizes), 'adam', numbers('x', batch, 784), ids('y', 10, batch))
  },
  lenet: ({ batch }) =>
    classifier(lenet5(), 'sgd', numbers('x', batch, 1, 28, 28), ids('y', 10, batch)),
  resnet18({ batch, winograd = false }) {
    const model = useWinograd(resnet18(), winograd)
    return classifier(model, 'sgd with decay', numbers('x', batch, 3, 32, 32), ids('y', 10, batch))
  },
  'char-lstm': ({ batch, time = 64 }) =>
    classifier(charLstm(), 'adam', ids('x', 96, batch, time), ids('y', 96, batch, time)),
  gpt({ batch, time = 128, layers = 4 }) {
    const model = new GPT({ vocabulary: 4096, context: time, layers })
    return classifier(model, 'adamw', ids('x', 4096, batch, time), ids('y', 4096, batch, time))
  },
  async dcgan({ batch }) {
    const { generator, discriminator } = dcgan()
    await drawn(generator)
    await drawn(discriminator)
    const kind = { lr: 2e-4, betas: [0.5, 0.999] }
    const ofGenerator = new Adam(generator.parameters(), kind)
    const ofDiscriminator = new Adam(discriminator.parameters(), kind)
    const step = compile((real, noise) => {
      const fake = generator.call(noise)
      const of = [discriminator.call(real), discriminator.call(fake.stopGradient())]
      const judged = discriminatorLoss(...of)
      ofDiscriminator.step(judged)
      const made = generatorLoss(discriminator.call(fake))
      ofGenerator.step(made)
      return judged.add(made)
    })
    const [real, noise] = [numbers('x', batch, 3, 64, 64), numbers('noise', batch, 100, 1, 1)]
    return async () => (await step(real, noise)).item()
  },
  async vae({ batch }) {
    const model = await drawn(new VAE())
    const optimizer = optimizers.adam(model.parameters())
    const step = compile((x, noise) => {
      const loss = model.loss(x, { noise })
      optimizer.step(loss)
      return loss
    })
    const [x, noise] = [numbers('x', batch, 784).abs(), numbers('noise', batch, 20)]
    return async () => (await step(x, noise)).item()
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

/** The logits of a network in evaluation mode. */
export async function infer({ model, batch, winograd = false }) {
  if (model !== 'resnet18') throw new Unsupported(`no model ${model}`)
  const network = useWinograd(await drawn(resnet18()), winograd).eval()
  const forward = compile((x) => network.call(x))
  const x = numbers('x', batch, 3, 32, 32)
  const run = () => forward(x)
  return { run, values: async () => [['logits', await (await run()).data()]] }
}

/** Greedy continuation of eight tokens; values are the scores after each. */
export async function generate({ tokens }) {
  const model = (await drawn(new GPT({ vocabulary: 4096, context: tokens }))).eval()
  const prompt = [...integers('prompt', 8, 4096)]
  async function run(scores) {
    const next = model.continuation()
    let fresh = prompt
    for (let told = 0; told + fresh.length < tokens; ) {
      told += fresh.length
      const logits = await next(fresh)
      scores?.push(...logits)
      fresh = [sample(logits, 0, { temperature: 0 })]
    }
  }
  async function values() {
    const scores = []
    await run(scores)
    return [['scores', scores]]
  }
  return { run: () => run(), values }
}
