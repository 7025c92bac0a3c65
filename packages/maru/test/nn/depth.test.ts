/** What depth does: sizes, receptive fields, gradients, and what lies between the layers. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  compile,
  crossEntropy,
  grad,
  manualSeed,
  type Parameter,
  stack,
  type Tensor,
  tensor,
  useDevice,
  vjp,
  zeros,
} from '../../src/index.ts'
import { mlp } from '../../src/models/index.ts'
import * as nn from '../../src/nn/index.ts'
import { Adam, SGD } from '../../src/optim/index.ts'
import { normal, uniform } from '../../src/tensor/random.ts'
import { realize } from '../../src/tensor/tensor.ts'
import { devices } from '../ops/calls.ts'

const { capture, init, receptiveField } = nn

beforeEach(() => {
  useDevice('wasm')
  manualSeed(9)
})

type Net = nn.Sequential<readonly nn.Module[]>
const chain = (layers: readonly nn.Module[]): Net =>
  new nn.Sequential<readonly nn.Module[]>(...layers)

/** `depth` hidden layers of `width`, each a residual of normalised features where there are many. */
function tower(depth: number, width: number): Net {
  const block = (): nn.Module =>
    new nn.Residual(chain([new nn.LayerNorm(width), new nn.Linear(width, width), new nn.ReLU()]))
  return chain([
    new nn.Linear<number, number>(4, width),
    ...Array.from({ length: depth - 1 }, block),
    new nn.LayerNorm(width),
    new nn.Linear<number, number>(width, 2),
  ])
}

describe('a network of many layers', () => {
  test.each([1, 2, 10, 100, 1000])(
    '[A1.1] [A1.2] %i of them: as many parameters as the formula says',
    async (depth) => {
      const width = 8
      const model = tower(depth, width)
      const formula =
        (4 + 1) * width + (depth - 1) * (width * width + 3 * width) + 2 * width + (width + 1) * 2
      expect(nn.summary(model).parameters).toBe(formula)
      expect(nn.summary(model).hiddenLayers).toBe(depth)
      expect(model.forward(zeros([3, 4])).shape).toEqual([3, 2])
    },
  )

  test('[A1.3] 1,000 layers with residuals and normalisation: outputs and gradients are finite', async () => {
    const { layers } = tower(1000, 8)
    // pieces of 50 layers: one program each, forward and back
    const pieces = Array.from({ length: Math.ceil(layers.length / 50) }, (_, i) =>
      chain(layers.slice(i * 50, i * 50 + 50)),
    )
    const inputs: Tensor[] = []
    let x: Tensor = normal([4, 4])
    for (const piece of pieces) {
      inputs.push(x)
      x = tensor(await piece.forward(x).data(), [4, piece === pieces.at(-1) ? 2 : 8])
    }
    expect((await x.data()).every(Number.isFinite)).toBe(true)
    let cotangent: Tensor = x.softmax().sub(0.5)
    for (const [i, piece] of [...pieces.entries()].reverse()) {
      const output: Tensor = piece.forward(inputs[i]!)
      const parameters = piece.parameters()
      const [back, ...gradients] = vjp([output], [inputs[i]!, ...parameters], [cotangent])
      const sizes = stack([back!, ...gradients].map((each) => each.square().sum()))
      await realize(back!, sizes)
      cotangent = tensor(await back!.data(), back!.shape as number[])
      const norms = await sizes.data()
      expect(norms.every(Number.isFinite)).toBe(true)
      expect(norms[0]).toBeGreaterThan(0)
    }
  })

  test('[A1.4] is deep from two hidden layers on', () => {
    expect(nn.isDeep(chain([new nn.Linear<number, number>(2, 2)]))).toBe(false)
    expect(nn.isDeep(tower(1, 3))).toBe(false)
    expect(nn.isDeep(tower(2, 3))).toBe(true)
  })
})

