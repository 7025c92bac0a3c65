/** Vector IR with eight or sixteen lanes → an x86-64 function, `void f(const Launch *)` by the System V convention. */
import type { VectorFunction } from '../../compiler/vector.ts'
import { type Allocation, allocate, type Supply } from './allocate.ts'
import {
  Assembler,
  gpr,
  isVex,
  Label,
  type Masking,
  type Place,
  type VexOp,
  type WideOp,
} from './assembler.ts'
import {
  type Code,
  type Instruction,
  type Operand,
  type RegisterKind,
  WIDE_LANES,
} from './instruction.ts'
import { select } from './select.ts'
import { type Stride, writeTile } from './tile.ts'

/**
 * What a native kernel is called with: byte offsets of its 32-bit parameters (the argument block's
 * offset in the linear memory, begin, end, the offset of the thread's scratch memory) and of the 64-bit address of the linear memory.
 */
export const launch = { parameters: [0, 4, 8, 12], memory: 16, bytes: 24 } as const

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 } = gpr
/** The argument block and the linear memory. */
const [ARGUMENTS, MEMORY] = [r14, r15]
const saved = [rbx, rbp, r12, r13, r14, r15]
const integers = [rsi, rdi, r8, r9, r10, r11, rbx, rbp, r12, r13]

/** Registers of a machine; the last two of a kind hold what lives in the frame while an instruction wants it. */
const supplies = {
  narrow: { integer: integers, vector: upTo(0, 16), mask: [] },
  /** Mask 0 stands for all lanes. */
  wide: { integer: integers, vector: upTo(0, 32), mask: upTo(1, 8) },
} as const satisfies { readonly [width: string]: Supply }

function upTo(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i)
}

/** The machine code of a kernel, position-independent, its constants included. */
export function encodeX86(source: VectorFunction): Uint8Array<ArrayBuffer> {
  const code = select(source)
  const supply = supplies[code.lanes === WIDE_LANES ? 'wide' : 'narrow']
  const { vector, mask } = supply
  const whole = allocate(code, supply)
  const { slots } = whole
  if (slots.vector + slots.mask === 0) return new Encoder(code, whole, supply).encode()
  const less = {
    ...supply,
    ...(slots.vector > 0 && { vector: vector.slice(0, -2) }),
    ...(slots.mask > 0 && { mask: mask.slice(0, -2) }),
  }
  return new Encoder(code, allocate(code, less), supply).encode()
}

class Encoder {
  readonly #out = new Assembler()
  readonly #code: Code
  readonly #homes: Allocation
  readonly #data: readonly Label[]
  readonly #wide: boolean
  /** The frame's vectors are aligned to their size. */
  readonly #vectorBytes: number
  /** Registers for what lives in the frame: a first operand, and a result or a last one. */
  readonly #scratch: number
  readonly #spare: number
  readonly #maskScratch: number
  readonly #maskSpare: number

