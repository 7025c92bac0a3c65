/** Kernels that differ in their buffers and parameters alone: layers of one network are full of them. */
import { type IndexExpr, keyOf, valuesIn } from './index-expr.ts'
import type { Kernel } from './kernel.ts'
import type { Argument, Lowered } from './lowering.ts'

/** Buffers and parameters in the order in which a kernel first names them. */
export interface Numbers {
  readonly buffers: readonly number[]
  readonly parameters: readonly number[]
}

/** What a kernel does as text, and the buffers and parameters that the text numbers. */
export interface Likeness extends Numbers {
  readonly text: string
}

/** A likeness, and whether it tells the whole kernel: values in indices have numbers that it leaves out. */
export interface Told extends Likeness {
  readonly isPlain: boolean
}

/** Fields that hold numbers of buffers. Others would only keep kernels apart that are alike. */
const BUFFERS: ReadonlySet<string> = new Set(['buffer', 'sums', 'scratch'])
/** Follows from the rest. */
const DERIVED = 'key'

/** @param sizes elements of a buffer, on which code may depend */
export function likenessOf(kernel: Kernel, sizes: (buffer: number) => number): Told {
  const buffers = new Map<number, number>()
  const parameters = new Map<number, number>()
  /** Expressions share parts, which are written once. */
  const seen = new Map<object, number>()
  /** Joined at the end: a text that grows is a tree of its parts for as long as it is kept. */
  const parts: string[] = []
  let isPlain = true
  const write = (value: unknown, field: string): void => {
    if (typeof value !== 'object' || value === null) {
      const number = typeof value === 'number'
      if (number && BUFFERS.has(field)) parts.push(`b${numbered(buffers, value)}:${sizes(value)},`)
      else parts.push(Object.is(value, -0) ? '-0,' : `${String(value)},`)
      return
    }
    if (Array.isArray(value)) {
      parts.push('[')
      for (const each of value) write(each, field)
      parts.push(']')
      return
    }
    if (isNamed(value)) {
      parts.push(`${value.name},`)
      return
    }
    if (isIndex(value)) {
      if (valuesIn(value).length === 0) {
        parts.push(`${keyOf(value)},`)
        return
      }
      isPlain = false
    }
    // Sharing matters of what is computed; of all else it is chance.
    const shares = 'kind' in value && field !== 'attrs'
    const known = shares ? seen.get(value) : undefined
    if (known !== undefined) {
      parts.push(`#${known},`)
      return
    }
    if (shares) seen.set(value, seen.size)
    const parameter = 'kind' in value && value.kind === 'parameter'
    parts.push('{')
    for (const name in value) {
      if (name === DERIVED) continue
      const each: unknown = Reflect.get(value, name)
      if (parameter && name === 'index') parts.push(`p${numbered(parameters, Number(each))},`)
      else {
        parts.push(`${name}=`)
        write(each, name)
      }
    }
    parts.push('}')
  }
  write(kernel, '')
  const text = parts.join('')
  return { text, buffers: [...buffers.keys()], parameters: [...parameters.keys()], isPlain }
}

function isIndex(value: object): value is IndexExpr {
  return 'terms' in value && 'constant' in value
}

/** The number of something in the order in which it was first met. */
export function numbered(known: Map<number, number>, value: number): number {
  const number = known.get(value) ?? known.size
  known.set(value, number)
  return number
}

/** A primitive's record, of which the name says all. */
function isNamed(value: object): value is { readonly name: string } {
  return 'name' in value && 'trait' in value && typeof value.name === 'string'
}

/** A kernel to be lowered, once for all that are alike. */
export interface Alike extends Likeness {
  /**
   * Code whose arguments name buffers and parameters by their positions in those lists; `widest` are the lanes of
   * vectors that can do less, or that not everything gains by.
   */
  readonly lower: (lanes: number, widest: number) => Lowered
}

/** What is called, with its arguments renamed. */
function renamed<T extends Pick<Lowered, 'arguments'>>(
  called: T,
  buffer: (named: number) => number | undefined,
  parameter: (named: number) => number | undefined,
): T {
  const known = (number: number | undefined): number => {
    if (number === undefined || number < 0) throw new RangeError('an argument is not of the kernel')
    return number
  }
  const args = called.arguments.map((argument): Argument => {
    if (argument.kind === 'address') return { ...argument, buffer: known(buffer(argument.buffer)) }
    if (argument.kind !== 'parameter') return argument
    return { ...argument, index: known(parameter(argument.index)) }
  })
  return { ...called, arguments: args }
}

/** What a kernel was lowered to, for all that are like it. */
export function inCommon(lowered: Lowered, { buffers, parameters }: Numbers): Lowered {
  return renamed(
    lowered,
    (buffer) => buffers.indexOf(buffer),
    (parameter) => parameters.indexOf(parameter),
  )
}

/** What is called for all that are alike, with the arguments of one of them. */
export function inPlaceOf<T extends Pick<Lowered, 'arguments'>>(
  called: T,
  { buffers, parameters }: Numbers,
): T {
  return renamed(
    called,
    (position) => buffers[position],
    (position) => parameters[position],
  )
}

/** Code of one kernel and its own arguments. */
export function lowered(alike: Alike, lanes: number, widest: number = lanes): Lowered {
  return inPlaceOf(alike.lower(lanes, widest), alike)
}
