/** Forward mode, products with Hessians, recomputation, rules of one's own, and `backward`. */
import { describe, expect, test } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { compile as compileProgram } from '../../src/compiler/compile.ts'
import { order } from '../../src/graph/closed.ts'
import {
  checkpoint,
  compile,
  customGradient,
  grad,
  hvp,
  jvp,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  valueAndGrad,
  vjp,
  zeros,
} from '../../src/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { graphOf } from '../graph/programs.ts'
import { callsOf, tensorOf, valuesOn } from '../ops/calls.ts'
import { table } from '../ops/table.ts'

const wave = (shape: readonly number[], shift = 0): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + shift)),
    shape,
  )

async function expectClose(got: Tensor, want: Tensor): Promise<void> {
  expect(got.shape).toEqual(want.shape)
  const [a, b] = [await got.data(), await want.data()]
  for (const [i, value] of a.entries()) expect(value).toBeCloseTo(Number(b[i]), 5)
}

describe('jvp and vjp are adjoint: ⟨u, Jv⟩ = ⟨Jᵀu, v⟩', () => {
  const rows = table.filter(
    ({ gradient, samples }) =>
      gradient === 'differences' && samples.some(({ inputs }) => inputs.length > 0),
  )
  test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    for (const call of callsOf(row, 'float64').filter(({ drawn }) => drawn)) {
      const floats = call.inputs.map(({ dtype }) => dtype === 'float64')
      const inputs = call.inputs.map(tensorOf)
      // The mean of nothing is NaN.
      if (!floats.includes(true) || inputs.some(({ size }) => size === 0)) continue
      const own = inputs.filter((_, i) => floats[i])
      const run = (...given: Tensor[]): Tensor => {
        const rest = [...given]
        return row.run(call.args, ...inputs.map((each, i) => (floats[i] ? rest.shift()! : each)))
      }
      const v = own.map((each, i) => wave(each.shape, i).cast('float64'))
      const [y, jv] = jvp(run, own, v)
      if (y.dtype !== 'float64') continue
      const u = wave(y.shape, 5).cast('float64')
      const back = vjp([run(...own)], own, [u])
      const left = u.mul(jv).sum()
      const right = back.reduce<Tensor>(
        (sum, g, i) => sum.add(g.mul(v[i]!).sum()),
        zeros([], { dtype: 'float64' }),
      )
      const [a, b] = await valuesOn('reference', [left, right])
      const [l, r] = [a!.data[0]!, b!.data[0]!]
      expect(Math.abs(l - r), call.title).toBeLessThan(1e-9 * Math.max(1, Math.abs(l)))
    }
  })
})

test('a Hessian is multiplied without being made', async () => {
  const [x, v] = [wave([4]), wave([4], 1)]
  const [product] = hvp(x.pow(3).sum(), [x], [v])
  await expectClose(product!, x.mul(6).mul(v))
})

test('a value comes with its gradients', async () => {
  const f = valueAndGrad((w: Tensor, b: Tensor) => w.square().sum().add(b.mul(3).sum()))
  const [w, b] = [wave([3]), wave([2])]
  const [value, [dw, db]] = f(w, b)
  await expectClose(value, w.square().sum().add(b.mul(3).sum()))
  await expectClose(dw!, w.mul(2))
  await expectClose(db!, tensor([3, 3]))
})

describe('checkpoint', () => {
  const weight = parameter(
    Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i) / 8),
    [64, 64],
    'float32',
  )
  const block = (x: Tensor): Tensor => x.matmul(weight).tanh().matmul(weight).sigmoid().mul(x)
  const deep = (layer: (x: Tensor) => Tensor, x: Tensor): Tensor => {
    let h = x
    for (let i = 0; i < 8; i++) h = layer(h)
    return h.square().sum()
  }

  test('gives the same gradients, also to what it only reads', async () => {
    const x = wave([16, 64])
    const kept = grad(deep(block, x), [weight, x])
    const again = grad(deep(checkpoint(block), x), [weight, x])
    for (const [i, each] of kept.entries()) await expectClose(again[i]!, each)
  })

  test('and needs less memory', () => {
    const x = wave([512, 64])
    const arena = (layer: (x: Tensor) => Tensor): number => {
      const [g] = grad(deep(layer, x), [weight])
      return compileProgram(graphOf(g!), openDevice('wasm').target).arenaBytes
    }
    expect(arena(checkpoint(block))).toBeLessThan(0.7 * arena(block))
  })
})

