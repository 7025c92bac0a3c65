/** int64: every value is kept and compared; arithmetic is exact, or refused. */
import { describe, expect, test } from 'vitest'
import {
  compile,
  concat,
  crossEntropy,
  full,
  IndexError,
  realize,
  scan,
  stack,
  type Tensor,
  tensor,
  useDevice,
  ValueError,
} from '../../src/index.ts'
import { devices } from './calls.ts'

const SAFE = 2n ** 53n - 1n
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]
/** Neighbours that are one number in float64, and both ends. */
const large = [2n ** 60n, 2n ** 60n + 1n, -(2n ** 60n) - 1n, LEAST, MOST, 7n]

function long(...values: (bigint | number)[]): Tensor {
  return tensor(values, [values.length], { dtype: 'int64' })
}

async function read(x: Tensor): Promise<bigint[]> {
  const data = await x.data<BigInt64Array>()
  expect(data).toBeInstanceOf(BigInt64Array)
  return [...data]
}

test('values come as bigints, numbers and typed arrays', async () => {
  expect(tensor([1n, 2n]).dtype).toBe('int64')
  expect(tensor(BigInt64Array.of(1n)).dtype).toBe('int64')
  expect(tensor(Uint32Array.of(2 ** 32 - 1)).dtype).toBe('int64')
  expect(await read(tensor(Uint32Array.of(2 ** 32 - 1)))).toEqual([2n ** 32n - 1n])
  expect(await read(long(2.9, -2.9, Number.NaN, 1e30, -1e30))).toEqual([2n, -2n, 0n, MOST, LEAST])
  expect(await read(tensor([2n ** 70n, -(2n ** 70n)]))).toEqual([MOST, LEAST])
  expect([...(await tensor([2n ** 40n, -3n], [2], { dtype: 'int32' }).data())]).toEqual([
    2147483647, -3,
  ])
  expect(await tensor([[1n, 2n]]).array()).toEqual([[1, 2]])
  expect(await tensor(-SAFE).item()).toBe(Number.MIN_SAFE_INTEGER)
})

test('a value that no number holds is not given as one', async () => {
  await expect(tensor(SAFE + 1n).item()).rejects.toMatchObject({ key: 'int64.number' })
  await expect(tensor([SAFE + 1n]).array()).rejects.toMatchObject({ key: 'int64.number' })
})

test('a number that may be another int64 than was meant is refused at the call', () => {
  const x = long(1)
  const calls = [
    () => x.add(2 ** 53),
    () => x.less(2 ** 60),
    () => full([2], -(2 ** 55), { dtype: 'int64' }),
    () => x.pad([[1, 0]], 2 ** 53),
    () => full([], 2 ** 53).cast('int64'),
  ]
  for (const call of calls) expect(call).toThrow(ValueError)
  expect(x.add(0.5).dtype).toBe('float32')
  expect(x.add(2 ** 53 - 1).dtype).toBe('int64')
})

/** What only moves and compares. */
const kept: Record<string, [run: (x: Tensor) => Tensor, want: (bigint | number)[]]> = {
  reshape: [
    (x) => x.reshape([2, 3]).transpose().reshape([6]),
    [0, 3, 1, 4, 2, 5].map((i) => large[i]!),
  ],
  flip: [(x) => x.flip(0), large.toReversed()],
  slice: [(x) => x.slice(0, 1, 3), large.slice(1, 3)],
  pad: [(x) => x.slice(0, 0, 1).pad([[1, 1]], -5), [-5n, large[0]!, -5n]],
  concat: [
    (x) => concat([x.slice(0, 0, 2), x.slice(0, 3, 5)]),
    [large[0]!, large[1]!, LEAST, MOST],
  ],
  stack: [(x) => stack([x, x]).slice(0, 1, 2).reshape([6]), large],
  where: [(x) => x.less(0).where(x, 1), [1n, 1n, large[2]!, LEAST, 1n, 1n]],
  'where, bounded': [(x) => x.less(0).where(0, x), [large[0]!, large[1]!, 0n, 0n, MOST, 7n]],
  maximum: [(x) => x.maximum(8), [large[0]!, large[1]!, 8n, 8n, MOST, 8n]],
  max: [(x) => x.reshape([3, 2]).max(1), [large[1]!, large[2]!, MOST]],
  argmax: [(x) => x.slice(0, 0, 3).argmax(), [1]],
  gather: [(x) => x.gather(long(3, 0, 4), { axis: 0 }), [LEAST, large[0]!, MOST]],
  scatter: [
    (x) => x.scatter(long(5, 0), x.slice(0, 3, 5), { axis: 0 }),
    [MOST, large[1]!, large[2]!, LEAST, MOST, LEAST],
  ],
  sort: [(x) => x.sort(0).values, [LEAST, large[2]!, 7n, large[0]!, large[1]!, MOST]],
  equal: [(x) => x.slice(0, 0, 1).equal(x), [1, 0, 0, 0, 0, 0]],
  'less than its neighbour': [(x) => x.slice(0, 0, 1).less(x), [0, 1, 0, 0, 1, 0]],
  'pooled with a border': [
    (x) =>
      x
        .slice(0, 2, 4)
        .reshape([1, 1, 2])
        .maxPool2d([1, 2], { padding: [0, 1] })
        .reshape([2]),
    [large[2]!, LEAST],
  ],
}

