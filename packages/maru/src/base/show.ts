/** Values in messages, whatever they are. */

/** Items of a list that are shown. */
const MOST_ITEMS = 16
/** Lists within lists that are shown. */
const DEPTH = 2

/** A value in a few words. */
export function showAny(value: unknown, depth: number = DEPTH): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) {
    if (depth === 0) return '[…]'
    const items = Array.from(value.slice(0, MOST_ITEMS), (item) => showAny(item, depth - 1))
    return `[${items.join(', ')}]`
  }
  if (typeof value === 'object') return value.constructor?.name ?? 'object'
  return typeof value === 'number' ? String(value) : `${typeof value} ${String(value)}`
}
