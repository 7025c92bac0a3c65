/** Winograd's way, stated for a whole network: what is saved, and that it is the same network. */
import { beforeEach, expect, test } from 'vitest'
import { crossEntropy, grad, manualSeed, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { resnet18 } from '../../src/models/index.ts'
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  build,
  Conv2d,
  define,
  Flatten,
  foldBatchNorm,
  Linear,
  type Module,
  ReLU,
  Residual,
  Sequential,
  useWinograd,
} from '../../src/nn/index.ts'
import { normal } from '../../src/tensor/random.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(1)
})

function convolutions(module: Module): Conv2d[] {
  const own = module instanceof Conv2d ? [module as Conv2d] : []
  return [...own, ...[...module.children()].flatMap(([, child]) => convolutions(child))]
}

const stated = (module: Module): boolean[] => convolutions(module).map(({ winograd }) => winograd)

test('a network says it once, for all its convolutions, and takes it back', () => {
  const model = resnet18()
  expect(stated(model)).toEqual(Array(20).fill(false))
  expect(useWinograd(model)).toBe(model)
  expect(stated(model)).toEqual(Array(20).fill(true))
  expect(stated(useWinograd(model, false))).toEqual(Array(20).fill(false))
})

test('the definition keeps it, and says nothing where there is nothing to say', () => {
  const plain = new Sequential(
    new Conv2d(4, 4, 3),
    new Residual(new Conv2d(4, 4, 3, { padding: 1 })),
  )
  const before = JSON.stringify(define(plain))
  expect(before).not.toContain('winograd')
  const again = build(JSON.parse(JSON.stringify(define(useWinograd(plain)))))
  expect(stated(again)).toEqual([true, true])
  expect(JSON.stringify(define(useWinograd(again, false)))).toBe(before)
  expect(new Conv2d(4, 4, 3, { winograd: true }).describe()).toBe('Conv2d(4, 4, 3, winograd)')
  expect(() =>
    build({ type: 'Conv2d', settings: { ...define(plain).settings, options: { winograd: 1 } } }),
  ).toThrow(expect.objectContaining({ name: 'FormatError' }))
})

test('normalisation is folded into layers that keep it', () => {
  const folded = foldBatchNorm(useWinograd(resnet18()))
  expect(stated(folded)).toEqual(Array(20).fill(true))
})

test('value and gradients of a residual network are those of the direct way', async () => {
  const filters = (): Conv2d => new Conv2d(64, 64, 3, { padding: 1, bias: false }) as Conv2d
  const block = (): Module =>
    new Residual(new Sequential(filters(), new BatchNorm2d(64), new ReLU(), filters()))
  const ends = [new AdaptiveAvgPool2d(1), new Flatten(), new Linear(64, 10)]
  const model = new Sequential<readonly Module[]>(filters(), block(), new ReLU(), block(), ...ends)
  const x = normal([2, 64, 16, 16])
  const labels = tensor(Int32Array.of(3, 7))
  const parameters = model.parameters()
  const both = [false, true].map((on): Tensor[] => {
    const loss = crossEntropy(useWinograd(model, on).call(x), labels)
    return [loss, ...grad(loss, parameters)]
  })
  const [direct = [], tiled = []] = both
  expect(tiled[0]?.node).not.toBe(direct[0]?.node)
  for (const [i, each] of tiled.entries()) {
    const [got, want] = [await each.data<Float32Array>(), await direct[i]!.data<Float32Array>()]
    const norm = (values: Float32Array): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    const apart = norm(got.map((value, j) => value - want[j]!)) / norm(want)
    // Where roundings move a value over 0, a gradient lacks a term or has one more.
    expect(apart, `result ${i}`).toBeLessThan(1e-2)
  }
})
