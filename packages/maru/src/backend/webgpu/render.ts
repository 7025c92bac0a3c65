/**
 * Vector IR of one lane → WGSL. An invocation runs one unit of work.
 *
 * Memory is one array of words with the byte addresses of the IR; bytes are packed four to a word,
 * as hosts have them, so buffers are copied as they are. The argument block is the units of work,
 * then the words of the kernel's arguments.
 */
import type { Element, Scalar, Statement, Vector, VectorFunction } from '../../compiler/vector.ts'
import {
  as,
  binary,
  common,
  f32,
  float,
  type Lane,
  literal,
  loads,
  shift,
  type Type,
  truth,
  u32,
  unary,
  word,
} from './lanes.ts'
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

/** WGSL may simplify (x + c) - c, by which 16-bit floats are rounded, to x: they are left to the host. */
function expectWide(element: Element): Exclude<Element, 'u16'> {
  if (element === 'u16') throw new RangeError('elements of 16 bits have no form in WGSL')
  return element
}

/** Parameters of a kernel by their locals; the first, the argument block, is a binding. */
const parameters = ['args', 'begin', 'end']

/** How far to shift a scalar. */
function amount(by: Scalar, text: string): string {
  return by.k === 'const' ? `${by.value}u` : `bitcast<u32>(${text})`
}

class Renderer {
  text = ''
  readonly #scalars = new Set<number>()
  /** A variable is of the type that is first assigned to it. */
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
          `${expectWide(it.element) === 'u8' ? 'setByte' : 'setWord'}(${this.#scalar(it.address)}, ${value});`,
        )
        return
      }
      case 'if':
        line(`if (${this.#condition(it.when)}) {`)
        break
      case 'loop': {
        const [at, last] = [`s${it.local}`, it.step === 1 ? '' : ` + ${it.step - 1}`]
        line(`for (; ${at}${last} < ${this.#scalar(it.to)}; ${at} += ${it.step}) {`)
        break
      }
      case 'fetch':
        return
      case 'transpose':
      case 'tile':
        throw new RangeError(`${it.s} is for machines of several lanes`)
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
      case 'scratch':
        throw new RangeError('an invocation has no scratch memory')
      case 'scalar':
        return this.#operation(it)
      case 'first':
        return `bitcast<i32>(${word(this.#vector(it.of))})`
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
        return loads[expectWide(it.element)](this.#scalar(it.address))
      case 'pick': {
        const offset = `bitcast<i32>(${word(this.#vector(it.offsets))})`
        return loads[expectWide(it.element)](`(${this.#scalar(it.address)} + ${offset})`)
      }
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
      case 'exchange':
      case 'rotate':
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
