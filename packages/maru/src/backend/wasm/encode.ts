/** Vector IR with four lanes → WebAssembly function bodies. */
import { MOST_OFFSET } from '../../compiler/lowering.ts'
import type { Element, Scalar, Statement, Vector, VectorFunction } from '../../compiler/vector.ts'
import {
  type Body,
  Bytes,
  limitOpcode,
  op,
  scalarOpcode,
  simd,
  valueType,
  vectorOpcode,
} from './assembler.ts'

const PARAMETERS = 3

/** The body of one kernel. Without `fma`, a multiply-add is rounded twice. */
export function encode(source: VectorFunction, fma: boolean): Body {
  if (source.lanes !== 4) throw new RangeError(`wasm has 4 lanes, the kernel ${source.lanes}`)
  const encoder = new Encoder(source.scalars, fma)
  encoder.block(source.body)
  return {
    locals: [
      { count: source.scalars - PARAMETERS, type: valueType.i32 },
      { count: source.vectors, type: valueType.v128 },
    ],
    code: encoder.code,
  }
}

type Limit = { readonly op: 'f32.min' | 'f32.max'; readonly b: Vector }

/**
 * Whether a minimum or maximum is with a constant that is neither zero nor NaN: then the one-instruction
 * form gives the same value, NaN included, where the general one takes V8 seven instructions.
 */
function isLimit(it: { readonly op: string; readonly b: Vector }): it is Limit {
  const constant = it.b.k === 'f32' && it.b.value !== 0 && !Number.isNaN(it.b.value)
  return constant && (it.op === 'f32.min' || it.op === 'f32.max')
}

/** Loads and stores of single elements that are smaller than a lane. */
const small = {
  u8: { bytes: 1, load: op.i32Load8U, store: op.i32Store8 },
  u16: { bytes: 2, load: op.i32Load16U, store: op.i32Store16 },
} as const

function isSmall(element: Element): element is keyof typeof small {
  return element in small
}

class Encoder {
  readonly code = new Bytes()
  readonly #firstVector: number
  readonly #fma: boolean

  constructor(scalars: number, fma: boolean) {
    this.#firstVector = scalars
    this.#fma = fma
  }

