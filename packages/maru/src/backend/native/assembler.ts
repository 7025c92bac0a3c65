/**
 * Writes x86-64 machine code: the instructions that vector kernels are made of, AVX2 and FMA included.
 *
 * @see Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2
 */
import { Bytes } from '../wasm/assembler.ts'

/** Numbers of the general registers. Vector registers are plain numbers, from 0 to 15 or 31, and masks from 0 to 7. */
// biome-ignore format: a bank a line
export const gpr = {
  rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7,
  r8: 8, r9: 9, r10: 10, r11: 11, r12: 12, r13: 13, r14: 14, r15: 15,
} as const

/** `base + index · 2^scale + offset`. */
export interface Memory {
  readonly base: number
  readonly index?: number
  readonly scale?: number
  readonly offset: number
}

/** A place in the code: where a jump goes, or where data lies. */
export class Label {
  at = -1
}

/** What a ModRM byte can name: a register, memory, or data beside the code. */
export type Place = number | Memory | Label

/** Opcodes of `register ← register op place`; those of two bytes begin with 0f. */
const integer = {
  add: [0x03],
  and: [0x23],
  sub: [0x2b],
  cmp: [0x3b],
  mov: [0x8b],
  lea: [0x8d],
  /** `place ← register` */
  store: [0x89],
  test: [0x85],
  imul: [0x0f, 0xaf],
  /** A byte, or a word of 16 bits, widened with zeros. */
  movzx: [0x0f, 0xb6],
  movzxw: [0x0f, 0xb7],
  /** 32 bits widened with their sign, if `wide`. */
  movsxd: [0x63],
} as const

/** The digit in the ModRM byte of `place ← place op constant`. */
const immediate = { add: 0, and: 4, sub: 5, cmp: 7 } as const

const shift = { shl: 4, sar: 7 } as const

/** Instructions without operands. */
const plain = {
  cdq: [0x99],
  cpuid: [0x0f, 0xa2],
  xgetbv: [0x0f, 0x01, 0xd0],
  ret: [0xc3],
  /** Stores past the caches come before those after it. */
  sfence: [0x0f, 0xae, 0xf8],
  vzeroupper: [0xc5, 0xf8, 0x77],
} as const

/** The low four bits of a conditional jump or set. */
const condition = { b: 2, ae: 3, e: 4, ne: 5, l: 12, ge: 13 } as const

export type IntegerOp = keyof typeof integer
export type Condition = keyof typeof condition

/**
 * Instructions as the manual writes them: length, prefix, opcode map, opcode. Those with a number have an EVEX
 * form that reads or writes so many bytes of memory, where that is not a whole vector.
 */
