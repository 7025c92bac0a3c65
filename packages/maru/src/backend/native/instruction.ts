/** Instructions on virtual registers: what the vector IR becomes before registers are assigned. */
import { type Condition, Label, type VexOp } from './assembler.ts'

export const LANES = 8

/** Any number of them: 32-bit integers, or vectors of eight lanes. */
export interface Register {
  readonly k: 'register'
  readonly id: number
  readonly vector: boolean
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
  /** Vectors of eight words. */
  readonly data: readonly (readonly number[])[]
  /** Where the function ends. */
  readonly exit: Label
}

/** Writes a `Code` instruction by instruction. */
export class CodeWriter implements Code {
  readonly instructions: Instruction[] = []
  readonly registers: Register[] = []
  readonly loops: Loop[] = []
  readonly data: (readonly number[])[] = []
  readonly exit: Label = new Label()
  readonly #known = new Map<string, number>()

  register(vector: boolean): Register {
    const register: Register = { k: 'register', id: this.registers.length, vector }
    this.registers.push(register)
    return register
  }

  /** An instruction with an integer result, in a new register unless `to` is given. */
  integer(
    op: Op,
    from: readonly Operand[],
    to: Register = this.register(false),
    constant = 0,
  ): Register {
    this.instructions.push({ op, to, from, constant })
    return to
  }

  /** An instruction with a vector result, likewise. */
  vector(
    op: Op,
    from: readonly Operand[],
    to: Register = this.register(true),
    constant?: number,
  ): Register {
    this.instructions.push({ op, to, from, ...(constant === undefined ? {} : { constant }) })
    return to
  }

  /** Eight words beside the code, kept once. */
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
    return this.words(Array<number>(LANES).fill(word))
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
