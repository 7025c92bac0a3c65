/** Which network suits data, and why. */
import { mlp } from '../models/index.ts'
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  Normalize,
  ReLU,
  Sequential,
} from '../nn/index.ts'
import { classesIn, type Encoding, inputShape, type TableEncoding } from './encoding.ts'
import { words } from './words.ts'

export interface Proposal {
  readonly model: Module
  readonly name: string
  /** Sentences, in the language that is set. */
  readonly reasons: readonly string[]
  readonly epochs: number
  readonly batchSize: number
  readonly lr: number
}

/** Rows below which a network with hidden layers learns the rows by heart. */
const FEW_ROWS = 200
const HIDDEN = 64
/** Samples of a batch, at most. */
const BATCH = 64
/** Steps that are aimed at, within bounds on epochs. */
const STEPS = 2000
const EPOCHS = { least: 5, most: 60 }

/** Chooses a network, and how to train it, for so many samples. */
export function propose(encoding: Encoding, samples: number): Proposal {
  const batchSize = Math.max(1, Math.min(BATCH, Math.ceil(samples / 10)))
  const wanted = Math.round((STEPS * batchSize) / Math.max(1, samples))
  const epochs = Math.min(EPOCHS.most, Math.max(EPOCHS.least, wanted))
  const chosen = encoding.kind === 'table' ? forTable(encoding, samples) : forPictures(encoding)
  return { ...chosen, epochs, batchSize, lr: 1e-3 }
}

type Choice = Pick<Proposal, 'model' | 'name' | 'reasons'>

function forTable(encoding: TableEncoding, samples: number): Choice {
  const [, inputs = 0] = inputShape(encoding)
  const outputs = outputsOf(encoding)
  const text = words()
  if (samples < FEW_ROWS) {
    const name = classesIn(encoding) ? 'logistic regression' : 'linear regression'
    return {
      model: new Sequential(new Linear(inputs, outputs)),
      name,
      reasons: [text.fewRows(samples)],
    }
  }
  const model = mlp([inputs, HIDDEN, HIDDEN, outputs])
  const reasons = [
    text.manyRows(samples, inputs),
    text.loss(classesIn(encoding) ? 'class' : 'number'),
  ]
  return { model, name: `MLP ${inputs}-${HIDDEN}-${HIDDEN}-${outputs}`, reasons }
}

/** Three stages of convolutions, each of half the size; the mean over what is left is classified. */
function forPictures(encoding: Encoding & { readonly kind: 'pictures' }): Choice {
  const {
    channels,
    size: [height, width],
  } = encoding
  const [a, b, c] = [16, 32, 64]
  const [down, right] = [Math.floor(height / 8), Math.floor(width / 8)]
  const stage = (from: number, to: number): Module[] => [
    new Conv2d(from, to, 3, { padding: 1, bias: false }),
    new BatchNorm2d(to),
    new ReLU(),
    new MaxPool2d(2),
  ]
  const model = new Sequential<readonly Module[]>(
    new Normalize(0.5, 0.25),
    ...stage(channels, a),
    ...stage(a, b),
    ...stage(b, c),
    new Flatten(),
    new Dropout(0.25),
    new Linear<number, number>(c * down * right, outputsOf(encoding)),
  )
  const text = words()
  return {
    model,
    name: `CNN ${a}-${b}-${c}`,
    reasons: [text.pictures(height, width), text.loss('class')],
  }
}

/** Numbers that a network gives. */
function outputsOf(encoding: Encoding): number {
  return classesIn(encoding)?.length ?? 1
}
