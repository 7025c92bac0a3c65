/** What every optimiser has from the base: groups, clipping, accumulation, constraints, averages, state. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  compile,
  grad,
  mseLoss,
  type Parameter,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Linear, Sequential, Tanh } from '../../src/nn/index.ts'
import {
  Adam,
  AdamW,
  clipAdaptive,
  clipEach,
  clipNorm,
  clipValue,
  exponentialDecay,
  type GradientTransform,
  globalNorm,
  maxNorm,
  type Optimizer,
  SGD,
  WeightAverage,
} from '../../src/optim/index.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'
import { fixture, problemOf, type Trajectory, table } from './table.ts'

beforeEach(() => useDevice('wasm'))

const vector = (...values: number[]): Parameter =>
  parameter(Float32Array.from(values), [values.length], 'float32')

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6))

async function numbers(x: Tensor): Promise<number[]> {
  return [...(await x.data())]
}

/** A gradient of the given values for a parameter. */
function pull(p: Tensor, ...values: number[]): Tensor {
  return p.mul(tensor(values)).sum()
}

describe('groups', () => {
  const model = () => new Sequential(new Linear(2, 3), new Tanh(), new Linear(3, 1))
  const decayed = async (optimizer: Optimizer) => {
    const before = await Promise.all(optimizer.parameters.map((each) => numbers(each)))
    await optimizer.step(
      optimizer.parameters.reduce<Tensor>((sum, p) => sum.add(p.sum().mul(0)), tensor(0)),
    )
    const after = await Promise.all(optimizer.parameters.map((each) => numbers(each)))
    return after.map((values, i) => values[0]! / before[i]![0]!)
  }

  test('have settings of their own, by name; the first match counts', async () => {
    const optimizer = new SGD(model().namedParameters(), {
      lr: 0.1,
      weightDecay: 0.5,
      groups: [
        { match: /bias$/, weightDecay: 0 },
        { match: (name) => name.startsWith('2.'), lr: 0.2 },
        { match: /./g, decoupledWeightDecay: true },
      ],
    })
    expect(await decayed(optimizer)).toEqual(near([0.95, 1, 0.9, 1]))
  })

  test('keep their rates when that of the others is set, and follow the schedule', async () => {
    const optimizer = new SGD(model().namedParameters(), {
      lr: 0.1,
      weightDecay: 1,
      schedule: exponentialDecay(0.5),
      groups: [{ match: /^0/, lr: 0.4 }],
    })
    optimizer.lr = 0.2
    expect(await decayed(optimizer)).toEqual(near([0.6, 0.6, 0.8, 0.8]))
    expect(await decayed(optimizer)).toEqual(near([0.8, 0.8, 0.9, 0.9]))
  })

  test.each([
    ['a name that nothing has', { match: /biass$/ }],
    ['what others have taken already', { match: () => false }],
  ])('refuse %s', (_, group) => {
    const make = () => new SGD(model().namedParameters(), { groups: [group] })
    expect(make).toThrow(expect.objectContaining({ key: 'optimizer.group' }))
  })

  test('check their numbers', () => {
    const groups = [{ match: /./, betas: [0.9, 1] as const }]
    expect(() => new Adam([vector(1)], { groups })).toThrow(
      expect.objectContaining({ key: 'optimizer.option' }),
    )
  })
})

describe('weight decay', () => {
  test('is part of the gradient, or apart from it', async () => {
    const [coupled, apart] = [vector(2), vector(2)]
    const common = { lr: 0.1, weightDecay: 0.5 }
    await new Adam([coupled], common).step(pull(coupled, 1))
    await new Adam([apart], { ...common, decoupledWeightDecay: true }).step(pull(apart, 1))
    expect(await numbers(coupled)).toEqual(near([1.9]))
    expect(await numbers(apart)).toEqual(near([2 * 0.95 - 0.1]))
  })

  test('works against the way up, too', async () => {
    const p = vector(2)
    await new SGD([p], { lr: 0.1, weightDecay: 0.5, maximize: true }).step(pull(p, 3))
    expect(await numbers(p)).toEqual(near([2 - 0.1 * (-3 + 1)]))
  })
})

