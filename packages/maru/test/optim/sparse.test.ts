/** Updates of rows alone, as those of embeddings: PyTorch's numbers, what stays, and what is refused. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  compile,
  embedding,
  memory,
  type Parameter,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Embedding } from '../../src/nn/index.ts'
import {
  Adafactor,
  Adagrad,
  Adam,
  clipNorm,
  Muon,
  maxNorm,
  type Optimizer,
  SGD,
} from '../../src/optim/index.ts'
import type { Settings } from '../../src/optim/settings.ts'
import { parameter } from '../../src/tensor/create.ts'
import type { Values } from '../ops/row.ts'

interface Fixture {
  readonly steps: readonly (readonly number[])[]
  readonly start: Values
  readonly weights: Values
  readonly entries: readonly {
    readonly optimizer: string
    readonly options: Settings & { readonly lr: number }
    readonly tables: readonly (readonly number[])[]
  }[]
}

const { steps, start, weights, entries }: Fixture = JSON.parse(
  readFileSync(new URL('fixtures/torch-sparse.json', import.meta.url), 'utf8'),
)
const doubles = (values: readonly number[]): Float64Array => Float64Array.from(values)
const startTable = () => parameter(doubles(start.data as number[]), start.shape, 'float64')
const ids = (...rows: readonly number[]): Tensor =>
  tensor([...rows], [rows.length], { dtype: 'int32' })

const makers: Readonly<Record<string, (of: Parameter, options: Settings) => Optimizer>> = {
  SGD: (of, options) => new SGD([of], options),
  Adam: (of, options) => new Adam([of], options),
  Adagrad: (of, options) => new Adagrad([of], options),
}

/** Loss of a step of the fixture. */
function lossOf(of: Tensor, rows: Tensor): Tensor {
  const factors = tensor(doubles(weights.data as number[]), weights.shape)
  return embedding(of, rows)
    .square()
    .mul(factors.slice(0, 0, rows.shape[0] ?? 0))
    .sum()
}

describe.each(['wasm', 'reference'])("PyTorch's rows on %s", (device) => {
  test.each(entries)('$optimizer', async ({ optimizer, options, tables }) => {
    useDevice(device)
    const rows = startTable()
    const stepper = makers[optimizer]!(rows, { ...options, sparse: true })
    for (const [i, step] of steps.entries()) {
      await stepper.step(lossOf(rows, ids(...step)))
      const got = await rows.data()
      // sums of two or three terms in another order
      for (const [j, wanted] of tables[i]!.entries()) expect(got[j]).toBeCloseTo(wanted, 13)
    }
  })
})

test('with all rows in every batch it is the dense update', async () => {
  const [dense, sparse] = [startTable(), startTable()]
  const all = ids(0, 1, 2, 3, 4, 5, 6)
  const options = { lr: 0.1, weightDecay: 0.1, clip: clipNorm(0.5), constrain: maxNorm(2) }
  const steppers = [new Adam([dense], options), new Adam([sparse], { ...options, sparse: true })]
  const loss = (of: Tensor): Tensor => embedding(of, all).square().sum()
  for (let i = 0; i < 3; i++) {
    await steppers[0]!.step(loss(dense))
    await steppers[1]!.step(loss(sparse))
  }
  const [wanted, got] = [await dense.data(), await sparse.data()]
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 14)
})

test('rows that are not read keep weights and states; those read in several places add up', async () => {
  const rows = startTable()
  const stepper = new Adam([['embed', rows]], { lr: 0.1, weightDecay: 0.5, sparse: true })
  const before = Array.from(await rows.data())
  await stepper.step(lossOf(rows, ids(1, 2)).add(lossOf(rows, ids(2, 2, 4)).mul(3)))
  const after = Array.from(await rows.data())
  const moved = before.map((value, i) => value !== after[i])
  expect(moved.flatMap((one, i) => (one && i % 3 === 0 ? [i / 3] : []))).toEqual([1, 2, 4])
  const mean = await stepper.stateDict().get('embed.exp_avg')!.data()
  expect(Array.from(mean).map((value) => value !== 0)).toEqual(moved)
})

