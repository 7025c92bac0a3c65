/** Vector IR with eight or sixteen lanes → x86-64 instructions on virtual registers. */
import { MOST_OFFSET } from '../../compiler/lowering.ts'
import type {
  Element,
  Scalar,
  ScalarOp,
  Statement,
  TileStatement,
  Vector,
  VectorFunction,
} from '../../compiler/vector.ts'
import { type Condition, Label } from './assembler.ts'
import {
  type Code,
  CodeWriter,
  LANES,
  type Op,
  type Operand,
  type Register,
  WIDE_LANES,
} from './instruction.ts'
import { isMask, masksIn } from './masks.ts'
import * as operations from './operations.ts'

const inverse: { readonly [C in Condition]: Condition } = {
  ...{ b: 'ae', ae: 'b', e: 'ne', ne: 'e', l: 'ge', ge: 'l' },
}

const comparisons: { readonly [O in ScalarOp]?: Condition } = { ltS: 'l', ltU: 'b', geS: 'ge' }

const arithmetic: { readonly [O in ScalarOp]?: Op } = {
  ...{ add: 'add', sub: 'sub', mul: 'imul', and: 'and' },
  ...{ divS: 'div', remS: 'rem', shl: 'shl', shrS: 'sar' },
}

/** What loads, widens and stores elements smaller than a lane; `lane` is how many of them a lane is. */
const small = {
  u8: {
    ...({ load: 'movzx', widen: 'vpmovzxbd', insert: 'vpinsrb', lane: 4 } as const),
    ...({ store: 'vmovq.store', wide: 'vpmovdb.store', extract: 'vpextrb.store' } as const),
  },
  u16: {
    ...({ load: 'movzxw', widen: 'vpmovzxwd', insert: 'vpinsrw', lane: 2 } as const),
    ...({ store: 'vmovdqu.store', wide: 'vpmovdw.store', extract: 'vpextrw.store' } as const),
  },
} as const

function isSmall(element: Element): element is keyof typeof small {
  return element in small
}

const commutative: ReadonlySet<ScalarOp> = new Set<ScalarOp>(['add', 'mul', 'and'])

/** The instructions of a kernel. */
export function select(source: VectorFunction): Code {
  if (source.lanes !== LANES && source.lanes !== WIDE_LANES) {
    throw new RangeError(`vectors have ${LANES} lanes or ${WIDE_LANES}, the kernel ${source.lanes}`)
  }
  const selector = new Selector(source)
  selector.whole(source.body)
  return selector.code
}

class Selector {
  readonly code: CodeWriter
  readonly #scalars: readonly Register[]
  readonly #vectors: readonly Register[]
  readonly #scratch: Register
  /** Whether something was stored past the caches, which others see after a fence. */
  #past = false

