/** The search along a line for a place that is low enough and flat enough. */

/** What is known at a distance along the line. */
export interface Probe {
  readonly at: number
  readonly value: number
  readonly slope: number
}

export interface LineSearchOptions<P extends Probe> {
  readonly evaluate: (at: number) => Promise<P>
  /** The place where the line begins; its slope is below 0. */
  readonly start: P
  /** The first distance to look at. */
  readonly first: number
  /** Length of the line's direction, by its largest element. */
  readonly length: number
  /** Brackets that are shorter are not divided any more. */
  readonly tolerance: number
  /** Distances to look at, besides the first. */
  readonly most?: number
}

/** Of the fall that the slope promises, the share that is enough (Armijo). */
const ENOUGH = 1e-4
/** Of the slope at the start, the share that may be left (Wolfe's second condition). */
const FLAT = 0.9
/** A distance nearer than this share of the bracket to its end is not progress. */
const MARGIN = 0.1
/** How much further than the last distance the next may be while nothing is bracketed. */
const [SHORTEST, LONGEST] = [0.01, 10]

/**
 * A distance at which both of Wolfe's conditions hold:
 *
 *     f(t) ≤ f(0) + c₁·t·f′(0),   |f′(t)| ≤ c₂·|f′(0)|
 *
 * First the minimum is bracketed, then the bracket is divided where a cubic through values and slopes
 * of its ends is lowest. A value that is not finite counts as too high.
 *
 * @returns where it holds, or the lowest place that was found
 * @see Nocedal & Wright 2006, algorithms 3.5 and 3.6, https://doi.org/10.1007/978-0-387-40065-5
 */
export async function strongWolfe<P extends Probe>(options: LineSearchOptions<P>): Promise<P> {
  const { evaluate, start, first, most = 25 } = options
  let before = start
  let now = await evaluate(first)
  for (let turn = 0; turn < most; turn++) {
    if (isHigh(now, start) || (turn > 1 && now.value >= before.value)) {
      return divide(options, [before, now], most - turn)
    }
    if (isFlat(now, start)) return now
    if (now.slope >= 0) return divide(options, [before, now], most - turn)
    const near = now.at + SHORTEST * (now.at - before.at)
    const next = cubicMinimum(before, now, near, now.at * LONGEST)
    before = now
    now = await evaluate(next)
  }
  return start.value <= now.value ? start : now
}

function isHigh(probe: Probe, start: Probe): boolean {
  return !(probe.value <= start.value + ENOUGH * probe.at * start.slope)
}

function isFlat(probe: Probe, start: Probe): boolean {
  return Math.abs(probe.slope) <= -FLAT * start.slope
}

/** Divides a bracket until Wolfe's conditions hold at its low end. */
async function divide<P extends Probe>(
  { evaluate, start, length, tolerance }: LineSearchOptions<P>,
  [a, b]: readonly [P, P],
  turns: number,
): Promise<P> {
  let [low, high] = b.value < a.value ? [b, a] : [a, b]
  let stuck = false
  for (let turn = 0; turn < turns; turn++) {
    const [left, right] = low.at < high.at ? [low, high] : [high, low]
    const width = right.at - left.at
    if (width * length < tolerance) break
    let at = cubicMinimum(left, right, left.at, right.at)
    const margin = MARGIN * width
    const close = Math.min(right.at - at, at - left.at) < margin
    if (close && (stuck || at >= right.at || at <= left.at)) {
      at = right.at - at < at - left.at ? right.at - margin : left.at + margin
      stuck = false
    } else stuck = close
    const probe = await evaluate(at)
    if (isHigh(probe, start) || probe.value >= low.value) {
      high = probe
      if (high.value < low.value) [low, high] = [high, low]
      continue
    }
    if (isFlat(probe, start)) return probe
    if (probe.slope * (high.at - low.at) >= 0) high = low
    low = probe
  }
  return low
}

/** Where the cubic with these values and slopes is lowest, within bounds; their middle if nowhere. */
function cubicMinimum(a: Probe, b: Probe, low: number, high: number): number {
  const [left, right] = a.at <= b.at ? [a, b] : [b, a]
  const width = right.at - left.at
  const chord = left.slope + right.slope - (3 * (left.value - right.value)) / (left.at - right.at)
  const square = chord * chord - left.slope * right.slope
  if (!(square >= 0)) return (low + high) / 2
  const root = Math.sqrt(square)
  const share = (right.slope + root - chord) / (right.slope - left.slope + 2 * root)
  const lowest = right.at - width * share
  return Number.isFinite(lowest) ? Math.min(Math.max(lowest, low), high) : (low + high) / 2
}
