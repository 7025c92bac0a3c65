import { describe, expect, test } from 'vitest'
import type { DataArray } from '../../src/base/dtype.ts'
import { DataLoader } from '../../src/data/index.ts'
import { BatchNorm1d, Flatten, Linear, type Module, ReLU, Sequential } from '../../src/nn/index.ts'
import { Adam, clipValue, SGD } from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { crossEntropy, mseLoss } from '../../src/tensor/loss.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import {
  type Callback,
  l1,
  l2,
  type Notice,
  type Supervised,
  Trainer,
} from '../../src/train/index.ts'
import { loaderOf, network, sectors, weightsOf } from './small.ts'

const bad: Supervised = {
  inputs: tensor([[[[Number.NaN, 1]]]]),
  labels: tensor(Int32Array.of(0), [1]),
}

function good(count = 8): Supervised[] {
  return [...new DataLoader(sectors(8 * count, 0.2), { batchSize: 8 })]
}

function notices(): { found: Notice[]; callback: Callback } {
  const found: Notice[] = []
  return { found, callback: { onNotice: (notice) => void found.push(notice) } }
}

describe('penalties', () => {
  const penalised = async (callbacks: Callback[] = []) => {
    const model = network()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const penalties = { decay: l2(1e-2, { match: /weight$/ }), sparse: l1(1e-3, { match: /^3\./ }) }
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy, penalties })
    const history = await trainer.fit(loaderOf(sectors(40, 0.2)), {
      epochs: 3,
      reportEvery: 1,
      callbacks,
    })
    return { model, history }
  }

  test('[F7.1] [H1.2] are parts of the loss that is reported', async () => {
    const { history } = await penalised()
    expect(Object.keys(history.epochs[0] ?? {})).toEqual(['loss', 'data', 'decay', 'sparse', 'lr'])
  })

  test('[F7.2] the parts sum to the objective', async () => {
    const seen: Readonly<Record<string, number>>[] = []
    const { history } = await penalised([{ onReport: ({ logs }) => void seen.push(logs) }])
    expect(seen).toHaveLength(9)
    for (const { loss = 0, data = 0, decay = 0, sparse = 0 } of [...seen, ...history.epochs]) {
      expect(Math.abs(loss - (data + decay + sparse))).toBeLessThan(1e-7)
      expect(Math.min(data, decay, sparse)).toBeGreaterThan(0)
    }
  })

  test('[H1.1] are about the parameters that the pattern names, and take part in the step', async () => {
    const { model } = await penalised()
    const other = network()
    const optimizer = new SGD(other.parameters(), { lr: 0.1 })
    const named = new Map(other.namedParameters())
    for (let epoch = 0, loader = loaderOf(sectors(40, 0.2)); epoch < 3; epoch++) {
      for (const { inputs, labels } of loader) {
        const data: Tensor = crossEntropy(other.forward(inputs), labels)
        const weights: Tensor[] = ['1.weight', '3.weight'].map((name) => named.get(name)!)
        const outer: Tensor[] = ['3.weight', '3.bias'].map((name) => named.get(name)!)
        const square = weights.map((each) => each.square().sum()).reduce((a, b) => a.add(b))
        const size = outer.map((each) => each.abs().sum()).reduce((a, b) => a.add(b))
        await optimizer.step(data.add(square.mul(1e-2)).add(size.mul(1e-3)))
      }
    }
    const [own, written] = [await weightsOf(model), await weightsOf(other)]
    own.flat().forEach((value, i) => {
      // the sums are added up in another order
      expect(Math.abs(value - (written.flat()[i] ?? 0))).toBeLessThan(1e-6)
    })
  })

  test.each([
    ['a pattern that names nothing', { decay: l2(1, { match: /wieght/ }) }, 'penalty.match'],
    ['a name of something else', { loss: l2(1) }, 'objective.name'],
  ])('refuse %s', async (_, penalties, key) => {
    const model = network()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const run = async () => {
      const trainer = new Trainer(model, { optimizer, loss: crossEntropy, penalties })
      await trainer.fit(loaderOf(sectors(8)))
    }
    await expect(run()).rejects.toMatchObject({ key })
    expect(() => l1(-1)).toThrow(expect.objectContaining({ key: 'penalty.factor' }))
  })
})

