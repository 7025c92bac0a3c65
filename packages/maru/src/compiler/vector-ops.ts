/** Elementwise primitives in vector IR. A primitive without a row runs on the reference interpreter. */
import { type DType, isFloat } from '../base/dtype.ts'
import type { Attrs, Elementwise } from '../graph/primitive.ts'
import * as elementary from './elementary.ts'
import * as errors from './error-functions.ts'
import * as exponentials from './exponentials.ts'
import * as inverses from './inverses.ts'
import { settle } from './narrow.ts'
import * as quotients from './quotients.ts'
import { threefry } from './random-bits.ts'
import type { Vector, VectorBuilder } from './vector.ts'

/** `from` and `to` are the operands' dtypes and the result's, as lanes have them: every float is a float32. */
type Emit = (
  b: VectorBuilder,
  args: readonly Vector[],
  from: readonly DType[],
  to: DType,
  attrs: Attrs,
) => Vector

function operand(args: readonly Vector[], i: number): Vector {
  const found = args[i]
  if (!found) throw new RangeError(`missing operand ${i}`)
  return found
}

type Function1 = (b: VectorBuilder, x: Vector) => Vector

function unary(f: Function1): Emit {
  return (b, args) => f(b, operand(args, 0))
}

type Function2 = (b: VectorBuilder, x: Vector, y: Vector) => Vector

function pair(f: Function2): Emit {
  return (b, args) => f(b, operand(args, 0), operand(args, 1))
}

/** One function of floats, another of integers. */
function either(float: Function2, integer: Function2): Emit {
  return (b, args, _, to) => {
    const [x, y] = [operand(args, 0), operand(args, 1)]
    return to === 'float32' ? float(b, x, y) : integer(b, x, y)
  }
}

function bitwise(name: 'and' | 'or' | 'xor'): Emit {
  return pair((b, x, y) => b.binary(name, x, y))
}

/** A rounding, which integers do not need. */
function rounding(name: 'f32.floor' | 'f32.nearest'): Emit {
  return (b, args, _, to) => {
    const x = operand(args, 0)
    return to === 'float32' ? b.unary(name, x) : x
  }
}

function arithmetic(name: 'add' | 'sub' | 'mul'): Emit {
  return (b, args, _, to) => {
    const [x, y] = [operand(args, 0), operand(args, 1)]
    if (to === 'float32') return b.binary(`f32.${name}`, x, y)
    if (to === 'bool') return b.binary(name === 'add' ? 'or' : 'and', x, y)
    return b.binary(`i32.${name}`, x, y)
  }
}

/** Masks of bools order the other way round: true is all ones, the smaller integer. */
function extreme(name: 'min' | 'max'): Emit {
  return (b, args, _, to) => {
    const [x, y] = [operand(args, 0), operand(args, 1)]
    if (to === 'bool') return b.binary(name === 'max' ? 'or' : 'and', x, y)
    return b.binary(to === 'float32' ? `f32.${name}` : `i32.${name}`, x, y)
  }
}

function compare(name: 'lt' | 'le' | 'eq'): Emit {
  return (b, args, from) => {
    const [x, y] = [operand(args, 0), operand(args, 1)]
    if (from[0] === 'float32') return b.binary(`f32.${name}`, x, y)
    if (from[0] === 'bool' && name !== 'eq') return b.binary(`i32.${name}`, y, x)
    return b.binary(`i32.${name}`, x, y)
  }
}

function convert(b: VectorBuilder, x: Vector, from: DType, to: DType): Vector {
  if (from === to) return x
  if (to === 'bool') {
    const isZero =
      from === 'float32' ? b.binary('f32.eq', x, b.f32(0)) : b.binary('i32.eq', x, b.i32(0))
    return b.unary('not', isZero)
  }
  if (from === 'bool') return b.binary('and', x, to === 'float32' ? b.f32(1) : b.i32(1))
  if (to === 'float32') return b.unary('f32.fromI32', x)
  const integer = from === 'float32' ? b.unary('i32.fromF32', x) : x
  if (to === 'int32') return integer
  const [low, high] = to === 'uint8' ? [0, 255] : [-128, 127]
  return b.binary('i32.min', b.binary('i32.max', integer, b.i32(low)), b.i32(high))
}

