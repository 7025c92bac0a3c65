/** `maru train`: looks at data, chooses a network, trains, tests and saves it. */
import { manualSeed } from '../../base/seed.ts'
import { DataLoader } from '../../data/index.ts'
import { makeFolder } from '../../io/index.ts'
import { saveModel } from '../../models/index.ts'
import type { Module } from '../../nn/index.ts'
import { Adam, cosine } from '../../optim/index.ts'
import { crossEntropy, mseLoss } from '../../tensor/loss.ts'
import {
  type Callback,
  Checkpoint,
  EarlyStopping,
  type History,
  ProgressBar,
  RunLog,
  Trainer,
} from '../../train/index.ts'
import { classesIn, type Encoding, inputShape } from '../encoding.ts'
import { interruptible } from '../interruptible.ts'
import { judge, showResults } from '../judge.ts'
import { type Proposal, propose } from '../proposal.ts'
import { type RunRecord, writeRecord } from '../record.ts'
import type { Reporter } from '../reporter.ts'
import { settingsOf, type TrainSettings } from '../settings.ts'
import { openSource, type Parts, partsOf } from '../source.ts'
import { words } from '../words.ts'
import { type Command, EXIT } from './command.ts'
import { factsOf, introduce } from './data.ts'

/** Epochs without a better validation loss, after which training ends. */
const PATIENCE = 8

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
    const proposal = planOf(settings, encoding, train.length)
    const { model, name, reasons } = proposal
    to.say(text.model, text.parameters(name, model.parameterCount))
    to.say(text.why, ...reasons)
    const folder = settings.out ?? (await newFolder(settings.data, seed))
    const learned = await learn(parts, { ...proposal, encoding, seed, folder }, to)
    const { value: history, interrupted } = learned
    const results = await judge(model, test, encoding)
    const record: RunRecord = {
      model: name,
      parameters: model.parameterCount,
      encoding,
      settings: settingsToKeep(settings, proposal, seed),
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

/** The proposal, with what was asked for in its place. */
function planOf(
  { model, epochs, batchSize, lr }: TrainSettings,
  encoding: Encoding,
  samples: number,
): Proposal {
  const proposal = propose(encoding, samples)
  const own = model && { model, name: model.describe(), reasons: [] }
  return {
    ...proposal,
    ...own,
    epochs: epochs ?? proposal.epochs,
    batchSize: batchSize ?? proposal.batchSize,
    lr: lr ?? proposal.lr,
  }
}

interface Plan extends Proposal {
  readonly encoding: Encoding
  readonly seed: number
  readonly folder: string
}

async function learn(
  { train, validation }: Parts,
  { model, encoding, epochs, batchSize, lr, seed, folder }: Plan,
  to: Reporter,
): Promise<{ value: History; interrupted: boolean }> {
  const loader = new DataLoader(train, { batchSize, shuffle: true, seed })
  const schedule = cosine(epochs * loader.length)
  const optimizer = new Adam(model.namedParameters(), { lr, schedule })
  const loss = classesIn(encoding) ? crossEntropy : mseLoss
  const trainer = new Trainer<Module>(model, { optimizer, loss })
  const judged = validation.length > 0
  const callbacks: Callback[] = [
    new ProgressBar({ output: to.output }),
    new RunLog(folder),
    new Checkpoint(`${folder}/checkpoints`, { keep: 1 }),
    ...(judged ? [new EarlyStopping({ patience: PATIENCE })] : []),
  ]
  const watch = judged ? { validation: new DataLoader(validation, { batchSize: 256 }) } : {}
  return interruptible((signal) => trainer.fit(loader, { epochs, callbacks, signal, ...watch }))
}

function settingsToKeep(
  { data }: TrainSettings,
  { epochs, batchSize, lr }: Proposal,
  seed: number,
): RunRecord['settings'] {
  return { data, epochs, batchSize, lr, seed }
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
