/** Images as grey values, and what is asked of images that have colours. */
import { ValueError } from '../base/error.ts'

/** @throws ValueError unless there is one channel, or red, green and blue */
export function expectColors(op: string, channels: number): void {
  if (channels !== 1 && channels !== 3) throw new ValueError('image.channels', { op, channels })
}

/** @throws ValueError for a pixel outside 0 … 1 */
export function expectUnit(op: string, pixels: Float32Array): void {
  for (const value of pixels) {
    if (value < 0 || value > 1) throw new ValueError('image.pixels', { op, value })
  }
}

/** The luma of each pixel as ITU-R 601 defines it; of one channel, its values. */
export function luma(pixels: Float32Array, channels: number): Float32Array {
  if (channels === 1) return pixels
  const area = pixels.length / 3
  const gray = new Float32Array(area)
  for (let i = 0; i < area; i++) {
    const [r, g, b] = [pixels[i], pixels[area + i], pixels[2 * area + i]] as [
      number,
      number,
      number,
    ]
    gray[i] = 0.2989 * r + 0.587 * g + 0.114 * b
  }
  return gray
}
