import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { newestCheckpoint } from '../../src/io/checkpoint.ts'
import { Adam, cosine, ReduceOnPlateau, SGD } from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { crossEntropy } from '../../src/tensor/loss.ts'
import {
  type Callback,
  Checkpoint,
  EarlyStopping,
  type FitOptions,
  loadBest,
  type Notice,
  type Precision,
  type Supervised,
  Trainer,
  watchPlateau,
} from '../../src/train/index.ts'
import { loaderOf, network, sectors, weightsOf } from './small.ts'

let home = ''
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'resume-'))
})
afterAll(() => rm(home, { recursive: true }))

let folders = 0
const folder = (): string => join(home, `run-${folders++}`)

/** What a process that has just started would make: other weights, other streams, a new loader. */
function setup({ precision = 'float32' as Precision, accumulate = 1, scramble = false } = {}) {
  const model = network(scramble ? 99 : 3, 0.3)
  const plateau = new ReduceOnPlateau({ patience: 0, factor: 0.5 })
  const schedule = (step: number): number => cosine(40)(step) * plateau.schedule(step)
  const optimizer = new Adam(model.parameters(), { lr: 0.03, schedule, accumulate })
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy, precision })
  const stopping = new EarlyStopping({ patience: 3 })
  const callbacks: Callback[] = [stopping, watchPlateau(plateau)]
  manualSeed(scramble ? 12345 : 7)
  return { model, optimizer, trainer, callbacks, loader: loaderOf(sectors(40, 0.2), 8) }
}

const common = (scale = 0.3, epochs = 6): FitOptions<Supervised> => ({
  epochs,
  validation: loaderOf(sectors(24, scale)),
})

async function outcome({ model, optimizer }: ReturnType<typeof setup>) {
  const states = [...optimizer.stateDict()]
  const moments = await Promise.all(states.map(async ([name, each]) => [name, await each.array()]))
  return { weights: await weightsOf(model), moments }
}

const stopAt = (at: number, controller: AbortController): Callback => ({
  onBatchEnd: ({ step }) => {
    if (step === at) controller.abort()
  },
})

describe('a resumed run is the uninterrupted one, bit for bit,', () => {
  const cases: [string, number, Parameters<typeof setup>[0]][] = [
    ['from within the first epoch', 2, {}],
    ['from the end of an epoch', 10, {}],
    ['from within a later epoch', 18, {}],
    ['behind the last batch of an epoch', 15, {}],
    ['from within an accumulated update', 13, { accumulate: 3 }],
    ['in float16, with the scale of the loss', 12, { precision: 'float16' }],
    ['in bfloat16', 7, { precision: 'bfloat16' }],
  ]
  test.each(cases)('%s', async (_, at, options) => {
    const whole = setup(options)
    const wanted = await whole.trainer.fit(whole.loader, {
      ...common(),
      callbacks: whole.callbacks,
    })

    const path = folder()
    const first = setup(options)
    const controller = new AbortController()
    const ended = await first.trainer.fit(first.loader, {
      ...common(),
      callbacks: [new Checkpoint(path), stopAt(at, controller), ...first.callbacks],
      signal: controller.signal,
    })
    expect(ended.reason).toBe('aborted')

    const second = setup({ ...options, scramble: true })
    const notices: Notice[] = []
    const listen: Callback = { onNotice: (notice) => void notices.push(notice) }
    const history = await second.trainer.fit(second.loader, {
      ...common(),
      callbacks: [listen, new Checkpoint(path), ...second.callbacks],
      resume: path,
    })
    expect(notices[0]).toMatchObject({ kind: 'resumed', details: { step: at } })
    expect(history).toEqual(wanted)
    expect(await outcome(second)).toEqual(await outcome(whole))
  })

  test('[X9.4] every step can be gone back to', async () => {
    const path = folder()
    const whole = setup()
    const seen: number[][][] = []
    const record: Callback = {
      onBatchEnd: async (_, fit) => {
        await fit.settle()
        seen.push(await weightsOf(fit.model))
      },
    }
    const callbacks = [record, new Checkpoint(path, { everySteps: 1, keep: 100 })]
    await whole.trainer.fit(whole.loader, { epochs: 2, callbacks })
    for (const step of [1, 4, 5, 9]) {
      const again = setup({ scramble: true })
      const copy = folder()
      await copyUntil(path, copy, step)
      const replayed: number[][][] = []
      const callback: Callback = {
        onBatchEnd: async (_, fit) => {
          await fit.settle()
          replayed.push(await weightsOf(fit.model))
        },
      }
      await again.trainer.fit(again.loader, { epochs: 2, callbacks: [callback], resume: copy })
      expect(replayed).toEqual(seen.slice(step))
    }
  })

  test('[H4.4] stops where the uninterrupted one does, with its best weights', async () => {
    const options = () => common(-0.2, 40)
    const whole = setup()
    const wanted = await whole.trainer.fit(whole.loader, {
      ...options(),
      callbacks: whole.callbacks,
    })
    expect(wanted.reason).toBe('stopped')

    const path = folder()
    const first = setup()
    const controller = new AbortController()
    const signal = controller.signal
    const callbacks = [new Checkpoint(path), stopAt(11, controller), ...first.callbacks]
    await first.trainer.fit(first.loader, { ...options(), callbacks, signal })
    const second = setup({ scramble: true })
    const more = { ...options(), callbacks: second.callbacks, resume: path }
    expect(await second.trainer.fit(second.loader, more)).toEqual(wanted)
    expect(await weightsOf(second.model)).toEqual(await weightsOf(whole.model))
  })

  test('with a loader that cannot be put somewhere: what was seen is passed over', async () => {
    const batches = [...loaderOf(sectors(40, 0.2), 8)]
    const run = async (path: string | undefined, at: number, scramble: boolean) => {
      const { model, trainer } = setup({ scramble })
      const controller = new AbortController()
      const saving = path === undefined ? [] : [new Checkpoint(path)]
      await trainer.fit(batches, {
        epochs: 3,
        callbacks: [...saving, stopAt(at, controller)],
        signal: controller.signal,
        ...(scramble && path !== undefined && { resume: path }),
      })
      return weightsOf(model)
    }
    const path = folder()
    await run(path, 7, false)
    expect(await run(path, -1, true)).toEqual(await run(undefined, -1, false))
  })
})