describe('clipping', () => {
  const steps = async (clip: GradientTransform): Promise<number[][]> => {
    const [p, q] = [vector(1, 1), vector(100)]
    const before = [await numbers(p), await numbers(q)]
    await new SGD([p, q], { lr: 1, clip }).step(pull(p, 3, -4).add(pull(q, 12)))
    const after = [await numbers(p), await numbers(q)]
    return before.map((values, i) => values.map((value, j) => value - after[i]![j]!))
  }
  const cases: readonly (readonly [string, GradientTransform, number[][]])[] = [
    ['[I6.1] by value', clipValue(3.5), [[3, -3.5], [3.5]]],
    ['[I6.2] by the norm of all', clipNorm(6.5), [[1.5, -2], [6]]],
    ['by a norm that is not reached', clipNorm(14), [[3, -4], [12]]],
    ['[I6.2] of each for itself', clipEach(6), [[3, -4], [6]]],
    ['[I6.3] by the weights', clipAdaptive(0.1), [[0.06 * Math.SQRT2, -0.08 * Math.SQRT2], [10]]],
  ]
  test.each(cases)('%s', async (_, clip, want) => {
    const got = await steps(clip)
    got.forEach((values, i) => {
      values.forEach((value, j) => {
        expect(value).toBeCloseTo(want[i]![j]!, 4)
      })
    })
  })

  test('by the weights looks at rows of a matrix, each for itself', async () => {
    const p = parameter(Float32Array.of(3, 4, 0, 0), [2, 2], 'float32')
    const loss = p
      .mul(
        tensor([
          [30, 40],
          [0.3, 0.4],
        ]),
      )
      .sum()
    await new SGD([p], { lr: 1, clip: clipAdaptive(0.1) }).step(loss)
    const [a, b, c, d] = await numbers(p)
    expect([a, b]).toEqual([expect.closeTo(2.7, 5), expect.closeTo(3.6, 5)])
    expect([c, d]).toEqual([expect.closeTo(-6e-5, 8), expect.closeTo(-8e-5, 8)])
  })

  test('may be looked at', async () => {
    const p = vector(3, 4)
    expect(await globalNorm([p, vector(12)]).item()).toBe(13)
    expect(await globalNorm([]).item()).toBe(0)
    const loss = p.square().sum().div(2)
    expect(await globalNorm(grad(loss, [p])).item()).toBe(5)
  })

  test('must give back a gradient for each', () => {
    const p = vector(1)
    const optimizer = new SGD([p], { clip: () => [] })
    expect(() => optimizer.step(p.sum())).toThrow(
      expect.objectContaining({ key: 'optimizer.clip' }),
    )
  })
})

describe('accumulation', () => {
  const inputs = [1, -2, 3, 0.5, -1.5, 2].map((x) => [x, x * x])
  const train = async (optimizer: Optimizer, p: Parameter, size: number, compiled: boolean) => {
    const lossOf = (x: Tensor) => x.matmul(p.unsqueeze(1)).sub(1).square().mean()
    const take = (x: Tensor): undefined => void optimizer.step(lossOf(x))
    const step = compiled ? compile(take) : take
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < inputs.length; i += size) await step(tensor(inputs.slice(i, i + size)))
    }
    return numbers(p)
  }

  test.each([false, true])('equals larger batches; compiled: %s', async (compiled) => {
    const options = {
      lr: 0.05,
      clip: clipNorm(1),
      weightDecay: 0.1,
      schedule: exponentialDecay(0.9),
    }
    const [p, q] = [vector(1, -1), vector(1, -1)]
    const whole = new AdamW([p], options)
    const parts = new AdamW([q], { ...options, accumulate: 3 })
    const want = await train(whole, p, 6, compiled)
    expect(await train(parts, q, 2, compiled)).toEqual(near(want))
    expect([whole.steps, parts.steps]).toEqual([3, 3])
  })

  test('changes nothing before its last call', async () => {
    const p = vector(1)
    const optimizer = new Adam([p], { lr: 1, accumulate: 2 })
    await optimizer.step(p.sum())
    expect(await numbers(p)).toEqual([1])
    expect([...optimizer.statesOf(p).keys()].sort()).toEqual(['expAvg', 'expAvgSq', 'gathered'])
    expect(await numbers(optimizer.statesOf(p).get('expAvg')!)).toEqual([0])
    await optimizer.step(p.sum())
    expect(await numbers(p)).toEqual(near([0]))
  })

  test('forgets the gradients of updates that were made, NaN or not', async () => {
    const p = vector(1)
    const optimizer = new SGD([p], {
      lr: 1,
      accumulate: 2,
      clip: (all) => all.map((g) => g.nanToNum()),
    })
    const calls = [Number.NaN, 1, 2, 4]
    for (const each of calls) await optimizer.step(pull(p, each))
    expect(await numbers(p)).toEqual([1 - 3])
  })
})

