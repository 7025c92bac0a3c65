/** Codes are one function if, and only if, their texts are equal: each field of each part must be told. */
import { describe, expect, it } from 'vitest'
import type { Scalar, Statement, Vector } from '../../src/compiler/vector.ts'
import { textOfCode } from '../../src/compiler/vector-text.ts'

const get = (local: number): Scalar & { readonly k: 'get' } => ({ k: 'get', local })
const vget = (local: number): Vector & { readonly k: 'vget' } => ({ k: 'vget', local })
const i32 = (value: number): Vector => ({ k: 'i32', value })
const f32 = (value: number): Vector => ({ k: 'f32', value })

const scalars: readonly Scalar[] = [
  ...[0, 1, -1, 0xfffe, 0xffff, 0x10000, 0x1ffff, -0x10000].map((value): Scalar => {
    return { k: 'const', value }
  }),
  get(0),
  get(1),
  { k: 'arg', index: 0 },
  { k: 'arg', index: 1 },
  { k: 'scratch' },
  { k: 'scalar', op: 'add', a: get(0), b: get(1) },
  { k: 'scalar', op: 'add', a: get(1), b: get(0) },
  { k: 'scalar', op: 'sub', a: get(0), b: get(1) },
  { k: 'first', of: vget(0) },
  { k: 'first', of: vget(1) },
]

const [a, b, c] = [vget(0), vget(1), vget(2)]
const vectors: readonly Vector[] = [
  ...[0, -0, 1, 0.1, Number.NaN, Infinity, -Infinity, 2 ** -149].map(f32),
  ...[0, 1, -1, -(2 ** 31), 2 ** 31 - 1].map(i32),
  a,
  b,
  { k: 'lanes' },
  ...scalars.map((of): Vector => ({ k: 'splat', of })),
  { k: 'splatArg', index: 0 },
  { k: 'splatArg', index: 1 },
  ...(['full', 'other', 'one', 'splat'] as const).map((form): Vector => {
    return { k: 'load', form, element: 'f32', address: get(0) }
  }),
  { k: 'load', form: 'full', element: 'i32', address: get(0) },
  { k: 'load', form: 'full', element: 'f32', address: get(1) },
  { k: 'gather', element: 'f32', address: get(0), step: get(1) },
  { k: 'gather', element: 'u8', address: get(0), step: get(1) },
  { k: 'gather', element: 'f32', address: get(1), step: get(0) },
  { k: 'pick', element: 'f32', address: get(0), offsets: a },
  { k: 'pick', element: 'u16', address: get(0), offsets: a },
  { k: 'pick', element: 'f32', address: get(0), offsets: b },
  { k: 'unary', op: 'f32.neg', a },
  { k: 'unary', op: 'f32.abs', a },
  { k: 'unary', op: 'f32.neg', a: b },
  { k: 'binary', op: 'f32.add', a, b },
  { k: 'binary', op: 'f32.add', a: b, b: a },
  { k: 'binary', op: 'f32.mul', a, b },
  { k: 'shift', op: 'i32.shl', a, by: 1 },
  { k: 'shift', op: 'i32.shl', a, by: 2 },
  { k: 'shift', op: 'i32.shrS', a, by: 1 },
  { k: 'fma', a, b, c },
  { k: 'fma', a: b, b: a, c },
  { k: 'fma', a, b: c, c: b },
  { k: 'select', mask: a, a: b, b: c },
  { k: 'select', mask: a, a: c, b },
  { k: 'choose', when: get(0), a, b },
  { k: 'choose', when: get(1), a, b },
  { k: 'choose', when: get(0), a: b, b: a },
  { k: 'broadcast', a, lane: 0 },
  { k: 'broadcast', a, lane: 1 },
  { k: 'halves', a },
  { k: 'halves', a: b },
]

const tile: Statement & { readonly s: 'tile' } = {
  ...{ s: 'tile', rows: 4, vectors: 3, lanes: 8 },
  a: { at: get(0), row: get(1), step: get(2) },
  b: { at: get(3), step: get(4) },
  c: { at: get(5), row: get(6) },
  ...{ count: get(7), fresh: get(8) },
}

const store: Statement & { readonly s: 'store' } = {
  ...{ s: 'store', form: 'full', element: 'f32', address: get(0), value: a },
}

const statements: readonly Statement[] = [
  ...scalars.map((value): Statement => ({ s: 'set', local: 3, value })),
  ...vectors.map((value): Statement => ({ s: 'vset', local: 3, value })),
  { s: 'set', local: 4, value: get(0) },
  { s: 'vset', local: 4, value: a },
  store,
  { ...store, past: true },
  { ...store, form: 'one' },
  { ...store, element: 'i32' },
  { ...store, address: get(1) },
  { ...store, value: b },
  { s: 'if', when: get(0), body: [] },
  { s: 'if', when: get(1), body: [] },
  { s: 'if', when: get(0), body: [store] },
  { s: 'loop', local: 3, to: get(0), step: 1, body: [] },
  { s: 'loop', local: 4, to: get(0), step: 1, body: [] },
  { s: 'loop', local: 3, to: get(1), step: 1, body: [] },
  { s: 'loop', local: 3, to: get(0), step: 2, body: [] },
  { s: 'loop', local: 3, to: get(0), step: 1, body: [store] },
  { s: 'transpose', locals: [0, 1, 2, 3] },
  { s: 'transpose', locals: [0, 1, 3, 2] },
  tile,
  { ...tile, rows: 3 },
  { ...tile, vectors: 4 },
  { ...tile, lanes: 16 },
  { ...tile, a: { addresses: get(0), offsets: get(1) } },
  { ...tile, a: { addresses: get(1), offsets: get(0) } },
  { ...tile, b: { at: get(4), step: get(3) } },
  { ...tile, b: { vectors: [get(3)], offsets: get(4) } },
  { ...tile, b: { vectors: [get(3), get(2)], offsets: get(4) } },
  { ...tile, b: { vectors: [get(3)], offsets: get(4), ahead: get(2) } },
  { ...tile, c: { at: get(6), row: get(5) } },
  { ...tile, count: get(8) },
  { ...tile, fresh: get(7) },
]

describe('texts of code', () => {
  const code = { lanes: 8, scalars: 3, vectors: 2 }
  const bodies: readonly (readonly Statement[])[] = [
    [],
    ...statements.map((each) => [each]),
    ...statements.map((each) => [each, store]),
    ...statements.map((each): Statement[] => [{ s: 'if', when: get(9), body: [each] }]),
  ]
  const all = [
    ...bodies.map((body) => ({ ...code, body })),
    ...(['lanes', 'scalars', 'vectors'] as const).map((name) => ({ ...code, [name]: 5, body: [] })),
  ]

  it('differ wherever codes differ', () => {
    const texts = new Map<string, unknown>()
    for (const each of all) {
      const text = textOfCode(each)
      expect([texts.get(text), each]).toEqual([undefined, each])
      texts.set(text, each)
    }
  })

  it('are equal where codes are', () => {
    for (const each of all) expect(textOfCode(structuredClone(each))).toBe(textOfCode(each))
  })

  it('are whole where codes are long', () => {
    const long = Array.from({ length: 40_000 }, (_, local): Statement => {
      return { s: 'set', local, value: get(local) }
    })
    const changed = [...long.slice(0, -1), store]
    expect(textOfCode({ ...code, body: long })).not.toBe(textOfCode({ ...code, body: changed }))
    expect(textOfCode({ ...code, body: long }).length).toBeGreaterThan(3 * long.length)
  })
})
