/** The operations of the vector IR, and operands that try them. */
import { Stream } from '../../src/base/threefry.ts'
import type { BinaryOp, ShiftOp, UnaryOp } from '../../src/compiler/vector.ts'

const special = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 3.7, -3.7, 2 ** 23 + 1, 2 ** 31, -(2 ** 31)],
  ...[2 ** 31 - 128, -(2 ** 31) - 256, 2 ** 32, 3e38, -3e38, 2 ** -149, -(2 ** -149), 2 ** -126],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
]
const integers = [0, 1, -1, 2, -2, 255, 256, 0x7fffffff, -0x80000000, 0x12345678, -0x12345678]

/** Every pair of special values, and random bits. */
export function pairs(float: boolean): [Int32Array, Int32Array] {
  const values = float
    ? new Int32Array(Float32Array.from(special).buffer)
    : Int32Array.from(integers)
  const stream = new Stream(3, 'pairs')
  const [a, b]: [number[], number[]] = [[], []]
  for (const x of values) for (const y of values) [a[a.length], b[b.length]] = [x, y]
  for (let i = 0; i < 1000; i++) [a[a.length], b[b.length]] = [stream.bits(), stream.bits()]
  return [Int32Array.from(a), Int32Array.from(b)]
}

export const unary: UnaryOp[] = [
  ...(['f32.neg', 'f32.abs', 'f32.sqrt', 'f32.floor', 'f32.nearest', 'i32.fromF32'] as const),
  ...(['f32.fromI32', 'i32.neg', 'not'] as const),
]
export const binary: BinaryOp[] = [
  ...(['f32.add', 'f32.sub', 'f32.mul', 'f32.div', 'f32.min', 'f32.max'] as const),
  ...(['f32.lt', 'f32.le', 'f32.eq', 'i32.add', 'i32.sub', 'i32.mul', 'i32.min'] as const),
  ...(['i32.max', 'i32.lt', 'i32.le', 'i32.eq', 'i32.ltU', 'and', 'or', 'xor'] as const),
]
export const shifts: ShiftOp[] = ['i32.shl', 'i32.shrS', 'i32.shrU']

export const isFloat = (op: string): boolean => op.startsWith('f32') && op !== 'f32.fromI32'
