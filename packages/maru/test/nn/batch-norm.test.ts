/** Batch normalisation: where running statistics go. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  compile,
  cond,
  ones,
  scan,
  type Tensor,
  TraceError,
  tensor,
  useDevice,
  vmap,
  zeros,
} from '../../src/index.ts'
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Linear,
  Sequential,
  summary,
} from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'

describe('running statistics', () => {
  beforeEach(() => {
    useDevice('wasm')
  })

  const x = tensor([
    [1, 2],
    [3, 6],
  ])

  test('move in compiled steps as in others', async () => {
    const run = async (compiled: boolean): Promise<unknown[]> => {
      const model = new Sequential(new Linear(2, 2), new BatchNorm1d(2))
      const values = [ones([2, 2]).mul(0.5), zeros([2])] as const
      await model.loadStateDict(
        new Map<string, Tensor>([
          ['0.weight', values[0]],
          ['0.bias', values[1]],
        ]),
        { strict: false },
      )
      const optimizer = new SGD(model.parameters(), { lr: 0.1 })
      const step = (input: Tensor): Tensor => {
        const output: Tensor = model.forward(input)
        const loss = output.mul(input).sum()
        optimizer.step(loss)
        return loss
      }
      const taken = compiled ? compile(step) : step
      for (let i = 0; i < 3; i++) await (await taken(x.add(i))).data()
      const state = model.stateDict()
      return Promise.all([...state.values()].map((value) => value.data()))
    }
    const [plain, compiled] = [await run(false), await run(true)]
    expect(compiled).toEqual(plain)
    expect(plain.at(-1)).toEqual(BigInt64Array.of(3n))
  })

  test('are no parameters, but stand in the state with the names of PyTorch', async () => {
    const layer = new BatchNorm2d(3)
    expect(layer.parameterCount).toBe(6)
    const names = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']
    expect([...layer.stateDict().keys()]).toEqual(names)
    expect(layer.stateDict().get('num_batches_tracked')!.dtype).toBe('int64')
  })

  test('stay as they are in evaluation, and when a model is summarised', async () => {
    const layer = new BatchNorm1d(2)
    String(summary(new Sequential(layer), [4, 2]))
    expect(layer.training).toBe(true)
    layer.eval()
    await layer.forward(x).data()
    expect(await layer.stateDict().get('running_mean')!.data()).toEqual(Float32Array.of(0, 0))
    expect(await layer.stateDict().get('num_batches_tracked')!.data()).toEqual(BigInt64Array.of(0n))
  })

  test('need more than one value for each channel', () => {
    const layer = new BatchNorm1d(2)
    expect(() => layer.forward(zeros([1, 2]))).toThrow(
      expect.objectContaining({ key: 'batchNorm.few' }),
    )
    expect(layer.eval().forward(zeros([1, 2])).shape).toEqual([1, 2])
  })

  test.each([
    [new BatchNorm1d(2), [2], 'layer.axes'],
    [new BatchNorm2d(2), [2, 2, 2], 'layer.axes'],
    [new BatchNorm3d(2), [2, 3, 1, 1, 1], 'norm.features'],
  ])('%# refuses other axes and channels', (layer, shape, key) => {
    expect(() => layer.forward(zeros(shape))).toThrow(expect.objectContaining({ key }))
  })
})

describe('in a body that is recorded once', () => {
  const bodies: [name: string, run: (layer: BatchNorm1d) => unknown][] = [
    ['vmap', (layer) => vmap((x: Tensor) => layer.call(x))(ones([3, 4, 2]))],
    [
      'scan',
      (layer) => scan((c: Tensor, x: Tensor) => [c, layer.call(x)], zeros([]), ones([3, 4, 2])),
    ],
    [
      'cond',
      (layer) =>
        cond(
          ones([]).greater(0),
          (x: Tensor) => layer.call(x),
          (x) => x,
          ones([4, 2]),
        ),
    ],
  ]
  test.each(bodies)('%s: statistics are not to be moved, and are as before', async (_, run) => {
    const layer = new BatchNorm1d(2)
    let thrown: unknown
    try {
      run(layer)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TraceError)
    expect((thrown as TraceError).key).toBe('trace.write')
    expect((thrown as TraceError).message).toContain('model.eval()')
    expect([...(await (layer.runningMean as Tensor).data())]).toEqual([0, 0])
    layer.eval()
    run(layer)
    layer.train()
    await layer.call(ones([4, 2])).data()
    expect(await (layer.numBatchesTracked as Tensor).item()).toBe(1)
  })
})
