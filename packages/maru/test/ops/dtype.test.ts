/** Every op on every dtype: the result's dtype and values, or an error that says what to do. */
import { describe, expect, test } from 'vitest'
import { type DType, dtypes } from '../../src/base/dtype.ts'
import { DTypeError, full, tensor, useDevice } from '../../src/index.ts'
import { callsOf, devices, differences, resultOf, toleranceOf, valuesOn } from './calls.ts'
import { table } from './table.ts'

const all = Object.keys(dtypes) as DType[]
const rows = table
  .filter(({ samples }) => samples.some(({ inputs }) => inputs.length > 0))
  .map((row) => [row.name, row] as const)

describe.each(all)('on %s', (dtype) => {
  describe.each(devices)('by %s', (device) => {
    test.each(rows)('%s', async (_, row) => {
      useDevice(device)
      const result = row.results[dtype]
      const [call] = callsOf(row, dtype)
      if (!call) throw new Error('a row has a sample')
      if (result === 'refused') return void expect(() => resultOf(call)).toThrow(DTypeError)
      expect(resultOf(call).dtype).toBe(result)
      const calls = callsOf(row, dtype).filter(({ drawn }) => drawn)
      const want = await valuesOn(
        'reference',
        calls.map((each) => resultOf(each)),
      )
      const got = await valuesOn(
        device,
        calls.map((each) => resultOf(each)),
      )
      const wrong = calls.flatMap(({ title }, i) =>
        differences(title, got[i]!, want[i]!, toleranceOf(row, got[i]!.dtype)),
      )
      expect(wrong).toEqual([])
    })
  })
})

/** A number beside a tensor: whole ones take its dtype, others make integers into float32. */
const weak: Readonly<Record<DType, readonly [whole: DType, fraction: DType]>> = {
  float64: ['float64', 'float64'],
  float32: ['float32', 'float32'],
  float16: ['float16', 'float16'],
  bfloat16: ['bfloat16', 'bfloat16'],
  int64: ['int64', 'float32'],
  int8: ['int8', 'float32'],
  int32: ['int32', 'float32'],
  uint8: ['uint8', 'float32'],
  bool: ['int32', 'float32'],
}

test.each(all)(
  'a number takes the dtype of a %s tensor unless it would lose its fraction',
  (dtype) => {
    const x = full([2], 1, { dtype })
    expect([x.add(2).dtype, x.add(0.5).dtype]).toEqual(weak[dtype])
  },
)

const INT_MAX = 2147483647
const INT_MIN = -2147483648

function int32(...values: number[]) {
  return tensor(values, [values.length], { dtype: 'int32' })
}

function uint8(...values: number[]) {
  return tensor(values, [values.length], { dtype: 'uint8' })
}

function bool(...values: number[]) {
  return tensor(values, [values.length], { dtype: 'bool' })
}

/** Integer and bool arithmetic, and where it ends; all are fused with a cast to float32 too. */
const arithmetic = {
  'int32 sums wrap': [() => int32(INT_MAX, INT_MIN).add(int32(1, -1)), [INT_MIN, INT_MAX]],
  'int32 differences wrap': [() => int32(INT_MIN).sub(1), [INT_MAX]],
  'int32 products keep their low bits': [
    () => int32(123456789, INT_MAX).square(),
    [-1757895751, 1],
  ],
  'int32 negation of the least is itself': [() => int32(INT_MIN, 5).neg(), [INT_MIN, -5]],
  'int32 dot products keep their low bits': [
    () => int32(INT_MAX, 3).matmul(int32(INT_MAX, 5)),
    [16],
  ],
  'int32 totals wrap': [() => int32(INT_MAX, 1).sum(), [INT_MIN]],
  'int32 orders across all of its range': [
    () => int32(INT_MIN, INT_MAX).less(int32(INT_MAX, INT_MIN)),
    [1, 0],
  ],
  'uint8 sums wrap': [() => uint8(250, 5).add(uint8(10, 5)), [4, 10]],
  'uint8 differences wrap': [() => uint8(3).sub(uint8(5)), [254]],
  'uint8 products wrap': [() => uint8(16, 200).mul(uint8(16, 2)), [0, 144]],
  'uint8 negation wraps': [() => uint8(1, 0).neg(), [255, 0]],
  'uint8 has no sign': [() => uint8(200).less(uint8(100)), [0]],
  'uint8 with a negative number wraps it': [() => uint8(3).add(-1), [2]],
  'uint8 with a negative number compares bytes': [() => uint8(3, 255).equal(-1), [0, 1]],
  'uint8 is its own magnitude': [() => uint8(200, 3).abs(), [200, 3]],
  'uint8 sums to int32': [() => uint8(200, 200).sum(), [400]],
  'overlapping uint8 windows wrap': [
    () =>
      tensor([200, 100, 100, 7], [2, 2], { dtype: 'uint8' }).foldWindows([3], {
        size: [2],
        stride: [1],
        dilation: [1],
      }),
    [200, 200, 7],
  ],
  'wrapping uint8 windows are bytes to what follows': [
    () =>
      tensor([1, 200, 200, 1], [2, 2], { dtype: 'uint8' })
        .foldWindows([3], { size: [2], stride: [1], dilation: [1] })
        .cast('int32')
        .add(0),
    [1, 144, 1],
  ],
  'bools add as or': [() => bool(1, 1, 0).add(bool(1, 0, 0)), [1, 1, 0]],
  'bools and numbers add as integers': [() => bool(1, 0).add(1), [2, 1]],
  'bools multiply as and': [() => bool(1, 1).mul(bool(1, 0)), [1, 0]],
  'bools divide as floats': [() => bool(1, 1).div(2), [0.5, 0.5]],
  'bools order false before true': [() => bool(0, 1, 1).less(bool(1, 0, 1)), [1, 0, 0]],
  'bools order false up to true': [() => bool(0, 1, 1).lessEqual(bool(1, 0, 1)), [1, 0, 1]],
  'the larger bool is or': [() => bool(0, 0, 1).maximum(bool(0, 1, 0)), [0, 1, 1]],
  'the smaller bool is and': [() => bool(0, 1, 1).minimum(bool(1, 0, 1)), [0, 0, 1]],
  'bools count': [() => bool(1, 0, 1, 1).sum(), [3]],
  'bools are equal to numbers': [() => bool(1, 0).equal(1), [1, 0]],
  'counters of bytes wrap': [
    () =>
      full([1], 0, { dtype: 'uint8' })
        .expand([300])
        .positionsOver([0])
        .cast('uint8')
        .slice(0, 254, 258),
    [254, 255, 255, 255],
  ],
  'a whole number is cast as the dtype is': [() => full([], 300).cast('uint8'), [255]],
  'a fraction is cut off': [() => full([], -2.75).cast('int32'), [-2]],
  'int32 becomes the nearest float32': [
    () => int32(16777217, INT_MAX).cast('float32'),
    [16777216, 2147483648],
  ],
} as const

describe.each(devices)('on %s', (device) => {
  test.each(Object.entries(arithmetic))('%s', async (_, [run, values]) => {
    useDevice(device)
    expect([...(await run().data())]).toEqual(values)
    const fused = run().cast('float32').mul(0.5)
    expect([...(await fused.data())]).toEqual(values.map((value) => Math.fround(value) * 0.5))
  })
})