/** Arithmetic whose values and partial sums are within 2^53. */
const exact: Record<string, [run: () => Tensor, want: bigint[]]> = {
  add: [() => long(SAFE - 1n, -5).add(long(1, 2)), [SAFE, -3n]],
  sub: [() => long(-SAFE).sub(-1), [-SAFE + 1n]],
  'mul, beyond 32 bits': [
    () => long(94906265, -3000000019).mul(long(94906265, 3)),
    [94906265n ** 2n, -9000000057n],
  ],
  neg: [() => long(SAFE).neg(), [-SAFE]],
  abs: [() => long(-SAFE).abs(), [SAFE]],
  pow: [() => long(3, -2).pow(33), [3n ** 33n, -(2n ** 33n)]],
  'pow by a tensor': [() => long(3, -2, 2).pow(long(33, 33, -1)), [3n ** 33n, -(2n ** 33n), 0n]],
  and: [
    () => long(2n ** 40n + 5n, -1).bitwiseAnd(long(2n ** 41n + 2n ** 40n + 4n, 2 ** 45)),
    [2n ** 40n + 4n, 2n ** 45n],
  ],
  'or, xor': [
    () =>
      long(2 ** 40)
        .bitwiseOr(1)
        .bitwiseXor(3),
    [2n ** 40n + 2n],
  ],
  shifts: [() => long(5, -5).shiftLeft(40).shiftRight(38), [20n, -20n]],
  quotients: [() => long(SAFE, -7, 3).floorDivide(long(2, 2, 0)), [SAFE / 2n, -4n, 0n]],
  remainders: [() => long(SAFE, -7, 3).fmod(long(10, 4, 0)), [SAFE % 10n, -3n, 0n]],
  floor: [() => long(7).floor(), [7n]],
  sum: [
    () =>
      long(SAFE - 10n, 3, 7)
        .sum()
        .reshape([1]),
    [SAFE],
  ],
  cumsum: [
    () => long(2 ** 40, 1, -(2 ** 41)).cumsum(),
    [2n ** 40n, 2n ** 40n + 1n, 1n - 2n ** 40n],
  ],
  scatterAdd: [
    () => long(SAFE - 3n, 0).scatterAdd(long(0, 0, 1), long(1, 2, -5), { axis: 0 }),
    [SAFE, -5n],
  ],
  min: [() => long(4, -SAFE).min().reshape([1]), [-SAFE]],
  'min of the largest': [() => long(SAFE).min().reshape([1]), [SAFE]],
  matmul: [
    () =>
      long(2 ** 26, 1)
        .matmul(long(2 ** 26, 5))
        .reshape([1]),
    [2n ** 52n + 5n],
  ],
  'from float64': [
    () => tensor([2 ** 52 + 0.5], [1], { dtype: 'float64' }).cast('int64'),
    [2n ** 52n],
  ],
  'from bool': [() => tensor([true, false]).cast('int64'), [1n, 0n]],
  'with int32': [() => long(2 ** 40).add(tensor([1], [1], { dtype: 'int32' })), [2n ** 40n + 1n]],
}

