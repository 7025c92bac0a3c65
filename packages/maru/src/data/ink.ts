/** Drawing with a round pen on a square grey plane. */

/** A place of the pen: pixels from the upper left corner, and the radius of its tip. */
export interface PenPoint {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/**
 * Draws the straight way of a pen whose tip grows or shrinks on the way; overlaps keep the darker.
 *
 * A pixel's ink falls linearly with the distance of its centre from the line, from all to none
 * over `softness` pixels about the edge: anti-aliasing at 1, a felt pen above.
 *
 * @shape plane [size, size], row-major
 */
export function drawSegment(
  plane: Float32Array,
  size: number,
  from: PenPoint,
  to: PenPoint,
  ink: number,
  softness: number,
): void {
  const reach = Math.max(from.radius, to.radius) + softness
  const left = Math.max(0, Math.ceil(Math.min(from.x, to.x) - reach - 0.5))
  const right = Math.min(size - 1, Math.floor(Math.max(from.x, to.x) + reach - 0.5))
  const top = Math.max(0, Math.ceil(Math.min(from.y, to.y) - reach - 0.5))
  const bottom = Math.min(size - 1, Math.floor(Math.max(from.y, to.y) + reach - 0.5))
  const dx = to.x - from.x
  const dy = to.y - from.y
  const length2 = dx * dx + dy * dy
  const inverse = length2 > 0 ? 1 / length2 : 0
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5 - from.y
    for (let column = left; column <= right; column++) {
      const x = column + 0.5 - from.x
      const along = Math.min(1, Math.max(0, (x * dx + y * dy) * inverse))
      const u = x - along * dx
      const v = y - along * dy
      const radius = from.radius + (to.radius - from.radius) * along
      const depth = (radius - Math.sqrt(u * u + v * v)) / softness + 0.5
      const value = ink * Math.min(1, depth)
      const i = row * size + column
      if (value > (plane[i] as number)) plane[i] = value
    }
  }
}
