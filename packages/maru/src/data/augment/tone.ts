/** Curves of brightness, as in RandAugment: of images whose pixels lie in 0 … 1, on 256 levels where levels are counted. */
import { expectInteger } from '../../base/shape.ts'
import { expectPixels, expectWithin, type ImageSample, withPixels } from './sample.ts'

/** Each pixel as 1 minus itself. */
export function invert(sample: ImageSample): ImageSample {
  expectPixels('invert', sample)
  return withPixels(
    sample,
    sample.input.data.map((value) => 1 - value),
  )
}

/** Pixels at or above the threshold, inverted. */
export function solarize(sample: ImageSample, threshold: number): ImageSample {
  expectPixels('solarize', sample)
  expectWithin('solarize', 'threshold', threshold)
  const data = sample.input.data.map((value) => (value >= threshold ? 1 - value : value))
  return withPixels(sample, data)
}

/** Pixels on 256 levels of which only the upper bits are kept. @param bits from 0 to 8 */
export function posterize(sample: ImageSample, bits: number): ImageSample {
  expectPixels('posterize', sample)
  expectInteger('posterize', 'bits', bits, 0)
  expectWithin('posterize', 'bits', bits, [0, 8])
  const step = 1 << (8 - bits)
  const data = sample.input.data.map((value) => {
    const level = levelOf(value)
    return (level - (level % step)) / 255
  })
  return withPixels(sample, data)
}

function levelOf(value: number): number {
  return Math.round(255 * value)
}

/** Each channel stretched so that its darkest pixel is 0 and its brightest 1; a flat one stays. */
export function autocontrast(sample: ImageSample): ImageSample {
  const { channels, height, width } = expectPixels('autocontrast', sample)
  const data = sample.input.data.slice()
  for (let c = 0; c < channels; c++) {
    const plane = data.subarray(c * height * width, (c + 1) * height * width)
    let [low, high] = [1, 0]
    for (const value of plane) {
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high <= low) continue
    for (let i = 0; i < plane.length; i++) {
      plane[i] = ((plane[i] as number) - low) / (high - low)
    }
  }
  return withPixels(sample, data)
}

/** Each channel's levels moved so that all are about equally frequent. */
export function equalize(sample: ImageSample): ImageSample {
  const { channels, height, width } = expectPixels('equalize', sample)
  const data = sample.input.data.slice()
  for (let c = 0; c < channels; c++) {
    equalizePlane(data.subarray(c * height * width, (c + 1) * height * width))
  }
  return withPixels(sample, data)
}

/** The rule of PIL: what lies at or below a level, half a step added, by the size of a step. */
function equalizePlane(plane: Float32Array): void {
  const counts = new Int32Array(256)
  for (const value of plane) {
    const level = levelOf(value)
    if (level >= 0) counts[level] = (counts[level] as number) + 1
  }
  const last = counts.findLast((count) => count > 0) ?? 0
  const step = Math.floor((plane.length - last) / 255)
  if (step === 0) return
  const table = new Float32Array(256)
  let below = Math.floor(step / 2)
  for (let level = 0; level < 256; level++) {
    table[level] = Math.min(255, Math.floor(below / step)) / 255
    below += counts[level] as number
  }
  for (let i = 0; i < plane.length; i++) {
    plane[i] = table[levelOf(plane[i] as number)] ?? Number.NaN
  }
}

/** Pixels drawn towards a blurred image, or, by a factor above 1, away from it; the outermost stay. */
export function adjustSharpness(sample: ImageSample, factor: number): ImageSample {
  const op = 'adjustSharpness'
  const { channels, height, width } = expectPixels(op, sample)
  expectWithin(op, 'factor', factor, [0, Number.MAX_VALUE])
  const data = sample.input.data.slice()
  for (let c = 0; c < channels; c++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = (c * height + y) * width + x
        const blurred = softened(sample.input.data, at, width)
        const value = blurred + ((sample.input.data[at] as number) - blurred) * factor
        data[at] = Math.min(1, Math.max(0, value))
      }
    }
  }
  return withPixels(sample, data)
}

/** The mean of a pixel, weighted 5, and its eight neighbours. */
function softened(plane: Float32Array, at: number, width: number): number {
  let sum = 4 * (plane[at] as number)
  for (let row = at - width; row <= at + width; row += width) {
    sum += (plane[row - 1] as number) + (plane[row] as number) + (plane[row + 1] as number)
  }
  return sum / 13
}
