/** Brightness, contrast and colours of images whose pixels lie in 0 … 1, and stay there. */
import { expectOptions } from '../../base/argument.ts'
import { expectColors, luma } from '../luma.ts'
import {
  drawFrom,
  expectPixels,
  expectRange,
  expectWithin,
  type ImageSample,
  type SampleTransform,
  withPixels,
} from './sample.ts'

/** Factors on brightness and the like. */
const FACTORS: readonly [number, number] = [0, Number.MAX_VALUE]

function unit(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/** The channels of an image whose pixels are colours. */
function expectColored(op: string, sample: ImageSample): number {
  const { channels } = expectPixels(op, sample)
  expectColors(op, channels)
  return channels
}

/** Each pixel times a factor, cut to 1. */
export function adjustBrightness(sample: ImageSample, factor: number): ImageSample {
  const op = 'adjustBrightness'
  expectPixels(op, sample)
  expectWithin(op, 'factor', factor, FACTORS)
  return withPixels(
    sample,
    sample.input.data.map((value) => unit(value * factor)),
  )
}

/** Pixels drawn towards the image's mean luma, or, by a factor above 1, away from it. */
export function adjustContrast(sample: ImageSample, factor: number): ImageSample {
  const op = 'adjustContrast'
  const channels = expectColored(op, sample)
  expectWithin(op, 'factor', factor, FACTORS)
  const gray = luma(sample.input.data, channels)
  let sum = 0
  for (const value of gray) sum += value
  const mean = sum / gray.length
  const data = sample.input.data.map((value) => unit(mean + (value - mean) * factor))
  return withPixels(sample, data)
}

/** Colours drawn towards the luma of their own pixel, or away from it; grey images stay. */
export function adjustSaturation(sample: ImageSample, factor: number): ImageSample {
  const op = 'adjustSaturation'
  const channels = expectColored(op, sample)
  expectWithin(op, 'factor', factor, FACTORS)
  if (channels === 1) return sample
  const gray = luma(sample.input.data, channels)
  const data = sample.input.data.map((value, i) => {
    const own = gray[i % gray.length] as number
    return unit(own + (value - own) * factor)
  })
  return withPixels(sample, data)
}

/**
 * Colours turned around the wheel of hues by a part of a turn, brightness and saturation kept; grey images stay.
 *
 * @param shift from −½ to ½
 */
export function adjustHue(sample: ImageSample, shift: number): ImageSample {
  const op = 'adjustHue'
  const channels = expectColored(op, sample)
  expectWithin(op, 'shift', shift, [-0.5, 0.5])
  if (channels === 1) return sample
  const input = sample.input.data
  const area = input.length / 3
  const turned = new Float32Array(input.length)
  for (let i = 0; i < area; i++) {
    const r = input[i] as number
    const g = input[area + i] as number
    const b = input[2 * area + i] as number
    const top = Math.max(r, g, b)
    const range = top - Math.min(r, g, b)
    const sector =
      range === 0
        ? 0
        : top === r
          ? (g - b) / range
          : top === g
            ? 2 + (b - r) / range
            : 4 + (r - g) / range
    const hue = sector + 6 * shift
    turned[i] = channelAt(hue + 5, top, range)
    turned[area + i] = channelAt(hue + 3, top, range)
    turned[2 * area + i] = channelAt(hue + 1, top, range)
  }
  return withPixels(sample, turned)
}

/** A channel of the colour with a hue: it falls from the top, stays low and rises again. */
function channelAt(turn: number, top: number, range: number): number {
  const k = ((turn % 6) + 6) % 6
  return top - range * Math.max(0, Math.min(k, 4 - k, 1))
}

/** The luma in every channel with probability p. */
export function randomGrayscale(p = 0.1): SampleTransform {
  expectWithin('randomGrayscale', 'p', p, [0, 1])
  return (sample, random) => (random.uniform() < p ? adjustSaturation(sample, 0) : sample)
}

export interface ColorJitterOptions {
  /** Factors from 1 − n to 1 + n, or from one to the other. */
  readonly brightness?: number | readonly [number, number]
  readonly contrast?: number | readonly [number, number]
  readonly saturation?: number | readonly [number, number]
  /** Parts of a turn from −n to n, or from one to the other. */
  readonly hue?: number | readonly [number, number]
}

type Adjust = (sample: ImageSample, amount: number) => ImageSample

/**
 * Changes brightness, contrast, saturation and hue at random, in random order; those not given stay.
 *
 * @example colorJitter({ brightness: 0.2, contrast: 0.2 })
 */
export function colorJitter(options: ColorJitterOptions): SampleTransform {
  const op = 'colorJitter'
  expectOptions(op, options)
  const steps: (readonly [Adjust, readonly [number, number]])[] = []
  const add = (name: keyof ColorJitterOptions, adjust: Adjust): void => {
    const given = options[name]
    if (given === undefined) return
    if (name === 'hue') {
      steps.push([adjust, expectRange(op, name, given, [-0.5, 0.5])])
      return
    }
    const range = typeof given === 'number' ? ([Math.max(0, 1 - given), 1 + given] as const) : given
    steps.push([adjust, expectRange(op, name, range, FACTORS)])
  }
  add('brightness', adjustBrightness)
  add('contrast', adjustContrast)
  add('saturation', adjustSaturation)
  add('hue', adjustHue)
  return (sample, random) => {
    let changed = sample
    for (const i of random.permutation(steps.length)) {
      const step = steps[i]
      if (step) changed = step[0](changed, drawFrom(random, step[1]))
    }
    return changed
  }
}
