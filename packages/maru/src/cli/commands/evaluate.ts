/** `maru evaluate`: how well the model of a run does on other data. */
import { loadModel } from '../../models/index.ts'
import { judge, showResults } from '../judge.ts'
import { readRecord } from '../record.ts'
import { openLike } from '../source.ts'
import { words } from '../words.ts'
import { type Command, EXIT } from './command.ts'

export const evaluate: Command = {
  grammar: { words: ['run', 'data'], options: {} },
  async run(given, to) {
    const [folder = '', path = ''] = given.words
    const { encoding } = await readRecord(folder)
    const model = await loadModel(folder)
    const dataset = await openLike(path, encoding)
    const results = await judge(model, dataset, encoding)
    to.say(words().data, words().samples(dataset.length))
    showResults(results, to)
    to.result({ samples: dataset.length, ...results })
    return EXIT.done
  },
}
