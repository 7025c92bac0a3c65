/** Text of vector IR by which codes are told apart: short, and soon written. */
import type { Scalar, Statement, TileStatement, Vector, VectorFunction } from './vector.ts'

/** Equal for equal code alone: every field of every part is told. */
export function textOfCode({ lanes, scalars, vectors, body }: VectorFunction): string {
  used = 0
  for (const each of [lanes, scalars, vectors]) integer(each)
  block(body)
  return written()
}

/** Words of the text at hand. Each part begins with what it is, which tells how it goes on. */
let words = new Uint16Array(1 << 15)
let used = 0
/** Words that are made characters at once: a call takes no more arguments than fit the engine's stack. */
const AT_ONCE = 8192

function word(value: number): void {
  if (used === words.length) {
    const more = new Uint16Array(2 * used)
    more.set(words)
    words = more
  }
  words[used++] = value
}

function written(): string {
  let text = ''
  for (let at = 0; at < used; at += AT_ONCE) {
    const some = words.subarray(at, Math.min(used, at + AT_ONCE))
    text += Reflect.apply(String.fromCharCode, undefined, some)
  }
  return text
}

/** Numbers of names, in the order in which they were first met. */
const names = new Map<string, number>()

function name(text: string): void {
  const known = names.get(text) ?? names.size
  if (known === names.size) names.set(text, known)
  word(known)
}

/** What stands before integers that are no word of their own. */
const WIDE = 0xffff

function integer(value: number): void {
  if (value >= 0 && value < WIDE) {
    word(value)
    return
  }
  word(WIDE)
  word(value & 0xffff)
  word(value >>> 16)
}

const double = new Float64Array(1)
const quarters = new Uint16Array(double.buffer)

function real(value: number): void {
  double[0] = value
  for (const quarter of quarters) word(quarter)
}

function block(statements: readonly Statement[]): void {
  integer(statements.length)
  for (const each of statements) statement(each)
}

function statement(it: Statement): void {
  name(it.s)
  switch (it.s) {
    case 'set':
      integer(it.local)
      scalar(it.value)
      return
    case 'vset':
      integer(it.local)
      vector(it.value)
      return
    case 'store':
      name(it.form)
      name(it.element)
      name(it.past ? 'past' : 'kept')
      scalar(it.address)
      vector(it.value)
      name(it.within ? 'within' : 'whole')
      if (it.within) vector(it.within)
      return
    case 'if':
      scalar(it.when)
      block(it.body)
      return
    case 'loop':
      integer(it.local)
      scalar(it.to)
      integer(it.step)
      block(it.body)
      return
    case 'fetch':
      name(it.written ? 'written' : 'read')
      scalar(it.address)
      return
    case 'transpose':
      integer(it.locals.length)
      for (const local of it.locals) integer(local)
      return
    case 'tile':
      tile(it)
  }
}

function tile({ rows, vectors, lanes, a, b, c, count, fresh }: TileStatement): void {
  for (const each of [rows, vectors, lanes]) integer(each)
  list('step' in a ? [a.at, a.row, a.step] : [a.addresses, a.offsets])
  name('step' in b ? 'step' : b.ahead ? 'ahead' : 'offsets')
  const ahead = b.ahead ? [b.ahead] : []
  if ('step' in b) list([b.at, b.step, ...ahead])
  else list([b.offsets, ...ahead, ...b.vectors])
  for (const each of [c.at, c.row, count, fresh]) scalar(each)
}

function list(scalars: readonly Scalar[]): void {
  integer(scalars.length)
  for (const each of scalars) scalar(each)
}

function scalar(it: Scalar): void {
  name(it.k)
  switch (it.k) {
    case 'const':
      integer(it.value)
      return
    case 'get':
      integer(it.local)
      return
    case 'arg':
      integer(it.index)
      return
    case 'scratch':
      return
    case 'scalar':
      name(it.op)
      scalar(it.a)
      scalar(it.b)
      return
    case 'first':
      vector(it.of)
  }
}

function vector(it: Vector): void {
  name(it.k)
  switch (it.k) {
    case 'vget':
      integer(it.local)
      return
    case 'f32':
      real(it.value)
      return
    case 'i32':
      integer(it.value)
      return
    case 'lanes':
      return
    case 'splat':
      scalar(it.of)
      return
    case 'splatArg':
      integer(it.index)
      return
    case 'load':
      name(it.form)
      name(it.element)
      scalar(it.address)
      return
    case 'gather':
      name(it.element)
      scalar(it.address)
      scalar(it.step)
      return
    case 'pick':
      name(it.element)
      scalar(it.address)
      vector(it.offsets)
      return
    case 'unary':
      name(it.op)
      vector(it.a)
      return
    case 'binary':
      name(it.op)
      vector(it.a)
      vector(it.b)
      return
    case 'shift':
      name(it.op)
      vector(it.a)
      integer(it.by)
      return
    case 'fma':
      vector(it.a)
      vector(it.b)
      vector(it.c)
      return
    default:
      chosen(it)
  }
}

type Chosen = Vector & { readonly k: 'select' | 'choose' | 'broadcast' | 'exchange' | 'rotate' }

function chosen(it: Chosen): void {
  switch (it.k) {
    case 'select':
      vector(it.mask)
      vector(it.a)
      vector(it.b)
      return
    case 'choose':
      scalar(it.when)
      vector(it.a)
      vector(it.b)
      return
    case 'broadcast':
      vector(it.a)
      integer(it.lane)
      return
    case 'exchange':
    case 'rotate':
      vector(it.a)
      integer(it.by)
  }
}
