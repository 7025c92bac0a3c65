/** How `npm start` trains: one recipe for the network and for the classifier it has to beat. */
import { DataLoader, type ImageDataset } from '../data/index.ts'
import { Flatten, Linear, type Module, Sequential } from '../nn/index.ts'
import { Adam, cosine } from '../optim/index.ts'
import { type BatchReport, evaluate, fit } from '../train/index.ts'
import { phrases } from './phrases.ts'
import { nameOf } from './report.ts'
import { type Output, ProgressBar, paint } from './terminal/index.ts'

const BATCH_SIZE = 64
const LEARNING_RATE = 1e-3

export interface Lesson {
  readonly train: ImageDataset
  readonly epochs: number
  readonly seed: number
}

/** Adam on shuffled batches, its rate falling to 0 along a cosine. Returns the mean loss of each epoch. */
function learn(
  model: Module,
  { train, epochs, seed }: Lesson,
  onBatch: (report: BatchReport) => void = () => {},
): Promise<number[]> {
  const loader = new DataLoader(train, { batchSize: BATCH_SIZE, shuffle: true, seed })
  const schedule = cosine(epochs * loader.length)
  const optimizer = new Adam(model.parameters(), { lr: LEARNING_RATE, schedule })
  return fit(model, optimizer, loader, { epochs, onBatch })
}

/** Trains under a progress bar. Returns the seconds it took. */
export async function learnVisibly(model: Module, lesson: Lesson, output: Output): Promise<number> {
  const text = phrases()
  const bar = new ProgressBar(output, {
    total: lesson.epochs * lesson.train.length,
    label: paint(output.screen, nameOf('train'), 'dim'),
    unit: text.images,
    plainEverySeconds: 5,
  })
  let smooth: number | undefined
  const start = performance.now()
  const losses = await learn(model, lesson, ({ epoch, samples, loss }) => {
    smooth = smooth === undefined ? loss : smooth + (loss - smooth) / 20
    bar.update(samples, { [text.epoch]: `${epoch}/${lesson.epochs}`, [text.loss]: smooth })
  })
  const seconds = (performance.now() - start) / 1000
  bar.finish({ [text.loss]: losses.at(-1) ?? Number.NaN })
  return seconds
}

/** Test error of a linear classifier after the same lesson. */
export async function linearError(lesson: Lesson, test: ImageDataset): Promise<number> {
  const [, height, width] = test.shape
  const linear = new Sequential(new Flatten(), new Linear(height * width, test.classes.length))
  await learn(linear, lesson)
  return (await evaluate(linear, test)).error
}
