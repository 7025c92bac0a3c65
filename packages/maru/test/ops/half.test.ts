/** float16 and bfloat16: rounded after every op, so that no fusion shows. */
import { describe, expect, test } from 'vitest'
import { type DType, dtypes } from '../../src/base/dtype.ts'
import {
  compile,
  crossEntropy,
  full,
  grad,
  realize,
  scan,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { devices } from './calls.ts'
import { stream } from './draw.ts'

const halves = ['float16', 'bfloat16'] as const

function given(dtype: DType, shape: number[], name = 'x'): Tensor {
  const from = stream('half', name, ...shape)
  const size = shape.reduce((product, dim) => product * dim, 1)
  return tensor(
    Array.from({ length: size }, () => from.normal() * 3),
    shape,
    { dtype },
  )
}

/** Chains whose roundings would go missing if they were computed in float32. */
const chains: Record<string, (x: Tensor, y: Tensor, step: (x: Tensor) => Tensor) => Tensor> = {
  'sums and differences': (x, y, s) => s(s(s(x.add(y)).sub(x)).mul(1.1)).add(0.3),
  'a product of roots': (x, y, s) => s(s(s(x.square()).sqrt()).mul(y)).div(0.7),
  functions: (x, y, s) => s(s(s(x.tanh()).exp()).sin()).sub(s(y.sigmoid())),
  'a view between': (x, y, s) =>
    s(s(x.mul(y)).transpose().add(0.1))
      .flip(0)
      .mul(3)
      .transpose(),
  'a border and a choice': (x, y, s) =>
    s(
      s(x.mul(0.1))
        .pad(
          [
            [1, 0],
            [0, 0],
          ],
          0.1,
        )
        .slice(0, 0, 37),
    ).add(x.less(y).where(x, 0.2)),
  'a sum, scaled': (x, y, s) =>
    s(s(x.mul(y)).sum(1, { keepDims: true }))
      .mul(0.3)
      .add(x),
  'a sum across': (x, y, s) => s(s(x.sub(y)).sum(0)).mul(0.3),
  'a maximum': (x, y, s) => s(s(x.mul(1.3)).max(1)).sub(s(y.mul(0.7)).min(1)),
  'a product of matrices': (x, y, s) => s(s(s(x.mul(0.3)).matmul(y.transpose())).mul(0.1)).add(0.2),
  'a choice of dtype': (x, y, s) => s(s(x.mul(y)).cast('float32').mul(0.1).cast(x.dtype)).mul(3),
}

describe.each(halves)('%s', (dtype) => {
  const { coerce } = dtypes[dtype]

  describe.each(devices.slice(1))('on %s', (device) => {
    test.each(Object.entries(chains))(
      '%s: one program or one op at a time, the bits are the same',
      async (_, chain) => {
        useDevice(device)
        const inputs = (): [Tensor, Tensor] => [given(dtype, [37, 29]), given(dtype, [37, 29], 'y')]
        const fused = await chain(...inputs(), (x) => x).data()
        const eager: Tensor[] = []
        const keep = (x: Tensor): Tensor => {
          eager.push(x)
          return x
        }
        const last = chain(...inputs(), keep)
        // Each in a program of its own: a node that has a value is read from memory.
        for (const each of eager) await realize(each)
        expect(await last.data()).toEqual(fused)
        expect(fused.every((value) => Object.is(value, coerce(value)))).toBe(true)
      },
    )
  })

  describe.each(devices)('on %s', (device) => {
    test('numbers beside it are rounded first', async () => {
      useDevice(device)
      const x = full([1], 0, { dtype }).stopGradient()
      expect(await x.add(0.1).item()).toBe(coerce(0.1))
      expect(await x.add(0.1).cast('float32').item()).toBe(coerce(0.1))
      expect(await full([1], 0.1, { dtype }).cast('float64').item()).toBe(coerce(0.1))
      expect(
        await x
          .pad([[1, 0]], 0.1)
          .slice(0, 0, 1)
          .cast('float64')
          .item(),
      ).toBe(coerce(0.1))
      expect(x.add(0.1).dtype).toBe(dtype)
    })

    test('what is summed is not rounded before the sum is whole', async () => {
      useDevice(device)
      const ones = full([4096], 1, { dtype }).stopGradient()
      expect(await ones.sum().item()).toBe(4096)
      expect(await ones.matmul(ones).item()).toBe(4096)
      // float16 has no 300 · 300 · 4096, and bfloat16 counts in steps of 32 there
      const large = full([4096], 300, { dtype }).stopGradient()
      expect(await large.mean().item()).toBe(coerce(300))
      expect(await full([5000], 1, { dtype }).mean().item()).toBe(1)
    })

    test('overflow, underflow and NaN are the dtype’s own', async () => {
      useDevice(device)
      const most = dtype === 'float16' ? 65504 : 3.3895313892515355e38
      const least = dtype === 'float16' ? 2 ** -24 : 2 ** -133
      const x = tensor([most, -most, least, -least, Number.NaN], [5], { dtype })
      expect([...(await x.mul(2).mul(0.5).data())]).toEqual([
        Infinity,
        -Infinity,
        least,
        -least,
        NaN,
      ])
      expect([...(await x.mul(0.25).mul(4).data())]).toEqual([most, -most, 0, -0, NaN])
      expect([...(await x.neg().neg().data())]).toEqual([...(await x.data())])
    })

    test('casts round once, to nearest even, through float32', async () => {
      useDevice(device)
      const step = dtype === 'float16' ? 2 ** -10 : 2 ** -7
      const x = tensor([1 + step / 2, 1 + (3 * step) / 2, 1 + step / 2 + 2 ** -20, -1 - step / 2])
      const want = [1, 1 + 2 * step, 1 + step, -1]
      expect([...(await x.cast(dtype).data())]).toEqual(want)
      const many = tensor([2 ** 30 + 2 ** 22 + 1, 2049, -2051], [3], { dtype: 'int32' })
      const values = [...(await many.data())].map((value) => coerce(value))
      expect([...(await many.cast(dtype).data())]).toEqual(values)
      expect([...(await many.cast(dtype).stopGradient().cast('int32').data())]).toEqual(
        values.map((value) => Math.min(value, 2147483647)),
      )
    })

    test('a model of it learns', async () => {
      useDevice(device)
      const weight = parameter<[3, 4]>(new Uint16Array(12), [3, 4], dtype)
      const [x, labels] = [
        given(dtype, [8, 4]),
        tensor([0, 1, 2, 0, 1, 2, 0, 1], [8], { dtype: 'int64' }),
      ]
      const optimizer = new SGD([weight], { lr: 0.5, momentum: 0.5 })
      const loss = (): Tensor => crossEntropy(x.matmul(weight.transpose()) as Tensor, labels)
      const first = await loss().item()
      const [gradient] = grad(loss(), [weight])
      expect(gradient?.dtype).toBe(dtype)
      for (let i = 0; i < 5; i++) await optimizer.step(loss())
      expect(weight.dtype).toBe(dtype)
      expect(await loss().item()).toBeLessThan(first * 0.9)
    })

    test('loops round at every turn', async () => {
      useDevice(device)
      const x = given(dtype, [20, 3])
      const [total] = scan(
        ([sum], [each]) => [[sum!.mul(0.9).add(each!)], []],
        [x.slice(0, 0, 1).reshape([3])],
        [x],
      )
      const rows = [...Array(20).keys()].map((i) => x.slice(0, i, i + 1).reshape([3]))
      const want = rows.reduce((sum, row) => sum.mul(0.9).add(row), rows[0]!)
      expect(await total![0]!.data()).toEqual(await want.data())
    })

    test('functions are compiled for it', async () => {
      useDevice(device)
      const f = compile((a: Tensor, b: Tensor) => a.mul(b).exp())
      const [a, b] = [given(dtype, [7]), given(dtype, [7], 'b').mul(0.1)]
      const result = await f(a, b)
      expect(result.dtype).toBe(dtype)
      expect(await result.data()).toEqual(await a.mul(b).exp().data())
    })
  })

  test('large values stay on the device in 16 bits', async () => {
    useDevice('wasm')
    const x = given(dtype, [100, 700])
    const y = x.mul(2)
    await realize(y)
    expect(y.node.data?.buffer?.bytes).toBe(140_000)
    const [from, to] = [await x.data(), await y.data()]
    expect(to).toBeInstanceOf(Float32Array)
    expect(to).toEqual(from.map((value) => value * 2))
  })
})
