import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ReduceOnPlateau, SGD } from '../../src/optim/index.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import { screenOf } from '../../src/terminal/index.ts'
import {
  type Callback,
  CsvLog,
  EarlyStopping,
  type EarlyStoppingOptions,
  ProgressBar,
  RunLog,
  Trainer,
  watchPlateau,
} from '../../src/train/index.ts'
import { loaderOf, type Network, network, sectors, weightsOf } from './small.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'callbacks-'))
})
afterAll(() => rm(home, { recursive: true }))

function trainerOf(model: Network, optimizer = new SGD(model.parameters(), { lr: 0.1 })) {
  return new Trainer(model, { optimizer, loss: crossEntropy })
}

/** Says that an epoch has the next of some readings. */
const script = (name: string, values: readonly number[]): Callback => ({
  onEpochEnd: ({ epoch, logs }) => void Object.assign(logs, { [name]: values[epoch - 1] }),
})

/** Keeps the weights that every epoch ends with. */
function keeper(): { kept: number[][][]; callback: Callback } {
  const kept: number[][][] = []
  return {
    kept,
    callback: { onEpochEnd: async (_, { model }) => void kept.push(await weightsOf(model)) },
  }
}

describe('early stopping', () => {
  const run = async (values: readonly number[], options: EarlyStoppingOptions) => {
    const model = network()
    const { kept, callback } = keeper()
    const stopping = new EarlyStopping({ monitor: 'score', ...options })
    const callbacks = [callback, script('score', values), stopping]
    const epochs = values.length
    const history = await trainerOf(model).fit(loaderOf(sectors(16)), { epochs, callbacks })
    return { model, kept, stopping, history }
  }

  test('[H4.1] ends when its patience is over', async () => {
    const { history, stopping } = await run([5, 4, 4.5, 4.2, 4.1, 1], { patience: 3 })
    expect(history).toMatchObject({ reason: 'stopped', by: 'EarlyStopping' })
    expect([history.epochs.length, stopping.bestEpoch, stopping.best]).toEqual([5, 2, 4])
  })

  test('[H4.2] gives back the best weights bit for bit', async () => {
    const { model, kept } = await run([5, 4, 3, 9, 8, 7], { patience: 3 })
    expect(await weightsOf(model)).toEqual(kept[2])
    expect(kept[2]).not.toEqual(kept[5])
    // after all epochs, too
    const other = await run([1, 2, 3], { patience: 9 })
    expect(await weightsOf(other.model)).toEqual(other.kept[0])
    const last = await run([1, 2, 3], { patience: 9, restoreBest: false })
    expect(await weightsOf(last.model)).toEqual(last.kept[2])
  })

  test('[H4.3] does not count what is better by less than the least difference', async () => {
    const values = [5, 4.95, 4.9, 4.85, 4.8]
    const strict = await run(values, { patience: 2, minDelta: 0.1 })
    expect([strict.history.epochs.length, strict.stopping.bestEpoch]).toEqual([3, 1])
    expect((await run(values, { patience: 2 })).history.epochs).toHaveLength(5)
  })

  test('more is better where that is said; NaN never is', async () => {
    const { NaN: none } = Number
    const { history, stopping } = await run([none, 1, 3, none, 2, 2], { patience: 3, mode: 'max' })
    expect([history.epochs.length, stopping.bestEpoch]).toEqual([6, 3])
    expect((await run([none, none, none], { patience: 2 })).history.epochs).toHaveLength(2)
  })

  test.each([
    ['a reading that there is not', { monitor: 'accuracy' }, 'monitor.name'],
    ['no patience', { patience: 0 }, 'value.integer'],
    ['a mode that there is not', { mode: 'best' as never }, 'monitor.mode'],
  ])('refuses %s', async (_, options, key) => {
    await expect(run([1], options)).rejects.toMatchObject({ key })
  })
})

test('a plateau is told how things stand after every epoch', async () => {
  const model = network()
  const plateau = new ReduceOnPlateau({ patience: 1, factor: 0.1 })
  const optimizer = new SGD(model.parameters(), { lr: 0.1, schedule: plateau.schedule })
  const values = [5, 5, 5, 5, 5, 5]
  const callbacks = [script('score', values), watchPlateau(plateau, { monitor: 'score' })]
  const trainer = trainerOf(model, optimizer)
  const { epochs } = await trainer.fit(loaderOf(sectors(16)), { epochs: 6, callbacks })
  const rates = epochs.map(({ lr = 0 }) => lr)
  const wanted = [0.1, 0.1, 0.1, 0.01, 0.01, 0.001]
  expect(rates).toEqual(wanted.map((rate) => expect.closeTo(rate, 12)))
})