  constructor(code: Code, homes: Allocation, { vector, mask }: Supply) {
    this.#code = code
    this.#homes = homes
    this.#data = code.data.map(() => new Label())
    this.#wide = code.lanes === WIDE_LANES
    this.#vectorBytes = code.lanes * 4
    ;[this.#scratch = 0, this.#spare = 0] = vector.slice(-2)
    ;[this.#maskScratch = 0, this.#maskSpare = 0] = mask.slice(-2)
  }

  encode(): Uint8Array<ArrayBuffer> {
    const out = this.#out
    this.#enter()
    for (const [index, register] of this.#homes.constants) {
      this.#simd('vmovaps', register, 0, this.#besideCode(index))
    }
    for (const instruction of this.#code.instructions) this.#instruction(instruction)
    this.#leave()
    out.align(this.#vectorBytes)
    this.#code.data.forEach((words, i) => {
      out.bind(this.#besideCode(i))
      for (const word of words) out.word(word)
    })
    return out.finish()
  }

  /** The frame, from below: vector slots, integer slots, masks, the caller's stack pointer. */
  get #frame(): {
    readonly integers: number
    readonly masks: number
    readonly caller: number
    readonly bytes: number
  } {
    const { vector, integer, mask } = this.#homes.slots
    const integers = vector * this.#vectorBytes
    const masks = integers + integer * 4
    const caller = integers + Math.ceil((integer + mask) / 2) * 8
    const bytes = Math.ceil((caller + 8) / this.#vectorBytes) * this.#vectorBytes
    return { integers, masks, caller, bytes }
  }

  #enter(): void {
    const out = this.#out
    const { caller, bytes } = this.#frame
    for (const register of saved) out.push(register)
    out.integer('mov', rax, rsp, true)
    out.immediate('sub', rsp, bytes, true)
    out.immediate('and', rsp, -this.#vectorBytes, true)
    out.integer('store', rax, { base: rsp, offset: caller }, true)
    out.integer('mov', rdx, rdi, true)
    out.integer('mov', MEMORY, { base: rdx, offset: launch.memory }, true)
    out.integer('mov', ARGUMENTS, { base: rdx, offset: launch.parameters[0] })
    out.integer('add', ARGUMENTS, MEMORY, true)
  }

  #leave(): void {
    const out = this.#out
    out.bind(this.#code.exit)
    out.plain('vzeroupper')
    out.integer('mov', rsp, { base: rsp, offset: this.#frame.caller }, true)
    for (const register of saved.toReversed()) out.pop(register)
    out.plain('ret')
  }

  // Operands

  /** Where an operand is; memory is reached through a register, rcx if it must be fetched. */
  #place(operand: Operand | undefined): Place {
    if (!operand) throw new RangeError('an operand is missing')
    switch (operand.k) {
      case 'register': {
        const home = this.#homes.homes[operand.id]
        if (!home) throw new RangeError(`register ${operand.id} is never written`)
        if ('register' in home) return home.register
        return { base: rsp, offset: this.#slot(operand.kind, home.slot) }
      }
      case 'argument':
        return { base: ARGUMENTS, offset: operand.index * 4 }
      case 'memory':
        return { base: MEMORY, index: this.#fetched(operand.at, rcx), offset: operand.offset }
      case 'data':
        return this.#homes.constants.get(operand.index) ?? this.#besideCode(operand.index)
      case 'constant':
        throw new RangeError('a constant has no place')
    }
  }

  #besideCode(index: number): Label {
    const label = this.#data[index]
    if (!label) throw new RangeError(`no vector ${index} beside the code`)
    return label
  }

  #slot(kind: RegisterKind, slot: number): number {
    if (kind === 'vector') return slot * this.#vectorBytes
    return this.#frame[kind === 'mask' ? 'masks' : 'integers'] + slot * 4
  }

  /** The register that holds an integer; `scratch` if it has to be brought there. */
  #fetched(operand: Operand | undefined, scratch: number): number {
    if (operand?.k === 'constant') {
      this.#out.moveConstant(scratch, operand.value)
      return scratch
    }
    const place = this.#place(operand)
    if (typeof place === 'number') return place
    this.#out.integer('mov', scratch, place)
    return scratch
  }

  /** Likewise for vectors. */
  #vector(operand: Operand | undefined, scratch: number): number {
    const place = this.#place(operand)
    if (typeof place === 'number') return place
    this.#simd('vmovaps', scratch, 0, place)
    return scratch
  }

  /** Likewise for masks. */
  #mask(operand: Operand | undefined, scratch: number): number {
    const place = this.#place(operand)
    if (typeof place === 'number') return place
    this.#out.vex('kmovw', scratch, 0, place)
    return scratch
  }

  /** Lets `write` fill the register that the result lives in, or a scratch one that is then stored. */
  #result({ to }: Instruction, write: (register: number) => void): void {
    if (!to) throw new RangeError('an instruction without a result')
    const place = this.#place(to)
    if (typeof place === 'number') {
      write(place)
    } else if (to.kind === 'vector') {
      write(this.#spare)
      this.#simd('vmovups.store', this.#spare, 0, place)
    } else if (to.kind === 'mask') {
      write(this.#maskSpare)
      this.#out.vex('kmovw.store', this.#maskSpare, 0, place)
    } else {
      write(rax)
      this.#out.integer('store', rax, place)
    }
  }

  /** A vector instruction in the form that this kernel's vectors have. */
  #simd(
    op: VexOp | WideOp,
    register: number,
    second: number,
    place: Place,
    constant?: number,
    masking?: Masking,
  ): void {
    if (this.#wide) this.#out.evex(op, register, second, place, constant, masking)
    else if (isVex(op)) this.#out.vex(op, register, second, place, constant)
    else throw new RangeError(`${op} is for wide vectors`)
  }

  // Instructions

  #instruction(it: Instruction): void {
    switch (it.op) {
      case 'parameter': {
        const offset = launch.parameters[it.constant ?? 0] ?? 0
        this.#result(it, (to) => this.#out.integer('mov', to, { base: rdx, offset }))
        break
      }
      case 'bind':
        this.#out.bind(it.label ?? this.#code.exit)
        break
      case 'jump':
        if (it.when) this.#compare(it)
        this.#out.jump(it.label ?? this.#code.exit, it.when)
        break
      case 'set':
        this.#compare(it)
        this.#out.setRax(it.when ?? 'e')
        this.#result(it, (to) => this.#copy(to, rax))
        break
      case 'mov':
      case 'movzx':
      case 'movzxw':
      case 'lea':
      case 'add':
      case 'sub':
      case 'and':
      case 'imul':
      case 'shl':
      case 'sar':
      case 'div':
      case 'rem':
        this.#result(it, (to) => this.#integer(it, to))
        break
      case 'tile':
        this.#tile(it)
        break
      case 'prefetch':
      case 'prefetchw':
        this.#out[it.op](this.#place(it.from[0]))
        break
      case 'fence':
        this.#out.plain('sfence')
        break
      default:
        this.#vectorInstruction(it, it.op)
    }
  }

  #tile({ from, tile }: Instruction): void {
    if (!tile) throw new RangeError('a tile without sizes')
    const register = (i: number): number => {
      const place = this.#place(from[i])
      if (typeof place !== 'number') throw new RangeError('a tile works in registers')
      return place
    }
    const known = (i: number): number | undefined => {
      const operand = from[i]
      return operand?.k === 'constant' ? operand.value : undefined
    }
    const stride = (i: number): Stride => {
      const bytes = known(i)
      return bytes === undefined ? { register: register(i) } : { bytes }
    }
    const [c, count, fresh, cRow] = [register(0), register(1), register(2), register(3)]
    const a =
      tile.table === 'rows'
        ? { addresses: register(4), offsets: register(5) }
        : { at: register(4), row: stride(5), step: stride(6) }
    const rest = from.slice(tile.table === 'rows' ? 6 : 7).map((_, i) => from.length - 1 - i)
    const [first = 0] = rest.reverse()
    const b =
      tile.table === 'columns'
        ? {
            offsets: register(first),
            ...(tile.ahead && { ahead: register(first + 1) }),
            vectors: rest.slice(tile.ahead ? 2 : 1).map(register),
          }
        : {
            step: stride(first),
            at: register(first + 1),
            ...(tile.ahead && { ahead: known(first + 2) }),
          }
    const registers = { memory: MEMORY, spare: ARGUMENTS }
    writeTile(this.#out, { ...tile, a, b, c, cRow, count, fresh }, registers)
  }

  #compare({ from: [a, b] }: Instruction): void {
    const left = this.#fetched(a, rax)
    if (b?.k === 'constant') this.#out.immediate('cmp', left, b.value)
    else this.#out.integer('cmp', left, this.#place(b))
  }

