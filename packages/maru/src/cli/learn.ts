/** How `npm start` trains: one recipe for the network and for the classifier it has to beat. */
import { DataLoader, type ImageDataset } from '../data/index.ts'
import { Flatten, Linear, type Module, type Normalize, Sequential } from '../nn/index.ts'
import { Adam, cosine } from '../optim/index.ts'
import { type BatchReport, evaluate, type FitOptions, fit } from '../train/index.ts'
import { phrases } from './phrases.ts'
import { nameOf } from './report.ts'
import { type Output, ProgressBar, paint } from '../terminal/index.ts'

const BATCH_SIZE = 64
const LEARNING_RATE = 1e-3

export interface Lesson {
  readonly train: ImageDataset
  readonly epochs: number
  readonly seed: number
}

type Watch = Pick<FitOptions, 'onBatch' | 'signal'>

/** Adam on shuffled batches, its rate falling to 0 along a cosine. Returns the mean loss of each epoch. */
function learn(
  model: Module,
  { train, epochs, seed }: Lesson,
  watch: Watch = {},
): Promise<number[]> {
  const loader = new DataLoader(train, { batchSize: BATCH_SIZE, shuffle: true, seed })
  const schedule = cosine(epochs * loader.length)
  const optimizer = new Adam(model.parameters(), { lr: LEARNING_RATE, schedule })
  return fit(model, optimizer, loader, { epochs, ...watch })
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
  const onBatch = ({ epoch, samples, loss }: BatchReport): void => {
    seen = { samples, epochs: epoch }
    smooth = smooth === undefined ? loss : smooth + (loss - smooth) / 20
    bar.update(samples, { [text.epoch]: `${epoch}/${lesson.epochs}`, [text.loss]: smooth })
  }
  const { value: losses, interrupted } = await interruptible((signal) =>
    learn(model, lesson, { onBatch, signal }),
  )
  const seconds = (performance.now() - start) / 1000
  bar.finish({ [text.loss]: (interrupted ? smooth : losses.at(-1)) ?? Number.NaN })
  return { ...seen, interrupted, seconds }
}

/** Tells work of the first Ctrl-C. The second one ends the process, as it does without this. */
async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ value: T; interrupted: boolean }> {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  process.once('SIGINT', abort)
  try {
    const value = await work(controller.signal)
    return { value, interrupted: controller.signal.aborted }
  } finally {
    process.off('SIGINT', abort)
  }
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
  return (await evaluate(linear, test)).error
}
