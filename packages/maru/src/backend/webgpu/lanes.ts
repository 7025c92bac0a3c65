/**
 * Operations on one lane, in WGSL.
 *
 * A lane is an `f32`, a `u32` or, if it is the mask of a comparison, a `bool`: each operation takes
 * what it needs from what there is, so that most code has no conversions.
 */
import type { BinaryOp, Element, ShiftOp, UnaryOp } from '../../compiler/vector.ts'

export type Type = 'f32' | 'u32' | 'bool'

export interface Lane {
  readonly type: Type
  readonly text: string
}

export const f32 = (text: string): Lane => ({ type: 'f32', text })
export const u32 = (text: string): Lane => ({ type: 'u32', text })
export const bool = (text: string): Lane => ({ type: 'bool', text })

/** The lane as a number. */
export function float({ type, text }: Lane): string {
  return type === 'f32' ? text : `bitcast<f32>(${word({ type, text })})`
}

/** The lane's bits. */
export function word({ type, text }: Lane): string {
  if (type === 'bool') return `select(0u, 0xffffffffu, ${text})`
  return type === 'u32' ? text : `bitcast<u32>(${text})`
}

function signed(lane: Lane): string {
  return `bitcast<i32>(${word(lane)})`
}

/** Whether the bits, all ones or all zeros, are ones. */
export function truth(lane: Lane): string {
  return lane.type === 'bool' ? lane.text : `(${word(lane)} != 0u)`
}

export const as: { readonly [T in Type]: (lane: Lane) => string } = {
  f32: float,
  u32: word,
  bool: truth,
}

/** The type that two lanes have, or that of their bits. */
export function common(a: Lane, b: Lane): Type {
  return a.type === b.type ? a.type : 'u32'
}

export function literal(value: number): string {
  const rounded = Math.fround(value)
  if (Number.isFinite(rounded) && !Object.is(rounded, -0)) return `${rounded}f`
  const [bits] = new Uint32Array(Float32Array.of(rounded).buffer)
  return `bits(0x${bits?.toString(16)}u)`
}

export const unary: { readonly [O in UnaryOp]: (a: Lane) => Lane } = {
  'f32.neg': (a) => f32(`-(${float(a)})`),
  'f32.abs': (a) => f32(`abs(${float(a)})`),
  'f32.sqrt': (a) => f32(`sqrt(${float(a)})`),
  'f32.floor': (a) => f32(`floor(${float(a)})`),
  'f32.nearest': (a) => f32(`round(${float(a)})`),
  'f32.fromI32': (a) => f32(`f32(${signed(a)})`),
  'i32.fromF32': (a) => u32(`integer(${float(a)})`),
  'i32.neg': (a) => u32(`(0u - ${word(a)})`),
  not: (a) => (a.type === 'bool' ? bool(`!${a.text}`) : u32(`~${word(a)}`)),
}

type Binary = (a: Lane, b: Lane) => Lane

const floats = (op: string): Binary => {
  return (a, b) => f32(`(${float(a)} ${op} ${float(b)})`)
}
const words = (op: string): Binary => {
  return (a, b) => u32(`(${word(a)} ${op} ${word(b)})`)
}
const limit = (name: string): Binary => {
  return (a, b) => u32(`bitcast<u32>(${name}(${signed(a)}, ${signed(b)}))`)
}
const compare = (as: (lane: Lane) => string, op: string): Binary => {
  return (a, b) => bool(`(${as(a)} ${op} ${as(b)})`)
}
/** Of masks as of words. */
const bitwise = (ofBools: string, ofWords: string): Binary => {
  return (a, b) =>
    a.type === 'bool' && b.type === 'bool'
      ? bool(`(${a.text} ${ofBools} ${b.text})`)
      : u32(`(${word(a)} ${ofWords} ${word(b)})`)
}

export const binary: { readonly [O in BinaryOp]: Binary } = {
  'f32.add': floats('+'),
  'f32.sub': floats('-'),
  'f32.mul': floats('*'),
  'f32.div': floats('/'),
  'f32.min': (a, b) => f32(`least(${float(a)}, ${float(b)})`),
  'f32.max': (a, b) => f32(`greatest(${float(a)}, ${float(b)})`),
  'f32.lt': compare(float, '<'),
  'f32.le': compare(float, '<='),
  'f32.eq': (a, b) =>
    bool(a.text === b.text ? `isNumber(${float(a)})` : `(${float(a)} == ${float(b)})`),
  'i32.add': words('+'),
  'i32.sub': words('-'),
  'i32.mul': words('*'),
  'i32.min': limit('min'),
  'i32.max': limit('max'),
  'i32.lt': compare(signed, '<'),
  'i32.le': compare(signed, '<='),
  'i32.eq': compare(word, '=='),
  'i32.ltU': compare(word, '<'),
  and: bitwise('&&', '&'),
  or: bitwise('||', '|'),
  xor: bitwise('!=', '^'),
}

export const shift: { readonly [O in ShiftOp]: (a: Lane, by: number) => Lane } = {
  'i32.shl': (a, by) => u32(`(${word(a)} << ${by}u)`),
  'i32.shrS': (a, by) => u32(`bitcast<u32>(${signed(a)} >> ${by}u)`),
  'i32.shrU': (a, by) => u32(`(${word(a)} >> ${by}u)`),
}

export const loads: { readonly [E in Exclude<Element, 'u16'>]: (address: string) => Lane } = {
  f32: (address) => f32(`bitcast<f32>(word(${address}))`),
  i32: (address) => u32(`word(${address})`),
  u8: (address) => u32(`byte(${address})`),
}
