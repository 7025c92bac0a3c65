/** Scaling of a plane of pixels, smooth when it shrinks. */

/** One direction: `to` pixels are made of the `length` pixels, of `size`, that begin at `from`. */
export interface Scaling {
  readonly size: number
  readonly from: number
  readonly length: number
  readonly to: number
}

/**
 * Scales a plane by a triangle as wide as a pixel of the result, or of the source where that is wider:
 * linear interpolation when it grows, a mean without aliasing when it shrinks.
 *
 * @shape plane [rows.size, columns.size] → [rows.to, columns.to]
 */
export function resizePlane(
  plane: Float32Array,
  { rows, columns }: { readonly rows: Scaling; readonly columns: Scaling },
): Float32Array {
  const across = tapsOf(columns)
  const narrow = new Float32Array(rows.size * columns.to)
  for (let y = 0; y < rows.size; y++) {
    across.forEach(({ start, weights }, x) => {
      let sum = 0
      for (let k = 0; k < weights.length; k++) {
        sum += (weights[k] ?? 0) * (plane[y * columns.size + start + k] ?? 0)
      }
      narrow[y * columns.to + x] = sum
    })
  }
  const out = new Float32Array(rows.to * columns.to)
  tapsOf(rows).forEach(({ start, weights }, y) => {
    for (let x = 0; x < columns.to; x++) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) {
        sum += (weights[k] ?? 0) * (narrow[(start + k) * columns.to + x] ?? 0)
      }
      out[y * columns.to + x] = sum
    }
  })
  return out
}

/** The pixels that one pixel of the result is made of. */
interface Taps {
  readonly start: number
  /** They sum to 1. */
  readonly weights: Float64Array
}

function tapsOf({ size, from, length, to }: Scaling): Taps[] {
  const scale = length / to
  const reach = Math.max(1, scale)
  return Array.from({ length: to }, (_, i) => {
    const centre = from + (i + 0.5) * scale
    const start = Math.min(size - 1, Math.max(0, Math.floor(centre - reach)))
    const end = Math.max(start + 1, Math.min(size, Math.ceil(centre + reach)))
    const weights = Float64Array.from({ length: end - start }, (_, k) => {
      return Math.max(0, 1 - Math.abs(start + k + 0.5 - centre) / reach)
    })
    const sum = weights.reduce((a, b) => a + b, 0)
    return { start, weights: weights.map((weight) => weight / sum) }
  })
}