describe('30 sigmoid layers', () => {
  const x = (): Tensor => uniform([64, 8], { low: -1, high: 1 })
  const labels = (data: Tensor): Tensor => data.sum(1).greater(0).cast('int32')

  function plain(): Net {
    const model = mlp(
      [8, ...Array.from({ length: 29 }, () => 32), 2] as unknown as [number, number],
      {
        activation: () => new nn.Sigmoid(),
      },
    )
    for (const [name, parameter] of model.namedParameters()) {
      if (!name.endsWith('weight')) init.zeros(parameter)
      else init.normal(parameter, { std: 1 / Math.sqrt(parameter.shape[1]!) })
    }
    return model
  }

  async function train(model: Net, steps: number): Promise<number[]> {
    const data = x()
    const ids = labels(data)
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 })
    const step = compile((input: Tensor, target: Tensor) => {
      const loss = crossEntropy(model.forward(input), target)
      optimizer.step(loss)
      return loss
    })
    // steps that nobody waits for are queued, and change no number
    const losses = await Promise.all(Array.from({ length: steps }, () => step(data, ids)))
    return [...(await stack(losses).data())]
  }

  test('[A4.1] the gradient has vanished on its way to the first of them', async () => {
    const model = plain()
    const data = x()
    const loss = crossEntropy(model.forward(data), labels(data))
    const weights = [...model.namedParameters()].filter(([name]) => name.endsWith('weight'))
    expect(weights).toHaveLength(30)
    const gradients = grad(loss, [weights[0]![1], weights.at(-1)![1]])
    const [first, last] = await Promise.all(
      gradients.map((each) => each.square().sum().sqrt().item()),
    )
    expect(first!).toBeLessThan(1e-6 * last!)
  })

  test('[A4.2] [A4.3] they learn nothing; as many ReLUs with batch normalisation or residuals do', async () => {
    const flat = await train(plain(), 60)
    expect(flat.at(-1)!).toBeGreaterThan(0.6)
    expect(flat[5]! - flat.at(-1)!).toBeLessThan(0.05)

    const he = (model: Net): Net => {
      for (const [name, parameter] of model.namedParameters()) {
        if (parameter.shape.length === 2 && name.endsWith('weight')) init.kaimingNormal(parameter)
      }
      return model
    }
    const normalised = he(
      chain([
        new nn.Linear<number, number>(8, 32),
        ...Array.from({ length: 28 }, () => [
          new nn.Linear(32, 32),
          new nn.BatchNorm1d(32),
          new nn.ReLU(),
        ]).flat(),
        new nn.Linear<number, number>(32, 2),
      ]),
    )
    const residual = chain([
      new nn.Linear<number, number>(8, 32),
      ...Array.from(
        { length: 28 },
        () => new nn.Residual(chain([new nn.LayerNorm(32), new nn.Linear(32, 32), new nn.ReLU()])),
      ),
      new nn.LayerNorm(32),
      new nn.Linear<number, number>(32, 2),
    ])
    for (const model of [normalised, residual]) {
      const losses = await train(model, 60)
      expect(losses.at(-1)!).toBeLessThan(0.3)
    }
  })
})

describe('without non-linearity', () => {
  const corners = (): Tensor =>
    tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ])
  const xor = (): Tensor => tensor([0, 1, 1, 0], undefined, { dtype: 'int32' })

  /** The best share of the four corners that is right, looked at every 50 steps. */
  async function learned(model: Net, steps: number): Promise<number> {
    const optimizer = new Adam(model.parameters(), { lr: 0.02 })
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = crossEntropy(model.forward(x), y)
      optimizer.step(loss)
      return loss
    })
    const [x, y] = [corners(), xor()]
    let best = 0
    for (let round = 0; round < steps / 50 && best < 1; round++) {
      await Promise.all(Array.from({ length: 50 }, () => step(x, y)))
      const right: Tensor = model.forward(x).argmax(1).equal(y)
      best = Math.max(best, await right.cast('float32').mean().item())
    }
    return best
  }

  test('[A6.1] ten layers are one matrix', async () => {
    const layers = Array.from(
      { length: 10 },
      () => new nn.Linear<number, number>(6, 6, { bias: false }),
    )
    const x = normal([20, 6])
    const product = layers.reduce<Tensor>(
      (all, { weight }) => all.matmul(weight.transpose()),
      zeros([6, 6]).add(
        tensor(
          [
            1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1,
            0, 0, 0, 0, 0, 0, 1,
          ],
          [6, 6],
        ),
      ),
    )
    const [got, want] = [await chain(layers).forward(x).data(), await x.matmul(product).data()]
    for (const [i, value] of got.entries()) expect(Math.abs(value - want[i]!)).toBeLessThan(1e-5)
  })

  test('[A6.2] they do not learn XOR: at most three of four', async () => {
    const sizes = [2, ...Array.from({ length: 9 }, () => 8), 2]
    const layers = sizes.slice(1).map((to, i) => new nn.Linear<number, number>(sizes[i]!, to))
    expect(await learned(chain(layers), 200)).toBeLessThanOrEqual(0.75)
  })

  test.each(Object.keys(nn.activations))('[A6.3] with %s one hidden layer does', async (name) => {
    // weights of the size of the shrinking functions' thresholds, so that both of their parts are met
    const model = chain([
      new nn.Linear<number, number>(2, 64),
      nn.activations[name]!.make(),
      new nn.Linear<number, number>(64, 2),
    ])
    for (const [path, parameter] of model.namedParameters()) {
      if (path.startsWith('0.')) init.normal(parameter, { std: 0.7 })
    }
    expect(await learned(model, 500)).toBe(1)
  })
})

