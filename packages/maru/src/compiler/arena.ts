/** Places temporaries in one block of memory, so that those alive at once do not overlap. */

/** A buffer that is alive from one step to another, both included. */
export interface Lifetime {
  readonly bytes: number
  readonly from: number
  readonly to: number
}

const ALIGNMENT = 64

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

/** A buffer at its place. */
interface Placed {
  readonly start: number
  readonly end: number
  readonly of: Lifetime
}

/** Where one that starts there goes among those that are ordered by their start: behind its equals. */
function placeAfter(placed: readonly Placed[], start: number): number {
  let [low, high] = [0, placed.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((placed[middle]?.start ?? 0) <= start) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Offsets for the lifetimes, largest first, each at the lowest place that is free for as long as
 * it lives. Returns the offsets in order and the size of the whole.
 */
export function planArena(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const order = lifetimes
    .map((_, i) => i)
    .sort((a, b) => {
      const [x, y] = [lifetimes[a], lifetimes[b]]
      return (y?.bytes ?? 0) - (x?.bytes ?? 0) || a - b
    })
  const offsets = lifetimes.map(() => 0)
  const placed: Placed[] = []
  let bytes = 0
  for (const i of order) {
    const own = lifetimes[i]
    if (!own) continue
    const size = aligned(own.bytes)
    let start = 0
    for (const { start: taken, end, of } of placed) {
      if (taken >= start + size) break
      const together = of.from <= own.to && own.from <= of.to
      if (together && start < end) start = end
    }
    offsets[i] = start
    placed.splice(placeAfter(placed, start), 0, { start, end: start + size, of: own })
    bytes = Math.max(bytes, start + size)
  }
  return { offsets, bytes }
}