describe('a loss that is not finite', () => {
  const trainerOf = (model: Module, lr = 0.05) => {
    const optimizer = new Adam(model.parameters(), { lr })
    return new Trainer(model, { optimizer, loss: crossEntropy })
  }

  test('ends training with the step that it came at', async () => {
    const [first, second, ...rest] = good()
    const batches = [first!, second!, bad, ...rest]
    const run = trainerOf(network()).fit(batches)
    await expect(run).rejects.toMatchObject({ key: 'fit.diverged', fields: { step: 3 } })
  })

  test('is skipped: as if the batch had not been there, bit for bit', async () => {
    const [model, other] = [network(), network()]
    const [first, second, ...rest] = good()
    const { found, callback } = notices()
    const trainer = trainerOf(model)
    const history = await trainer.fit([first!, bad, second!, bad, ...rest, bad], {
      epochs: 2,
      onNaN: 'skip',
      callbacks: [callback],
    })
    const clean = trainerOf(other)
    const wanted = await clean.fit([first!, second!, ...rest], { epochs: 2, onNaN: 'skip' })
    expect(await weightsOf(model)).toEqual(await weightsOf(other))
    expect(trainer.optimizer?.steps).toBe(clean.optimizer?.steps)
    expect(history.epochs).toEqual(wanted.epochs)
    expect(found.map(({ kind, step }) => [kind, step])).toEqual(
      [2, 4, 11, 13, 15, 22].map((step) => ['skipped', step]),
    )
  })

  test('skips leave batches out of an accumulated update, too', async () => {
    const [model, other] = [network(), network()]
    const run = async (net: Module, batches: Supervised[]) => {
      const optimizer = new SGD(net.parameters(), { lr: 0.1, momentum: 0.9, accumulate: 2 })
      const trainer = new Trainer(net, { optimizer, loss: crossEntropy })
      await trainer.fit(batches, { onNaN: 'skip' })
      return optimizer.steps
    }
    const [a, b, c, d] = good(4)
    // what was gathered before a bad batch is dropped with it; the next update begins anew
    const steps = [
      await run(model, [a!, b!, bad, a!, bad, c!, d!]),
      await run(other, [a!, b!, c!, d!]),
    ]
    expect(steps).toEqual([2, 2])
    expect(await weightsOf(model)).toEqual(await weightsOf(other))
  })

  test('running statistics of a batch that is skipped do not count', async () => {
    const model = new Sequential(new Flatten(), new Linear(2, 3), new BatchNorm1d(3))
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    const broken = { ...good()[0]!, inputs: good()[0]!.inputs.mul(Number.NaN) }
    await trainer.fit([good()[0]!, broken, good()[1]!], { onNaN: 'skip' })
    const named = [...model.namedBuffers()]
    const buffers = await Promise.all(named.map(([, each]) => each.data<DataArray>()))
    expect(buffers).toHaveLength(3)
    const values = buffers.flatMap((each) => Array.from(each, Number))
    expect(values.every(Number.isFinite)).toBe(true)
  })

  test('goes back to where training was well, and on with the next batches', async () => {
    const model = network()
    const { found, callback } = notices()
    const batches = good(12)
    const history = await trainerOf(model).fit([...batches.slice(0, 7), bad, ...batches.slice(7)], {
      epochs: 3,
      onNaN: 'rollback',
      reportEvery: 2,
      callbacks: [callback],
    })
    expect(history.reason).toBe('done')
    // steps 7 and 8 are read together; the place before the last is that behind step 4
    expect(found.map(({ kind, details }) => [kind, details.step, details.to])).toEqual([
      ['rolledBack', 8, 4],
      ['rolledBack', 21, 18],
      ['rolledBack', 34, 30],
    ])
    expect((await weightsOf(model)).flat().every(Number.isFinite)).toBe(true)
  })

  test('ends training when it comes again and again', async () => {
    for (const onNaN of ['skip', 'rollback'] as const) {
      const run = trainerOf(network()).fit(new Array(300).fill(bad), { onNaN })
      await expect(run).rejects.toMatchObject({ key: 'fit.diverged' })
    }
  })
})

