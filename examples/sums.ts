/** What the experiments on the adding problem share: how it is learned, and what mistakes are left. */
import { mseLoss, type Tensor, tensor } from 'maru'
import { DataLoader, generateAdding } from 'maru/data'
import { LSTM, type Module, Sequential } from 'maru/nn'
import { Adam, clipNorm, cosine } from 'maru/optim'
import { Trainer } from 'maru/train'
import { watch } from './experiment.ts'

/** Mean squared error of always answering 1. */
export const BASELINE: number = 1 / 6
/** A sum that is off by less is right. */
export const LIMIT: number = 0.04
/** Sequences to be judged by, none of which was learned from. */
const JUDGED = 2000

/** @shape x [N, time, features] → [N, features], of the last step */
export class LastStep extends Sequential<readonly Module[]> {
  override forward(x: Tensor): Tensor {
    return super.forward(x).select(1, -1)
  }
}

/** What is added in the gates of an LSTM at first, instead of chance; PyTorch's order. */
interface GateBiases {
  readonly input?: number
  readonly forget: number
}

/** An LSTM over value and mark whose gates keep what they hold, at first, and let in little if asked. */
export async function remembering(hidden: number, biases: GateBiases): Promise<Module> {
  const lstm = new LSTM<number, number, object>(2, hidden, { batchFirst: true })
  const start = new Map(lstm.stateDict())
  for (const [name, value] of start) {
    if (!name.startsWith('bias_ih')) continue
    const all = (await value.data()).slice().fill(biases.forget, hidden, 2 * hidden)
    start.set(name, tensor(biases.input === undefined ? all : all.fill(biases.input, 0, hidden)))
  }
  await lstm.loadStateDict(start)
  return lstm
}

export interface SumsRecipe {
  readonly name: string
  /** Numbers in a sequence. */
  readonly length: number
  /** Sequences to learn from. */
  readonly samples: number
  readonly epochs: number
  readonly lr: number
  readonly seed: number
}

export interface Mistakes {
  readonly seed: number
  /** Mean squared error. */
  readonly mse: number
  readonly largest: number
  /** Sequences whose sum is off by `LIMIT` or more. */
  readonly wrong: number
  readonly judged: number
}

/** Adam on batches of 32, the rate falling to 0 along a cosine, gradients no longer than 1. @shape model [N, length, 2] → [N, 1] */
export async function learnSums(model: Module, recipe: SumsRecipe): Promise<Mistakes> {
  const { name, length, samples, epochs, lr, seed } = recipe
  const train = generateAdding(samples, { length, seed })
  const loader = new DataLoader(train, { batchSize: 32, shuffle: true, seed })
  const schedule = cosine(epochs * loader.length)
  const optimizer = new Adam(model.parameters(), { lr, schedule, clip: clipNorm(1) })
  const trainer = new Trainer(model, { optimizer, loss: mseLoss })
  await trainer.fit(loader, { epochs, callbacks: [watch(`${name}, seed ${seed}`)] })

  const judged = Math.min(JUDGED, samples)
  const tests = new DataLoader(generateAdding(judged, { length, seed: 1000 + seed }), {
    batchSize: 100,
  })
  let [squares, largest, wrong] = [0, 0, 0]
  for await (const { inputs, labels } of tests) {
    const off = (await trainer.predict(inputs)).sub(labels).abs()
    squares += await off.square().sum().item()
    largest = Math.max(largest, await off.max().item())
    wrong += await off.greaterEqual(LIMIT).cast('float32').sum().item()
  }
  return { seed, mse: squares / judged, largest, wrong, judged }
}

/** Mistakes in words. */
export const mistaken = ({ seed, mse, largest, wrong, judged }: Mistakes): string =>
  `seed ${seed}: ${wrong} of ${judged} wrong, off by at most ${largest.toFixed(4)}, mean squared error ${mse.toExponential(2)}`
