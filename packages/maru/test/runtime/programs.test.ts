/** What is compiled anew, and what is found again. */
import { beforeEach, describe, expect, test } from 'vitest'
import { compile, Dial, ones, type Tensor, tensor, useDevice, zeros } from '../../src/index.ts'
import { Linear } from '../../src/nn/index.ts'
import { cosine, SGD } from '../../src/optim/index.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'

beforeEach(() => useDevice('wasm'))

/** Programs that an act compiles. */
async function compiledBy(act: () => unknown): Promise<number> {
  const before = programsCompiled()
  await act()
  return programsCompiled() - before
}

/** A shape that no other test uses, so that its programs are not known yet. */
let sizes = 1000
const fresh = (): number => ++sizes

describe('a program is found again', () => {
  const same: [name: string, first: (n: number) => Tensor, second: (n: number) => Tensor][] = [
    ['for other data', (n) => zeros([n]).add(tensor([1])), (n) => zeros([n]).add(tensor([2]))],
    ['for other literals', (n) => ones([n]).mul(2).add(3), (n) => ones([n]).mul(4).add(-0.5)],
    ['for another value everywhere', (n) => ones([n, 2]).sum(), (n) => zeros([n, 2]).sum()],
    [
      'for another dial',
      (n) => ones([n]).mul(new Dial(1).tensor()),
      (n) => ones([n]).mul(new Dial(2).tensor()),
    ],
  ]
  test.each(same)('%s', async (_, first, second) => {
    const n = fresh()
    expect(await compiledBy(() => first(n).data())).toBe(1)
    expect(await compiledBy(() => second(n).data())).toBe(0)
  })

  test('for a value that was computed in place of one that was given', async () => {
    const n = fresh()
    const stored = tensor([3]).add(0.5)
    await stored.data()
    expect(
      await compiledBy(() =>
        ones([n])
          .sub(tensor([1]))
          .data(),
      ),
    ).toBe(1)
    expect(await compiledBy(() => ones([n]).sub(stored).data())).toBe(0)
  })
})

describe('another is compiled', () => {
  const x = tensor([[1, 2, 3]])
  const y = tensor([[1, 2, 3]])
  const other: [name: string, first: (n: number) => Tensor, second: (n: number) => Tensor][] = [
    ['for another shape', (n) => ones([n]).add(1), (n) => ones([n + 5000]).add(1)],
    ['for another dtype', (n) => ones([n]).add(1), (n) => ones([n], { dtype: 'int32' }).add(1)],
    ['for another attribute', (n) => ones([n, 2]).sum(0), (n) => ones([n, 2]).sum(1)],
    [
      'where two operands are one',
      (n) => x.add(y).expand([n, 3]).sum(),
      (n) => x.add(x).expand([n, 3]).sum(),
    ],
  ]
  test.each(other)('%s', async (_, first, second) => {
    const n = fresh()
    expect(await compiledBy(() => first(n).data())).toBe(1)
    expect(await compiledBy(() => second(n).data())).toBe(1)
    expect(await compiledBy(() => Promise.all([first(n).data(), second(n).data()]))).toBe(0)
  })
})

describe('training', () => {
  const setUp = () => {
    const width = fresh()
    const model = new Linear(width, 2)
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, schedule: cosine(10) })
    const batch = (rows: number) => tensor(new Float32Array(rows * width).fill(1), [rows, width])
    const loss = (x: Tensor) => (model.forward(x) as Tensor).square().mean()
    return { optimizer, batch, loss }
  }

  test('compiles its step once, whatever the rates are', async () => {
    const { optimizer, batch, loss } = setUp()
    const counts: number[] = []
    for (let i = 0; i < 6; i++) {
      optimizer.lr = 0.1 / (i + 1)
      counts.push(await compiledBy(() => optimizer.step(loss(batch(4)))))
    }
    expect(counts).toEqual([1, 0, 0, 0, 0, 0])
  })

  test.each(['eager', 'compiled'])('compiles a last, smaller batch once, %s', async (way) => {
    const { optimizer, batch, loss } = setUp()
    const step =
      way === 'eager'
        ? (x: Tensor) => optimizer.step(loss(x))
        : compile((x: Tensor) => void optimizer.step(loss(x)))
    const counts: number[] = []
    for (const rows of [8, 8, 3, 8, 3, 8]) {
      counts.push(await compiledBy(() => step(batch(rows))))
    }
    expect(counts).toEqual([1, 0, 1, 0, 0, 0])
  })

  test('finds the eager step again when it is compiled', async () => {
    const { optimizer, batch, loss } = setUp()
    await optimizer.step(loss(batch(4)))
    const step = compile((given: Tensor) => {
      const error = loss(given)
      optimizer.step(error)
      return error
    })
    expect(await compiledBy(() => step(batch(4)))).toBe(0)
  })
})

describe('of the programs, 256 are kept', () => {
  const distinct = async (count: number) => {
    for (let i = 0; i < count; i++) await ones([fresh()]).add(1).data()
  }

  test('the one unused for longest goes', { timeout: 30_000 }, async () => {
    const [often, rarely] = [fresh(), fresh()]
    const use = (n: number) => ones([n]).add(1).data()
    await use(rarely)
    await use(often)
    await distinct(200)
    expect(await compiledBy(() => use(often))).toBe(0)
    await distinct(100)
    expect(await compiledBy(() => use(often))).toBe(0)
    expect(await compiledBy(() => use(rarely))).toBe(1)
  })

  test('a compiled function outlives its program', { timeout: 30_000 }, async () => {
    const n = fresh()
    const twice = compile((x: Tensor) => x.mul(2).add(tensor([1])))
    const run = async () => [...(await (await twice(ones([n]))).data())]
    const first = await run()
    const others = Array.from({ length: 100 }, (_, i) =>
      tensor(new Float32Array(64).fill(i)).add(1),
    )
    await distinct(300)
    await Promise.all(others.map((each) => each.data()))
    expect(await run()).toEqual(first)
    const values = await Promise.all(others.map(async (each) => [...new Set(await each.data())]))
    expect(values).toEqual(others.map((_, i) => [i + 1]))
  })
})