describe('mixed precision', () => {
  const deep = () => {
    network()
    return new Sequential(
      new Flatten(),
      new Linear(2, 16),
      new BatchNorm1d(16),
      new ReLU(),
      new Linear(16, 3),
    )
  }

  test.each(['float16', 'bfloat16'] as const)(
    '%s computes in it over float32 weights',
    async (precision) => {
      const model = deep()
      const dtypes: string[] = []
      const objective = (net: Module, { inputs, labels }: Supervised) => {
        const outputs = net.forward(inputs)
        dtypes.push(inputs.dtype, outputs.dtype)
        return crossEntropy(outputs.cast('float32'), labels) as Tensor
      }
      const optimizer = new Adam(model.parameters(), { lr: 0.02 })
      const trainer = new Trainer(model, { optimizer, objective, precision })
      const { epochs } = await trainer.fit(good(), { epochs: 20 })
      expect(dtypes).toEqual([precision, precision])
      expect(epochs.at(-1)?.loss).toBeLessThan(0.4 * (epochs[0]?.loss ?? 0))
      const kept = [...model.stateDict().values()].map(({ dtype }) => dtype)
      expect(new Set(kept)).toEqual(new Set(['float32', 'int64']))
      expect((await trainer.predict(good()[0]!.inputs)).dtype).toBe('float32')
    },
  )

  test('has the gradients of float32 within the rounding of 16 bits', async () => {
    const after = async (precision: 'float32' | 'float16' | 'bfloat16') => {
      const model = network()
      const optimizer = new SGD(model.parameters(), { lr: 1 })
      const before = await weightsOf(model)
      await new Trainer(model, { optimizer, loss: crossEntropy, precision }).fit(good(1))
      const now = await weightsOf(model)
      return now.flat().map((value, i) => value - (before.flat()[i] ?? 0))
    }
    const exact = await after('float32')
    const size = Math.max(...exact.map(Math.abs))
    for (const [precision, share] of [
      ['float16', 4e-3],
      ['bfloat16', 3e-2],
    ] as const) {
      const near = await after(precision)
      const error = Math.max(...near.map((value, i) => Math.abs(value - (exact[i] ?? 0))))
      expect(error / size).toBeLessThan(share)
      expect(error).toBeGreaterThan(0)
    }
  })

  test('an overflow stores nothing and halves the scale, until gradients fit', async () => {
    // the gradient of the weight is 2 · 3 · (3 w − 400) · scale, beyond 65504 for large scales
    const model = new Linear(1, 1, { bias: false })
    await model.loadStateDict(new Map([['weight', tensor([[1]])]]))
    const optimizer = new SGD(model.parameters(), { lr: 1e-3, clip: clipValue(1e6) })
    const { found, callback } = notices()
    const trainer = new Trainer(model, { optimizer, loss: mseLoss, precision: 'float16' })
    const batch = { inputs: tensor([[3]]), labels: tensor([[400]]) }
    await trainer.fit(new Array(20).fill(batch), { callbacks: [callback] })
    const skipped = found.filter(({ kind }) => kind === 'skipped').length
    expect(skipped).toBeGreaterThan(5)
    expect(optimizer.steps).toBe(20 - skipped)
    const [[weight = 0] = []] = await weightsOf(model)
    // the steps that were made are those of float32
    let exact = 1
    for (let i = 0; i < 20 - skipped; i++) exact -= 1e-3 * 6 * (3 * exact - 400)
    expect(Math.abs(weight - exact) / exact).toBeLessThan(5e-3)
  })

  test('refuses a precision that there is not', () => {
    const options = { loss: mseLoss, precision: 'int8' as never }
    expect(() => new Trainer(network(), options)).toThrow(/precision "int8"/)
  })
})

describe('before it costs anything', () => {
  test('validation is tried on one batch, of which nothing remains', async () => {
    const [model, other] = [network(3, 0.5), network(3, 0.5)]
    const run = async (net: Module, sanity: boolean) => {
      const optimizer = new Adam(net.parameters(), { lr: 0.05 })
      const trainer = new Trainer(net, { optimizer, loss: crossEntropy })
      network(3, 0.5) // the streams of random numbers begin at one place
      const validation = loaderOf(sectors(24))
      await trainer.fit(loaderOf(sectors(40)), { epochs: 2, validation, sanity })
      return { weights: await weightsOf(net), place: validation.state() }
    }
    expect(await run(model, true)).toEqual(await run(other, false))
  })

  test('a mistake of validation shows before the first step', async () => {
    const model = network()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    const validation = [{ inputs: tensor([[1, 2, 3]]), labels: tensor(Int32Array.of(0), [1]) }]
    const run = trainer.fit(loaderOf(sectors(40)), { epochs: 2, validation })
    await expect(run).rejects.toThrow(/3/)
    expect(optimizer.steps).toBe(0)
  })

  test('a dry run takes one batch of each kind and tells nobody', async () => {
    const model = network()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const { found, callback } = notices()
    const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
    const options = { epochs: 9, validation: loaderOf(sectors(40)), callbacks: [callback] }
    const history = await trainer.fit(loaderOf(sectors(40)), { ...options, fastDevRun: true })
    expect([optimizer.steps, history.epochs.length, found]).toEqual([1, 1, []])
    expect(history.epochs[0]?.valLoss).toBeGreaterThan(0)
  })

  test('batches may hold what is no tensor, which a compiled step does not see', async () => {
    const model = network()
    const batch = { ...good(1)[0]!, names: ['a', 'b'] }
    type Named = Supervised & { readonly names: readonly string[] }
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const seen: number[] = []
    const objective = (net: Module, { inputs, labels, names }: Named) => {
      seen.push(names.length)
      return crossEntropy(net.forward(inputs), labels) as Tensor
    }
    await new Trainer(model, { optimizer, loss: crossEntropy }).fit([batch])
    const compiled = new Trainer<Module, Named>(model, { optimizer, objective })
    await expect(compiled.fit([batch])).rejects.toMatchObject({ key: 'fit.column' })
  })
})