  #integer(it: Instruction, to: number): void {
    const out = this.#out
    const [a, b] = it.from
    switch (it.op) {
      case 'mov':
        this.#bring(to, a)
        break
      case 'movzx':
      case 'movzxw':
        out.integer(it.op, to, this.#place(a))
        break
      case 'lea': {
        const [base, index] = [this.#fetched(a, rax), this.#fetched(b, rcx)]
        out.integer('lea', to, { base, index, scale: it.constant ?? 0, offset: 0 })
        break
      }
      case 'shl':
      case 'sar':
        this.#shift(it.op, to, it)
        break
      case 'div':
      case 'rem':
        this.#divide(it.op, to, it)
        break
      case 'add':
        this.#add(to, it)
        break
      case 'sub':
      case 'and':
      case 'imul':
        this.#combine(it.op, to, it)
        break
    }
  }

  #copy(to: number, from: number): void {
    if (to !== from) this.#out.integer('mov', to, from)
  }

  /** Puts an integer into a register. */
  #bring(to: number, from: Operand | undefined): void {
    this.#copy(to, this.#fetched(from, to))
  }

  #add(to: number, it: Instruction): void {
    const [a, b] = it.from
    const other = b?.k === 'constant' ? undefined : this.#place(b)
    if (other !== undefined && typeof other !== 'number') {
      this.#combine('add', to, it)
      return
    }
    const base = this.#fetched(a, rax)
    const offset = b?.k === 'constant' ? b.value : 0
    if (base === to && other === undefined) this.#out.immediate('add', to, offset)
    else if (base === to && other !== undefined) this.#out.integer('add', to, other)
    else if (other === to) this.#out.integer('add', to, base)
    else
      this.#out.integer('lea', to, {
        base,
        ...(other === undefined ? {} : { index: other }),
        offset,
      })
  }

  /** `to ← a op b`, by an instruction that writes over `a`. */
  #combine(op: 'add' | 'sub' | 'and' | 'imul', to: number, { from: [a, b] }: Instruction): void {
    const out = this.#out
    if (b?.k === 'constant') {
      if (op === 'imul') {
        out.multiplyConstant(to, this.#fetched(a, rax), b.value)
      } else {
        this.#bring(to, a)
        out.immediate(op, to, b.value)
      }
      return
    }
    const second = this.#place(b)
    const target = second === to ? rax : to
    this.#bring(target, a)
    out.integer(op, target, second)
    this.#copy(to, target)
  }

  #shift(op: 'shl' | 'sar', to: number, { from: [a, b] }: Instruction): void {
    if (b?.k === 'constant') {
      this.#bring(to, a)
      this.#out.shift(op, to, b.value)
      return
    }
    this.#bring(rcx, b)
    this.#bring(rax, a)
    this.#out.shift(op, rax, 'rcx')
    this.#copy(to, rax)
  }

  #divide(op: 'div' | 'rem', to: number, { from: [a, b] }: Instruction): void {
    const divisor = this.#fetched(b, rcx)
    this.#bring(rax, a)
    this.#out.plain('cdq')
    this.#out.divide(divisor)
    this.#copy(to, op === 'div' ? rax : rdx)
  }

  #vectorInstruction(it: Instruction, op: VexOp | WideOp | 'zero' | 'fma' | 'keep'): void {
    const [a, b, c] = it.from
    const [scratch, spare] = [this.#scratch, this.#spare]
    switch (op) {
      case 'vmovups.store':
      case 'vmovntps.store':
      case 'vmovss.store':
      case 'vmovq.store':
      case 'vmovdqu.store':
      case 'vpextrb.store':
      case 'vpextrw.store':
      case 'vpmovdb.store':
      case 'vpmovdw.store':
        this.#store(it, op)
        break
      case 'vmovd.get':
      case 'vpextrd': {
        const from = this.#vector(a, scratch)
        this.#result(it, (to) => this.#simd(op, from, 0, to, it.constant))
        break
      }
      case 'zero':
        this.#result(it, (to) => this.#simd('vxorps', to, to, to))
        break
      case 'fma':
        this.#result(it, (to) => this.#multiplyAdd(to, it))
        break
      case 'vpshiftd': {
        const [digit, by] = [(it.constant ?? 0) >> 8, (it.constant ?? 0) & 255]
        const from = this.#vector(a, scratch)
        this.#result(it, (to) => this.#simd('vpshiftd', digit, to, from, by))
        break
      }
      case 'vblendvps': {
        const [first, mask] = [this.#vector(a, scratch), this.#vector(c, spare)]
        this.#result(it, (to) => this.#simd(op, to, first, this.#place(b), mask << 4))
        break
      }
      case 'vblendmps': {
        const [first, mask] = [this.#vector(a, scratch), this.#mask(c, this.#maskScratch)]
        this.#result(it, (to) => this.#simd(op, to, first, this.#place(b), undefined, { mask }))
        break
      }
      case 'keep': {
        const masking = { mask: this.#mask(b, this.#maskScratch), zero: true } as const
        this.#result(it, (to) => this.#simd('vmovaps', to, 0, this.#place(a), undefined, masking))
        break
      }
      case 'kandw':
      case 'korw':
      case 'kxorw':
      case 'knotw':
      case 'kmovw':
      case 'vpmovm2d':
        this.#fromMasks(it, op)
        break
      default: {
        const first = b ? this.#vector(a, scratch) : 0
        this.#result(it, (to) => this.#simd(op, to, first, this.#place(b ?? a), it.constant))
      }
    }
  }

  #store({ from: [value, place, mask], constant }: Instruction, op: VexOp | WideOp): void {
    const masking = mask && { mask: this.#mask(mask, this.#maskScratch) }
    const from = this.#vector(value, this.#scratch)
    this.#simd(op, from, 0, this.#place(place), constant, masking)
  }

  /** An instruction of which every operand is a mask. */
  #fromMasks(it: Instruction, op: VexOp | WideOp): void {
    const masks = it.from.map((mask, i) => {
      return this.#mask(mask, i === 0 ? this.#maskScratch : this.#maskSpare)
    })
    const [first = 0, second] = masks
    this.#result(it, (to) => {
      if (!isVex(op)) this.#simd(op, to, 0, first)
      else if (second === undefined) this.#out.vex(op, to, 0, first)
      else this.#out.vex(op, to, first, second)
    })
  }

  /** The instruction writes over one operand: the one whose register the result has, else a copy of c. */
  #multiplyAdd(to: number, { from: [a, b, c] }: Instruction): void {
    const first = this.#vector(a, this.#scratch)
    const [second, third] = [this.#place(b), this.#place(c)]
    if (to === second) {
      this.#simd('vfmadd213ps', to, first, third)
    } else if (to === first && typeof second === 'number') {
      this.#simd('vfmadd213ps', to, second, third)
    } else if (to === first) {
      this.#simd('vfmadd132ps', to, this.#vector(c, this.#spare), second)
    } else {
      if (to !== third) this.#simd('vmovaps', to, 0, third)
      this.#simd('vfmadd231ps', to, first, second)
    }
  }
}
