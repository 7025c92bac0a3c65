/** Instructions on virtual registers: what the vector IR becomes before registers are assigned. */
import { type Condition, Label, type VexOp, type WideOp } from './assembler.ts'

/** Lanes of AVX2's vectors, and of AVX-512's. */
export const LANES = 8
export const WIDE_LANES = 16

/** Masks hold a bit a lane, where lanes are compared into bits. */
export type RegisterKind = 'integer' | 'vector' | 'mask'

/** Any number of them: 32-bit integers, vectors, or masks. */
export interface Register {
  readonly k: 'register'
  readonly id: number
  readonly kind: RegisterKind
}

export type Operand =
  | Register
  | { readonly k: 'constant'; readonly value: number }
  /** A word of the argument block. */
  | { readonly k: 'argument'; readonly index: number }
  /** A place in the linear memory. */
  | { readonly k: 'memory'; readonly at: Register; readonly offset: number }
  /** A vector that lies beside the code. */
  | { readonly k: 'data'; readonly index: number }

export type Op =
  | VexOp
  | WideOp
  | 'parameter'
  | 'mov'
  | 'add'
  | 'sub'
  | 'and'
  | 'imul'
  | 'shl'
  | 'sar'
  | 'div'
  | 'rem'
  /** `from[0] + from[1] · 2^constant` */
  | 'lea'
  | 'movzx'
  | 'movzxw'
  /** 1 if `from[0]` is to `from[1]` as `when` says, else 0. */
  | 'set'
  /** Goes to the label, if `from[0]` is to `from[1]` as `when` says. */
  | 'jump'
  | 'bind'
  | 'fence'
  /** Brings the line at `from[0]` nearby, to be read or to be written. */
  | 'prefetch'
  | 'prefetchw'
  | 'zero'
  /** `from[0] · from[1] + from[2]` */
  | 'fma'
  /** `from[0]` where the mask `from[1]` holds, else 0. */
  | 'keep'
  /** The tile of a contraction, which writes over its own operands and every vector register. */
  | 'tile'

export interface Instruction {
  readonly op: Op
  readonly to?: Register
  readonly from: readonly Operand[]
  readonly constant?: number
  readonly when?: Condition
  readonly label?: Label
  readonly tile?: TileSize
}

/** What a tile's code depends on beside its operands. */
export interface TileSize {
  readonly rows: number
  readonly vectors: number
  readonly lanes: number
  /** The side whose distances along k are in a table, if one's are. */
  readonly table: 'rows' | 'columns' | undefined
  /** Whether the next tile's columns are fetched. */
  readonly ahead: boolean
}

/** First and last instruction of a loop's body. */
export interface Loop {
  readonly begin: number
  readonly end: number
}

/** A function, straight through; loops and branches are jumps to labels. */
export interface Code {
  readonly instructions: readonly Instruction[]
  readonly registers: readonly Register[]
  readonly loops: readonly Loop[]
  /** Of its vectors: 8, or 16 with masks beside them. */
  readonly lanes: number
  /** Vectors of words. */
  readonly data: readonly (readonly number[])[]
  /** Where the function ends. */
  readonly exit: Label
}

/** Writes a `Code` instruction by instruction. */
export class CodeWriter implements Code {
  readonly lanes: number
  readonly instructions: Instruction[] = []
  readonly registers: Register[] = []
  readonly loops: Loop[] = []
  readonly data: (readonly number[])[] = []
  readonly exit: Label = new Label()
  readonly #known = new Map<string, number>()

  constructor(lanes: number) {
    this.lanes = lanes
  }

  /** Whether comparisons give masks of bits, which are no vectors. */
  get wide(): boolean {
    return this.lanes === WIDE_LANES
  }

  register(kind: RegisterKind): Register {
    const register: Register = { k: 'register', id: this.registers.length, kind }
    this.registers.push(register)
    return register
  }

  /** An instruction with an integer result, in a new register unless `to` is given. */
  integer(
    op: Op,
    from: readonly Operand[],
    to: Register = this.register('integer'),
    constant = 0,
  ): Register {
    this.instructions.push({ op, to, from, constant })
    return to
  }

  /** An instruction with a vector result, likewise. */
  vector(
    op: Op,
    from: readonly Operand[],
    to: Register = this.register('vector'),
    constant?: number,
  ): Register {
    this.instructions.push({ op, to, from, ...(constant === undefined ? {} : { constant }) })
    return to
  }

  /** An instruction that tells lanes apart: its result is a mask where there are masks, else a vector. */
  truth(op: Op, from: readonly Operand[], to?: Register, constant?: number): Register {
    const result = to ?? this.register(this.wide ? 'mask' : 'vector')
    return this.vector(op, from, result, constant)
  }

  /** What a comparison gave, as a vector of ones and zeros. */
  ones(truth: Register, to?: Register): Register {
    return truth.kind === 'mask' ? this.vector('vpmovm2d', [truth], to) : truth
  }

  /** The value where a comparison holds, else 0. */
  keep(value: Register, truth: Register, to?: Register): Register {
    return this.vector(truth.kind === 'mask' ? 'keep' : 'vandps', [value, truth], to)
  }

  /** A vector's words beside the code, kept once. */
  words(words: readonly number[]): Operand {
    const key = words.join()
    let index = this.#known.get(key)
    if (index === undefined) {
      index = this.data.push(words) - 1
      this.#known.set(key, index)
    }
    return { k: 'data', index }
  }

  /** One word in all lanes. */
  splat(word: number): Operand {
    return this.words(Array<number>(this.lanes).fill(word))
  }

  move(value: Operand, to?: Register): Register {
    const zero = value.k === 'data' && this.data[value.index]?.every((word) => word === 0)
    return zero ? this.vector('zero', [], to) : this.vector('vmovaps', [value], to)
  }

  /** The vector in a register, where an instruction wants it there. */
  held(value: Operand): Register {
    return value.k === 'register' ? value : this.move(value)
  }

  bind(label: Label): void {
    this.instructions.push({ op: 'bind', from: [], label })
  }

  jump(label: Label): void {
    this.instructions.push({ op: 'jump', from: [], label })
  }

  jumpIf(from: readonly [Operand, Operand], when: Condition, label: Label): void {
    this.instructions.push({ op: 'jump', from, when, label })
  }
}
