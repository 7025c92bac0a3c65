/** The vector IR's operations as AVX2 or AVX-512 instructions, with the meaning that they have in WebAssembly. */
import type { BinaryOp, ShiftOp, UnaryOp } from '../../compiler/vector.ts'
import type { VexOp } from './assembler.ts'
import type { CodeWriter, Operand, Register } from './instruction.ts'

/** Predicates of vcmpps: ordered, quiet; those of vpcmpd are their low bits. */
const [EQUAL, LESS, LESS_OR_EQUAL, GREATER_OR_EQUAL] = [0x00, 0x11, 0x12, 0x1d]
const LOW = 0x03
/** Rounding of vroundps, without the inexact exception. */
const [TO_NEAREST, DOWN] = [0x08, 0x09]

const SIGN = -0x80000000
const INFINITY_BITS = 0x7f800000

/** Operations that are one instruction, with its constant. */
const single: { readonly [O in BinaryOp]?: readonly [op: VexOp, constant?: number] } = {
  'f32.add': ['vaddps'],
  'f32.sub': ['vsubps'],
  'f32.mul': ['vmulps'],
  'f32.div': ['vdivps'],
  'i32.add': ['vpaddd'],
  'i32.sub': ['vpsubd'],
  'i32.mul': ['vpmulld'],
  'i32.min': ['vpminsd'],
  'i32.max': ['vpmaxsd'],
  and: ['vandps'],
  or: ['vorps'],
  xor: ['vxorps'],
}

const commutative: ReadonlySet<BinaryOp> = new Set<BinaryOp>([
  ...(['f32.add', 'f32.mul', 'f32.eq', 'i32.add', 'i32.mul', 'i32.min', 'i32.max'] as const),
  ...(['i32.eq', 'and', 'or', 'xor'] as const),
])

/** Comparisons that are one instruction wherever they are made. */
const compares: { readonly [O in BinaryOp]?: readonly [op: VexOp, constant?: number] } = {
  'f32.lt': ['vcmpps', LESS],
  'f32.le': ['vcmpps', LESS_OR_EQUAL],
  'f32.eq': ['vcmpps', EQUAL],
  'i32.eq': ['vpcmpeqd'],
}

/** Those of masks, where lanes are compared into bits. */
const logic: { readonly [O in BinaryOp]?: VexOp } = { and: 'kandw', or: 'korw', xor: 'kxorw' }

/** The digit by which vpshiftd knows its kind. */
const shiftDigit = { 'i32.shl': 6, 'i32.shrS': 4, 'i32.shrU': 2 } as const

const float = new Float32Array(1)
const word = new Int32Array(float.buffer)

/** The bits of a float32. */
export function bitsOf(value: number): number {
  float[0] = value
  return word[0] ?? 0
}

export function unary(code: CodeWriter, op: UnaryOp, of: Operand, to?: Register): Register {
  if (op === 'i32.neg') return code.vector('vpsubd', [code.vector('zero', []), of], to)
  const a = code.held(of)
  switch (op) {
    case 'f32.neg':
      return code.vector('vxorps', [a, code.splat(SIGN)], to)
    case 'f32.abs':
      return code.vector('vandps', [a, code.splat(~SIGN)], to)
    case 'f32.sqrt':
      return code.vector('vsqrtps', [a], to)
    case 'f32.floor':
      return code.vector('vroundps', [a], to, DOWN)
    case 'f32.nearest':
      return code.vector('vroundps', [a], to, TO_NEAREST)
    case 'f32.fromI32':
      return code.vector('vcvtdq2ps', [a], to)
    case 'i32.fromF32':
      return truncate(code, a, to)
    case 'not':
      return code.vector('vxorps', [a, code.splat(-1)], to)
  }
}

/** Toward zero; NaN gives 0, what is too large the largest integer. */
function truncate(code: CodeWriter, a: Register, to?: Register): Register {
  const isNumber = code.truth('vcmpps', [a, a], undefined, EQUAL)
  // vcvttps2dq gives the smallest integer for everything that does not fit
  const integer = code.vector('vcvttps2dq', [code.keep(a, isNumber)])
  const limit = code.splat(bitsOf(2 ** 31))
  const over = code.truth('vcmpps', [a, limit], undefined, GREATER_OR_EQUAL)
  return code.vector('vxorps', [integer, code.ones(over)], to)
}

