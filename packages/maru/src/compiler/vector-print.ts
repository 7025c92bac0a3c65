/** Vector IR as text, one statement a line. */
import type { Scalar, Statement, TileStatement, Vector, VectorFunction } from './vector.ts'

/** `s3` are scalar locals, `v0` vectors, `args[1]` words of the argument block. */
export function printFunction(source: VectorFunction): string[] {
  const { lanes, scalars, vectors, body } = source
  const head = `f(args, begin, end): ${lanes} lanes, ${scalars - 3} scalars, ${vectors} vectors`
  return [head, ...block(body)]
}

function block(statements: readonly Statement[]): string[] {
  return statements.flatMap(statement).map((line) => `  ${line}`)
}

function statement(it: Statement): string[] {
  switch (it.s) {
    case 'set':
      return [`${local(it.local)} = ${scalar(it.value)}`]
    case 'vset':
      return [`v${it.local} = ${vector(it.value)}`]
    case 'store': {
      const place = `${it.element}.${it.past ? 'past' : it.form}[${scalar(it.address)}]`
      const where = it.within ? ` where ${vector(it.within)}` : ''
      return [`${place} = ${vector(it.value)}${where}`]
    }
    case 'if':
      return [`if ${scalar(it.when)}`, ...block(it.body)]
    case 'loop': {
      const counter = local(it.local)
      const room = it.step === 1 ? `${counter} <` : `${counter} + ${it.step} <=`
      return [`while ${room} ${scalar(it.to)}, step ${it.step}`, ...block(it.body)]
    }
    case 'fetch':
      return [`fetch [${scalar(it.address)}]${it.written ? ', to be written' : ''}`]
    case 'transpose':
      return [`transpose ${it.locals.map((index) => `v${index}`).join(', ')}`]
    case 'tile':
      return [tile(it)]
  }
}

function tile({ rows, vectors, lanes, a, b, c, count, fresh }: TileStatement): string {
  const from =
    'step' in a
      ? `a[${scalar(a.at)}; ${scalar(a.row)}, ${scalar(a.step)}]`
      : `a[tables ${scalar(a.addresses)}, ${scalar(a.offsets)}]`
  const by =
    'step' in b
      ? `b[${scalar(b.at)}; ${scalar(b.step)}]`
      : `b[${b.vectors.map(scalar).join(', ')}; table ${scalar(b.offsets)}]`
  const to = `c[${scalar(c.at)}; ${scalar(c.row)}]`
  const sums = `${rows} rows of ${vectors} vectors of ${lanes} lanes`
  return `tile of ${sums}: ${to} += ${from} * ${by}, ${scalar(count)} times, from 0 if ${scalar(fresh)}`
}

const PARAMETERS = ['args', 'begin', 'end']

function local(index: number): string {
  return PARAMETERS[index] ?? `s${index}`
}

const signs: { readonly [op: string]: string } = {
  add: '+',
  sub: '-',
  mul: '*',
  divS: '/',
  remS: '%',
  and: '&',
  shl: '<<',
  shrS: '>>',
  ltS: '<',
  ltU: '<u',
  geS: '>=',
}

function scalar(it: Scalar): string {
  switch (it.k) {
    case 'const':
      return String(it.value)
    case 'get':
      return local(it.local)
    case 'arg':
      return `args[${it.index}]`
    case 'scratch':
      return 'scratch'
    case 'scalar':
      return `(${scalar(it.a)} ${signs[it.op] ?? it.op} ${scalar(it.b)})`
    case 'first':
      return `lane 0 of ${vector(it.of)}`
  }
}

function vector(it: Vector): string {
  switch (it.k) {
    case 'vget':
      return `v${it.local}`
    case 'f32':
    case 'i32':
      return `${it.k} ${Object.is(it.value, -0) ? '-0' : it.value}`
    case 'lanes':
      return 'lanes'
    case 'splat':
      return `splat ${scalar(it.of)}`
    case 'splatArg':
      return `splat args[${it.index}]`
    case 'load':
      return `${it.element}.${it.form}[${scalar(it.address)}]`
    case 'gather':
      return `${it.element}.gather[${scalar(it.address)}, step ${scalar(it.step)}]`
    case 'pick':
      return `${it.element}.pick[${scalar(it.address)}, offsets ${vector(it.offsets)}]`
    case 'unary':
      return `${it.op}(${vector(it.a)})`
    case 'binary':
      return `${it.op}(${vector(it.a)}, ${vector(it.b)})`
    case 'shift':
      return `${it.op}(${vector(it.a)}, ${it.by})`
    case 'fma':
      return `fma(${vector(it.a)}, ${vector(it.b)}, ${vector(it.c)})`
    case 'select':
      return `select(${vector(it.mask)}, ${vector(it.a)}, ${vector(it.b)})`
    case 'choose':
      return `(${scalar(it.when)} ? ${vector(it.a)} : ${vector(it.b)})`
    case 'exchange':
      return `groups of ${it.by} exchanged of ${vector(it.a)}`
    case 'rotate':
      return `lanes ${it.by} further of ${vector(it.a)}`
    case 'broadcast':
      return `lane ${it.lane} of ${vector(it.a)}`
  }
}
