/** A reader of Python's pickles that builds plain data and calls nothing. */
import { FormatError } from '../base/error.ts'
import { quote } from './json-scanner.ts'

/** What a pickle is read to: numbers, texts, lists, dicts as maps, and what `Classes` make. */
export type Pickled = unknown

/** A class or function that a pickle names. */
export class Global {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** What the reader of a format allows in its pickles. */
export interface PickleRules {
  readonly format: string
  /** Classes and functions that may be named: what each makes of its arguments. */
  readonly calls: ReadonlyMap<string, (args: readonly Pickled[]) => Pickled>
  /** Names that are only ever arguments. */
  readonly constants: ReadonlySet<string>
  /** What stands for an object outside of the pickle. */
  readonly persistent: (id: Pickled) => Pickled
}

/** Deepest stack, and most objects that are remembered. */
const MOST = 10_000_000

/** Begins the items of what is made next. */
const MARK = Symbol('mark')

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Positions in the bytes, each checked against their end. */
class Bytes {
  readonly #format: string
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(format: string, bytes: Uint8Array) {
    this.#format = format
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get at(): number {
    return this.#at
  }

  take(count: number): number {
    const from = this.#at
    if (!(count >= 0) || from + count > this.#bytes.length) this.fail('the end of the file')
    this.#at = from + count
    return from
  }

  uint8(): number {
    return this.#view.getUint8(this.take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.take(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.take(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.take(4), true)
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.take(8), true))
  }

  float64(): number {
    return this.#view.getFloat64(this.take(8), false)
  }

  /** A whole number of some bytes, lowest first; one beyond 2^53 is refused. */
  integer(width: number): number {
    if (width > 8) this.fail('an integer of more than 64 bits')
    const from = this.take(width)
    let value = 0n
    for (let i = width - 1; i >= 0; i--) value = value * 256n + BigInt(this.#bytes[from + i] ?? 0)
    const signed = Number(BigInt.asIntN(8 * width, value))
    return Number.isSafeInteger(signed) ? signed : this.fail('an integer beyond 2^53')
  }

  raw(length: number): Uint8Array {
    const from = this.take(length)
    return this.#bytes.subarray(from, from + length)
  }

  text(length: number): string {
    try {
      return decoder.decode(this.raw(length))
    } catch {
      return this.fail('text that is no UTF-8')
    }
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#at)
    if (end < 0) this.fail('the end of the file')
    const text = this.text(end - this.#at)
    this.#at = end + 1
    return text
  }

  fail(got: string): never {
    throw new FormatError('pickle.damaged', { format: this.#format, got, at: this.#at })
  }
}

/**
 * Reads a pickle of protocols 2 to 5 under rules: opcodes that build data are understood, calls only
 * of what the rules allow, and everything else is refused by name.
 *
 * @throws FormatError for other opcodes and names, and for bytes that are no pickle
 */
export function readPickle(bytes: Uint8Array, rules: PickleRules): Pickled {
  return new Machine(new Bytes(rules.format, bytes), rules).run()
}

class Machine {
  readonly #in: Bytes
  readonly #rules: PickleRules
  readonly #stack: (Pickled | typeof MARK)[] = []
  readonly #memo = new Map<number, Pickled>()

  constructor(bytes: Bytes, rules: PickleRules) {
    this.#in = bytes
    this.#rules = rules
  }

  run(): Pickled {
    for (;;) {
      const code = this.#in.uint8()
      if (code === 0x2e) return this.#pop()
      if (!this.#literal(code) && !this.#structure(code) && !this.#object(code)) {
        this.#in.fail(`the opcode 0x${code.toString(16)}`)
      }
      if (this.#stack.length > MOST || this.#memo.size > MOST) this.#in.fail('too many objects')
    }
  }

  /** Numbers, texts, and frames around them. */
  #literal(code: number): boolean {
    const from = this.#in
    switch (code) {
      case 0x80: // PROTO
        if (from.uint8() > 5) from.fail('a protocol above 5')
        return true
      case 0x95: // FRAME
        from.uint64()
        return true
      case 0x4e:
        return this.#push(null)
      case 0x88:
        return this.#push(true)
      case 0x89:
        return this.#push(false)
      case 0x4a: // BININT
        return this.#push(from.int32())
      case 0x4b:
        return this.#push(from.uint8())
      case 0x4d:
        return this.#push(from.uint16())
      case 0x8a: // LONG1
        return this.#push(from.integer(from.uint8()))
      case 0x47: // BINFLOAT
        return this.#push(from.float64())
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(from.text(from.uint8()))
      case 0x58: // BINUNICODE
        return this.#push(from.text(from.uint32()))
      case 0x8d: // BINUNICODE8
        return this.#push(from.text(from.uint64()))
      default:
        return false
    }
  }

  /** Tuples, lists, dicts, and what is remembered. */
  #structure(code: number): boolean {
    const from = this.#in
    switch (code) {
      case 0x28:
        this.#stack.push(MARK)
        return true
      case 0x29:
      case 0x5d:
        return this.#push([])
      case 0x7d:
        return this.#push(new Map())
      case 0x74: // TUPLE
        return this.#push(this.#marked())
      case 0x85:
      case 0x86:
      case 0x87: // TUPLE1, TUPLE2, TUPLE3
        return this.#push(this.#last(code - 0x84))
      case 0x61: // APPEND
        return this.#append(this.#last(1))
      case 0x65: // APPENDS
        return this.#append(this.#marked())
      case 0x73: // SETITEM
        return this.#setItems(this.#last(2))
      case 0x75: // SETITEMS
        return this.#setItems(this.#marked())
      case 0x71: // BINPUT
        return this.#remember(from.uint8())
      case 0x72: // LONG_BINPUT
        return this.#remember(from.uint32())
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size)
      case 0x68: // BINGET
        return this.#recall(from.uint8())
      case 0x6a: // LONG_BINGET
        return this.#recall(from.uint32())
      default:
        return false
    }
  }

  /** Names, calls, and what lies outside. */
  #object(code: number): boolean {
    switch (code) {
      case 0x63: // GLOBAL
        return this.#push(this.#global(`${this.#in.line()}.${this.#in.line()}`))
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#last(2)
        return this.#push(this.#global(`${String(module)}.${String(name)}`))
      }
      case 0x51: // BINPERSID
        return this.#push(this.#rules.persistent(this.#pop()))
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [named, args] = this.#last(2)
        return this.#push(this.#call(named, args))
      }
      case 0x62: // BUILD: attributes, of which none is needed
        this.#pop()
        return true
      default:
        return false
    }
  }