export function binary(
  code: CodeWriter,
  op: BinaryOp,
  a: Operand,
  b: Operand,
  to?: Register,
): Register {
  if (op === 'f32.min' || op === 'f32.max') return extreme(code, op, a, b, to)
  const [instruction, constant] = single[op] ?? []
  if (!instruction) return compare(code, op, a, b, to)
  const [left, right] = a.k !== 'register' && commutative.has(op) ? [b, a] : [a, b]
  return code.vector(instruction, [code.held(left), right], to, constant)
}

/** Whether the operation tells lanes apart. */
export function isComparison(op: BinaryOp): boolean {
  return op.endsWith('lt') || op.endsWith('le') || op.endsWith('eq') || op.endsWith('ltU')
}

/** Where the comparison holds: a mask where there are masks, else a vector. */
export function compare(
  code: CodeWriter,
  op: BinaryOp,
  a: Operand,
  b: Operand,
  to?: Register,
): Register {
  const [instruction, constant] = compares[op] ?? []
  if (instruction) {
    const [left, right] = a.k !== 'register' && commutative.has(op) ? [b, a] : [a, b]
    return code.truth(instruction, [code.held(left), right], to, constant)
  }
  switch (op) {
    case 'i32.lt':
      return code.truth('vpcmpgtd', [code.held(b), a], to)
    case 'i32.le': {
      const from = [code.held(a), b]
      if (code.wide) return code.truth('vpcmpd', from, to, LESS_OR_EQUAL & LOW)
      return code.vector('vpcmpeqd', [code.vector('vpminsd', from), a], to)
    }
    case 'i32.ltU': {
      const from = [code.held(a), b]
      if (code.wide) return code.truth('vpcmpud', from, to, LESS & LOW)
      return unary(code, 'not', code.vector('vpcmpeqd', [code.vector('vpmaxud', from), a]), to)
    }
    default:
      throw new RangeError(`no instruction for ${op}`)
  }
}

/** Whether masks of bits have the operation. */
export function isLogic(op: BinaryOp): boolean {
  return logic[op] !== undefined
}

/** Two masks of bits as one. */
export function together(
  code: CodeWriter,
  op: BinaryOp,
  a: Register,
  b: Register,
  to?: Register,
): Register {
  const instruction = logic[op]
  if (!instruction) throw new RangeError(`no instruction for ${op} of masks`)
  return code.truth(instruction, [a, b], to)
}

/**
 * Minimum or maximum with -0 below 0 and NaN winning. The instruction alone gives its second operand
 * where one is NaN or both are zero.
 */
function extreme(
  code: CodeWriter,
  op: 'f32.min' | 'f32.max',
  x: Operand,
  y: Operand,
  to?: Register,
): Register {
  const instruction = op === 'f32.min' ? 'vminps' : 'vmaxps'
  if (isLimit(code, y)) return code.vector(instruction, [code.held(y), x], to)
  const [a, b] = [code.held(x), code.held(y)]
  const [ab, ba] = [code.vector(instruction, [a, b]), code.vector(instruction, [b, a])]
  // where they differ one is NaN, or they are zeros of both signs
  if (op === 'f32.min') return code.vector('vorps', [ab, ba], to)
  const difference = code.vector('vxorps', [ab, ba])
  return code.vector('vsubps', [code.vector('vorps', [ab, difference]), difference], to)
}

/** Whether this is a constant that is neither zero nor NaN in any lane. */
function isLimit(code: CodeWriter, value: Operand): boolean {
  if (value.k !== 'data') return false
  const sizes = code.data[value.index]?.map((bits) => bits & ~SIGN) ?? []
  return sizes.every((size) => size !== 0 && size <= INFINITY_BITS)
}

export function shift(
  code: CodeWriter,
  op: ShiftOp,
  a: Operand,
  by: number,
  to?: Register,
): Register {
  return code.vector('vpshiftd', [code.held(a)], to, (shiftDigit[op] << 8) | (by & 31))
}

