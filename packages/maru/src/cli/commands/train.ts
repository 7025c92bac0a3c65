/** `maru train`: looks at data, chooses a network, trains, tests and saves it. */
import { manualSeed } from '../../base/seed.ts'
import { makeFolder } from '../../io/index.ts'
import { saveModel } from '../../models/index.ts'
import { Checkpoint, ProgressBar, RunLog } from '../../train/index.ts'
import { inputShape } from '../encoding.ts'
import { interruptible } from '../interruptible.ts'
import { judge, showResults } from '../judge.ts'
import { follow, type Plan, planOf } from '../plan.ts'
import { type RunRecord, writeRecord } from '../record.ts'
import { settingsOf, type TrainSettings } from '../settings.ts'
import { openSource, partsOf } from '../source.ts'
import { words } from '../words.ts'
import { type Command, EXIT } from './command.ts'
import { factsOf, introduce } from './data.ts'

export const train: Command = {
  grammar: {
    words: ['data or config'],
    options: {
      label: '<column>',
      epochs: '<n>',
      batch: '<n>',
      lr: '<x>',
      seed: '<n>',
      size: '<pixels>',
      out: '<folder>',
    },
  },
  async run(given, to) {
    const settings = await settingsOf(given)
    const { seed = 0 } = settings
    const text = words()
    const source = await openSource(settings.data, settings)
    introduce(source, to)
    const parts = partsOf(source, seed)
    const { train, validation, test, encoding } = parts
    to.say('', text.parts(train.length, validation.length, test.length))
    manualSeed(seed)
    const plan = planOf(settings.config, encoding, train.length)
    const { model, name, reasons } = plan
    to.say(text.model, text.parameters(name, model.parameterCount))
    if (reasons.length > 0) to.say(text.why, ...reasons)
    const folder = settings.out ?? (await newFolder(settings.data, seed))
    const callbacks = [
      new ProgressBar({ output: to.output }),
      new RunLog(folder),
      new Checkpoint(`${folder}/checkpoints`, { keep: 1 }),
    ]
    const learned = await interruptible((signal) =>
      follow(plan, parts, { seed, callbacks, signal }),
    )
    const { value: history, interrupted } = learned
    const results = await judge(model, test, encoding)
    const record: RunRecord = {
      model: name,
      parameters: model.parameterCount,
      encoding,
      settings: settingsToKeep(settings, plan, seed),
      results,
      history: history.epochs,
    }
    await saveModel(folder, model, {
      card: { title: name, results, input: inputShape(encoding) },
    })
    await writeRecord(folder, record)
    if (interrupted) to.say(text.stopped, text.stoppedAt(history.epochs.length + 1))
    showResults(results, to)
    to.say(text.saved, folder)
    const { reason } = history
    to.result({ folder, data: factsOf(source), ...record, reason, interrupted })
    return interrupted ? EXIT.interrupted : EXIT.done
  },
}

function settingsToKeep(
  { data, config }: TrainSettings,
  { epochs, batchSize, lr }: Plan,
  seed: number,
): RunRecord['settings'] {
  const { connectivity, hyperparameters, ...named } = config
  const own = typeof connectivity === 'string' ? { connectivity } : {}
  // names and numbers, as `readConfig` has found
  const others = { ...own, ...named, ...Object(hyperparameters) } as RunRecord['settings']
  return { ...others, data, epochs, batchSize, lr: lr ?? null, seed }
}

/** `runs/name-seed-0`, `runs/name-seed-0-2`, …: the first that is not there. */
async function newFolder(data: string, seed: number): Promise<string> {
  const { basename, extname } = await import('node:path')
  const { mkdir } = await import('node:fs/promises')
  const name = basename(data, extname(data))
  await makeFolder('runs')
  for (let i = 1; ; i++) {
    const folder = `runs/${name}-seed-${seed}${i === 1 ? '' : `-${i}`}`
    const made = await mkdir(folder).then(
      () => true,
      () => false,
    )
    if (made) return folder
  }
}
