/** Affine maps of the plane, and how boxes and points follow them. */

/** The map to (a·x + b·y + c, d·x + e·y + f). */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** The map that first does `first`, then `second`. */
export function after(second: Affine, first: Affine): Affine {
  const [a, b, c, d, e, f] = second
  const [p, q, r, s, t, u] = first
  return [
    a * p + b * s,
    a * q + b * t,
    a * r + b * u + c,
    d * p + e * s,
    d * q + e * t,
    d * r + e * u + f,
  ]
}

/** The way back; not finite where the map flattens the plane. */
export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const area = a * e - b * d
  return [e / area, -b / area, (b * f - c * e) / area, -d / area, a / area, (c * d - a * f) / area]
}

/** Points under a map; those that leave the image keep their places outside. */
export function movePoints(points: Float32Array, map: Affine): Float32Array {
  const [a, b, c, d, e, f] = map
  const moved = new Float32Array(points.length)
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] as number, points[i + 1] as number]
    moved[i] = a * x + b * y + c
    moved[i + 1] = d * x + e * y + f
  }
  return moved
}

/**
 * The upright boxes around boxes that were mapped, cut to the image.
 *
 * Their number and order stay: one that left the image has an area of 0 on its edge.
 */
export function moveBoxes(
  boxes: Float32Array,
  map: Affine,
  { height, width }: { readonly height: number; readonly width: number },
): Float32Array {
  const [a, b, c, d, e, f] = map
  const moved = new Float32Array(boxes.length)
  for (let i = 0; i < boxes.length; i += 4) {
    const [left, top] = [boxes[i] as number, boxes[i + 1] as number]
    const [right, bottom] = [boxes[i + 2] as number, boxes[i + 3] as number]
    moved[i] = clamp(Math.min(a * left, a * right) + Math.min(b * top, b * bottom) + c, width)
    moved[i + 1] = clamp(Math.min(d * left, d * right) + Math.min(e * top, e * bottom) + f, height)
    moved[i + 2] = clamp(Math.max(a * left, a * right) + Math.max(b * top, b * bottom) + c, width)
    moved[i + 3] = clamp(Math.max(d * left, d * right) + Math.max(e * top, e * bottom) + f, height)
  }
  return moved
}

function clamp(value: number, high: number): number {
  return Math.min(high, Math.max(0, value))
}