  #global(name: string): Global {
    const { calls, constants, format } = this.#rules
    if (calls.has(name) || constants.has(name)) return new Global(name)
    throw new FormatError('pickle.global', { format, name: quote(name) })
  }

  #call(named: Pickled, args: Pickled): Pickled {
    const make = named instanceof Global ? this.#rules.calls.get(named.name) : undefined
    if (!make || !Array.isArray(args)) return this.#in.fail('a call of what is no function')
    return make(args)
  }

  #push(value: Pickled): true {
    this.#stack.push(value)
    return true
  }

  #pop(): Pickled {
    const value = this.#stack.pop()
    return value === undefined || value === MARK ? this.#in.fail('nothing on the stack') : value
  }

  #last(count: number): Pickled[] {
    const from = this.#stack.length - count
    const values = this.#stack.splice(Math.max(0, from))
    if (from < 0 || values.includes(MARK)) this.#in.fail('nothing on the stack')
    return values
  }

  #marked(): Pickled[] {
    const at = this.#stack.lastIndexOf(MARK)
    if (at < 0) this.#in.fail('items without a beginning')
    return this.#stack.splice(at).slice(1)
  }

  #append(items: readonly Pickled[]): true {
    const list = this.#stack.at(-1)
    if (!Array.isArray(list)) return this.#in.fail('items for what is no list')
    for (const item of items) list.push(item)
    return true
  }

  #setItems(items: readonly Pickled[]): true {
    const dict = this.#stack.at(-1)
    if (!(dict instanceof Map) || items.length % 2 === 1) {
      return this.#in.fail('items for what is no dict')
    }
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1])
    return true
  }

  #remember(key: number): true {
    const value = this.#stack.at(-1)
    if (value === undefined || value === MARK) return this.#in.fail('nothing on the stack')
    this.#memo.set(key, value)
    return true
  }

  #recall(key: number): true {
    if (!this.#memo.has(key)) return this.#in.fail('something that was not remembered')
    return this.#push(this.#memo.get(key))
  }
}