describe('a rule of one’s own', () => {
  const straight = customGradient(
    (x: Tensor) => x.floor(),
    (g) => [g],
  )

  test('takes the place of the gradient, at any order', async () => {
    const x = wave([4])
    const [g] = grad(straight(x).square().sum(), [x])
    const [second] = grad(g!.sum(), [x])
    await expectClose(g!, x.floor().mul(2))
    await expectClose(second!, tensor([2, 2, 2, 2]))
  })

  test('is checked', () => {
    const x = wave([4])
    const few = customGradient(
      (a: Tensor, _: Tensor) => a,
      (g) => [g],
    )
    expect(() => grad(few(x, x).sum(), [x])).toThrow(ValueError)
    const wide = customGradient(
      (a: Tensor) => a,
      (g) => [g.unsqueeze(0)],
    )
    expect(() => grad(wide(x).sum(), [x])).toThrow(ShapeError)
  })
})

describe('the gradient of what is read in parts', () => {
  const x = wave([3, 6])
  const joins = (g: Tensor): number =>
    order([g.node], new Set()).filter(({ op }) => op.trait === 'join').length
  const waves = (part: Tensor, k: number): Tensor =>
    part
      .mul(k + 2)
      .sin()
      .sum()
  const parts: [string, (x: Tensor) => Tensor[], number][] = [
    ['parts that fill an axis', (x) => [x.slice(1, 4), x.slice(1, 0, 1), x.slice(1, 1, 4)], 1],
    ['parts that fill it, and the whole', (x) => [x, x.slice(0, 0, 2), x.slice(0, 2), x.neg()], 1],
    ['parts that overlap', (x) => [x.slice(1, 0, 4), x.slice(1, 3)], 0],
    ['a stretch that nobody reads', (x) => [x.slice(1, 0, 2), x.slice(1, 3)], 0],
    ['parts of two axes', (x) => [x.slice(1, 0, 2), x.slice(0, 0, 1)], 0],
    ['a part of a part', (x) => [x.slice(1, 0, 2).slice(0, 0, 1), x.slice(1, 2)], 1],
  ]

  test.each(parts)('%s', async (_, read, joined) => {
    const loss = read(x).reduce<Tensor>((sum, part, k) => sum.add(waves(part, k)), zeros([]))
    const [g] = grad(loss, [x])
    expect(joins(g!)).toBe(joined)
    const alone = read(x).map((part, k) => grad(waves(part, k), [x])[0]!)
    const sum = alone.reduce((sum, part) => sum.add(part) as Tensor)
    const [twice, expected] = [g!, sum].map((each) => grad(each.square().mean(), [x])[0]!)
    await expectClose(g!, sum)
    await expectClose(twice!, expected!)
  })
})

test('the gradient of parts that fill an axis has no -0, as a sum with zeros has none', async () => {
  const x = zeros([4])
  const parts: Tensor[] = [x.slice(0, 0, 2), x.slice(0, 2)]
  const [g] = grad(
    parts.reduce<Tensor>(
      (sum, part, k) =>
        sum.add(
          part
            .mul(k - 0)
            .neg()
            .sum(),
        ),
      zeros([]),
    ),
    [x],
  )
  expect([...(await g!.data())].map((value) => Object.is(value, -0))).toEqual(Array(4).fill(false))
})

describe('backward', () => {
  const make = () => parameter<[2]>(Float32Array.of(1, 2), [2], 'float32')

  test('gathers gradients until they are cleared', async () => {
    const p = make()
    const optimizer = new SGD([p], { lr: 0.5 })
    p.square().sum().backward()
    p.sum().backward()
    expect(await p.grad!.array()).toEqual([3, 5])
    await optimizer.step()
    expect(await p.array()).toEqual([-0.5, -0.5])
    expect(await p.grad!.array()).toEqual([3, 5])
    optimizer.zeroGrad()
    expect(p.grad).toBeUndefined()
    expect(() => optimizer.step()).toThrow(ValueError)
  })

  test('inside a compiled step', async () => {
    const p = make()
    const optimizer = new SGD([p], { lr: 0.25 })
    const step = compile((x: Tensor) => {
      optimizer.zeroGrad()
      const loss = p.mul(x).square().sum()
      loss.backward()
      optimizer.step()
      return loss
    })
    for (let i = 0; i < 3; i++) await step(tensor([1, 1]))
    expect(await p.array()).toEqual([0.125, 0.25])
  })
})
