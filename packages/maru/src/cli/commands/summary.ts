/** `maru summary`: the layers of a saved model. */
import { loadModel } from '../../models/index.ts'
import { summary as summaryOf } from '../../nn/index.ts'
import { type Encoding, widthOf } from '../encoding.ts'
import { readRecord } from '../record.ts'
import { type Command, EXIT } from './command.ts'

export const summary: Command = {
  grammar: { words: ['run'], options: {} },
  async run(given, to) {
    const [folder = ''] = given.words
    const model = await loadModel(folder)
    const record = await readRecord(folder).catch(() => undefined)
    const found = summaryOf(model, record && inputOf(record.encoding))
    to.print(String(found))
    to.result({ parameters: found.parameters, layers: found.rows })
    return EXIT.done
  },
}

/** Shape of a batch of one. */
export function inputOf(encoding: Encoding): number[] {
  return encoding.kind === 'table'
    ? [1, widthOf(encoding)]
    : [1, encoding.channels, ...encoding.size]
}