const vectorOps = {
  // floats
  vaddps: '256.0F 58',
  vsubps: '256.0F 5C',
  vmulps: '256.0F 59',
  vdivps: '256.0F 5E',
  vminps: '256.0F 5D',
  vmaxps: '256.0F 5F',
  vsqrtps: '256.0F 51',
  vcmpps: '256.0F C2',
  vroundps: '256.66.0F3A 08',
  vcvtdq2ps: '256.0F 5B',
  vcvttps2dq: '256.F3.0F 5B',
  vfmadd132ps: '256.66.0F38 98',
  vfmadd213ps: '256.66.0F38 A8',
  vfmadd231ps: '256.66.0F38 B8',
  // bits
  vandps: '256.0F 54',
  vorps: '256.0F 56',
  vxorps: '256.0F 57',
  vblendvps: '256.66.0F3A 4A',
  // integers
  vpaddd: '256.66.0F FE',
  vpsubd: '256.66.0F FA',
  vpmulld: '256.66.0F38 40',
  vpminsd: '256.66.0F38 39',
  vpmaxsd: '256.66.0F38 3D',
  vpmaxud: '256.66.0F38 3F',
  vpcmpeqd: '256.66.0F 76',
  vpcmpgtd: '256.66.0F 66',
  /** Shifts by a constant; the digit says which. */
  vpshiftd: '256.66.0F 72',
  // moves
  vmovaps: '256.0F 28',
  vmovups: '256.0F 10',
  'vmovups.store': '256.0F 11',
  /** Past the caches, aligned. */
  'vmovntps.store': '256.0F 2B',
  vmovss: '128.F3.0F 10 4',
  'vmovss.store': '128.F3.0F 11 4',
  vmovd: '128.66.0F 6E 4',
  /** To a general register. */
  'vmovd.get': '128.66.0F 7E 4',
  vpextrd: '128.66.0F3A 16 4',
  'vmovq.store': '128.66.0F D6',
  'vmovdqu.store': '128.F3.0F 7F',
  vbroadcastss: '256.66.0F38 18 4',
  vpbroadcastd: '256.66.0F38 58 4',
  vpmovzxbd: '256.66.0F38 31 16',
  vpmovzxwd: '256.66.0F38 33 32',
  vinsertps: '128.66.0F3A 21 4',
  vpinsrb: '128.66.0F3A 20 1',
  vpinsrw: '128.66.0F C4 2',
  'vpextrb.store': '128.66.0F3A 14 1',
  'vpextrw.store': '128.66.0F3A 15 2',
  vinsertf128: '256.66.0F3A 18',
  vunpcklps: '256.0F 14',
  vunpckhps: '256.0F 15',
  vshufps: '256.0F C6',
  vperm2f128: '256.66.0F3A 06',
  vpermilps: '256.66.0F3A 04',
  vpshufb: '256.66.0F38 00',
  vpunpckldq: '128.66.0F 62',
  vpunpcklqdq: '128.66.0F 6C',
  // masks
  kandw: '256.0F 41',
  korw: '256.0F 45',
  kxorw: '256.0F 47',
  knotw: '128.0F 44',
  kmovw: '128.0F 90',
  'kmovw.store': '128.0F 91',
  /** From a general register. */
  'kmovw.set': '128.0F 92',
} as const

export type VexOp = keyof typeof vectorOps

/** Likewise those that have an EVEX form alone. */
const wideOps = {
  vpxord: '512.66.0F EF',
  vblendmps: '512.66.0F38 65',
  vpcmpd: '512.66.0F3A 1F',
  vpcmpud: '512.66.0F3A 1E',
  /** All ones or all zeros, by the bits of a mask, and back. */
  vpmovm2d: '512.F3.0F38 38',
  vpmovd2m: '512.F3.0F38 39',
  vshuff32x4: '512.66.0F3A 23',
  valignd: '512.66.0F3A 03',
  vinsertf32x4: '512.66.0F3A 18 16',
  /** The low bytes, or the low words of 16 bits, of all lanes. */
  'vpmovdb.store': '512.F3.0F38 31 16',
  'vpmovdw.store': '512.F3.0F38 33 32',
} as const

export type WideOp = keyof typeof wideOps

interface Row {
  readonly prefix: number
  readonly map: number
  readonly opcode: number
  readonly wide: boolean
  /** How many bytes a unit of the EVEX form's short distances is. */
  readonly unit: number
}

const maps = ['', '0F', '0F38', '0F3A']
const prefixes = ['', '66', 'F3']

function rowOf(text: string): Row {
  const parts = /^(128|256|512)\.(?:(66|F3)\.)?(0F\w*) (\w\w)(?: (\d+))?$/.exec(text)
  if (!parts) throw new RangeError(`${text} is no opcode`)
  const [, bits, prefix = '', map = '', opcode = '', unit = 64] = parts
  return {
    prefix: prefixes.indexOf(prefix),
    map: maps.indexOf(map),
    opcode: Number.parseInt(opcode, 16),
    wide: bits !== '128',
    unit: Number(unit),
  }
}

const rows: ReadonlyMap<string, Row> = new Map(
  Object.entries({ ...vectorOps, ...wideOps }).map(([name, text]) => [name, rowOf(text)]),
)

/** Whether an instruction has the shorter form. */
export function isVex(op: VexOp | WideOp): op is VexOp {
  return op in vectorOps
}

/** Which lanes are written: those of a mask, the others staying as they are or, if `zero`, becoming 0. */
export interface Masking {
  readonly mask: number
  readonly zero?: true
}

