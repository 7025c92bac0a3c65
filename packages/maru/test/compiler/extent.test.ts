/** Programs count in 32-bit words: what needs more is refused by name, before anything is compiled. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  grad,
  MemoryError,
  memory,
  ones,
  ShapeError,
  scan,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'
import { SGD } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { given, graphOf, programOf } from '../graph/programs.ts'

const n = 2 ** 17
const column = (): Tensor => ones([n, 1]).add(tensor(1)) as Tensor
const row = (): Tensor => ones([1, n]).add(tensor(1)) as Tensor
const one = (): Tensor => ones([1]).add(tensor(1)) as Tensor

beforeEach(() => useDevice('wasm'))

describe('too large', () => {
  const cases: [name: string, what: string, make: () => Tensor][] = [
    ['bytes', 'add', () => zeros([n, 2 ** 14], { dtype: 'uint8' }).add(one().cast('uint8'))],
    ['what is folded and never stored', 'add', () => column().add(row()).sum()],
    ['what is searched', 'expand', () => column().expand([n, n]).argmax()],
  ]
  test.each(cases)('%s', async (_, what, make) => {
    const before = memory().live
    const error = await make()
      .data()
      .then(
        () => undefined,
        (reason) => reason,
      )
    expect(error).toBeInstanceOf(ShapeError)
    expect(error.key).toBe('compile.large')
    expect(error.fields.what).toBe(what)
    expect(error.message).toContain('2^31')
    expect(memory().live).toBe(before)
    expect(await ones([3]).sum().item()).toBe(3)
  })
})

const held: [name: string, make: () => Tensor][] = [
  ['a result', () => column().add(row())],
  ['a result of 4 GiB', () => ones([2 ** 15, 2 ** 15]).add(one())],
  ['a product', () => column().matmul(row())],
  ['a product on the way', () => column().matmul(row()).max()],
  [
    'running sums',
    () =>
      one()
        .expand([2 ** 31])
        .cumsum(0),
  ],
]
test.each(held)('what no memory holds is told as such: %s', async (_, make) => {
  await expect(make().data()).rejects.toThrow(MemoryError)
  expect(await ones([3]).sum().item()).toBe(3)
})

test('what a loop could keep of all turns, and nobody takes, is not counted', async () => {
  const turns = (start: Tensor): Tensor =>
    scan(
      (carry: Tensor, _: undefined): [Tensor, undefined] => [carry.sin().add(start), undefined],
      start,
      undefined,
      { length: 2 ** 12 },
    )[0]
  const start = given(2 ** 20)
  expect(programOf(graphOf(turns(start))).arenaBytes).toBeLessThan(2 ** 25)
  const [gradient] = grad(turns(start).sum(), [start])
  await expect(gradient!.data()).rejects.toThrow(MemoryError)
})

describe('large on the way, but not gone through', () => {
  const at = async (make: () => Tensor): Promise<number[]> => [...(await make().data())].map(Number)
  test('is computed', async () => {
    const far = 2 ** 33
    const line = tensor([0, 1, 2, 3, 4, 5, 6])
      .expand([2 ** 31, 7])
      .reshape([-1])
    expect(await at(() => line.slice(0, far, far + 4))).toEqual(
      [0, 1, 2, 3].map((i) => (far + i) % 7),
    )
    const back = tensor([1, 2, 3])
      .expand([2 ** 40, 3])
      .flip(0)
    expect(await at(() => back.slice(0, 0, 1))).toEqual([1, 2, 3])
  })
})

test('a step that is refused changes nothing, and the next one is right', async () => {
  const p = parameter(Float32Array.of(1, 2), [2], 'float32')
  const optimizer = new SGD([p], { lr: 0.5 })
  const huge = async () => optimizer.step((p as Tensor).sum().mul(column().add(row()).sum()))
  await expect(huge()).rejects.toThrow('2^31')
  expect([...(await p.data())]).toEqual([1, 2])
  await optimizer.step((p as Tensor).sum())
  expect([...(await p.data())]).toEqual([0.5, 1.5])
})