describe('small filters', () => {
  test('[A7.1] two of 3×3 have 18·C² weights, one of 5×5 has 25·C²', () => {
    const c = 7
    const one = new nn.Sequential(new nn.Conv2d(c, c, 5, { bias: false }))
    const two = new nn.Sequential(
      new nn.Conv2d(c, c, 3, { bias: false }),
      new nn.Conv2d(c, c, 3, { bias: false }),
    )
    expect(nn.summary(one).parameters).toBe(25 * c * c)
    expect(nn.summary(two).parameters).toBe(18 * c * c)
  })

  test('[A7.2] two of 3×3 do not fit a random one of 5×5: fewer parameters are less freedom', async () => {
    // a filter of two is a product of polynomials: the best of them by descent from four starts
    const target = normal([1, 1, 5, 5])
    const full = { padding: 'full', flip: true } as const
    const residuals: number[] = []
    for (let from = 0; from < 4; from++) {
      const [a, b] = [new nn.Conv2d(1, 1, 3).weight, new nn.Conv2d(1, 1, 3).weight] as Parameter[]
      init.normal(a!)
      init.normal(b!)
      const optimizer = new Adam([a!, b!], { lr: 0.03 })
      const errorOf = (): Tensor =>
        a!.conv2d(b!, full).sub(target).square().sum().div(target.square().sum())
      const step = compile(() => {
        const error = errorOf()
        optimizer.step(error)
        return error
      })
      await Promise.all(Array.from({ length: 300 }, () => step()))
      residuals.push(await errorOf().item())
    }
    const best = Math.min(...residuals)
    console.info(`two 3×3 filters leave ${(100 * best).toFixed(1)} % of a random 5×5 one`)
    expect(best).toBeGreaterThan(0.01)
    expect(best).toBeLessThan(1)
  })

  test('[A8.3] convolutions compose: conv(conv(x, a), b) is conv(x, a * b)', async () => {
    const [x, a, b] = [normal([1, 1, 12, 11]), normal([1, 1, 3, 3]), normal([1, 1, 5, 2])]
    const once = x.conv2d(a.conv2d(b, { padding: 'full', flip: true }))
    const twice = x.conv2d(a).conv2d(b)
    expect(once.shape).toEqual(twice.shape)
    const [got, want] = [await once.data(), await twice.data()]
    const scale = Math.max(...want.map(Math.abs))
    for (const [i, value] of got.entries())
      expect(Math.abs(value - want[i]!) / scale).toBeLessThan(1e-5)
  })
})

