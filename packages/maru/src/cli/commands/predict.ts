/** `maru predict`: what a model says of data, one JSON object a line. */
import { DataLoader } from '../../data/index.ts'
import { loadModel } from '../../models/index.ts'
import { mseLoss } from '../../tensor/loss.ts'
import { Trainer } from '../../train/index.ts'
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
      const made = classesIn(encoding) ? outputs.softmax(1) : outputs
      const values = await made.data()
      const width = made.node.shape[1] ?? 1
      for (let at = 0; at < values.length; at += width) {
        to.line(answerOf([...values.subarray(at, at + width)], encoding))
      }
    }
    return EXIT.done
  },
}

/** The likeliest class with every probability, or the number in units of the label. */
function answerOf(values: readonly number[], encoding: Encoding): object {
  const classes = classesIn(encoding)
  if (!classes) {
    const { mean, std } = scaleOf(encoding)
    return { value: (values[0] ?? 0) * std + mean }
  }
  const best = values.reduce((at, value, i) => (value > (values[at] ?? 0) ? i : at), 0)
  const shares = classes.map((name, i) => [name, round(values[i] ?? 0)])
  return {
    label: classes[best],
    probability: round(values[best] ?? 0),
    shares: Object.fromEntries(shares),
  }
}

function round(share: number): number {
  return Number(share.toFixed(6))
}