  constructor(source: VectorFunction) {
    const code = new CodeWriter(source.lanes)
    const masks = code.wide ? masksIn(source) : undefined
    this.code = code
    this.#scalars = Array.from({ length: source.scalars }, () => code.register('integer'))
    this.#vectors = Array.from({ length: source.vectors }, (_, i) => {
      return code.register(masks?.has(i) ? 'mask' : 'vector')
    })
    this.#scratch = code.register('integer')
  }

  whole(body: readonly Statement[]): void {
    const [args, begin, end] = this.#scalars
    if (!args || !begin || !end) throw new RangeError('a kernel has three parameters')
    ;[args, begin, end, this.#scratch].forEach((to, i) => {
      this.code.integer('parameter', [], to, i)
    })
    // An empty range may come with sizes of 0, which nothing may be divided by.
    this.code.jumpIf([begin, end], 'ge', this.code.exit)
    this.#block(body)
    if (this.#past) this.code.instructions.push({ op: 'fence', from: [] })
  }

  #block(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement)
  }

  #statement(it: Statement): void {
    switch (it.s) {
      case 'set':
        this.#scalar(it.value, local(this.#scalars, it.local))
        return
      case 'vset':
        this.#assign(it.value, local(this.#vectors, it.local))
        return
      case 'store':
        if (it.past) this.#storePast(it.address, it.value)
        else this.#store(it)
        return
      case 'if': {
        const end = new Label()
        this.#unless(it.when, end)
        this.#block(it.body)
        this.code.bind(end)
        return
      }
      case 'loop':
        this.#loop(it)
        return
      case 'fetch':
        this.code.instructions.push({
          op: it.written ? 'prefetchw' : 'prefetch',
          from: [this.#memory(it.address)],
        })
        return
      case 'transpose':
        operations.transpose(
          this.code,
          it.locals.map((index) => local(this.#vectors, index)),
        )
        return
      case 'tile':
        this.#tile(it)
        return
    }
  }

  /** Its operands are copied to registers that it may write over; distances that are known stay so. */
  #tile({ rows, vectors, lanes, a, b, c, count, fresh }: TileStatement): void {
    const { code } = this
    const own = (it: Scalar): Operand => code.integer('mov', [this.#scalar(it)])
    const stride = (it: Scalar): Operand => (it.k === 'const' ? constant(it.value) : own(it))
    const right =
      'step' in b
        ? [stride(b.step), own(b.at), ...(b.ahead ? [constant(b.ahead.value)] : [])]
        : [own(b.offsets), ...(b.ahead ? [own(b.ahead)] : []), ...b.vectors.map(own)]
    const left =
      'step' in a ? [own(a.at), stride(a.row), stride(a.step)] : [own(a.addresses), own(a.offsets)]
    const from = [own(c.at), own(count), own(fresh), own(c.row), ...left, ...right]
    if (!('step' in a) && !('step' in b)) throw new RangeError('a tile of two tables')
    const table = 'step' in b ? ('step' in a ? undefined : 'rows') : 'columns'
    const ahead = 'ahead' in b
    code.instructions.push({ op: 'tile', from, tile: { rows, vectors, lanes, table, ahead } })
  }

  /** `if (i + step <= to) do { body; i += step } while (i + step <= to)`. */
  #loop(it: Statement & { readonly s: 'loop' }): void {
    const { code } = this
    const counter = local(this.#scalars, it.local)
    const [head, end] = [new Label(), new Label()]
    const compare = (when: Condition, label: Label): void => {
      const last = it.step === 1 ? counter : code.integer('add', [counter, constant(it.step - 1)])
      code.jumpIf([last, this.#scalar(it.to)], when, label)
    }
    compare('ge', end)
    const begin = code.instructions.length
    code.bind(head)
    this.#block(it.body)
    code.integer('add', [counter, constant(it.step)], counter)
    compare('l', head)
    code.loops.push({ begin, end: code.instructions.length - 1 })
    code.bind(end)
  }

  /** Goes to the label where the condition is 0. */
  #unless(condition: Scalar, label: Label): void {
    if (condition.k === 'scalar' && condition.op === 'and' && isTruth(condition)) {
      this.#unless(condition.a, label)
      this.#unless(condition.b, label)
      return
    }
    const when = condition.k === 'scalar' ? comparisons[condition.op] : undefined
    if (condition.k === 'scalar' && when) {
      const sides = [this.#scalar(condition.a), this.#scalar(condition.b)] as const
      this.code.jumpIf(sides, inverse[when], label)
    } else {
      this.code.jumpIf([this.#scalar(condition), constant(0)], 'e', label)
    }
  }

  // Scalars

  #scalar(it: Scalar, to?: Register): Operand {
    if (it.k === 'scalar') return this.#operation(it, to)
    if (it.k === 'first') return this.#lane(this.#held(it.of), 0, to)
    const value = this.#leaf(it)
    return to ? this.code.integer('mov', [value], to) : value
  }

  /** One of the lower four lanes. */
  #lane(of: Register, lane: number, to?: Register): Register {
    const result = to ?? this.code.register('integer')
    const constant = lane === 0 ? {} : { constant: lane }
    this.code.instructions.push({
      op: lane === 0 ? 'vmovd.get' : 'vpextrd',
      to: result,
      from: [of],
      ...constant,
    })
    return result
  }

  #leaf(it: Exclude<Scalar, { readonly k: 'scalar' | 'first' }>): Operand {
    switch (it.k) {
      case 'const':
        return constant(it.value)
      case 'get':
        return local(this.#scalars, it.local)
      case 'arg':
        return { k: 'argument', index: it.index }
      case 'scratch':
        return this.#scratch
    }
  }

  #operation(it: Scalar & { readonly k: 'scalar' }, to?: Register): Register {
    const { code } = this
    const shifted = it.op === 'add' ? smallShift(it.b) : undefined
    if (shifted) {
      const from = [this.#integer(it.a), this.#integer(shifted.of)]
      return code.integer('lea', from, to, shifted.by)
    }
    const from = [this.#scalar(it.a), this.#scalar(it.b)] as const
    const when = comparisons[it.op]
    if (when) {
      const result = to ?? code.register('integer')
      code.instructions.push({ op: 'set', to: result, from, when })
      return result
    }
    const op = arithmetic[it.op]
    if (!op) throw new RangeError(`no instruction for ${it.op}`)
    const [a, b] = from
    return code.integer(op, commutative.has(it.op) && a.k !== 'register' ? [b, a] : from, to)
  }

  #integer(it: Scalar): Register {
    const value = this.#scalar(it)
    return value.k === 'register' ? value : this.code.integer('mov', [value])
  }

  #memory(address: Scalar): Operand {
    if (address.k === 'scalar' && address.op === 'add' && address.b.k === 'const') {
      const { value } = address.b
      if (value >= 0 && value < MOST_OFFSET) {
        return { k: 'memory', at: this.#integer(address.a), offset: value }
      }
    }
    return { k: 'memory', at: this.#integer(address), offset: 0 }
  }

  // Vectors

  #held(it: Vector): Register {
    return this.code.held(this.#vector(it))
  }

  #assign(value: Vector, to: Register): void {
    if (to.kind === 'mask') this.#truth(value, to)
    else this.#vector(value, to)
  }

  /** Whether the value is a mask of bits, which becomes a vector where one is wanted. */
  #isMask(it: Vector): boolean {
    return this.code.wide && isMask(it, (index) => local(this.#vectors, index).kind === 'mask')
  }

  /** Where a mask holds, to choose by; in bits where there are such masks. */
  #truth(it: Vector, to?: Register): Register {
    const { code } = this
    if (!code.wide) return this.#held(it)
    if (!this.#isMask(it)) return code.truth('vpmovd2m', [this.#held(it)], to)
    switch (it.k) {
      case 'binary': {
        if (operations.isComparison(it.op)) {
          return operations.compare(code, it.op, this.#vector(it.a), this.#vector(it.b), to)
        }
        return operations.together(code, it.op, this.#truth(it.a), this.#truth(it.b), to)
      }
      case 'unary':
        return code.truth('knotw', [this.#truth(it.a)], to)
      case 'vget': {
        const found = local(this.#vectors, it.local)
        return to ? code.truth('kmovw', [found], to) : found
      }
      default:
        throw new RangeError(`${it.k} is no mask`)
    }
  }

  /** The vector's value; in `to` if that is given, which nothing writes before its operands are read. */
  #vector(it: Vector, to?: Register): Operand {
    const { code } = this
    if (this.#isMask(it)) return code.ones(this.#truth(it), to)
    switch (it.k) {
      case 'vget':
      case 'f32':
      case 'i32':
      case 'lanes': {
        const value = this.#named(it)
        return to ? code.move(value, to) : value
      }
      case 'splat':
        return this.#splat(it.of, to)
      case 'splatArg':
        return code.vector('vbroadcastss', [{ k: 'argument', index: it.index }], to)
      case 'load':
        return this.#load(it.form, it.element, it.address, to)
      case 'gather':
        return this.#gather(it.element, it.address, it.step, to)
      case 'pick':
        return this.#pick(it.element, it.address, it.offsets, to)
      case 'unary':
        return operations.unary(code, it.op, this.#vector(it.a), to)
      case 'binary':
        return this.#binary(it, to)
      case 'shift':
        return operations.shift(code, it.op, this.#vector(it.a), it.by, to)
      case 'fma': {
        // one operand of the instruction may lie in memory
        const [a, b, c] = [this.#held(it.a), this.#vector(it.b), this.#vector(it.c)]
        return code.vector('fma', [a, b, b.k === 'register' ? c : code.held(c)], to)
      }
      case 'select': {
        const from = [this.#held(it.b), this.#vector(it.a), this.#truth(it.mask)]
        return code.vector(code.wide ? 'vblendmps' : 'vblendvps', from, to)
      }
      case 'choose':
        return this.#choose(it, to ?? code.register('vector'))
      case 'exchange':
        return operations.exchange(code, this.#held(it.a), it.by, to)
      case 'rotate': {
        const a = this.#held(it.a)
        return code.vector('valignd', [a, a], to, it.by)
      }
      case 'broadcast':
        return operations.broadcast(code, this.#held(it.a), it.lane, to)
    }
  }

  #binary({ op, a, b }: Vector & { readonly k: 'binary' }, to?: Register): Operand {
    const { code } = this
    if (op === 'and') {
      if (this.#isMask(b)) return code.keep(this.#held(a), this.#truth(b), to)
      if (this.#isMask(a)) return code.keep(this.#held(b), this.#truth(a), to)
    }
    return operations.binary(code, op, this.#vector(a), this.#vector(b), to)
  }

  #named(it: Vector & { readonly k: 'vget' | 'f32' | 'i32' | 'lanes' }): Operand {
    switch (it.k) {
      case 'vget':
        return local(this.#vectors, it.local)
      case 'f32':
        return this.code.splat(operations.bitsOf(it.value))
      case 'i32':
        return this.code.splat(it.value | 0)
      case 'lanes':
        return this.code.words(Array.from({ length: this.code.lanes }, (_, lane) => lane))
    }
  }

  #splat(of: Scalar, to?: Register): Operand {
    const { code } = this
    const value = this.#scalar(of)
    if (value.k === 'constant') {
      const words = code.splat(value.value)
      return to ? code.move(words, to) : words
    }
    if (value.k === 'argument') return code.vector('vpbroadcastd', [value], to)
    return code.vector('vpbroadcastd', [code.vector('vmovd', [value])], to)
  }

  /** Either side ends by writing `to`. */
  #choose(it: Vector & { readonly k: 'choose' }, to: Register): Register {
    const [other, end] = [new Label(), new Label()]
    this.#unless(it.when, other)
    this.#vector(it.a, to)
    this.code.jump(end)
    this.code.bind(other)
    this.#vector(it.b, to)
    this.code.bind(end)
    return to
  }

  // Memory

  #load(
    form: 'full' | 'other' | 'one' | 'splat',
    element: Element,
    address: Scalar,
    to?: Register,
  ): Register {
    const { code } = this
    if (form === 'other') return this.#other(address, to)
    const from = this.#memory(address)
    if (!isSmall(element)) {
      const op = ({ full: 'vmovups', one: 'vmovss', splat: 'vbroadcastss' } as const)[form]
      return code.vector(op, [from], to)
    }
    const { load, widen } = small[element]
    if (form === 'full') return code.vector(widen, [from], to)
    return code.vector('vpbroadcastd', [code.vector('vmovd', [code.integer(load, [from])])], to)
  }

  /** Two vectors of which every other element is taken. */
  #other(address: Scalar, to?: Register): Register {
    const { code } = this
    const [first, second] = [0, code.lanes * 4].map((ahead) => {
      const from = this.#memory({
        k: 'scalar',
        op: 'add',
        a: address,
        b: { k: 'const', value: ahead },
      })
      return code.vector('vmovups', [from])
    })
    if (!first || !second) throw new RangeError('two vectors')
    return operations.everyOther(code, first, second, to)
  }

  /** Lane by lane: addresses wrap at 32 bits, and those of vgatherdps do not. */
  #gather(element: Element, address: Scalar, step: Scalar, to?: Register): Register {
    const { code } = this
    const by = this.#scalar(step)
    let at = this.#integer(address)
    return this.#fours(to, (four) => {
      return this.#four(element, (lane) => {
        if (four + lane > 0) at = code.integer('add', [at, by])
        return at
      })
    })
  }

  #pick(element: Element, address: Scalar, offsets: Vector, to?: Register): Register {
    const { code } = this
    const base = this.#scalar(address)
    const all = this.#held(offsets)
    return this.#fours(to, (i) => {
      const four = operations.lowered(code, all, i)
      return this.#four(element, (lane) => code.integer('add', [this.#lane(four, lane), base]))
    })
  }

  /** A vector by fours of its lanes. */
  #fours(to: Register | undefined, make: (four: number) => Register): Register {
    const { code } = this
    const parts = Array.from({ length: code.lanes / 4 }, (_, four) => make(four))
    return operations.joined(code, parts, to)
  }

  /** Four elements, each from its own address. */
  #four(element: Element, addressOf: (lane: number) => Register): Register {
    let filled: Register | undefined
    for (let lane = 0; lane < 4; lane++) {
      const from: Operand = { k: 'memory', at: addressOf(lane), offset: 0 }
      filled = this.#insert(element, filled, from, lane)
    }
    return filled ?? this.code.vector('zero', [])
  }

  #insert(element: Element, into: Register | undefined, from: Operand, lane: number): Register {
    const { code } = this
    if (isSmall(element)) {
      const { insert, lane: step } = small[element]
      return code.vector(insert, [into ?? code.vector('zero', []), from], undefined, lane * step)
    }
    if (!into) return code.vector('vmovss', [from])
    return code.vector('vinsertps', [into, from], undefined, lane << 4)
  }

  #storePast(address: Scalar, value: Vector): void {
    const held = this.#held(value)
    this.#past = true
    this.code.instructions.push({ op: 'vmovntps.store', from: [held, this.#memory(address)] })
  }

  #store({ form, element, address, value, within }: Statement & { readonly s: 'store' }): void {
    const { code } = this
    const held = this.#held(value)
    const where = within ? [this.#truth(within)] : []
    const to = this.#memory(address)
    const { instructions } = code
    if (!isSmall(element)) {
      const op = form === 'full' ? 'vmovups.store' : 'vmovss.store'
      instructions.push({ op, from: [held, to, ...where] })
    } else if (form === 'one') {
      instructions.push({ op: small[element].extract, from: [held, to], constant: 0 })
    } else if (code.wide) {
      instructions.push({ op: small[element].wide, from: [held, to, ...where] })
    } else {
      const packed = operations.pack(code, element, held)
      instructions.push({ op: small[element].store, from: [packed, to] })
    }
  }
}

function constant(value: number): Operand {
  return { k: 'constant', value: value | 0 }
}

function local(registers: readonly Register[], index: number): Register {
  const found = registers[index]
  if (!found) throw new RangeError(`no local ${index}`)
  return found
}

/** Whether the value is 0 or 1. */
function isTruth(it: Scalar): boolean {
  if (it.k !== 'scalar') return false
  return it.op === 'and' ? isTruth(it.a) && isTruth(it.b) : comparisons[it.op] !== undefined
}

/** A factor of 2, 4 or 8, which addressing has. */
function smallShift(it: Scalar): { readonly of: Scalar; readonly by: number } | undefined {
  if (it.k !== 'scalar' || it.op !== 'shl' || it.b.k !== 'const') return undefined
  const by = it.b.value
  return by >= 1 && by <= 3 ? { of: it.a, by } : undefined
}