describe('what becomes of the weights', () => {
  test('a constraint holds after each update', async () => {
    const p = parameter(Float32Array.of(3, 4, 0.3, 0.4), [2, 2], 'float32')
    await new SGD([p], { lr: 1, constrain: maxNorm(2) }).step(p.mul(0).sum())
    expect(await numbers(p)).toEqual(near([1.2, 1.6, 0.3, 0.4]))
  })

  test.each([false, true])('slow weights follow the fast; compiled: %s', async (compiled) => {
    const p = vector(1)
    const optimizer = new SGD([p], { lr: 0.25, lookahead: { every: 2, alpha: 0.5 } })
    const take = (): undefined => void optimizer.step(p.square().sum())
    const step = compiled ? compile(take) : take
    let [fast, slow] = [1, 1]
    for (let i = 1; i <= 5; i++) {
      await step()
      fast -= 0.25 * 2 * fast
      if (i % 2 === 0) slow = fast = slow + 0.5 * (fast - slow)
      expect(await numbers(p)).toEqual(near([fast]))
    }
  })

  test.each([[0.75], [undefined]])('[H6.5] averages with decay %s', async (decay) => {
    const p = vector(1)
    const optimizer = new SGD([p], { lr: 1 })
    const average = new WeightAverage([['layer.weight', p]], decay === undefined ? {} : { decay })
    const step = compile(() => {
      optimizer.step(pull(p, 1))
      average.update()
      return undefined
    })
    let mean = 0
    for (let i = 0; i < 4; i++) {
      if (i % 2 === 0) await step()
      else {
        await optimizer.step(pull(p, 1))
        await average.update()
      }
      const kept = i === 0 ? 0 : (decay ?? i / (i + 1))
      mean = mean * kept - i * (1 - kept)
    }
    await average.swap()
    expect(await numbers(p)).toEqual(near([mean]))
    expect(await numbers(average.averages().get('layer.weight')!)).toEqual([-3])
    await average.swap()
    expect(await numbers(p)).toEqual([-3])
    expect(average.count).toBe(4)
    const other = new WeightAverage([['layer.weight', p]], decay === undefined ? {} : { decay })
    await other.loadStateDict(average.stateDict())
    await Promise.all([average.update(), other.update()])
    expect(await numbers(other.averages().get('layer.weight')!)).toEqual(
      await numbers(average.averages().get('layer.weight')!),
    )
  })
})

