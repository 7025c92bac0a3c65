/** WebAssembly code as text: the bytes that run, one instruction a line. */
import { limitOpcode, op, scalarOpcode, simd, vectorOpcode } from './assembler.ts'

const INDENT = '  '

/** What follows an opcode: nothing, one number, memory alignment and offset, a lane, a constant. */
type Immediate = 'none' | 'u32' | 's32' | 'memory' | 'lane' | 'memory lane' | 'v128' | 'block'

interface Instruction {
  readonly name: string
  readonly immediate: Immediate
}

function named(
  table: Readonly<Record<string, number>>,
  prefix: string,
  immediate: (name: string) => Immediate = () => 'none',
): [number, Instruction][] {
  return Object.entries(table).map(([name, opcode]) => {
    return [opcode, { name: prefix + name, immediate: immediate(name) }]
  })
}

const immediates: { readonly [name: string]: Immediate } = {
  block: 'block',
  loop: 'block',
  if: 'block',
  br: 'u32',
  brIf: 'u32',
  localGet: 'u32',
  localSet: 'u32',
  localTee: 'u32',
  globalGet: 'u32',
  i32Load: 'memory',
  i32Load8U: 'memory',
  i32Store8: 'memory',
  i32Const: 's32',
  load: 'memory',
  store: 'memory',
  load32Splat: 'memory',
  load32Zero: 'memory',
  load32Lane: 'memory lane',
  store32Lane: 'memory lane',
  constant: 'v128',
  shuffle: 'v128',
  i32ExtractLane: 'lane',
  i32ReplaceLane: 'lane',
}

const immediateOf = (name: string): Immediate => immediates[name] ?? 'none'

/** The encoder compares with `i32.gt_s` where loops end, which no scalar op is. */
const plain = new Map<number, Instruction>([
  ...named(op, '', immediateOf),
  ...named(scalarOpcode, 'i32.'),
  ...named({ gtS: 0x4a }, 'i32.'),
])

const prefixed = new Map<number, Instruction>([
  ...named(vectorOpcode, 'v128.'),
  ...named(limitOpcode, 'v128.p'),
  ...named(simd, 'v128.', immediateOf),
])

/** The instructions of a function body, nested blocks indented. */
export function listing(code: Uint8Array): string[] {
  const lines: string[] = []
  const reader = new Reader(code)
  let depth = 0
  while (!reader.done) {
    const byte = reader.byte()
    const opcode = byte === op.simd ? reader.u32() : byte
    const known = (byte === op.simd ? prefixed : plain).get(opcode)
    const it: Instruction = known ?? { name: `opcode ${opcode}`, immediate: 'none' }
    if (byte === op.end || byte === op.else) depth--
    lines.push(INDENT.repeat(depth) + [it.name, ...reader.immediate(it.immediate)].join(' '))
    if (it.immediate === 'block' || byte === op.else) depth++
  }
  return lines
}

class Reader {
  readonly #code: Uint8Array
  #at = 0

  constructor(code: Uint8Array) {
    this.#code = code
  }

  get done(): boolean {
    return this.#at >= this.#code.length
  }

  byte(): number {
    return this.#code[this.#at++] ?? 0
  }

  u32(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }

  s32(): number {
    let value = 0
    for (let shift = 0; ; ) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      shift += 7
      if (byte >= 0x80) continue
      return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value
    }
  }

  immediate(kind: Immediate): string[] {
    switch (kind) {
      case 'none':
        return []
      case 'u32':
        return [String(this.u32())]
      case 's32':
        return [String(this.s32())]
      case 'lane':
        return [`lane ${this.byte()}`]
      case 'block':
        return this.byte() === op.empty ? [] : ['→ value']
      case 'memory':
      case 'memory lane': {
        this.u32()
        const offset = this.u32()
        const where = offset === 0 ? [] : [`offset ${offset}`]
        return kind === 'memory' ? where : [...where, `lane ${this.byte()}`]
      }
      case 'v128': {
        const words = Array.from({ length: 4 }, () => {
          const bytes = Array.from({ length: 4 }, () => this.byte().toString(16).padStart(2, '0'))
          return `0x${bytes.reverse().join('')}`
        })
        return new Set(words).size === 1 ? words.slice(0, 1) : words
      }
    }
  }
}
