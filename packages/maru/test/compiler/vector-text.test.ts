/** Codes are one function if, and only if, their texts are equal: every field of every part must be told. */
import { describe, expect, it } from 'vitest'
import type { Scalar, Statement, Vector, VectorFunction } from '../../src/compiler/vector.ts'
import { textOfCode } from '../../src/compiler/vector-text.ts'

const get = (local: number): Scalar & { readonly k: 'get' } => ({ k: 'get', local })
const vget = (local: number): Vector & { readonly k: 'vget' } => ({ k: 'vget', local })

type Two<T> = readonly [T, T]
/** Two values of each field of each kind: whatever is added to the IR is asked for here. */
type Table<U, Tag extends keyof U> = {
  readonly [K in U[Tag] & string]: {
    readonly [F in Exclude<keyof Extract<U, Record<Tag, K>>, Tag>]-?: Two<
      Extract<U, Record<Tag, K>>[F]
    >
  }
}

const address: Two<Scalar> = [get(0), get(1)]
const [a, b, c]: readonly Two<Vector>[] = [
  [vget(0), vget(1)],
  [vget(2), vget(3)],
  [vget(4), vget(5)],
] as const
const number: Two<number> = [0, 1]

const scalars: Table<Scalar, 'k'> = {
  const: { value: number },
  get: { local: number },
  arg: { index: number },
  scratch: {},
  scalar: { op: ['add', 'sub'], a: address, b: [get(2), get(3)] },
  first: { of: a },
}

const vectors: Table<Vector, 'k'> = {
  vget: { local: number },
  f32: { value: number },
  i32: { value: number },
  lanes: {},
  splat: { of: address },
  splatArg: { index: number },
  load: { form: ['full', 'one'], element: ['f32', 'i32'], address },
  gather: { element: ['f32', 'u8'], address, step: [get(2), get(3)] },
  pick: { element: ['f32', 'u16'], address, offsets: [vget(0), vget(1)] },
  unary: { op: ['f32.neg', 'f32.abs'], a },
  binary: { op: ['f32.add', 'f32.mul'], a, b },
  shift: { op: ['i32.shl', 'i32.shrS'], a, by: number },
  fma: { a, b, c },
  select: { mask: c, a, b },
  choose: { when: address, a, b },
  broadcast: { a, lane: number },
  exchange: { a, by: [4, 8] },
  rotate: { a, by: number },
}

const store: Statement = { s: 'store', form: 'full', element: 'f32', address: get(0), value: a[0] }

const statements: Table<Statement, 's'> = {
  set: { local: number, value: address },
  vset: { local: number, value: a },
  store: {
    form: ['full', 'one'],
    element: ['f32', 'i32'],
    address,
    value: a,
    past: [undefined, true],
    within: [undefined, b[0]],
  },
  loop: { local: number, to: address, step: [1, 2], body: [[], [store]] },
  if: { when: address, body: [[], [store]] },
  fetch: { address, written: [false, true] },
  transpose: {
    locals: [
      [0, 1, 2, 3],
      [0, 1, 3, 2],
    ],
  },
  tile: {
    rows: [4, 3],
    vectors: [3, 4],
    lanes: [8, 16],
    a: [
      { at: get(0), row: get(1), step: get(2) },
      { addresses: get(0), offsets: get(1) },
    ],
    b: [
      { at: get(3), step: get(4) },
      { vectors: [get(3)], offsets: get(4) },
    ],
    c: [
      { at: get(5), row: get(6) },
      { at: get(6), row: get(5) },
    ],
    count: [get(7), get(8)],
    fresh: [get(8), get(7)],
  },
}

/** One of each kind, and what differs from it in one field. */
function variants<T>(table: object, tag: 'k' | 's'): T[] {
  return Object.entries(table).flatMap(([kind, fields]: [string, Record<string, Two<unknown>>]) => {
    const names = Object.keys(fields)
    const of = (changed?: string): T => {
      const own = names.map((name) => [name, fields[name]?.[name === changed ? 1 : 0]])
      // The table's type says that these are all of its fields.
      return { [tag]: kind, ...Object.fromEntries(own) } as T
    }
    return [of(), ...names.map(of)]
  })
}

const tiles = variants<Statement>({ tile: statements.tile }, 's').slice(0, 1)
const columns = [
  { at: get(3), step: get(4), ahead: { k: 'const', value: 64 } },
  { at: get(3), step: get(4), ahead: { k: 'const', value: 96 } },
  { vectors: [get(3), get(2)], offsets: get(4) },
  { vectors: [get(3)], offsets: get(4), ahead: get(2) },
  { vectors: [get(3)], offsets: get(2), ahead: get(4) },
]
const numbers = [-1, 2, 0xfffe, 0xffff, 0x10000, 0x1ffff, -0x10000, -(2 ** 31), 2 ** 31 - 1]
const reals = [-0, 0.1, Number.NaN, Infinity, -Infinity, 2 ** -149]

const all: readonly Statement[] = [
  ...variants<Statement>(statements, 's'),
  ...variants<Scalar>(scalars, 'k').map((value): Statement => ({ s: 'set', local: 9, value })),
  ...variants<Vector>(vectors, 'k').map((value): Statement => ({ s: 'vset', local: 9, value })),
  ...tiles.flatMap((tile) => columns.map((b) => ({ ...tile, b }) as Statement)),
  ...numbers.flatMap((value): Statement[] => [
    { s: 'set', local: 9, value: { k: 'const', value } },
    { s: 'vset', local: 9, value: { k: 'i32', value } },
  ]),
  ...reals.map((value): Statement => ({ s: 'vset', local: 9, value: { k: 'f32', value } })),
]

const sizes = { lanes: 8, scalars: 3, vectors: 2 }
const codes: readonly VectorFunction[] = [
  ...[[], ...all.map((each) => [each])].map((body) => ({ ...sizes, body })),
  ...all.map((each) => ({ ...sizes, body: [each, store] })),
  ...all.map((each): VectorFunction => {
    return { ...sizes, body: [{ s: 'if', when: get(9), body: [each] }] }
  }),
  ...Object.keys(sizes).map((name): VectorFunction => ({ ...sizes, [name]: 5, body: [] })),
]

describe('texts of code', () => {
  it('differ wherever codes differ in one field', () => {
    const texts = new Map<string, VectorFunction>()
    for (const code of codes) {
      const text = textOfCode(code)
      expect([texts.get(text), code]).toEqual([undefined, code])
      texts.set(text, code)
    }
  })

  it('are equal where codes are', () => {
    for (const code of codes) expect(textOfCode(structuredClone(code))).toBe(textOfCode(code))
  })

  it('tell the end of long codes', () => {
    const body = Array.from({ length: 40_000 }, (_, local): Statement => {
      return { s: 'set', local, value: get(local) }
    })
    const text = textOfCode({ ...sizes, body })
    expect(textOfCode({ ...sizes, body: [...body.slice(0, -1), store] })).not.toBe(text)
    expect(textOfCode({ ...sizes, body: [...body] })).toBe(text)
  })
})
