/** Configurations: five drawers of closed registries, everything in them reachable, everything else refused. */
import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { Stream } from '../../src/base/threefry.ts'
import { planOf } from '../../src/cli/plan.ts'
import * as config from '../../src/config/index.ts'
import { FormatError, manualSeed, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { Dropout, Linear, type Module, Sequential } from '../../src/nn/index.ts'
import { Optimizer } from '../../src/optim/index.ts'
import { normal, randint, uniform } from '../../src/tensor/random.ts'
import { Trainer } from '../../src/train/index.ts'

const { configure, drawers, hyperparameters, pointsOf, readConfig } = config

beforeEach(() => {
  useDevice('wasm')
  manualSeed(3)
})

const registries: Readonly<Record<string, object>> = {
  connectivity: config.connectivity,
  nonLinearity: config.nonLinearities,
  loss: config.losses,
  optimisation: config.optimisers,
  hyperparameters,
}

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')

const rows: config.Task = { input: [6], classes: ['a', 'b', 'c'] }
const numbers: config.Task = { input: [6] }
const pictures: config.Task = { input: [3, 8, 8], classes: ['a', 'b'] }

/** One step of training by a configuration changes parameters, and its loss is a number. */
async function learns(given: config.Config, task: config.Task): Promise<Module> {
  const { model, goal, optimizer } = configure(given, task)
  const inputs: Tensor = uniform([8, ...task.input])
  const labels = task.classes ? randint([8], { low: 0, high: task.classes.length }) : normal([8, 1])
  const before = await Promise.all(model.parameters().map((each) => each.data()))
  const trainer = new Trainer<Module>(model, {
    optimizer: optimizer(),
    objective: goal.objective,
  })
  const { epochs } = await trainer.fit([{ inputs, labels }], { epochs: 1 })
  expect(epochs[0]!.loss).toEqual(expect.any(Number))
  expect(Number.isFinite(epochs[0]!.loss)).toBe(true)
  const after = await Promise.all(model.parameters().map((each) => each.data()))
  expect(after).not.toEqual(before)
  return model
}

describe('the five drawers', () => {
  test('[B7.1] are those of the public interface, and of its page', () => {
    const wanted = ['connectivity', 'nonLinearity', 'loss', 'optimisation', 'hyperparameters']
    expect(drawers).toEqual(wanted)
    const headings = [...page.matchAll(/^## \d\. (\w+)/gm)].map(([, name]) => name)
    expect(headings).toEqual(wanted)
    for (const [drawer, registry] of Object.entries(registries)) {
      const section = page.split(/^## \d\. /m).find((part) => part.startsWith(drawer))!
      for (const name of Object.keys(registry)) expect(section, name).toContain(`\`${name}\``)
    }
    // the registries are what a program imports, and what is in them are the parts of the other subpaths
    const { exports } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    expect(Object.keys(exports)).toContain('./config')
    for (const name of [
      'connectivity',
      'nonLinearities',
      'losses',
      'optimisers',
      'hyperparameters',
    ]) {
      expect(config).toHaveProperty(name)
    }
  })

  test('[B7.2] are those of the schema: each is read, and nothing else is', () => {
    const whole: config.Config = {
      connectivity: 'residual',
      nonLinearity: 'GELU',
      loss: 'crossEntropy',
      optimisation: 'AdamW',
      hyperparameters: { lr: 0.01, layerSizes: [8] },
    }
    expect(Object.keys(whole)).toEqual(drawers)
    expect(readConfig(JSON.parse(JSON.stringify(whole)))).toEqual(whole)
    expect(() => readConfig({ ...whole, regularisation: 'L2' })).toThrow(FormatError)
    for (const drawer of drawers) {
      for (const wrong of ['no such thing', 3, ['ReLU'], '__proto__', 'constructor']) {
        if (drawer === 'connectivity' && typeof wrong !== 'string') continue
        expect(() => configure({ [drawer]: wrong } as never, rows), `${drawer} ${wrong}`).toThrow(
          FormatError,
        )
      }
    }
    for (const wrong of [null, 3, 'text', []]) expect(() => readConfig(wrong)).toThrow(FormatError)
  })
})

describe('connectivity', () => {
  const tasks: Readonly<Record<string, config.Task>> = {
    convolutional: pictures,
    dilated: pictures,
  }
  const named = [
    'fullyConnected',
    'convolutional',
    'dilated',
    'recurrent',
    'skip',
    'residual',
    'random',
  ]

  test('[B7.3] has every kind that is asked for', () => {
    expect(Object.keys(config.connectivity)).toEqual(expect.arrayContaining(named))
  })

  test.each(Object.keys(config.connectivity))('[B7.3] %s is reached, and learns', async (name) => {
    const layers = { layerSizes: [6, 6] }
    const model = await learns({ connectivity: name, hyperparameters: layers }, tasks[name] ?? rows)
    const kinds: Readonly<Record<string, RegExp>> = {
      fullyConnected: /^Sequential Linear ReLU Linear ReLU Linear$/,
      convolutional: /Conv2d\(3, 6, 3, padding 1.*Conv2d/,
      dilated: /dilation 1.*dilation 2/,
      recurrent: /RNN.*RNN.*Linear/,
      skip: /DenseBlock/,
      residual: /Residual.*Residual/,
      random: /Sparse.*Sparse/,
    }
    const text = (module: Module): string =>
      [
        name === 'fullyConnected' ? module.constructor.name : module.describe(),
        ...[...module.children()].map(([, child]) => text(child)),
      ].join(' ')
    expect(text(model)).toMatch(kinds[name] ?? /never/)
  })

  test('a definition or a network is taken as it is', () => {
    const model = new Sequential(new Linear(6, 3))
    expect(configure({ connectivity: model }, rows).model).toBe(model)
    const definition = { type: 'Linear', settings: { inFeatures: 6, outFeatures: 3, bias: true } }
    expect(configure({ connectivity: definition }, rows).model).toBeInstanceOf(Linear)
    expect(() => configure({ connectivity: { type: 'Nothing' } }, rows)).toThrow(FormatError)
    expect(() => configure({ connectivity: 'convolutional' }, rows)).toThrow(FormatError)
  })
})

describe('non-linearity', () => {
  test('[B7.4] has every one that is asked for', () => {
    const named = ['ReLU', 'Sigmoid', 'Tanh', 'GRU', 'LSTM']
    expect(Object.keys(config.nonLinearities)).toEqual(expect.arrayContaining(named))
  })

  test.each(Object.keys(config.nonLinearities))('[B7.4] %s is reached', async (name) => {
    const gated = name === 'GRU' || name === 'LSTM'
    const given = { nonLinearity: name, connectivity: gated ? 'recurrent' : 'fullyConnected' }
    // a threshold has no slope: what is behind it learns all the same
    const model = await learns({ ...given, hyperparameters: { layerSizes: [6] } }, rows)
    const kinds = [...model.children()].flatMap(([, child]) => [
      child,
      ...[...child.children()].map(([, each]) => each),
    ])
    expect(kinds.map((each) => each.constructor.name)).toContain(name)
  })

  test('a cell is nothing between layers, an activation without one no cell', () => {
    expect(() => configure({ nonLinearity: 'LSTM' }, rows)).toThrow(FormatError)
    const given = { connectivity: 'recurrent', nonLinearity: 'GELU' }
    expect(() => configure(given, rows)).toThrow(FormatError)
  })
})

describe('loss', () => {
  const tasks: Readonly<Record<string, config.Task>> = { l1: numbers, l2: numbers, huber: numbers }

  test('[B7.5] has every one that is asked for', () => {
    const named = ['crossEntropy', 'adversarial', 'variational', 'maximumLikelihood', 'l1', 'l2']
    expect(Object.keys(config.losses)).toEqual(expect.arrayContaining(named))
  })

  test.each(Object.keys(config.losses))('[B7.5] %s is reached, and learns', async (loss) => {
    await learns({ loss, hyperparameters: { layerSizes: [6, 3] } }, tasks[loss] ?? rows)
  })

  test('[B7.5] maximum likelihood of numbers is that of a normal distribution', async () => {
    await learns({ loss: 'maximumLikelihood' }, numbers)
    const { goal } = configure({ loss: 'maximumLikelihood' }, numbers)
    const made = await goal.supervised!(tensor([[1, Math.log(4)]]), tensor([[3]])).item()
    expect(made).toBeCloseTo(0.5 * (Math.log(4) + 1), 5)
  })

  test('labels that a loss cannot take are refused', () => {
    expect(() => configure({ loss: 'l2' }, rows)).toThrow(FormatError)
    expect(() => configure({ loss: 'crossEntropy' }, numbers)).toThrow(FormatError)
  })
})

describe('optimisation', () => {
  test('[B7.6] has every one that is asked for', () => {
    const named = ['SGD', 'momentum', 'RMSprop', 'Adagrad', 'Adam', 'Shampoo']
    expect(Object.keys(config.optimisers)).toEqual(expect.arrayContaining(named))
  })

  test.each(Object.keys(config.optimisers))('[B7.6] %s is reached, and steps', async (name) => {
    await learns({ optimisation: name, hyperparameters: { lr: 0.05 } }, rows)
    const { optimizer } = configure({ optimisation: name }, rows)
    expect(optimizer()).toBeInstanceOf(Optimizer)
  })
})

describe('hyper-parameters', () => {
  const named = [
    'lr',
    'weightDecay',
    'layerSizes',
    'batchSize',
    'dropout',
    'init',
    'augment',
    'clip',
    'momentum',
  ]

  test('[B7.7] has every one that is asked for', () => {
    expect(Object.keys(hyperparameters)).toEqual(expect.arrayContaining(named))
  })

  test('[B7.7] lr, weight decay, clipping and momentum reach the optimiser', async () => {
    // of a weight w with the gradient g of one step of SGD: p − lr · (g + weightDecay · p), g cut to its norm
    const step = async (chosen: config.Hyperparameters): Promise<number> => {
      const model = new Linear<number, number>(1, 1, { bias: false })
      await model.loadStateDict(new Map<string, Tensor>([['weight', tensor([[2]])]]))
      const { optimizer } = configure(
        { connectivity: model, optimisation: 'SGD', hyperparameters: chosen },
        { input: [1] },
      )
      const made = optimizer()
      for (let i = 0; i < 2; i++) await made.step(model.weight.sum().mul(10))
      return model.weight.item()
    }
    expect(await step({ lr: 0.1 })).toBeCloseTo(2 - 2 * 0.1 * 10, 5)
    expect(await step({ lr: 0.1, clip: 1 })).toBeCloseTo(2 - 2 * 0.1, 5)
    expect(await step({ lr: 0.1, momentum: 0.5 })).toBeCloseTo(2 - 1 - 1.5, 5)
    const decayed = 2 - 0.1 * (10 + 0.5 * 2)
    expect(await step({ lr: 0.1, weightDecay: 0.5 })).toBeCloseTo(
      decayed - 0.1 * (10 + 0.5 * decayed),
      5,
    )
  })

  test('[B7.7] layer sizes, dropout and initialisation reach the network', async () => {
    const sizes = configure({ hyperparameters: { layerSizes: [5, 4], dropout: 0.3 } }, rows).model
    const layers = [...sizes.children()].map(([, child]) => child)
    expect(layers.filter((each) => each instanceof Linear).map((each) => each.describe())).toEqual([
      'Linear(6, 5)',
      'Linear(5, 4)',
      'Linear(4, 3)',
    ])
    expect(layers.filter((each) => each instanceof Dropout).map(({ p }) => p)).toEqual([0.3, 0.3])
    for (const init of Object.keys(config.initialisations)) {
      manualSeed(1)
      const plain = configure({ hyperparameters: { layerSizes: [8] } }, rows).model
      manualSeed(1)
      const drawn = configure({ hyperparameters: { layerSizes: [8], init } }, rows).model
      const [a, b] = [plain, drawn].map((model) => model.parameters()[0]!)
      expect(await b!.data()).not.toEqual(await a!.data())
    }
    const { model } = configure({ hyperparameters: { layerSizes: [6], init: 'orthogonal' } }, rows)
    const weight = model.parameters()[0]!
    const product = (await weight.matmul(weight.transpose()).array()) as number[][]
    for (const [i, row] of product.entries()) {
      for (const [j, each] of row.entries()) expect(each).toBeCloseTo(i === j ? 1 : 0, 5)
    }
  })

  test('[B7.7] augmentation reaches the samples', async () => {
    const image = { data: Float32Array.from({ length: 192 }, (_, i) => i / 192), shape: [3, 8, 8] }
    for (const name of Object.keys(config.augmentations)) {
      const { transform } = configure(
        { connectivity: 'convolutional', hyperparameters: { augment: [name] } },
        pictures,
      )
      const changed = Array.from({ length: 8 }, (_, i) =>
        transform!({ input: image, label: 0 }, new Stream(i)),
      )
      expect(
        changed.some(({ input }) => input.data.some((value, i) => value !== image.data[i])),
        name,
      ).toBe(true)
    }
    expect(configure({}, pictures).transform).toBeUndefined()
    expect(() => configure({ hyperparameters: { augment: ['flip'] } }, rows)).toThrow(FormatError)
  })

  test('[B7.7] batch size and epochs reach the plan of a run', () => {
    const encoding = { kind: 'pictures', channels: 1, size: [8, 8], classes: ['a', 'b'] } as const
    const plan = planOf({ hyperparameters: { batchSize: 7, epochs: 3 } }, encoding, 100)
    expect(plan).toMatchObject({ batchSize: 7, epochs: 3 })
  })

  test('values that they do not take are refused', () => {
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      lr: [0, -1, '0.1', Number.NaN, { choice: [1] }],
      weightDecay: [-1, null],
      layerSizes: [8, [0], [1.5], ['8'], Array(65).fill(1)],
      batchSize: [0, 1.5],
      dropout: [1, -0.1],
      init: ['none', 3],
      augment: ['flip', ['fly']],
      clip: [0],
      momentum: [1],
      epochs: [0],
    }
    expect(Object.keys(wrong).sort()).toEqual(Object.keys(hyperparameters).sort())
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        expect(
          () => readConfig({ hyperparameters: { [name]: value } }),
          `${name} ${value}`,
        ).toThrow(FormatError)
      }
    }
    const adagrad = { optimisation: 'Adagrad', hyperparameters: { momentum: 0.5 } }
    expect(() => configure(adagrad, rows)).toThrow(FormatError)
  })
})

describe('a space', () => {
  test('[B6.1] is data: choice, uniform and int in a configuration', () => {
    const space = JSON.parse(
      '{ "lr": { "uniform": [0.1, 0.2] }, "epochs": { "int": [2, 4] }, "init": { "choice": ["orthogonal", "xavierNormal"] }, "clip": { "logUniform": [0.01, 1] }, "batchSize": 8 }',
    )
    const points = pointsOf(space, { trials: 40, seed: 5 })
    expect(points).toHaveLength(40)
    for (const { lr, epochs, init, clip, batchSize } of points) {
      expect(lr).toBeGreaterThanOrEqual(0.1)
      expect(lr).toBeLessThan(0.2)
      expect([2, 3, 4]).toContain(epochs)
      expect(['orthogonal', 'xavierNormal']).toContain(init)
      expect(clip).toBeGreaterThanOrEqual(0.0099)
      expect(clip).toBeLessThan(1.01)
      expect(batchSize).toBe(8)
    }
    expect(new Set(points.map(({ epochs }) => epochs)).size).toBe(3)
    expect(pointsOf(space, { trials: 40, seed: 5 })).toEqual(points)
    expect(pointsOf(space, { trials: 3, seed: 5 })).toEqual(points.slice(0, 3))
    for (const point of points) expect(() => readConfig({ hyperparameters: point })).not.toThrow()
  })

  test('[B6.1] of lists alone is every combination', () => {
    const space = { a: { choice: [1, 2] }, b: { choice: ['x', 'y', 'z'] }, c: 5 }
    const points = pointsOf(space)
    expect(points).toHaveLength(6)
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(6)
    expect(pointsOf({ c: 5 })).toEqual([{ c: 5 }])
  })

  test('that has nothing to choose from is refused', () => {
    for (const range of [
      { choice: [] },
      { choice: 3 },
      { uniform: [1, 0] },
      { uniform: [1] },
      { int: [0.5, 2] },
      { logUniform: [0, 1] },
      { uniform: ['a', 'b'] },
    ]) {
      expect(() => pointsOf({ x: range })).toThrow(FormatError)
    }
  })

  test('[I4.2] the rate of dropout is a number of the configuration, and is swept', () => {
    const rates = pointsOf({ dropout: { choice: [0, 0.25, 0.5] }, layerSizes: [4] })
    const found = rates.map((point) => {
      const { model } = configure({ hyperparameters: point }, rows)
      return [...model.children()].flatMap(([, child]) =>
        child instanceof Dropout ? [child.p] : [],
      )
    })
    expect(found).toEqual([[], [0.25], [0.5]])
    const drawn = pointsOf({ dropout: { uniform: [0.1, 0.6] } }, { trials: 5 })
    for (const point of drawn) {
      const { model } = configure({ hyperparameters: point }, rows)
      const layers = [...model.children()].map(([, child]) => child)
      expect(layers.find((each) => each instanceof Dropout)).toMatchObject({ p: point.dropout })
    }
  })
})