/** One lane in all lanes. */
export function broadcast(code: CodeWriter, a: Register, lane: number, to?: Register): Register {
  if (lane === 0) return code.vector('vbroadcastss', [a], to)
  const inFour = code.vector('vpermilps', [a], undefined, (lane & 3) * 0x55)
  return arranged(code, inFour, Array<number>(code.lanes / 4).fill(lane >> 2), to)
}

/** The vector's fours of lanes in another order. */
function arranged(code: CodeWriter, a: Register, from: readonly number[], to?: Register): Register {
  const bits = code.wide ? 2 : 4
  const constant = from.reduce((all, four, i) => all | (four << (i * bits)), 0)
  return code.vector(code.wide ? 'vshuff32x4' : 'vperm2f128', [a, a], to, constant)
}

/** Groups of so many lanes, four or eight, change places in pairs. */
export function exchange(code: CodeWriter, a: Register, by: number, to?: Register): Register {
  const each = Array.from({ length: code.lanes / 4 }, (_, four) => four ^ (by / 4))
  return arranged(code, a, each, to)
}

/** Four lanes at the bottom: the first of those, or the next. */
export function lowered(code: CodeWriter, a: Register, four: number): Register {
  return four === 0 ? a : arranged(code, a, Array<number>(code.lanes / 4).fill(four))
}

/** A vector of its fours. */
export function joined(code: CodeWriter, parts: readonly Register[], to?: Register): Register {
  const op = code.wide ? 'vinsertf32x4' : 'vinsertf128'
  return parts.reduce((whole, four, i) => {
    const last = i === parts.length - 1
    return i === 0 ? four : code.vector(op, [whole, four], last ? to : undefined, i)
  })
}

/** Every other lane of two vectors. */
export function everyOther(
  code: CodeWriter,
  first: Register,
  second: Register,
  to?: Register,
): Register {
  const op = code.wide ? 'vshuff32x4' : 'vperm2f128'
  const [even, odd] = code.wide ? [0x88, 0xdd] : [0x20, 0x31]
  const low = code.vector(op, [first, second], undefined, even)
  const high = code.vector(op, [first, second], undefined, odd)
  return code.vector('vshufps', [low, high], to, 0x88)
}

/** Where the low bytes, or the low words of 16 bits, of four lanes are. */
const lowParts = { u8: [0x0c080400, 0, 0, 0], u16: [0x05040100, 0x0d0c0908, 0, 0] } as const

/** The low bytes or words of the lanes, side by side. */
export function pack(code: CodeWriter, element: 'u8' | 'u16', value: Register): Register {
  // to the bottom of each half first
  const places = code.words([...lowParts[element], ...lowParts[element]])
  const packed = code.vector('vpshufb', [value, places])
  const high = code.vector('vperm2f128', [packed, packed], undefined, 0x11)
  return code.vector(element === 'u8' ? 'vpunpckldq' : 'vpunpcklqdq', [packed, high])
}

/** Lane i of register j becomes lane j of register i, for eight of them: pairs, fours, halves. */
export function transpose(code: CodeWriter, rows: readonly Register[]): void {
  const row = (list: readonly Register[], i: number): Register => {
    const found = list[i]
    if (!found) throw new RangeError(`no vector ${i}`)
    return found
  }
  const each = [0, 1, 2, 3, 4, 5, 6, 7]
  const pairs = each.map((i) => {
    const from = [row(rows, i & 6), row(rows, i | 1)]
    return code.vector((i & 1) === 0 ? 'vunpcklps' : 'vunpckhps', from)
  })
  const fours = each.map((i) => {
    const first = (i & 4) | ((i & 2) >> 1)
    return code.vector(
      'vshufps',
      [row(pairs, first), row(pairs, first + 2)],
      undefined,
      i & 1 ? 0xee : 0x44,
    )
  })
  for (const i of each) {
    const from = [row(fours, i & 3), row(fours, (i & 3) + 4)]
    code.vector('vperm2f128', from, row(rows, i), i < 4 ? 0x20 : 0x31)
  }
}