const refused: Record<string, () => Tensor> = {
  'a sum beyond': () => long(SAFE).add(1),
  'a product beyond': () => long(2 ** 27).mul(2 ** 27),
  'a product of rounded digits': () => long(94906267).mul(94906267),
  'a scattered sum that comes back': () =>
    long(SAFE).scatterAdd(long(0, 0), long(2, -SAFE), { axis: 0 }),
  'a shift beyond': () => long(3).shiftLeft(60),
  'a power beyond': () => long(3).pow(40),
  'a value beyond that is computed with': () => long(2n ** 60n).sub(long(2n ** 60n)),
  'a total that comes back after a partial sum beyond': () => long(SAFE, 1, 1, -SAFE).sum(),
  'a dot product that comes back': () =>
    long(2 ** 30, 1, 2 ** 30).matmul(long(2 ** 30, 1, -(2 ** 30))),
  'a float beyond': () => tensor([1e18]).cast('int64'),
  'an infinite float': () => tensor([Number.POSITIVE_INFINITY]).cast('int64'),
  'a large one as a float': () => long(2n ** 60n).cast('float32'),
}

describe.each(devices)('on %s', (device) => {
  test.each(Object.entries(kept))('%s keeps all 64 bits', async (_, [run, want]) => {
    useDevice(device)
    const result = run(tensor(large))
    expect([...(await result.data<BigInt64Array>())]).toEqual(want)
  })

  test.each(Object.entries(exact))('%s is exact', async (_, [run, want]) => {
    useDevice(device)
    expect(await read(run())).toEqual(want)
  })

  test.each(Object.entries(refused))('%s is refused', async (_, run) => {
    useDevice(device)
    await expect(run().data()).rejects.toMatchObject({ key: 'int64.range' })
  })

  test('values that stay on the device keep all 64 bits', async () => {
    useDevice(device)
    const values = BigInt64Array.from({ length: 20_000 }, (_, i) => MOST - BigInt(i))
    const [x, y] = [tensor(values).flip(0), tensor(values).reshape([100, 200]).transpose()]
    await realize(x, y)
    expect((await x.data<BigInt64Array>())[0]).toBe(values[19_999])
    expect((await y.transpose().reshape([20_000]).data<BigInt64Array>())[1]).toBe(values[1])
  })

  test('labels may be of any integer dtype', async () => {
    useDevice(device)
    const logits = tensor([
      [0, 1, 2],
      [3, 1, 0],
    ])
    const want = await crossEntropy(logits, tensor([2, 0], [2], { dtype: 'int32' })).item()
    for (const dtype of ['int64', 'int8', 'uint8'] as const) {
      const labels = tensor([2, 0], [2], { dtype })
      expect(await crossEntropy(logits, labels).item()).toBe(want)
      const step = compile((x: Tensor, ids: Tensor) => crossEntropy(x, ids))
      expect(await (await step(logits, labels)).item()).toBe(want)
    }
    expect(() => crossEntropy(logits, long(2, 2n ** 60n))).toThrow(IndexError)
    const computed = crossEntropy(logits, long(2, 2).add(long(0, 2 ** 40)))
    expect(await computed.item()).toBeNaN()
  })

  test('loops keep it, and refuse what is not exact', async () => {
    useDevice(device)
    const x = tensor(large)
    const [, [stack]] = scan(
      ([last], [each]) => [[each!], [last!.maximum(each!)]],
      [long(8).reshape([])],
      [x],
    )
    expect(await read(stack!)).toEqual([large[0], large[1], large[1], large[2]!, MOST, MOST])
    const [[sum]] = scan(
      ([sum], [each]) => [[sum!.add(each!)], []],
      [long(0).reshape([])],
      [long(SAFE, 1)],
    )
    await expect(sum!.data()).rejects.toMatchObject({ key: 'int64.range' })
  })

  test('functions are compiled for it', async () => {
    useDevice(device)
    const next = compile((ids: Tensor) => ids.flip(0))
    expect(await read(await next(tensor(large)))).toEqual(large.toReversed())
    expect(await read(await next(tensor(large.toReversed())))).toEqual(large)
  })
})