describe('saved state', () => {
  const rows = fixture.entries.filter(({ problem, dtype }, i, all) => {
    const first = all.findIndex((each) => each.optimizer === all[i]!.optimizer)
    return problem === 'mlp' && dtype === 'float32' && i <= first + 2
  })
  const extra = {
    schedule: exponentialDecay(0.9),
    accumulate: 2,
    lookahead: { every: 3 },
    weightDecay: 0.01,
  }
  const make = (entry: Trajectory, parameters: Map<string, Parameter>): Optimizer => {
    const options: object = { ...entry.options, ...extra }
    return table[entry.optimizer]!([...parameters], options as Trajectory['options'])
  }

  test.each(rows.map((entry) => [entry.optimizer, entry] as const))(
    '%s goes on bit for bit, in the midst of an accumulation',
    async (_, entry) => {
      const first = problemOf(entry)
      const optimizer = make(entry, first.parameters)
      const step = compile(() => void optimizer.step(first.loss()))
      for (let i = 0; i < 9; i++) await step()
      optimizer.lr *= 0.7

      const second = problemOf(entry)
      const resumed = make(entry, second.parameters)
      for (const [name, p] of second.parameters) {
        assign(p.cell, first.parameters.get(name)!.snapshot().node)
      }
      const saved = optimizer.stateDict()
      for (let i = 0; i < 9; i++) await step()
      await resumed.loadStateDict(saved)
      for (let i = 0; i < 9; i++) await resumed.step(second.loss())
      expect(resumed.steps).toBe(9)
      for (const [name, p] of second.parameters) {
        expect(await p.data()).toEqual(await first.parameters.get(name)!.data())
      }
    },
  )

  test('has every name before the first step', async () => {
    const p = vector(1, 2)
    const optimizer = new Adam([['layer.inWeight', p]], { amsgrad: true })
    expect([...optimizer.stateDict().keys()].sort()).toEqual([
      'calls',
      'layer.in_weight.exp_avg',
      'layer.in_weight.exp_avg_sq',
      'layer.in_weight.max_exp_avg_sq',
      'lr',
      'steps',
    ])
    expect(await numbers(p)).toEqual([1, 2])
    await optimizer.step(pull(p, 1, 1))
    expect(await numbers(p)).toEqual(near([0.999, 1.999]))
  })

  test('leaves what waits to be stored', async () => {
    const p = vector(1)
    const optimizer = new Adam([p])
    const average = new WeightAverage([p])
    const waiting = average.update()
    optimizer.stateDict()
    await waiting
    expect(await numbers(average.averages().get('0')!)).toEqual([1])
  })

  const wrong: readonly (readonly [string, (dict: Map<string, Tensor>) => void, string])[] = [
    ['a missing state', (dict) => dict.delete('0.exp_avg'), 'state.names'],
    ['a missing count', (dict) => dict.delete('steps'), 'state.names'],
    ['an unknown state', (dict) => dict.set('0.other', tensor(1)), 'state.names'],
    ['another shape', (dict) => dict.set('0.exp_avg', tensor([1])), 'state.shape'],
    ['another shape of a count', (dict) => dict.set('steps', tensor([1])), 'state.shape'],
    ['half a step', (dict) => dict.set('steps', tensor(0.5)), 'value.integer'],
  ]
  test.each(wrong)('refuses %s, and changes nothing', async (_, spoil, key) => {
    const p = vector(1, 2)
    const optimizer = new Adam([p])
    await optimizer.step(pull(p, 1, 1))
    const good = optimizer.stateDict()
    const bad = new Map(good).set('lr', tensor(9))
    spoil(bad)
    await expect(optimizer.loadStateDict(bad)).rejects.toMatchObject({ key })
    expect(optimizer.lr).toBe(1e-3)
    expect(optimizer.steps).toBe(1)
    await optimizer.loadStateDict(bad.set('steps', tensor(4)), { strict: false }).catch(() => {})
  })

  test('takes what fits when not strict', async () => {
    const p = vector(1)
    const optimizer = new Adam([p])
    const dict = new Map([
      ['steps', tensor(3)],
      ['other', tensor([1, 2])],
    ])
    const { missing, unexpected } = await optimizer.loadStateDict(dict, { strict: false })
    expect(missing).toEqual(['0.exp_avg', '0.exp_avg_sq', 'calls', 'lr'])
    expect(unexpected).toEqual(['other'])
    expect([optimizer.steps, optimizer.lr]).toEqual([3, 1e-3])
  })
})

describe('two ways of momentum', () => {
  const end = async (velocity: boolean, fall: boolean): Promise<number[]> => {
    const p = vector(1, -2)
    const schedule = fall ? exponentialDecay(0.5) : exponentialDecay(1)
    const optimizer = new SGD([p], { lr: 0.1, momentum: 0.9, nesterov: true, velocity, schedule })
    for (let i = 0; i < 10; i++) await optimizer.step(mseLoss(p, tensor([3, 4])))
    return numbers(p)
  }
  test('[G2.3] are one while the rate is constant', async () => {
    expect(await end(true, false)).toEqual(near(await end(false, false)))
    expect(await end(true, true)).not.toEqual(near(await end(false, true)))
  })
})