  block(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement)
  }

  #statement(it: Statement): void {
    switch (it.s) {
      case 'set':
        this.#scalar(it.value)
        this.code.byte(op.localSet).u32(it.local)
        return
      case 'vset':
        this.#vector(it.value)
        this.code.byte(op.localSet).u32(this.#firstVector + it.local)
        return
      case 'store':
        this.#store(it.form, it.element, it.address, it.value)
        return
      case 'if':
        this.#scalar(it.when)
        this.code.byte(op.if).byte(op.empty)
        this.block(it.body)
        this.code.byte(op.end)
        return
      case 'loop':
        this.#loop(it)
        return
      case 'fetch':
        return
      case 'transpose':
        this.#transpose(it.locals)
        return
      case 'tile':
        throw new RangeError('tiles are for machines of other vectors')
    }
  }

  /** Lanes of the first two and of the last two side by side, then halves of those. */
  #transpose(locals: readonly number[]): void {
    const shuffle = (a: number, b: number, lanes: readonly number[]): void => {
      for (const local of [a, b]) {
        this.code.byte(op.localGet).u32(this.#firstVector + (locals[local] ?? 0))
      }
      this.#shuffle(lanes)
    }
    // all eight on the stack before any is written over
    for (const half of [
      [0, 4, 1, 5],
      [2, 6, 3, 7],
    ]) {
      shuffle(0, 1, half)
      shuffle(2, 3, half)
    }
    for (let i = 3; i >= 0; i--) this.#setVector(locals[i])
    const [low, high] = [
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ] as const
    shuffle(0, 1, low)
    shuffle(0, 1, high)
    shuffle(2, 3, low)
    shuffle(2, 3, high)
    for (let i = 3; i >= 0; i--) this.#setVector(locals[i])
  }

  #setVector(local = 0): void {
    this.code.byte(op.localSet).u32(this.#firstVector + local)
  }

  /** `if (i + step <= to) do { body; i += step } while (i + step <= to)`. */
  #loop(it: Statement & { readonly s: 'loop' }): void {
    const more = (): void => {
      this.#scalar(it.to)
      this.code.byte(op.localGet).u32(it.local)
      if (it.step !== 1)
        this.code
          .byte(op.i32Const)
          .s32(it.step - 1)
          .byte(scalarOpcode.add)
      this.code.byte(0x4a) // i32.gt_s
    }
    more()
    this.code.byte(op.if).byte(op.empty).byte(op.loop).byte(op.empty)
    this.block(it.body)
    this.code.byte(op.localGet).u32(it.local)
    this.code.byte(op.i32Const).s32(it.step).byte(scalarOpcode.add)
    this.code.byte(op.localSet).u32(it.local)
    more()
    this.code.byte(op.brIf).u32(0).byte(op.end).byte(op.end)
  }

  #scalar(it: Scalar): void {
    switch (it.k) {
      case 'const':
        this.code.byte(op.i32Const).s32(it.value)
        return
      case 'get':
        this.code.byte(op.localGet).u32(it.local)
        return
      case 'arg':
        this.code
          .byte(op.localGet)
          .u32(0)
          .byte(op.i32Load)
          .u32(2)
          .u32(it.index * 4)
        return
      case 'scratch':
        this.code.byte(op.globalGet).u32(0)
        return
      case 'scalar':
        this.#scalar(it.a)
        this.#scalar(it.b)
        this.code.byte(scalarOpcode[it.op])
        return
      case 'first':
        this.#vector(it.of)
        this.#simd(simd.i32ExtractLane).byte(0)
        return
    }
  }

  #simd(opcode: number): Bytes {
    return this.code.byte(op.simd).u32(opcode)
  }

  #vector(it: Vector): void {
    switch (it.k) {
      case 'vget':
        this.code.byte(op.localGet).u32(this.#firstVector + it.local)
        return
      case 'f32':
        this.#simd(simd.constant)
        for (let lane = 0; lane < 4; lane++) this.code.f32(it.value)
        return
      case 'i32':
        this.#constant([it.value, it.value, it.value, it.value])
        return
      case 'lanes':
        this.#constant([0, 1, 2, 3])
        return
      case 'splat':
        this.#scalar(it.of)
        this.#simd(simd.i32Splat)
        return
      case 'splatArg':
        this.code.byte(op.localGet).u32(0)
        this.#simd(simd.load32Splat)
          .u32(2)
          .u32(it.index * 4)
        return
      case 'load':
        this.#load(it.form, it.element, it.address)
        return
      case 'gather':
        this.#gather(it.element, (lane) => this.#stepped(it.address, it.step, lane))
        return
      case 'pick':
        this.#gather(it.element, (lane) => this.#picked(it.address, it.offsets, lane))
        return
      case 'unary':
        this.#vector(it.a)
        this.#simd(vectorOpcode[it.op])
        return
      case 'binary':
        this.#vector(it.a)
        this.#vector(it.b)
        this.#simd(isLimit(it) ? limitOpcode[it.op] : vectorOpcode[it.op])
        return
      case 'shift':
        this.#vector(it.a)
        this.code.byte(op.i32Const).s32(it.by)
        this.#simd(vectorOpcode[it.op])
        return
      case 'fma':
        this.#multiplyAdd(it.a, it.b, it.c)
        return
      case 'select':
        this.#vector(it.a)
        this.#vector(it.b)
        this.#vector(it.mask)
        this.#simd(simd.bitselect)
        return
      case 'choose':
        this.#scalar(it.when)
        this.code.byte(op.if).byte(valueType.v128)
        this.#vector(it.a)
        this.code.byte(op.else)
        this.#vector(it.b)
        this.code.byte(op.end)
        return
      case 'exchange':
      case 'rotate':
        throw new RangeError(`four lanes know no ${it.k}`)
      case 'broadcast':
        this.#vector(it.a)
        this.#simd(simd.i32ExtractLane).byte(it.lane)
        this.#simd(simd.i32Splat)
        return
    }
  }

  #constant(lanes: readonly number[]): void {
    this.#simd(simd.constant)
    for (const lane of lanes) {
      for (let shift = 0; shift < 32; shift += 8) this.code.byte((lane >> shift) & 0xff)
    }
  }

  #multiplyAdd(a: Vector, b: Vector, c: Vector): void {
    this.#vector(a)
    this.#vector(b)
    if (!this.#fma) this.#simd(vectorOpcode['f32.mul'])
    this.#vector(c)
    this.#simd(this.#fma ? simd.relaxedMadd : vectorOpcode['f32.add'])
  }

  /** Leaves an address on the stack and tells the offset to it that the instruction is to have. */
  #address(address: Scalar): number {
    if (address.k === 'scalar' && address.op === 'add' && address.b.k === 'const') {
      const { value } = address.b
      if (value >= 0 && value < MOST_OFFSET) {
        this.#scalar(address.a)
        return value
      }
    }
    this.#scalar(address)
    return 0
  }

  #load(form: 'full' | 'other' | 'one' | 'splat', element: Element, address: Scalar): void {
    if (form === 'other') {
      for (const half of [0, 16]) this.#simdLoad(address, half)
      this.#shuffle([0, 2, 4, 6])
      return
    }
    if (!isSmall(element)) {
      const offset = this.#address(address)
      const opcode = { full: simd.load, one: simd.load32Zero, splat: simd.load32Splat }[form]
      this.#simd(opcode).u32(2).u32(offset)
      return
    }
    this.#scalar(address)
    if (form !== 'full') {
      this.code.byte(small[element].load).u32(0).u32(0)
      this.#simd(simd.i32Splat)
    } else if (element === 'u16') {
      this.#simd(simd.load16x4U).u32(0).u32(0)
    } else {
      this.#simd(simd.load32Zero).u32(0).u32(0)
      this.#simd(simd.i16ExtendLowU8)
      this.#simd(simd.i32ExtendLowU16)
    }
  }

  #simdLoad(address: Scalar, ahead: number): void {
    const offset = this.#address(address)
    this.#simd(simd.load)
      .u32(2)
      .u32(offset + ahead)
  }

  /** Lanes of two vectors on the stack. */
  #shuffle(lanes: readonly number[]): void {
    this.#simd(simd.shuffle)
    for (const lane of lanes) for (let i = 0; i < 4; i++) this.code.byte(lane * 4 + i)
  }

  #stepped(address: Scalar, step: Scalar, lane: number): void {
    this.#scalar(address)
    if (lane === 0) return
    this.#scalar(step)
    if (lane > 1) this.code.byte(op.i32Const).s32(lane).byte(scalarOpcode.mul)
    this.code.byte(scalarOpcode.add)
  }

  #picked(address: Scalar, offsets: Vector, lane: number): void {
    this.#scalar(address)
    this.#vector(offsets)
    this.#simd(simd.i32ExtractLane).byte(lane)
    this.code.byte(scalarOpcode.add)
  }

  /** One element for each lane, from the address that `lane` leaves on the stack. */
  #gather(element: Element, lane: (l: number) => void): void {
    if (isSmall(element)) {
      this.#constant([0, 0, 0, 0])
      for (let l = 0; l < 4; l++) {
        lane(l)
        this.code.byte(small[element].load).u32(0).u32(0)
        this.#simd(simd.i32ReplaceLane).byte(l)
      }
      return
    }
    // Lane loads take their address from below the vector, so the last lane's goes first.
    for (let l = 3; l >= 0; l--) lane(l)
    this.#simd(simd.load32Zero).u32(2).u32(0)
    for (let l = 1; l < 4; l++) this.#simd(simd.load32Lane).u32(2).u32(0).byte(l)
  }

  #store(form: 'full' | 'one', element: Element, address: Scalar, value: Vector): void {
    if (element === 'u16' && form === 'full') {
      this.#scalar(address)
      this.#vector(value)
      this.#constant([0, 0, 0, 0])
      this.#simd(simd.i16NarrowU)
      this.#simd(simd.store64Lane).u32(0).u32(0).byte(0)
      return
    }
    if (isSmall(element)) {
      const { bytes, store } = small[element]
      for (let lane = 0; lane < (form === 'full' ? 4 : 1); lane++) {
        this.#scalar(address)
        this.#vector(value)
        this.#simd(simd.i32ExtractLane).byte(lane)
        this.code
          .byte(store)
          .u32(0)
          .u32(lane * bytes)
      }
      return
    }
    const offset = this.#address(address)
    this.#vector(value)
    if (form === 'full') this.#simd(simd.store).u32(2).u32(offset)
    else this.#simd(simd.store32Lane).u32(2).u32(offset).byte(0)
  }
}
