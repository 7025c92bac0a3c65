/** How `npm start` trains: one recipe for the network and for the classifier it has to beat. */
import { DataLoader, type ImageDataset } from '../data/index.ts'
import { Flatten, Linear, type Module, type Normalize, Sequential } from '../nn/index.ts'
import { Adam, cosine } from '../optim/index.ts'
import { crossEntropy } from '../tensor/loss.ts'
import { type Output, ProgressBar, paint, type Readings } from '../terminal/index.ts'
import {
  type Callback,
  ConfusionMatrix,
  type History,
  type Mistake,
  Mistakes,
  Trainer,
} from '../train/index.ts'
import { interruptible } from './interruptible.ts'
import { phrases } from './phrases.ts'
import { nameOf } from './report.ts'

const BATCH_SIZE = 64
const LEARNING_RATE = 1e-3

export interface Lesson {
  readonly train: ImageDataset
  readonly epochs: number
  readonly seed: number
}

interface Watch {
  readonly callbacks?: readonly Callback[]
  readonly signal?: AbortSignal
}

/** Adam on shuffled batches, its rate falling to 0 along a cosine. */
function learn(
  model: Module,
  { train, epochs, seed }: Lesson,
  watch: Watch = {},
): Promise<History> {
  const loader = new DataLoader(train, { batchSize: BATCH_SIZE, shuffle: true, seed })
  const schedule = cosine(epochs * loader.length)
  const optimizer = new Adam(model.parameters(), { lr: LEARNING_RATE, schedule })
  return new Trainer(model, { optimizer, loss: crossEntropy }).fit(loader, { epochs, ...watch })
}

/** How well a classifier does. */
export interface Judgement {
  readonly samples: number
  /** Share of samples that were mistaken, from 0 to 1. */
  readonly error: number
  readonly confusion: readonly (readonly number[])[]
  /** Every mistake, the most confident first. */
  readonly mistakes: readonly Mistake[]
}

export async function judge(model: Module, test: ImageDataset): Promise<Judgement> {
  const metrics = {
    confusion: new ConfusionMatrix(),
    mistakes: new Mistakes(),
  }
  const trainer = new Trainer(model, { loss: crossEntropy, metrics })
  const found = await trainer.evaluate(new DataLoader(test, { batchSize: 256 }))
  const { confusion, mistakes } = found.metrics
  return { samples: found.samples, error: mistakes.length / found.samples, confusion, mistakes }
}

/** How far training came. */
export interface Progress {
  /** Ctrl-C was pressed. */
  readonly interrupted: boolean
  /** Samples seen, in all epochs. */
  readonly samples: number
  /** Epochs that were begun. */
  readonly epochs: number
  readonly seconds: number
}

/** Trains under a progress bar, until Ctrl-C is pressed. */
export async function learnVisibly(
  model: Module,
  lesson: Lesson,
  output: Output,
): Promise<Progress> {
  const text = phrases()
  const bar = new ProgressBar(output, {
    total: lesson.epochs * lesson.train.length,
    label: paint(output.screen, nameOf('train'), 'dim'),
    unit: text.images,
    plainEverySeconds: 5,
  })
  let seen = { samples: 0, epochs: 0 }
  let smooth: number | undefined
  const start = performance.now()
  const show = (): void => {
    const loss: Readings = smooth === undefined ? {} : { [text.loss]: smooth }
    bar.update(seen.samples, { [text.epoch]: `${seen.epochs}/${lesson.epochs}`, ...loss })
  }
  const watch: Callback = {
    onBatchEnd: ({ epoch, samples }) => {
      seen = { samples, epochs: epoch }
      show()
    },
    onReport: ({ logs: { loss = Number.NaN } }) => {
      smooth = smooth === undefined ? loss : smooth + (loss - smooth) / 2
      show()
    },
  }
  const { value, interrupted } = await interruptible((signal) =>
    learn(model, lesson, { callbacks: [watch], signal }),
  )
  const seconds = (performance.now() - start) / 1000
  const last = value.epochs.at(-1)?.loss
  bar.finish({ [text.loss]: (interrupted ? smooth : last) ?? Number.NaN })
  return { ...seen, interrupted, seconds }
}

/** Test error of a linear classifier after the same lesson, its inputs scaled in the same way. */
export async function linearError(
  lesson: Lesson,
  scale: Normalize,
  test: ImageDataset,
): Promise<number> {
  const [, height, width] = test.shape
  const classes = test.classes.length
  const linear = new Sequential(scale, new Flatten(), new Linear(height * width, classes))
  await learn(linear, lesson)
  return (await judge(linear, test)).error
}
