/** Kernels that differ in their buffers and parameters alone: layers of one network are full of them. */
import type { Kernel } from './kernel.ts'
import type { Argument, Lowered } from './lowering.ts'

/** What a kernel does as text, and the buffers and parameters that the text numbers. */
export interface Likeness {
  readonly text: string
  readonly buffers: readonly number[]
  readonly parameters: readonly number[]
}

/** Fields that hold numbers of buffers. Others would only keep kernels apart that are alike. */
const BUFFERS: ReadonlySet<string> = new Set(['buffer', 'sums', 'scratch'])
/** Follows from the rest. */
const DERIVED = 'key'

/** @param sizes elements of a buffer, on which code may depend */
export function likenessOf(kernel: Kernel, sizes: (buffer: number) => number): Likeness {
  const buffers = new Map<number, number>()
  const parameters = new Map<number, number>()
  /** Expressions share parts, which are written once. */
  const seen = new Map<object, number>()
  const parts: string[] = []
  const write = (value: unknown, field: string): void => {
    if (typeof value !== 'object' || value === null) {
      const number = typeof value === 'number'
      if (number && BUFFERS.has(field)) parts.push(`b${numbered(buffers, value)}:${sizes(value)},`)
      else parts.push(Object.is(value, -0) ? '-0,' : `${String(value)},`)
      return
    }
    const known = seen.get(value)
    if (known !== undefined) {
      parts.push(`#${known},`)
      return
    }
    seen.set(value, seen.size)
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
    const parameter = 'kind' in value && value.kind === 'parameter'
    parts.push('{')
    for (const [name, each] of Object.entries(value)) {
      if (name === DERIVED) continue
      parts.push(name, '=')
      if (parameter && name === 'index') parts.push(`p${numbered(parameters, Number(each))},`)
      else write(each, name)
    }
    parts.push('}')
  }
  write(kernel, '')
  return { text: parts.join(''), buffers: [...buffers.keys()], parameters: [...parameters.keys()] }
}

/** The number of something in the order in which it was first met. */
function numbered(known: Map<number, number>, value: number): number {
  const number = known.get(value) ?? known.size
  known.set(value, number)
  return number
}

/** A primitive's record, of which the name says all. */
function isNamed(value: object): value is { readonly name: string } {
  return 'name' in value && 'trait' in value && typeof value.name === 'string'
}

/** Lowered code of one kernel with the arguments of another that is like it. */
export function inPlaceOf(lowered: Lowered, from: Likeness, to: Likeness): Lowered {
  const other = (value: number, own: readonly number[], others: readonly number[]): number => {
    const at = own.indexOf(value)
    return at < 0 ? value : (others[at] ?? value)
  }
  const args = lowered.arguments.map((argument): Argument => {
    if (argument.kind === 'address') {
      return { ...argument, buffer: other(argument.buffer, from.buffers, to.buffers) }
    }
    if (argument.kind !== 'parameter') return argument
    return { ...argument, index: other(argument.index, from.parameters, to.parameters) }
  })
  return { ...lowered, arguments: args }
}