test('no rows, many axes of ids, padding, one column', async () => {
  const cases: readonly [
    shape: readonly number[],
    rows: readonly number[],
    of: readonly number[],
  ][] = [
    [[7, 3], [], [0, 4]],
    [
      [7, 3],
      [1, 1, 2, 0],
      [2, 2],
    ],
    [[7, 1], [6, 6], [2]],
    [[7], [3, 3, 1], [3]],
  ]
  for (const [shape, rows, of] of cases) {
    const size = shape.reduce((product, dim) => product * dim, 1)
    const make = () =>
      parameter(
        Float64Array.from({ length: size }, (_, i) => 1 + i),
        shape,
        'float64',
      )
    const [dense, sparse] = [make(), make()]
    for (const [each, isSparse] of [
      [dense, false],
      [sparse, true],
    ] as const) {
      const stepper = new SGD([each], { lr: 0.1, sparse: isSparse })
      await stepper.step(
        each
          .take(tensor([...rows], [...of], { dtype: 'int32' }), { axis: 0 })
          .square()
          .sum(),
      )
    }
    expect(await sparse.data()).toEqual(await dense.data())
  }
  const embed = new Embedding(5, 2, { paddingIndex: 0 })
  const before = await embed.weight.data()
  const stepper = new Adam(embed.parameters(), { lr: 0.1, sparse: true })
  await stepper.step(embed.call(ids(0, 3)).sum())
  const after = await embed.weight.data()
  const moved = Array.from(after, (value, i) => value !== before[i])
  expect(moved).toEqual([0, 1, 2, 3, 4].flatMap((row) => [row === 3, row === 3]))
})

test('compiled steps have the bits of others, and write no row that is not read', async () => {
  const [plain, compiled] = [startTable(), startTable()]
  const steppers = [plain, compiled].map((of) => new Adam([of], { lr: 0.1, sparse: true }))
  const run = compile((rows: Tensor) => {
    const loss = lossOf(compiled, rows)
    steppers[1]!.step(loss)
    return loss
  })
  for (const rows of [ids(1, 1, 3), ids(3, 0, 6), ids(2, 2, 2)]) {
    await steppers[0]!.step(lossOf(plain, rows))
    await run(rows)
    expect(await compiled.data()).toEqual(await plain.data())
  }
})

test.each([
  [
    'a table that is also multiplied',
    () => {
      const rows = startTable()
      const loss = embedding(rows, ids(1)).sum().add(rows.square().sum())
      return new SGD([['embed', rows]], { lr: 0.1, sparse: true }).step(loss)
    },
    'optimizer.sparse',
  ],
  [
    'columns',
    () => {
      const rows = startTable()
      return new SGD([rows], { lr: 0.1, sparse: true }).step(rows.take(ids(1), { axis: 1 }).sum())
    },
    'optimizer.sparse',
  ],
  [
    'elements of a column',
    () => {
      const rows = startTable()
      const places = tensor([0, 1, 2], [1, 3], { dtype: 'int32' })
      return new SGD([rows], { lr: 0.1, sparse: true }).step(rows.gather(places, { axis: 0 }).sum())
    },
    'optimizer.sparse',
  ],
  [
    'an update of whole matrices',
    () => new Muon([startTable()], { lr: 0.1, sparse: true }),
    'optimizer.whole',
  ],
  ['factored states', () => new Adafactor([startTable()], { sparse: true }), 'optimizer.whole'],
  [
    'gathered gradients',
    () => new SGD([startTable()], { lr: 1, sparse: true, accumulate: 2 }),
    'optimizer.whole',
  ],
  [
    'slow weights',
    () => new SGD([startTable()], { lr: 1, sparse: true, lookahead: {} }),
    'optimizer.whole',
  ],
] as const)('%s: refused', async (_, mistake, key) => {
  await expect((async () => mistake())()).rejects.toMatchObject({ key })
})

test('tables are written where they lie: a step takes memory for its rows alone', async () => {
  useDevice('wasm')
  const [rows, width] = [50_000, 16]
  const long = parameter(new Float32Array(rows * width), [rows, width], 'float32')
  const stepper = new Adam([long], { lr: 0.1, sparse: true })
  const step = compile((of: Tensor) => {
    const loss = embedding(long, of).sub(1).square().sum()
    stepper.step(loss)
    return loss
  })
  await step(ids(1, 2, 2))
  const { arena } = memory()
  await step(ids(7, 7, 3))
  expect(memory().arena).toBe(arena)
  expect(arena).toBeLessThan(rows * width)
})
