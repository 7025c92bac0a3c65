/**
 * Vector IR of one lane → WGSL. An invocation runs one unit of work.
 *
 * Memory is one array of words with the byte addresses of the IR; bytes are packed four to a word,
 * as hosts have them, so buffers are copied as they are. The argument block is the units of work,
 * then the words of the kernel's arguments.
 *
 * A lane is an `f32`, a `u32` or, if it is the mask of a comparison, a `bool`; a variable is of
 * the type that is first assigned to it.
 */
import type {
  BinaryOp,
  Element,
  Scalar,
  ShiftOp,
  Statement,
  UnaryOp,
  Vector,
  VectorFunction,
} from '../../compiler/vector.ts'
import { prelude } from './prelude.ts'

/** The WGSL module of a kernel, its entry point `main`. */
export function render(source: VectorFunction): string {
  if (source.lanes !== 1) throw new RangeError(`WGSL has 1 lane, the kernel ${source.lanes}`)
  const body = new Renderer()
  body.block(source.body, '  ')
  return `${prelude(storesBytes(source.body))}${body.declarations()}${body.text}}\n`
}

function storesBytes(statements: readonly Statement[]): boolean {
  return statements.some(
    (it) =>
      (it.s === 'store' && it.element === 'u8') ||
      ((it.s === 'if' || it.s === 'loop') && storesBytes(it.body)),
  )
}

type Type = 'f32' | 'u32' | 'bool'

interface Lane {
  readonly type: Type
  readonly text: string
}

const f32 = (text: string): Lane => ({ type: 'f32', text })
const u32 = (text: string): Lane => ({ type: 'u32', text })
const bool = (text: string): Lane => ({ type: 'bool', text })

/** The lane as a number. */
function float({ type, text }: Lane): string {
  return type === 'f32' ? text : `bitcast<f32>(${word({ type, text })})`
}

/** The lane's bits. */
function word({ type, text }: Lane): string {
  if (type === 'bool') return `select(0u, 0xffffffffu, ${text})`
  return type === 'u32' ? text : `bitcast<u32>(${text})`
}

function signed(lane: Lane): string {
  return `bitcast<i32>(${word(lane)})`
}

/** Whether the bits, all ones or all zeros, are ones. */
function truth(lane: Lane): string {
  return lane.type === 'bool' ? lane.text : `(${word(lane)} != 0u)`
}

const as: { readonly [T in Type]: (lane: Lane) => string } = { f32: float, u32: word, bool: truth }

/** The type that two lanes have, or that of their bits. */
function common(a: Lane, b: Lane): Type {
  return a.type === b.type ? a.type : 'u32'
}

function literal(value: number): string {
  const rounded = Math.fround(value)
  if (Number.isFinite(rounded) && !Object.is(rounded, -0)) return `${rounded}f`
  const [bits] = new Uint32Array(Float32Array.of(rounded).buffer)
  return `bits(0x${bits?.toString(16)}u)`
}

/** How far to shift a scalar. */
function amount(by: Scalar, text: string): string {
  return by.k === 'const' ? `${by.value}u` : `bitcast<u32>(${text})`
}

const unary: { readonly [O in UnaryOp]: (a: Lane) => Lane } = {
  'f32.neg': (a) => f32(`-(${float(a)})`),
  'f32.abs': (a) => f32(`abs(${float(a)})`),
  'f32.sqrt': (a) => f32(`sqrt(${float(a)})`),
  'f32.floor': (a) => f32(`floor(${float(a)})`),
  'f32.nearest': (a) => f32(`round(${float(a)})`),
  'f32.fromI32': (a) => f32(`f32(${signed(a)})`),
  'i32.fromF32': (a) => u32(`integer(${float(a)})`),
  'i32.neg': (a) => u32(`(0u - ${word(a)})`),
  not: (a) => (a.type === 'bool' ? bool(`!${a.text}`) : u32(`~${word(a)}`)),
}

type Binary = (a: Lane, b: Lane) => Lane