interface Fixup {
  readonly at: number
  /** Where the instruction ends, which the distance counts from. */
  readonly end: number
  readonly to: Label
}

function fitsByte(value: number): boolean {
  return value >= -128 && value <= 127
}

/** A growing piece of code. */
export class Assembler {
  readonly #code = new Bytes()
  readonly #fixups: Fixup[] = []

  /** Puts the label here. */
  bind(label: Label): void {
    label.at = this.#code.length
  }

  /** Fills up to a multiple of `bytes`, outside of what is executed. */
  align(bytes: number): void {
    while (this.#code.length % bytes !== 0) this.#code.byte(0xcc)
  }

  word(value: number): void {
    for (let bits = 0; bits < 32; bits += 8) this.#code.byte((value >> bits) & 0xff)
  }

  /** The bytes, with the distances to all labels filled in. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#code.view().slice()
    const view = new DataView(bytes.buffer)
    for (const { at, end, to } of this.#fixups) {
      if (to.at < 0) throw new RangeError('a label has no place')
      view.setInt32(at, to.at - end, true)
    }
    return bytes
  }

  plain(name: keyof typeof plain): void {
    this.#code.append(plain[name])
  }

  /** `register ← register op place` on 32 bits, or 64 if `wide`. */
  integer(op: IntegerOp, register: number, place: Place, wide = false): void {
    this.#legacy(integer[op], register, place, wide, 0)
  }

  /** `place ← place op value`. */
  immediate(op: keyof typeof immediate, place: Place, value: number, wide = false): void {
    const short = fitsByte(value)
    this.#legacy([short ? 0x83 : 0x81], immediate[op], place, wide, short ? 1 : 4)
    this.#constant(value, short)
  }

  moveConstant(register: number, value: number): void {
    if (register >= 8) this.#code.byte(0x41)
    this.#code.byte(0xb8 | (register & 7))
    this.word(value)
  }

  /** `register ← place · value`. */
  multiplyConstant(register: number, place: Place, value: number): void {
    const short = fitsByte(value)
    this.#legacy([short ? 0x6b : 0x69], register, place, false, short ? 1 : 4)
    this.#constant(value, short)
  }

  /** Shifts by a constant, or by the low bits of rcx. */
  shift(op: keyof typeof shift, register: number, by: number | 'rcx'): void {
    if (by === 'rcx') this.#legacy([0xd3], shift[op], register, false, 0)
    else {
      this.#legacy([0xc1], shift[op], register, false, 1)
      this.#code.byte(by & 31)
    }
  }

  /** `rax ← rdx:rax / place`, `rdx ←` the remainder. */
  divide(place: Place): void {
    this.#legacy([0xf7], 7, place, false, 0)
  }

  /** `rax ← 1` if the condition holds, else 0. */
  setRax(when: Condition): void {
    this.#code.append([0x0f, 0x90 | condition[when], 0xc0])
    this.integer('movzx', gpr.rax, gpr.rax)
  }

  /** Asks for memory that will be read. */
  prefetch(place: Place): void {
    this.#legacy([0x0f, 0x18], 1, place, false, 0)
  }

  /** Asks for memory that will be written. */
  prefetchw(place: Place): void {
    this.#legacy([0x0f, 0x0d], 1, place, false, 0)
  }

  push(register: number): void {
    if (register >= 8) this.#code.byte(0x41)
    this.#code.byte(0x50 | (register & 7))
  }

  pop(register: number): void {
    if (register >= 8) this.#code.byte(0x41)
    this.#code.byte(0x58 | (register & 7))
  }

  jump(to: Label, when?: Condition): void {
    if (when) this.#code.append([0x0f, 0x80 | condition[when]])
    else this.#code.byte(0xe9)
    this.#distance(to, 0)
  }

  /**
   * A VEX-encoded instruction. `register` and `place` are the ModRM operands, `second` the operand
   * in the prefix; an instruction without it passes 0.
   */
  vex(op: VexOp, register: number, second: number, place: Place, constant?: number): void {
    const row = rows.get(op)
    if (!row) throw new RangeError(`${op} is no instruction`)
    const { prefix, map, opcode, wide } = row
    const { index, base } = highBits(place)
    const low = ((~second & 15) << 3) | (wide ? 4 : 0) | prefix
    const high = register >= 8 ? 0 : 0x80
    if (map === 1 && !index && !base) this.#code.append([0xc5, high | low])
    else this.#code.append([0xc4, high | (index ? 0 : 0x40) | (base ? 0 : 0x20) | map, low])
    this.#code.byte(opcode)
    this.#modrm(register, place, constant === undefined ? 0 : 1)
    if (constant !== undefined) this.#code.byte(constant)
  }

  /** Likewise on 512 bits where that is on 256, with the registers 0 to 31. */
  evex(
    op: VexOp | WideOp,
    register: number,
    second: number,
    place: Place,
    constant?: number,
    masking?: Masking,
  ): void {
    const row = rows.get(op)
    if (!row) throw new RangeError(`${op} is no instruction`)
    const { prefix, map, opcode, wide, unit } = row
    const { index, base } = highBits(place)
    const fourth = typeof place === 'number' && place >= 16
    const bit = (on: boolean, value: number): number => (on ? 0 : value)
    this.#code.append([
      0x62,
      bit((register & 8) !== 0, 0x80) |
        bit(index || fourth, 0x40) |
        bit(typeof place === 'number' ? (place & 8) !== 0 : base, 0x20) |
        bit(register >= 16, 0x10) |
        map,
      ((~second & 15) << 3) | 4 | prefix,
      (masking?.zero ? 0x80 : 0) | (wide ? 0x40 : 0) | bit(second >= 16, 8) | (masking?.mask ?? 0),
      opcode,
    ])
    this.#modrm(register, place, constant === undefined ? 0 : 1, unit)
    if (constant !== undefined) this.#code.byte(constant)
  }

  #legacy(
    opcode: readonly number[],
    register: number,
    place: Place,
    wide: boolean,
    trailing: number,
  ): void {
    const { index, base } = highBits(place)
    const rex = (wide ? 8 : 0) | (register >= 8 ? 4 : 0) | (index ? 2 : 0) | (base ? 1 : 0)
    if (rex !== 0) this.#code.byte(0x40 | rex)
    this.#code.append(opcode)
    this.#modrm(register, place, trailing)
  }

  /**
   * The ModRM byte and what follows it; `trailing` bytes of constants come after. Distances of one byte
   * count `unit` bytes.
   */
  #modrm(register: number, place: Place, trailing: number, unit = 1): void {
    const middle = (register & 7) << 3
    if (typeof place === 'number') {
      this.#code.byte(0xc0 | middle | (place & 7))
      return
    }
    if (place instanceof Label) {
      this.#code.byte(middle | 5)
      this.#distance(place, trailing)
      return
    }
    const { base, index, scale = 0, offset } = place
    // mode 0 with rbp or r13 means something else
    const short = offset % unit === 0 && fitsByte(offset / unit)
    const mode = offset === 0 && (base & 7) !== 5 ? 0 : short ? 1 : 2
    const scaled = index !== undefined || (base & 7) === 4
    this.#code.byte((mode << 6) | middle | (scaled ? 4 : base & 7))
    if (scaled) this.#code.byte((scale << 6) | (((index ?? 4) & 7) << 3) | (base & 7))
    if (mode !== 0) this.#constant(mode === 1 ? offset / unit : offset, mode === 1)
  }

  #constant(value: number, short: boolean): void {
    if (short) this.#code.byte(value & 0xff)
    else this.word(value)
  }

  #distance(to: Label, trailing: number): void {
    const at = this.#code.length
    this.#fixups.push({ at, end: at + 4 + trailing, to })
    this.word(0)
  }
}

/** Whether the registers that a place names are among the upper eight. */
function highBits(place: Place): { index: boolean; base: boolean } {
  if (typeof place === 'number') return { index: false, base: place >= 8 }
  if (place instanceof Label) return { index: false, base: false }
  return { index: (place.index ?? 0) >= 8, base: place.base >= 8 }
}
