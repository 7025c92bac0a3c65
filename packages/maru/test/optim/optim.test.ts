/** Optimisers: PyTorch's trajectories, the same bits however steps are taken, and one of one's own. */
import { describe, expect, test } from 'vitest'
import type { DType } from '../../src/base/dtype.ts'
import { compile, type Parameter, type Tensor, tensor, useDevice, zeros } from '../../src/index.ts'
import * as optim from '../../src/optim/index.ts'
import { cosine, Optimizer, SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { differences } from '../ops/calls.ts'
import { fixture, long, problemOf, type Trajectory, table } from './table.ts'

const { entries, steps } = fixture
const tolerances = {
  float64: { relative: 1e-12, absolute: 1e-14, reason: 'sums in another order' },
  float32: { relative: 1e-5, absolute: 1e-6, reason: 'rounding adds up over 20 steps' },
}

/** Roots of sums of few products: eigenvalues that are 0 but for rounding stand beside eps = 10⁻⁴. */
const rooted = {
  relative: 1e-3,
  absolute: 1e-4,
  reason: 'roots of matrices of low rank in float32',
}

function toleranceOf({ optimizer, dtype }: Pick<Trajectory, 'optimizer' | 'dtype'>) {
  if (optimizer === 'Shampoo' && dtype === 'float32') return rooted
  return tolerances[dtype as keyof typeof tolerances]
}

/** Lines of the mission that a trajectory proves, short or long. */
function idsOf({ optimizer, options, problem }: Trajectory, isLong: boolean): string {
  const { momentum, nesterov, amsgrad, centered } = options as Readonly<Record<string, unknown>>
  const ids: Readonly<Record<string, readonly string[]>> = {
    SGD: [
      ...(isLong && problem === 'quadratic' ? ['G1.1'] : []),
      ...(isLong && problem === 'logistic' ? ['G1.3'] : []),
      ...(momentum ? ['G2.1'] : []),
      ...(nesterov ? ['G2.4'] : []),
    ],
    Adagrad: ['G4.1'],
    RMSprop: centered ? ['G5.3'] : ['G5.1'],
    Adam: [...(isLong ? [] : ['G6.3']), ...(amsgrad ? ['G6.4'] : [])],
    AdamW: ['G6.5'],
    Adamax: ['G7.1'],
    NAdam: ['G8.1'],
    Shampoo: ['G9.7'],
  }
  return (ids[optimizer] ?? []).map((id) => `[${id}] `).join('')
}

function titleOf(entry: Trajectory, isLong = false): string {
  const { optimizer, options, problem, dtype } = entry
  return `${idsOf(entry, isLong)}${optimizer} ${JSON.stringify(options)} ${problem} ${dtype}`
}

function values(data: readonly number[], dtype: DType) {
  return { shape: [data.length], dtype, data }
}

test('every optimiser has a row, and every row has trajectories', () => {
  const exported = Object.entries(optim)
    .filter(([, each]) => Object.prototype.isPrototypeOf.call(Optimizer, each))
    .map(([name]) => name)
    // It needs a model that it can watch: second-order.test.ts.
    .filter((name) => name !== 'KFAC')
  expect(Object.keys(table).sort()).toEqual(exported.sort())
  expect([...new Set(entries.map(({ optimizer }) => optimizer))].sort()).toEqual(exported.sort())
})

describe.each(['wasm', 'reference'])("PyTorch's trajectories on %s", (device) => {
  test.each(entries.map((entry) => [titleOf(entry), entry] as const))('%s', async (_, entry) => {
    useDevice(device)
    const { parameters, loss } = problemOf(entry)
    const optimizer = table[entry.optimizer]!([...parameters.values()], entry.options)
    const tolerance = toleranceOf(entry)
    const losses: number[] = []
    const wrong: string[] = []
    for (let step = 1; step <= steps; step++) {
      const error = loss()
      await optimizer.step(error)
      losses.push(await error.item())
      for (const [name, want] of Object.entries(entry.parameters[step] ?? {})) {
        const got = [...(await parameters.get(name)!.data())]
        const { dtype } = entry
        wrong.push(
          ...differences(
            `${name} after ${step}`,
            values(got, dtype),
            values(want, dtype),
            tolerance,
          ),
        )
      }
    }
    const { dtype } = entry
    wrong.push(
      ...differences('losses', values(losses, dtype), values(entry.losses, dtype), tolerance),
    )
    expect(wrong).toEqual([])
  })
})

describe.each([
  [
    'wasm',
    'float32',
    1000,
    { relative: 1e-4, absolute: 1e-5, reason: 'rounding over 1,000 steps' },
  ],
  [
    'reference',
    'float64',
    100,
    { relative: 1e-9, absolute: 1e-11, reason: 'sums in another order' },
  ],
] as const)("PyTorch's long way on %s in %s", (device, dtype, last, tolerance) => {
  const runs = long.entries.map((entry) => {
    const adam = { reference: '[G6.1] ', wasm: '[G6.2] ' }[device]
    return [(entry.optimizer === 'Adam' ? adam : '') + titleOf(entry, true), entry] as const
  })
  test.each(runs)('%s', async (_, run) => {
    useDevice(device)
    const { parameters, loss } = problemOf({ ...run, dtype })
    const optimizer = table[run.optimizer]!([...parameters.values()], run.options)
    const step = compile(() => void optimizer.step(loss()))
    const bound = run.optimizer === 'Shampoo' && dtype === 'float32' ? rooted : tolerance
    const wrong: string[] = []
    // Longer ways take the interpreter minutes.
    const end = run.optimizer === 'Adam' ? 1000 : last
    for (let i = 1; i <= end; i++) {
      await step()
      for (const [name, want] of Object.entries(run.parameters[i] ?? {})) {
        const got = [...(await parameters.get(name)!.data())]
        const title = `${name} after ${i}`
        wrong.push(...differences(title, values(got, dtype), values(want, dtype), bound))
      }
    }
    expect(wrong).toEqual([])
  })
})

describe('the same bits', () => {
  const rows = entries.filter(({ problem, dtype }) => problem === 'mlp' && dtype === 'float32')

  /** All losses and the last parameters, with steps taken in a way. */
  async function bitsOf(
    entry: Trajectory,
    take: (optimizer: Optimizer, loss: () => Tensor) => () => Promise<Tensor>,
  ): Promise<number[]> {
    useDevice('wasm')
    const { parameters, loss } = problemOf(entry)
    const optimizer = table[entry.optimizer]!([...parameters.values()], entry.options)
    const step = take(optimizer, loss)
    const errors: Tensor[] = []
    for (let i = 0; i < steps; i++) errors.push(await step())
    const read = await Promise.all([...errors, ...parameters.values()].map((each) => each.data()))
    return read.flatMap((data) => [...data])
  }

  const awaited = (optimizer: Optimizer, loss: () => Tensor) => async () => {
    const error = loss()
    await optimizer.step(error)
    return error
  }
  const ways: [string, Parameters<typeof bitsOf>[1]][] = [
    [
      'compiled',
      (optimizer, loss) =>
        compile(() => {
          const error = loss()
          optimizer.step(error)
          return error
        }),
    ],
    [
      'not awaited',
      (optimizer, loss) => async () => {
        const error = loss()
        void optimizer.step(error)
        return error
      },
    ],
    [
      'with the loss read first',
      (optimizer, loss) => async () => {
        const error = loss()
        await error.item()
        await optimizer.step(error)
        return error
      },
    ],
  ]

  describe.each(ways)('%s', (_, way) => {
    test.each(rows.map((entry) => [titleOf(entry), entry] as const))('%s', async (_, entry) => {
      expect(await bitsOf(entry, way)).toEqual(await bitsOf(entry, awaited))
    })
  })

  test('of the steps alone, with no wait between them', async () => {
    const [entry] = rows
    const { parameters, loss } = problemOf(entry!)
    const optimizer = table[entry!.optimizer]!([...parameters.values()], entry!.options)
    for (let i = 0; i < steps; i++) void optimizer.step(loss())
    const got = await Promise.all([...parameters.values()].map((each) => each.data()))
    expect(got.flatMap((data) => [...data])).toEqual((await bitsOf(entry!, awaited)).slice(steps))
  })
})

describe('the learning rate', () => {
  const start = () => parameter(Float32Array.of(1), [1], 'float32')
  const descend = async (p: Parameter, optimizer: Optimizer) => {
    const before = (await p.data())[0]!
    await optimizer.step(p.sum())
    return before - (await p.data())[0]!
  }

  test('may be set between steps', async () => {
    const p = start()
    const optimizer = new SGD([p], { lr: 0.5 })
    expect(await descend(p, optimizer)).toBe(0.5)
    optimizer.lr = 0.25
    expect(await descend(p, optimizer)).toBe(0.25)
  })

  test('follows its schedule, compiled or not', async () => {
    const eager = start()
    const compiled = start()
    const schedule = cosine(4)
    const optimizers = [eager, compiled].map((p) => new SGD([p], { lr: 0.5, schedule }))
    const step = compile(() => void optimizers[1]!.step(compiled.sum()))
    const rates: number[] = []
    for (let i = 0; i < 6; i++) {
      rates.push(await descend(eager, optimizers[0]!))
      await step()
    }
    const expected = [0.5, 0.42677669529, 0.25, 0.0732233047, 0, 0]
    expect(rates.map((rate, i) => Math.abs(rate - expected[i]!) < 1e-6)).not.toContain(false)
    expect(await compiled.data()).toEqual(await eager.data())
    expect(optimizers.map((each) => each.steps)).toEqual([6, 6])
  })

  test('falls along half a cosine', () => {
    const factor = cosine(100)
    expect([0, 25, 50, 75, 100, 1000].map((step) => factor(step).toFixed(12))).toEqual(
      [1, (2 + Math.SQRT2) / 4, 0.5, (2 - Math.SQRT2) / 4, 0, 0].map((x) => x.toFixed(12)),
    )
    expect(() => cosine(0)).toThrow(expect.objectContaining({ key: 'value.integer' }))
  })
})

test("[G4.2] Adagrad's rates never grow", async () => {
  useDevice('wasm')
  const p = parameter(Float32Array.of(1, -2, 0.5), [3], 'float32')
  const optimizer = new optim.Adagrad([p])
  let before = [0, 0, 0]
  for (let i = 0; i < 50; i++) {
    await optimizer.step(p.sin().mul(p).sum())
    const sums = [...(await optimizer.statesOf(p).get('squareSum')!.data())]
    expect(sums.every((sum, j) => sum >= before[j]!)).toBe(true)
    before = sums
  }
})

test('[G5.2] RMSprop may have eps under the root, as Keras has it', async () => {
  useDevice('wasm')
  const p = parameter(Float32Array.of(1), [1], 'float32')
  await new optim.RMSprop([p], { lr: 0.1, alpha: 0.5, eps: 0.5, epsInRoot: true }).step(p.sum())
  expect((await p.data())[0]).toBeCloseTo(0.9, 6)
})

/** RMSprop, as its author might write it. */
class RMSprop extends Optimizer {
  constructor(parameters: Iterable<Parameter>, { lr = 0.01 }: { lr?: number } = {}) {
    super(parameters, { lr })
  }

  protected override update(value: Tensor, gradient: Tensor, parameter: Parameter): Tensor {
    const state: Tensor = this.state(parameter, 'squareAvg')
    const mean = this.remember(
      this.state(parameter, 'squareAvg'),
      state.mul(0.99).add(gradient.square().mul(0.01)),
    )
    return value.sub(gradient.mul(this.rate(parameter)).div(mean.sqrt().add(1e-8)))
  }
}

describe("an optimiser of one's own", () => {
  test('[G10.1] works, compiled or not', async () => {
    useDevice('wasm')
    const run = async (compiled: boolean) => {
      const p = parameter(Float32Array.of(1, -2), [2], 'float32')
      const optimizer = new RMSprop([p], { lr: 0.1 })
      const take = () => optimizer.step(p.square().sum())
      const step = compiled ? compile(() => void take()) : take
      for (let i = 0; i < 10; i++) await step()
      return [...(await p.data())]
    }
    const want = [1, -2]
    const square = [0, 0]
    for (let i = 0; i < 10; i++) {
      for (const [j, value] of want.entries()) {
        square[j] = 0.99 * square[j]! + 0.01 * (2 * value) ** 2
        want[j] = value - (0.1 * 2 * value) / (Math.sqrt(square[j]!) + 1e-8)
      }
    }
    const got = await run(false)
    expect(got.map((value, j) => Math.abs(value - want[j]!) < 1e-5)).toEqual([true, true])
    expect(await run(true)).toEqual(got)
  })
})

describe('a step', () => {
  const one = () => parameter(Float32Array.of(2), [], 'float32')

  test('keeps what depends on the old parameters when told to', async () => {
    const p = one()
    const doubled = p.mul(2)
    await new SGD([p], { lr: 1 }).step(p.mul(1), { keep: [doubled] })
    expect([await doubled.item(), await p.item()]).toEqual([4, 1])
  })

  test('leaves a parameter alone that the loss does not depend on', async () => {
    const [p, q] = [one(), one()]
    await new SGD([p, q], { lr: 1 }).step(p.square())
    expect([await p.item(), await q.item()]).toEqual([-2, 2])
  })

  test('takes a parameter that is given twice once', async () => {
    const p = one()
    const optimizer = new SGD([p, p], { lr: 1 })
    await optimizer.step(p.mul(1))
    expect(await p.item()).toBe(1)
  })

  const refused: [name: string, act: (p: Parameter) => unknown, error: object][] = [
    ['no parameters', () => new SGD([], {}), { key: 'optimizer.none' }],
    ['a tensor', () => new SGD([zeros([1]) as never], {}), { key: 'optimizer.parameter' }],
    ['a rate below 0', (p) => new SGD([p], { lr: -1 }), { key: 'optimizer.option' }],
    [
      'a rate that is no number',
      (p) => new SGD([p], { lr: Number.NaN }),
      { key: 'optimizer.option' },
    ],
    ['beta 1', (p) => new optim.Adam([p], { betas: [0.9, 1] }), { key: 'optimizer.option' }],
    ['beta below 0', (p) => new optim.Adam([p], { betas: [0.9, -1] }), { key: 'optimizer.option' }],
    [
      'a vector for Muon',
      () => new optim.Muon([parameter(new Float32Array(1), [1], 'float32')]),
      { key: 'muon.matrix' },
    ],
    ['a momentum below 0', (p) => new SGD([p], { momentum: -0.1 }), { key: 'optimizer.option' }],
    ['losses for a loss', (p) => new SGD([p]).step(p.mul(tensor([1, 2]))), { key: 'grad.scalar' }],
    ['a loss of integers', (p) => new SGD([p]).step(p.cast('int32')), { key: 'grad.dtype' }],
  ]
  test.each(refused)('refuses %s', (_, act, error) => {
    expect(() => act(one())).toThrow(expect.objectContaining(error))
  })
})
