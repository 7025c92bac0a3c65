/** `maru predict`: what a model says of data, one JSON object a line. */
import { DataLoader } from '../../data/index.ts'
import { loadModel } from '../../models/index.ts'
import { mseLoss } from '../../tensor/loss.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { decodePredictions, Trainer } from '../../train/index.ts'
import { classesIn, type Encoding, scaleOf } from '../encoding.ts'
import { readRecord } from '../record.ts'
import { openLike } from '../source.ts'
import { type Command, EXIT } from './command.ts'

const BATCH = 256

export const predict: Command = {
  grammar: { words: ['run', 'data'], options: {} },
  async run(given, to) {
    const [folder = '', path = ''] = given.words
    const { encoding } = await readRecord(folder)
    const trainer = new Trainer(await loadModel(folder), { loss: mseLoss })
    const loader = new DataLoader(await openLike(path, encoding), { batchSize: BATCH })
    for await (const { inputs } of loader) {
      const outputs = await trainer.predict(inputs)
      for (const answer of await answersOf(outputs, encoding)) to.line(answer)
    }
    return EXIT.done
  },
}

/** The likeliest class with the percentage of every one, or the number in units of the label. */
async function answersOf(outputs: Tensor, encoding: Encoding): Promise<object[]> {
  const classes = classesIn(encoding)
  if (!classes) {
    const { mean, std } = scaleOf(encoding)
    return Array.from(await outputs.data(), (value) => ({ value: Number(value) * std + mean }))
  }
  return (await decodePredictions(outputs, classes)).map((found) => ({
    label: found[0]?.label,
    percent: Object.fromEntries(found.map(({ label, percent }) => [label, round(percent)])),
  }))
}

function round(percent: number): number {
  return Number(percent.toFixed(4))
}