const floats = (op: string): Binary => {
  return (a, b) => f32(`(${float(a)} ${op} ${float(b)})`)
}
const words = (op: string): Binary => {
  return (a, b) => u32(`(${word(a)} ${op} ${word(b)})`)
}
const limit = (name: string): Binary => {
  return (a, b) => u32(`bitcast<u32>(${name}(${signed(a)}, ${signed(b)}))`)
}
const compare = (as: (lane: Lane) => string, op: string): Binary => {
  return (a, b) => bool(`(${as(a)} ${op} ${as(b)})`)
}
/** Of masks as of words. */
const bitwise = (ofBools: string, ofWords: string): Binary => {
  return (a, b) =>
    a.type === 'bool' && b.type === 'bool'
      ? bool(`(${a.text} ${ofBools} ${b.text})`)
      : u32(`(${word(a)} ${ofWords} ${word(b)})`)
}

const binary: { readonly [O in BinaryOp]: Binary } = {
  'f32.add': floats('+'),
  'f32.sub': floats('-'),
  'f32.mul': floats('*'),
  'f32.div': floats('/'),
  'f32.min': (a, b) => f32(`least(${float(a)}, ${float(b)})`),
  'f32.max': (a, b) => f32(`greatest(${float(a)}, ${float(b)})`),
  'f32.lt': compare(float, '<'),
  'f32.le': compare(float, '<='),
  'f32.eq': (a, b) =>
    bool(a.text === b.text ? `isNumber(${float(a)})` : `(${float(a)} == ${float(b)})`),
  'i32.add': words('+'),
  'i32.sub': words('-'),
  'i32.mul': words('*'),
  'i32.min': limit('min'),
  'i32.max': limit('max'),
  'i32.lt': compare(signed, '<'),
  'i32.le': compare(signed, '<='),
  'i32.eq': compare(word, '=='),
  'i32.ltU': compare(word, '<'),
  and: bitwise('&&', '&'),
  or: bitwise('||', '|'),
  xor: bitwise('!=', '^'),
}

const shift: { readonly [O in ShiftOp]: (a: Lane, by: number) => Lane } = {
  'i32.shl': (a, by) => u32(`(${word(a)} << ${by}u)`),
  'i32.shrS': (a, by) => u32(`bitcast<u32>(${signed(a)} >> ${by}u)`),
  'i32.shrU': (a, by) => u32(`(${word(a)} >> ${by}u)`),
}

const loads: { readonly [E in Element]: (address: string) => Lane } = {
  f32: (address) => f32(`bitcast<f32>(word(${address}))`),
  i32: (address) => u32(`word(${address})`),
  u8: (address) => u32(`byte(${address})`),
}

/** Parameters of a kernel by their locals; the first, the argument block, is a binding. */
const parameters = ['args', 'begin', 'end']

class Renderer {
  text = ''
  readonly #scalars = new Set<number>()
  readonly #types = new Map<number, Type>()

