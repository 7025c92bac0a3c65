/** Writes WebAssembly modules byte by byte. Opcodes: WebAssembly core specification 2.0, relaxed SIMD. */

const word = new DataView(new ArrayBuffer(4))

/** A growing list of bytes with the encodings that the binary format uses. */
export class Bytes {
  #bytes = new Uint8Array(1024)
  length = 0

  byte(value: number): this {
    if (this.length === this.#bytes.length) this.#reserve(1)
    this.#bytes[this.length++] = value
    return this
  }

  /** Unsigned LEB128. */
  u32(value: number): this {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    return this.byte(rest)
  }

  /** Signed LEB128. */
  s32(value: number): this {
    let rest = value | 0
    while (rest < -0x40 || rest > 0x3f) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return this.byte(rest & 0x7f)
  }

  f32(value: number): this {
    word.setFloat32(0, value, true)
    for (let i = 0; i < 4; i++) this.byte(word.getUint8(i))
    return this
  }

  name(text: string): this {
    const utf8 = new TextEncoder().encode(text)
    return this.u32(utf8.length).append(utf8)
  }

  append(other: ArrayLike<number> | Bytes): this {
    const bytes = other instanceof Bytes ? other.view() : other
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
    return this
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length)
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

export const valueType = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const

/** A function body: local declarations after the parameters, and code. */
export interface Body {
  readonly locals: readonly { readonly count: number; readonly type: number }[]
  readonly code: Bytes
}

/**
 * A module that imports `env.memory` and exports `k0, k1, …`, each `(i32 × parameters) → ()`. The memory is
 * shared if the most pages that it may have are given.
 */
export function assembleModule(
  bodies: readonly Body[],
  parameters: number,
  sharedPages?: number,
): Uint8Array<ArrayBuffer> {
  const module = new Bytes().append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  const type = new Bytes().u32(1).byte(0x60).u32(parameters)
  for (let i = 0; i < parameters; i++) type.byte(valueType.i32)
  type.u32(0)
  section(module, 1, type)
  const imports = new Bytes().u32(2).name('env').name('memory').byte(0x02)
  if (sharedPages === undefined) imports.byte(0x00).u32(0)
  else imports.byte(0x03).u32(0).u32(sharedPages)
  imports.name('env').name('scratch').byte(0x03).byte(valueType.i32).byte(0x00)
  section(module, 2, imports)
  const functions = new Bytes().u32(bodies.length)
  const exports = new Bytes().u32(bodies.length)
  const code = new Bytes().u32(bodies.length)
  bodies.forEach((body, i) => {
    functions.u32(0)
    exports.name(`k${i}`).byte(0x00).u32(i)
    const entry = new Bytes().u32(body.locals.length)
    for (const { count, type } of body.locals) entry.u32(count).byte(type)
    entry.append(body.code).byte(0x0b)
    code.u32(entry.length).append(entry)
  })
  section(module, 3, functions)
  section(module, 7, exports)
  section(module, 10, code)
  return module.view().slice()
}

function section(module: Bytes, id: number, content: Bytes): void {
  module.byte(id).u32(content.length).append(content)
}

/** Opcodes of instructions without immediates, after the 0xfd prefix where they are vector ones. */
export const scalarOpcode = {
  ltS: 0x48,
  ltU: 0x49,
  geS: 0x4e,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  divS: 0x6d,
  remS: 0x6f,
  and: 0x71,
  shl: 0x74,
  shrS: 0x75,
} as const

export const vectorOpcode = {
  'f32.neg': 0xe1,
  'f32.abs': 0xe0,
  'f32.sqrt': 0xe3,
  'f32.floor': 0x68,
  'f32.nearest': 0x6a,
  'f32.fromI32': 0xfa,
  'i32.fromF32': 0xf8,
  'i32.neg': 0xa1,
  not: 0x4d,
  'f32.add': 0xe4,
  'f32.sub': 0xe5,
  'f32.mul': 0xe6,
  'f32.div': 0xe7,
  'f32.min': 0xe8,
  'f32.max': 0xe9,
  'f32.lt': 0x43,
  'f32.le': 0x45,
  'f32.eq': 0x41,
  'i32.add': 0xae,
  'i32.sub': 0xb1,
  'i32.mul': 0xb5,
  'i32.min': 0xb6,
  'i32.max': 0xb8,
  'i32.lt': 0x39,
  'i32.le': 0x3d,
  'i32.eq': 0x37,
  'i32.ltU': 0x3a,
  and: 0x4e,
  or: 0x50,
  xor: 0x51,
  'i32.shl': 0xab,
  'i32.shrS': 0xac,
  'i32.shrU': 0xad,
} as const

/** `f32x4.pmin` and `f32x4.pmax`: the first operand unless the second is beyond it. */
export const limitOpcode = { 'f32.min': 0xea, 'f32.max': 0xeb } as const

export const op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  i32Load: 0x28,
  i32Load8U: 0x2d,
  i32Load16U: 0x2f,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  select: 0x1b,
  bulk: 0xfc,
  simd: 0xfd,
  empty: 0x40,
} as const

export const simd = {
  load: 0x00,
  load16x4U: 0x04,
  load32Splat: 0x09,
  store: 0x0b,
  constant: 0x0c,
  shuffle: 0x0d,
  i32Splat: 0x11,
  f32Splat: 0x13,
  i32ExtractLane: 0x1b,
  i32ReplaceLane: 0x1c,
  bitselect: 0x52,
  load32Lane: 0x56,
  store32Lane: 0x5a,
  store64Lane: 0x5b,
  load32Zero: 0x5c,
  i16NarrowU: 0x86,
  i16ExtendLowU8: 0x89,
  i32ExtendLowU16: 0xa9,
  relaxedMadd: 0x105,
} as const