const rows: { readonly [name: string]: Emit } = {
  neg: (b, args, _, to) => {
    const x = operand(args, 0)
    return b.unary(to === 'float32' ? 'f32.neg' : 'i32.neg', x)
  },
  exp: unary(elementary.exp),
  log: unary(elementary.log),
  sin: unary(elementary.sin),
  cos: unary(elementary.cos),
  tanh: unary(elementary.tanh),
  sigmoid: unary(elementary.sigmoid),
  erf: unary(elementary.erf),
  sqrt: unary((b, x) => b.unary('f32.sqrt', x)),
  floor: rounding('f32.floor'),
  round: rounding('f32.nearest'),
  exp2: unary(exponentials.exp2),
  expm1: unary(exponentials.expm1),
  log1p: unary(exponentials.log1p),
  log2: unary(exponentials.log2),
  log10: unary(exponentials.log10),
  softplus: unary(exponentials.softplus),
  sinh: unary(exponentials.sinh),
  cosh: unary(exponentials.cosh),
  asin: unary(inverses.asin),
  acos: unary(inverses.acos),
  atan2: pair(inverses.atan2),
  asinh: unary(inverses.asinh),
  acosh: unary(inverses.acosh),
  atanh: unary(inverses.atanh),
  erfc: unary(errors.erfc),
  erfinv: unary(errors.erfinv),
  pow: either(exponentials.pow, quotients.integerPower),
  fmod: either(quotients.fmod, quotients.integerFmod),
  floorDivide: either(quotients.floorDivide, quotients.integerFloorDivide),
  relu: (b, args, _, to) => {
    const x = operand(args, 0)
    if (to !== 'float32') return b.binary('i32.max', x, b.i32(0))
    return b.select(b.binary('f32.lt', x, b.f32(0)), b.f32(0), x)
  },
  bitwiseAnd: bitwise('and'),
  bitwiseOr: bitwise('or'),
  bitwiseXor: bitwise('xor'),
  shiftLeft: pair(quotients.shiftLeft),
  shiftRight: pair(quotients.shiftRight),
  threefry: (b, args, _from, _to, attrs) =>
    threefry(b, operand(args, 0), [operand(args, 1), operand(args, 2)], attrs),
  stopGradient: unary((_, x) => x),
  not: unary((b, x) => b.unary('not', x)),
  cast: (b, args, from, to) => convert(b, operand(args, 0), from[0] ?? to, to),
  add: arithmetic('add'),
  sub: arithmetic('sub'),
  mul: arithmetic('mul'),
  div: (b, args) => b.binary('f32.div', operand(args, 0), operand(args, 1)),
  maximum: extreme('max'),
  minimum: extreme('min'),
  less: compare('lt'),
  lessEqual: compare('le'),
  equal: compare('eq'),
  where: (b, args) => b.select(operand(args, 0), operand(args, 1), operand(args, 2)),
}

/** Whether the op has a form in vector IR. */
export function hasVectorForm(name: string): boolean {
  return Object.hasOwn(rows, name)
}

/**
 * The op on vectors of 32-bit lanes; `from` are the operands' dtypes, `to` the result's.
 *
 * What is computed is a value of `to` at once, so that it is the same whether it goes through memory or
 * not: bytes wrap and 16-bit floats are rounded.
 */
export function emitElementwise(
  b: VectorBuilder,
  op: Elementwise,
  args: readonly Vector[],
  from: readonly DType[],
  to: DType,
  attrs: Attrs,
): Vector {
  const emit = rows[op.name]
  if (!emit) throw new RangeError(`${op.name} has no vector form`)
  const inLane = (dtype: DType): DType => (isFloat(dtype) ? 'float32' : dtype)
  const value = emit(b, args, from.map(inLane), inLane(to), attrs)
  return op.selects ? value : settle(b, value, to)
}
