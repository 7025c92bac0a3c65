/** What methods ask of their arguments: the value, or an error that names the op and what it got. */
import { ValueError } from './error.ts'
import { showAny } from './show.ts'

export function isNumbers(value: unknown): value is readonly number[] {
  if (!Array.isArray(value)) return false
  // Unlike `every`, this sees the holes of a sparse array.
  for (const item of value) if (typeof item !== 'number') return false
  return true
}

/** A list of numbers; one number is a list of one. */
export function expectNumbers(op: string, value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  if (isNumbers(value)) return value
  throw new ValueError('argument.list', { op, got: showAny(value) })
}

/** One pair of numbers for each axis. */
export function isPairs(
  value: unknown,
  count: number,
): value is readonly (readonly [number, number])[] {
  if (!Array.isArray(value) || value.length !== count) return false
  for (const item of value) if (!isNumbers(item) || item.length !== 2) return false
  return true
}

export function expectNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw new ValueError('argument.number', { op, name, got: showAny(value) })
}

export function expectFunction(op: string, name: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new ValueError('argument.function', { op, name, got: showAny(value) })
}

/** Named options. */
export function expectOptions<T extends object>(op: string, value: T): T {
  if (typeof value === 'object' && value !== null) return value
  throw new ValueError('argument.options', { op, got: showAny(value) })
}
