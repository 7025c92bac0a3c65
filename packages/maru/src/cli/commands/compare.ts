/** `maru compare`: runs side by side. */
import { sparkline, table } from '../../terminal/index.ts'
import { readRecord } from '../record.ts'
import { words } from '../words.ts'
import { type Command, EXIT } from './command.ts'

export const compare: Command = {
  grammar: { words: ['run', '…'], options: {} },
  async run(given, to) {
    const runs = await Promise.all(
      given.words.map(async (folder) => ({ folder, ...(await readRecord(folder)) })),
    )
    const { screen } = to.output
    const rows = runs.map(({ folder, model, parameters, results, history }) => {
      const losses = history.map(({ valLoss, loss }) => valLoss ?? loss ?? Number.NaN)
      const figures = Object.entries(results).map(
        ([name, value]) => `${name} ${value.toPrecision(4)}`,
      )
      const course = `${sparkline(losses, screen)} ${losses.at(-1)?.toPrecision(4) ?? ''}`
      return [folder, model, String(history.length), String(parameters), figures.join(', '), course]
    })
    to.print(table(rows, screen, { header: words().runHeads }))
    to.result(
      runs.map(({ folder, model, parameters, settings, results, history }) => {
        return { folder, model, parameters, settings, results, epochs: history.length }
      }),
    )
    return EXIT.done
  },
}