async function copyUntil(from: string, to: string, last: number): Promise<void> {
  const { cp, mkdir } = await import('node:fs/promises')
  await mkdir(to)
  for (const name of await readdir(from)) {
    if (Number(/^step-(\d+)/.exec(name)?.[1]) <= last) await cp(join(from, name), join(to, name))
  }
}

describe('checkpoints', () => {
  const trained = async (path: string, options: Partial<FitOptions<Supervised>> = {}) => {
    const { model, trainer, loader } = setup()
    const notices: Notice[] = []
    const listen: Callback = { onNotice: (notice) => void notices.push(notice) }
    const callbacks = [new Checkpoint(path), listen]
    const history = await trainer.fit(loader, { epochs: 5, callbacks, ...options })
    return { model, history, notices }
  }

  test('the newest and the best stay, and nothing else', async () => {
    const path = folder()
    const { model, trainer, loader } = setup()
    const values = [3, 1, 2, 4, 5]
    const judge: Callback = {
      onEpochEnd: ({ epoch, logs }) => void Object.assign(logs, { score: values[epoch - 1] }),
    }
    const saving = new Checkpoint(path, { keep: 2, monitor: 'score' })
    await trainer.fit(loader, { epochs: 5, callbacks: [saving, judge] })
    const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
    expect(names).toEqual([10, 20, 25].map((step) => `step-${String(step).padStart(12, '0')}.json`))
    expect((await readdir(path)).length).toBe(6)
    // the best is not the newest: the model is not what is loaded
    const before = await weightsOf(model)
    await expect(loadBest(model, path)).resolves.toBe(10)
    expect(await weightsOf(model)).not.toEqual(before)
  })

  const flipped = async (path: string): Promise<void> => {
    const bytes = await readFile(path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await writeFile(path, bytes)
  }
  test.each([
    ['a manifest cut off', '.json', (path: string) => truncate(path, 200)],
    ['an empty manifest', '.json', (path: string) => truncate(path, 0)],
    ['a bit of the manifest', '.json', flipped],
    ['tensors cut off', '.safetensors', (path: string) => truncate(path, 200)],
    ['a bit of the tensors', '.safetensors', flipped],
    ['tensors that are gone', '.safetensors', (path: string) => rm(path)],
  ])('%s: it is passed over, and that is said', async (_, kind, damage) => {
    const path = folder()
    await trained(path)
    const names = (await readdir(path)).filter((each) => each.endsWith(kind))
    await damage(join(path, names.sort().at(-1) ?? ''))
    const { notices, history } = await trained(path, { resume: path, epochs: 6 })
    expect(notices.map((notice) => notice.kind).slice(0, 2)).toEqual(['damaged', 'resumed'])
    expect(notices[1]?.details.step).toBe(20)
    expect(history.epochs).toHaveLength(6)
    // what could not be used has made room
    expect((await newestCheckpoint(path)).damaged).toEqual([])
  })

  test('none that is whole is an error, none at all a beginning', async () => {
    const path = folder()
    const { notices } = await trained(path, { resume: path, epochs: 1 })
    expect(notices[0]).toMatchObject({ kind: 'fresh', details: { folder: path } })
    for (const name of await readdir(path)) await writeFile(join(path, name), 'x')
    const run = trained(path, { resume: path })
    await expect(run).rejects.toMatchObject({ key: 'checkpoint.none', fields: { count: 1 } })
  })

  test('of another run are not overwritten', async () => {
    const path = folder()
    await trained(path)
    await expect(trained(path)).rejects.toMatchObject({ key: 'checkpoint.foreign' })
  })

  test('of another model are refused', async () => {
    const path = folder()
    await trained(path, { epochs: 1 })
    const { Linear } = await import('../../src/nn/index.ts')
    const model = new Linear(2, 3)
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const batch = { inputs: tensor([[1, 2]]), labels: tensor(Int32Array.of(0), [1]) }
    const run = new Trainer(model, { optimizer, loss: crossEntropy }).fit([batch], { resume: path })
    await expect(run).rejects.toMatchObject({ key: 'state.names' })
  })
})