describe('receptive fields', () => {
  const conv = (k: number, options = {}): nn.Module => new nn.Conv2d(1, 1, k, options)
  const stacks: [title: string, model: nn.Module, size: number, stride: number][] = [
    ['two convolutions', chain([conv(3), new nn.ReLU(), conv(3)]), 5, 1],
    ['strides and a pool', chain([conv(3, { stride: 2 }), new nn.MaxPool2d(2), conv(3)]), 13, 4],
    [
      'dilation [D3.2]',
      chain([conv(3), conv(3, { dilation: 2 }), conv(3, { dilation: 4 })]),
      15,
      1,
    ],
    [
      'a residual',
      new nn.Residual(chain([conv(3, { padding: 1 }), conv(3, { padding: 1 })])),
      5,
      1,
    ],
    [
      'branches',
      chain([new nn.Parallel([conv(1), conv(5, { padding: 2 })]), new nn.Conv2d(2, 1, 3)]),
      7,
      1,
    ],
    ['an average', chain([new nn.AvgPool2d(3, { stride: 1 }), new nn.Dropout(0)]), 3, 1],
    [
      'a dense block',
      new nn.DenseBlock([conv(3, { padding: 1 }), new nn.Conv2d(2, 1, 3, { padding: 1 })]),
      5,
      1,
    ],
  ]

  test.each(stacks)(
    '[A8.1] of %s are what gradients of the input measure',
    async (_, model, size, stride) => {
      expect(receptiveField(model)).toEqual({ size: [size, size], stride: [stride, stride] })
      for (const [name, parameter] of model.namedParameters()) {
        if (name.endsWith('weight')) init.uniform(parameter, { low: 0.5, high: 1 })
      }
      const x = uniform([1, 1, 40, 40])
      const output = model.eval().forward(x)
      const [, , rows = 0, columns = 0] = output.shape as number[]
      // windows in the middle, where a border cuts nothing off; largest elements move, so all in turn
      const [row, column] = [rows >> 1, columns >> 1]
      const reach = new Set<number>()
      for (let draw = 0; draw < 6; draw++) {
        const input: Tensor = draw === 0 ? x : uniform([1, 1, 40, 40])
        const place: Tensor = model.forward(input).narrow(2, row, 1).narrow(3, column, 1).sum()
        const touched = await grad(place, [input])[0]!.abs().sum([0, 1, 3]).data()
        for (const [i, value] of touched.entries()) if (value > 0) reach.add(i)
      }
      expect(Math.max(...reach) - Math.min(...reach) + 1).toBe(size)
    },
  )

  test("[A8.2] VGG-16's conv5_3 sees 196 pixels, pool5 212", () => {
    const stage = (count: number): nn.Module[] =>
      Array.from({ length: count }, () => [conv(3, { padding: 1 }), new nn.ReLU()]).flat()
    const layers = [2, 2, 3, 3, 3].flatMap((count) => [...stage(count), new nn.MaxPool2d(2)])
    expect(receptiveField(chain(layers)).size).toEqual([212, 212])
    expect(receptiveField(chain(layers.slice(0, -1))).size).toEqual([196, 196])
  })

  test('over one axis and three', () => {
    const line = chain([new nn.Conv1d(1, 1, 3, { stride: 2 }), new nn.LpPool1d(2, 2)])
    expect(receptiveField(line)).toEqual({ size: [5], stride: [4] })
    const volume = new nn.Conv3d(1, 1, [1, 2, 3])
    expect(receptiveField(volume).size).toEqual([1, 2, 3])
  })

  test('are refused where windows do not decide', () => {
    expect(() => receptiveField(chain([new nn.Linear<number, number>(2, 2)]))).toThrow(
      expect.objectContaining({ key: 'receptive.unknown' }),
    )
    expect(() => receptiveField(chain([new nn.Conv1d(1, 1, 3), conv(3)]))).toThrow(
      expect.objectContaining({ key: 'receptive.axes' }),
    )
  })
})

describe.each(devices)('on %s, what layers make', (device) => {
  test('[D10.1] [D10.2] can be had besides the output, which stays as it is', async () => {
    useDevice(device)
    const model = chain([
      new nn.Conv2d(1, 2, 3),
      new nn.Residual(new nn.Tanh()),
      new nn.Flatten(),
      new nn.Linear<number, number>(8, 3),
    ])
    const x = normal([2, 1, 4, 4])
    const { output, maps } = capture(model, ['1.body', '0', '3'])(x)
    const alone = model.forward(x)
    expect(await output.data()).toEqual(await alone.data())
    expect([...maps.keys()]).toEqual(['0', '1.body', '3'])
    const first: Tensor = model.layers[0]!.forward(x)
    expect(await maps.get('0')!.data()).toEqual(await first.data())
    expect(await maps.get('1.body')!.data()).toEqual(await first.tanh().data())
    expect(await maps.get('3')!.data()).toEqual(await output.data())
    // nothing is left behind
    const again = capture(model, [])(x)
    expect(again.maps.size).toBe(0)
  })
})

test('a path that leads nowhere is refused', () => {
  expect(() => capture(chain([new nn.Tanh()]), ['1', '0.body'])).toThrow(
    expect.objectContaining({ key: 'capture.names' }),
  )
})

