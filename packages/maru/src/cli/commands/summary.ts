/** `maru summary`: the layers of a saved model. */
import { loadModel } from '../../models/index.ts'
import { summary as summaryOf } from '../../nn/index.ts'
import { inputShape } from '../encoding.ts'
import { readRecord } from '../record.ts'
import { type Command, EXIT } from './command.ts'

export const summary: Command = {
  grammar: { words: ['run'], options: {} },
  async run(given, to) {
    const [folder = ''] = given.words
    const model = await loadModel(folder)
    const record = await readRecord(folder).catch(() => undefined)
    const found = summaryOf(model, record && inputShape(record.encoding))
    to.print(String(found))
    to.result({ parameters: found.parameters, layers: found.rows })
    return EXIT.done
  },
}
