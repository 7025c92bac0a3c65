/** How well a model does, in the figures that suit what it predicts. */
import { DataLoader, type Dataset, type Sample } from '../data/index.ts'
import type { Module } from '../nn/index.ts'
import { crossEntropy, mseLoss } from '../tensor/loss.ts'
import { Accuracy, MeanSquaredError, R2Score, Trainer } from '../train/index.ts'
import { classesIn, type Encoding, scaleOf } from './encoding.ts'
import type { Reporter } from './reporter.ts'
import { words } from './words.ts'

const BATCH = 256
/** Classes from which it is worth a word whether one is among the first five. */
const MANY_CLASSES = 10

/** Accuracy, of many classes also among the first five, and loss of classes; root mean square error, in units of the label, and R² of numbers. */
export async function judge(
  model: Module,
  dataset: Dataset<Sample>,
  encoding: Encoding,
): Promise<Record<string, number>> {
  if (dataset.length === 0) return {}
  const loader = new DataLoader(dataset, { batchSize: BATCH })
  const classes = classesIn(encoding)
  if (classes) {
    const many = classes.length >= MANY_CLASSES
    const metrics = {
      accuracy: new Accuracy(),
      ...(many && { top5: new Accuracy({ topK: 5 }) }),
    }
    const found = await new Trainer(model, { loss: crossEntropy, metrics }).evaluate(loader)
    return { ...found.metrics, loss: found.loss }
  }
  const { std } = scaleOf(encoding)
  const metrics = { square: new MeanSquaredError(), r2: new R2Score() }
  const trainer = new Trainer(model, { loss: mseLoss, metrics })
  const found = await trainer.evaluate(loader)
  return { rmse: Math.sqrt(found.metrics.square) * std, r2: found.metrics.r2 }
}

export function showResults(results: Readonly<Record<string, number>>, to: Reporter): void {
  const shown = Object.entries(results).map(([name, value]) => {
    return `${name} ${/^(accuracy|top5)$/.test(name) ? `${(100 * value).toFixed(2)} %` : value.toPrecision(4)}`
  })
  if (shown.length > 0) to.say(words().result, shown.join('   '))
}