test('[D12.3] batch normalisation folds into the layer before it', async () => {
  const model = chain([
    new nn.Conv2d(2, 4, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Residual(
      chain([
        new nn.Conv2d(4, 4, 3, { padding: 1, groups: 2 }),
        new nn.BatchNorm2d(4, { affine: false }),
      ]),
    ),
    new nn.Flatten(),
    new nn.Linear<number, number>(4 * 36, 5),
    new nn.BatchNorm1d(5),
  ])
  for (const [name, parameter] of model.namedParameters()) {
    if (parameter.shape.length === 1) init.uniform(parameter, { low: 0.5, high: name ? 2 : 1 })
  }
  for (let step = 0; step < 5; step++)
    await model.forward(normal([8, 2, 6, 6], { mean: 1, std: 2 })).data()
  const folded = nn.foldBatchNorm(model)
  const x = normal([3, 2, 6, 6])
  const [got, want] = [await folded.forward(x).data(), await model.eval().forward(x).data()]
  const scale = Math.max(...want.map(Math.abs))
  for (const [i, value] of got.entries())
    expect(Math.abs(value - want[i]!) / scale).toBeLessThan(1e-5)
  const names = [...folded.namedParameters()].map(([name]) => name)
  expect(names).toEqual([
    '0.weight',
    '0.bias',
    '2.body.0.weight',
    '2.body.0.bias',
    '4.weight',
    '4.bias',
  ])
  // without running statistics there is nothing to fold
  const bare = chain([new nn.Conv2d(1, 1, 1), new nn.BatchNorm2d(1, { trackRunningStats: false })])
  expect((nn.foldBatchNorm(bare) as Net).layers).toHaveLength(2)
})

describe('a frozen parameter', () => {
  const make = (): nn.Sequential<readonly nn.Module[]> =>
    chain([new nn.Linear<number, number>(3, 4), new nn.Tanh(), new nn.Linear<number, number>(4, 2)])

  test('[I9.1] [I9.3] every parameter has a name, a shape and a value to look at', async () => {
    const model = make()
    const named = [...model.namedParameters()].map(([name, { shape }]) => [name, shape])
    expect(named).toEqual([
      ['0.weight', [4, 3]],
      ['0.bias', [4]],
      ['2.weight', [2, 4]],
      ['2.bias', [2]],
    ])
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const { bias } = model.layers[2] as nn.Linear<number, number>
    const seen: string[] = []
    for (let step = 0; step < 3; step++) {
      await optimizer.step(
        model
          .forward(normal([5, 3]))
          .sub(1)
          .square()
          .mean(),
      )
      seen.push(String(await bias!.data()))
    }
    expect(new Set(seen).size).toBe(3)
  })

  test.each(['eager', 'compiled', 'backward'])(
    '[I9.2] [K1.2] is bit-identical after training, and free again later, %s',
    async (way) => {
      const model = make()
      const optimizer = new Adam(model.parameters(), { lr: 0.1, weightDecay: 0.1 })
      const lossOf = (x: Tensor): Tensor => model.forward(x).sub(1).square().mean()
      const compiled = compile((x: Tensor) => {
        const loss = lossOf(x)
        optimizer.step(loss)
        return loss
      })
      const train = async (): Promise<void> => {
        for (let i = 0; i < 3; i++) {
          const x = normal([5, 3])
          if (way === 'compiled') await compiled(x)
          else if (way === 'eager') await optimizer.step(lossOf(x))
          else {
            lossOf(x).backward()
            await optimizer.step()
            optimizer.zeroGrad()
          }
        }
      }
      const read = (): Promise<string[]> =>
        Promise.all(model.parameters().map(async (each) => String(await each.data())))
      const moved = async (act: () => Promise<void>): Promise<boolean[]> => {
        const before = await read()
        await act()
        const after = await read()
        return after.map((value, i) => value !== before[i])
      }
      expect(await moved(train)).toEqual([true, true, true, true])
      model.freeze(/^0\./)
      expect(model.parameters().map(({ frozen }) => frozen)).toEqual([true, true, false, false])
      expect(await moved(train)).toEqual([false, false, true, true])
      model.unfreeze(/weight/)
      expect(await moved(train)).toEqual([true, false, true, true])
      model.unfreeze()
      expect(await moved(train)).toEqual([true, true, true, true])
    },
  )

  test('needs a pattern that matches, and something left to learn', async () => {
    const model = make()
    expect(() => model.freeze(/head/)).toThrow(expect.objectContaining({ key: 'freeze.match' }))
    model.freeze()
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    expect(() => optimizer.step(model.forward(zeros([1, 3])).sum())).toThrow(
      expect.objectContaining({ key: 'optimizer.gradients' }),
    )
  })
})
