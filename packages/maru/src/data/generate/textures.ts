/** Stripes in several directions: what the first layer of a network for images learns to see. */
import { cos, sin } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import { ImageDataset } from '../images.ts'
import { expectAtLeast, roomFor, source } from './source.ts'

/**
 * Grey images of parallel stripes with noise; the class is their direction.
 *
 *     v = ½ + ½ · contrast · sin(2π (x cos θ + y sin θ) / period + φ) + noise · n
 *
 * Directions are evenly spaced over half a turn, each image off by up to a quarter of a step; period,
 * contrast and phase are drawn for each.
 *
 * @param size height and width in pixels
 * @returns images in [0, 1], shape [1, size, size]; classes are the angles in degrees
 * @example generateTextures(400, { orientations: 4 }).classes // ['0°', '45°', '90°', '135°']
 */
export function generateTextures(
  count: number,
  {
    orientations = 4,
    size = 16,
    noise = 0.1,
    seed = 0,
  }: {
    readonly orientations?: number
    readonly size?: number
    readonly noise?: number
    readonly seed?: number
  } = {},
): ImageDataset {
  expectInteger('generateTextures', 'orientations', orientations, 1)
  expectInteger('generateTextures', 'size', size, 4)
  expectAtLeast('generateTextures', 'noise', noise, 0)
  const images = roomFor('generateTextures', count, size * size)
  const labels = new Int32Array(count)
  const root = source('textures', seed)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    const label = i % orientations
    labels[i] = label
    const off = 0.5 * (random.uniform() - 0.5)
    const angle = (Math.PI * (label + off)) / orientations
    const period = size * (0.2 + 0.3 * random.uniform())
    const contrast = 0.5 + 0.5 * random.uniform()
    const phase = 2 * Math.PI * random.uniform()
    const [c, s] = [cos(angle), sin(angle)]
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const wave = sin((2 * Math.PI * (x * c + y * s)) / period + phase)
        const value = 0.5 + 0.5 * contrast * wave + noise * random.normal()
        images[(i * size + y) * size + x] = Math.min(1, Math.max(0, value))
      }
    }
  }
  const degrees = Array.from({ length: orientations }, (_, k) => `${(180 * k) / orientations}°`)
  return new ImageDataset({ images, labels, shape: [1, size, size], classes: degrees })
}
