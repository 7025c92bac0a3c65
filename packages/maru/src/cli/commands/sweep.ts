/** `maru sweep`: trains for every point of a space of hyper-parameters, and compares what comes of it. */
import { manualSeed } from '../../base/seed.ts'
import { pointsOf } from '../../config/index.ts'
import { isRecord } from '../../nn/settings.ts'
import { table } from '../../terminal/index.ts'
import { judge } from '../judge.ts'
import { follow, planOf } from '../plan.ts'
import { settingsOf } from '../settings.ts'
import { openSource, partsOf } from '../source.ts'
import { words } from '../words.ts'
import { type Command, EXIT } from './command.ts'
import { introduce } from './data.ts'

export const sweep: Command = {
  grammar: {
    words: ['config'],
    options: {
      trials: '<n>',
      epochs: '<n>',
      batch: '<n>',
      seed: '<n>',
      label: '<column>',
      size: '<pixels>',
    },
  },
  async run(given, to) {
    const settings = await settingsOf(given)
    const { seed = 0 } = settings
    const source = await openSource(settings.data, settings)
    introduce(source, to)
    const parts = partsOf(source, seed)
    const judged = parts.validation.length > 0 ? parts.validation : parts.test
    const trials = { trials: given.integer('trials', 1) ?? 10, seed }
    const { space, configOf } = spaceOf(settings.config)
    const points = pointsOf(space, trials)
    const changing = Object.keys(space).filter((name) =>
      points.some((point) => point[name] !== points[0]?.[name]),
    )
    const found = []
    for (const point of points) {
      manualSeed(seed)
      const plan = planOf(configOf(point), parts.encoding, parts.train.length)
      await follow(plan, parts, { seed, callbacks: [] })
      const results = await judge(plan.model, judged, parts.encoding)
      const settings = Object.fromEntries(changing.map((name) => [name, point[name]]))
      const { parameterCount: parameters } = plan.model
      found.push({ settings, parameters, results })
      to.say(`${found.length}/${points.length}`, textOf(settings), textOf(results))
    }
    const [first] = found
    const names = Object.keys(first?.results ?? {})
    const rows = found
      .toSorted(byResult)
      .map(({ settings, parameters, results }) => [
        ...changing.map((name) => shown(settings[name])),
        String(parameters),
        ...names.map((name) => shown(results[name])),
      ])
    to.print(
      table(rows, to.output.screen, { header: [...changing, words().parameterHead, ...names] }),
    )
    to.result(found)
    return EXIT.done
  },
}

/** Drawers and hyper-parameters side by side, and the way back. */
function spaceOf(config: Readonly<Record<string, unknown>>) {
  const { hyperparameters = {}, ...drawers } = config
  const own = isRecord(hyperparameters) ? hyperparameters : {}
  return {
    space: { ...drawers, ...own },
    configOf: (point: Readonly<Record<string, unknown>>): unknown => {
      const pick = (names: object): object =>
        Object.fromEntries(Object.keys(names).map((name) => [name, point[name]]))
      return {
        ...pick(drawers),
        hyperparameters: isRecord(hyperparameters) ? pick(own) : hyperparameters,
      }
    },
  }
}

interface Trial {
  readonly settings: Readonly<Record<string, unknown>>
  readonly results: Readonly<Record<string, number>>
}

/** The more accurate first, or that of the smaller error. */
function byResult({ results: a }: Trial, { results: b }: Trial): number {
  const [worse, better] = [b.accuracy ?? -(b.rmse ?? 0), a.accuracy ?? -(a.rmse ?? 0)]
  return worse - better
}

function shown(value: unknown): string {
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : value.toPrecision(4)
  return typeof value === 'string' ? value : String(JSON.stringify(value))
}

function textOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join('   ')
}