test('a table of epochs', async () => {
  const path = join(home, 'table', 'epochs.csv')
  const { epochs } = await trainerOf(network()).fit(loaderOf(sectors(16)), {
    epochs: 3,
    validation: loaderOf(sectors(16)),
    callbacks: [new CsvLog(path)],
  })
  const [head, ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(head).toBe('epoch,loss,lr,valLoss')
  expect(rows.map((row) => row.split(',').map(Number))).toEqual(
    epochs.map(({ loss, lr, valLoss }, i) => [i + 1, loss, lr, valLoss]),
  )
})

describe('the log of a run', () => {
  const lines = async (folder: string): Promise<Record<string, unknown>[]> => {
    const text = await readFile(join(folder, 'events.jsonl'), 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  test('[I9.4] has the settings of the run, and every event but those of batches', async () => {
    const folder = join(home, 'log')
    await trainerOf(network()).fit(loaderOf(sectors(40)), {
      epochs: 2,
      validation: loaderOf(sectors(16)),
      reportEvery: 2,
      callbacks: [new RunLog(folder)],
      settings: { width: 8, note: '넓이' },
    })
    const events = await lines(folder)
    expect(events.map(({ type }) => type)).toEqual([
      'fitBegin',
      ...['epochBegin', 'report', 'report', 'validationBegin', 'validationEnd', 'epochEnd'],
      ...['epochBegin', 'report', 'report', 'validationBegin', 'validationEnd', 'epochEnd'],
      'fitEnd',
    ])
    expect(events[0]).toMatchObject({
      epochs: 2,
      batches: 3,
      epochSamples: 40,
      parameters: 51,
      settings: { optimizer: 'SGD', lr: 0.1, batchSize: 16, seed: 3, width: 8, note: '넓이' },
    })
    expect(events.every(({ time }) => Number.isInteger(time))).toBe(true)
    expect(events.at(-2)).toMatchObject({ epoch: 2, step: 6, samples: 80 })
  })

  test('goes on behind a line that was cut off, and has numbers that JSON has not', async () => {
    const folder = join(home, 'cut')
    const fit = (values: readonly number[]) =>
      trainerOf(network()).fit(loaderOf(sectors(16)), {
        callbacks: [script('score', values), new RunLog(folder)],
      })
    await fit([Number.NaN])
    await appendFile(join(folder, 'events.jsonl'), '{"time":1,"type":"rep')
    await fit([Number.POSITIVE_INFINITY])
    const text = await readFile(join(folder, 'events.jsonl'), 'utf8')
    const whole = text
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line))
    const ends = whole.filter(({ type }) => type === 'epochEnd')
    expect(ends.map(({ logs }) => logs.score)).toEqual(['NaN', 'Infinity'])
    expect(whole).toHaveLength(10)
  })

  test('is written event by event', async () => {
    const folder = join(home, 'live')
    const seen: unknown[] = []
    const look: Callback = {
      last: true,
      onEpochEnd: async () => void seen.push((await lines(folder)).at(-1)),
    }
    await trainerOf(network()).fit(loaderOf(sectors(16)), { callbacks: [new RunLog(folder), look] })
    expect(seen).toEqual([expect.objectContaining({ type: 'epochEnd', epoch: 1 })])
  })

  test('a folder that cannot be made is an error', async () => {
    const callbacks = [new RunLog(join(home, 'table', 'epochs.csv', 'x'))]
    const run = trainerOf(network()).fit(loaderOf(sectors(16)), { callbacks })
    await expect(run).rejects.toMatchObject({ key: 'file.folder' })
    expect(await readdir(home)).not.toContain('x')
  })
})

describe('a bar', () => {
  const draw = async (isTTY: boolean, body: (callback: Callback) => Promise<unknown>) => {
    let text = ''
    const screen = screenOf({ isTTY, columns: 100 }, { LANG: 'C.UTF-8', TERM: 'xterm' })
    const write = (more: string): void => {
      text += more
    }
    await body(new ProgressBar({ output: { screen, write } }))
    // colours are the bar's own affair
    return stripVTControlCharacters(text)
  }

  test('leaves a line for each epoch', async () => {
    const text = await draw(false, (bar) =>
      trainerOf(network()).fit(loaderOf(sectors(40)), {
        epochs: 2,
        validation: loaderOf(sectors(16)),
        callbacks: [bar],
      }),
    )
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^epoch 1\/2 {2}40 samples .* loss [\d.]+ {2}valLoss [\d.]+$/)
    expect(lines[1]).toMatch(/^epoch 2\/2 {2}40 samples /)
  })

  test('is drawn in a terminal, and says what one should know above', async () => {
    const text = await draw(true, (bar) =>
      trainerOf(network()).fit(loaderOf(sectors(40)), {
        callbacks: [bar, { onBatchEnd: (_, fit) => fit.notice('skipped', { loss: 'NaN' }) }],
      }),
    )
    expect(text).toMatch(/\r.*epoch 1\/1 .* \d+ %/)
    expect(text).toMatch(/step 2 was not made: loss NaN or its gradient is not finite\n/)
  })

  test('of a stream there is only the line', async () => {
    const stream = {
      *[Symbol.iterator]() {
        yield* loaderOf(sectors(40))
      },
    }
    const text = await draw(true, (bar) => trainerOf(network()).fit(stream, { callbacks: [bar] }))
    expect(text.trimEnd().split('\n')).toHaveLength(1)
    expect(text).toMatch(/^epoch 1\/1 {2}40 samples .* loss [\d.]+$/m)
    expect(text).not.toMatch(/NaN|Infinity|%/)
  })
})