  /** Variables of the whole function: the IR knows no narrower ones. */
  declarations(): string {
    const scalars = [...this.#scalars].map((local) => `  var s${local}: i32;\n`)
    const lanes = [...this.#types].map(([local, type]) => `  var v${local}: ${type};\n`)
    return [...scalars, ...lanes].join('')
  }

  block(statements: readonly Statement[], indent: string): void {
    for (const statement of statements) this.#statement(statement, indent)
  }

  #statement(it: Statement, indent: string): void {
    const line = (text: string): void => {
      this.text += `${indent}${text}\n`
    }
    switch (it.s) {
      case 'set':
        this.#scalars.add(it.local)
        line(`s${it.local} = ${this.#scalar(it.value)};`)
        return
      case 'vset': {
        const value = this.#vector(it.value)
        const type = this.#types.get(it.local) ?? value.type
        this.#types.set(it.local, type)
        line(`v${it.local} = ${as[type](value)};`)
        return
      }
      case 'store': {
        const value = word(this.#vector(it.value))
        line(
          `${it.element === 'u8' ? 'setByte' : 'setWord'}(${this.#scalar(it.address)}, ${value});`,
        )
        return
      }
      case 'if':
        line(`if (${this.#condition(it.when)}) {`)
        break
      case 'loop': {
        const [at, last] = [`s${it.local}`, it.step === 1 ? '' : ` + ${it.step - 1}`]
        line(`for (; ${at}${last} < ${this.#scalar(it.to)}; ${at} += ${it.step}) {`)
      }
    }
    this.block(it.body, `${indent}  `)
    line('}')
  }

  /** An i32. */
  #scalar(it: Scalar): string {
    switch (it.k) {
      case 'const':
        return it.value === -0x80000000 ? `i32(${it.value})` : `${it.value}`
      case 'get':
        return parameters[it.local] ?? `s${it.local}`
      case 'arg':
        return `args[${it.index + 1}]`
      case 'scalar':
        return this.#operation(it)
    }
  }

  #operation(it: Scalar & { readonly k: 'scalar' }): string {
    const [a, b] = [this.#scalar(it.a), this.#scalar(it.b)]
    switch (it.op) {
      case 'add':
        return `(${a} + ${b})`
      case 'sub':
        return `(${a} - ${b})`
      case 'mul':
        return `(${a} * ${b})`
      case 'divS':
        return `(${a} / ${b})`
      case 'remS':
        return `(${a} % ${b})`
      case 'and':
        return `(${a} & ${b})`
      case 'shl':
        return `(${a} << ${amount(it.b, b)})`
      case 'shrS':
        return `(${a} >> ${amount(it.b, b)})`
      case 'ltS':
      case 'ltU':
      case 'geS':
        return `i32(${this.#condition(it)})`
    }
  }

  #condition(it: Scalar): string {
    if (it.k === 'scalar') {
      const [a, b] = [this.#scalar(it.a), this.#scalar(it.b)]
      if (it.op === 'ltS') return `${a} < ${b}`
      if (it.op === 'geS') return `${a} >= ${b}`
      if (it.op === 'ltU') return `bitcast<u32>(${a}) < bitcast<u32>(${b})`
    }
    return `${this.#scalar(it)} != 0`
  }

  #vector(it: Vector): Lane {
    switch (it.k) {
      case 'vget': {
        const type = this.#types.get(it.local)
        if (!type) throw new RangeError(`vector ${it.local} is read before it is set`)
        return { type, text: `v${it.local}` }
      }
      case 'f32':
        return f32(literal(it.value))
      case 'i32':
        return u32(`${it.value >>> 0}u`)
      case 'lanes':
        return u32('0u')
      case 'splat':
        return u32(`bitcast<u32>(${this.#scalar(it.of)})`)
      case 'splatArg':
        return u32(`bitcast<u32>(args[${it.index + 1}])`)
      case 'load':
      case 'gather':
        return loads[it.element](this.#scalar(it.address))
      case 'unary':
        return unary[it.op](this.#vector(it.a))
      case 'binary':
        return binary[it.op](this.#vector(it.a), this.#vector(it.b))
      case 'shift':
        return shift[it.op](this.#vector(it.a), it.by)
      case 'fma':
        return f32(`fma(${[it.a, it.b, it.c].map((each) => float(this.#vector(each))).join(', ')})`)
      case 'select':
        return this.#either(truth(this.#vector(it.mask)), it.a, it.b)
      case 'choose':
        return this.#either(this.#condition(it.when), it.a, it.b)
      case 'broadcast':
        return this.#vector(it.a)
    }
  }

  /** WGSL evaluates both; a load outside of the memory gives some value of it. */
  #either(when: string, yes: Vector, no: Vector): Lane {
    const [a, b] = [this.#vector(yes), this.#vector(no)]
    const type = common(a, b)
    return { type, text: `select(${as[type](b)}, ${as[type](a)}, ${when})` }
  }
}
