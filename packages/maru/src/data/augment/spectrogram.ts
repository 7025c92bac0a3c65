/** Bands of spectrograms wiped out. */
import { expectInteger } from '../../base/shape.ts'
import type { Stream } from '../../base/threefry.ts'
import type { Sample } from '../record.ts'
import { compose, type Transform } from './compose.ts'
import { expectShape, expectWithin } from './sample.ts'

interface BandOptions {
  /** Bands wiped out, which may overlap. */
  readonly count?: number
  /** Most of the axis that a band covers. */
  readonly part?: number
  readonly value?: number
}

/** Bands across one of the last two axes of a sample [..., frequencies, times]. */
function masking<S extends Sample>(
  op: string,
  axis: 0 | 1,
  most: number,
  { count = 1, part = 1, value = 0 }: BandOptions,
): Transform<S> {
  expectInteger(op, 'width', most, 0)
  expectInteger(op, 'count', count, 0)
  expectWithin(op, 'part', part, [0, 1])
  expectWithin(op, 'value', value)
  return (sample, random) => {
    const { shape } = sample.input
    const [rows = 0, columns = 0] = shape.slice(-2)
    expectShape(op, 'input', sample.input, [...shape.slice(0, -2).map(() => -1), -1, -1])
    const data = sample.input.data.slice()
    const size = axis === 0 ? rows : columns
    for (let i = 0; i < count; i++) {
      const [from, to] = band(random, size, Math.min(most, Math.floor(part * size)))
      for (let start = 0; start < data.length; start += columns) {
        const row = (start / columns) % rows
        if (axis === 1) data.fill(value, start + from, start + to)
        else if (row >= from && row < to) data.fill(value, start, start + columns)
      }
    }
    return { ...sample, input: { data, shape } }
  }
}

function band(random: Stream, size: number, most: number): readonly [number, number] {
  const width = random.integer(most + 1)
  const from = random.integer(size - width + 1)
  return [from, from + width]
}

/** Frequencies wiped out: a band of 0 to `width` of them. @shape input [..., frequencies, times] */
export function frequencyMasking<S extends Sample>(
  width: number,
  options: BandOptions = {},
): Transform<S> {
  return masking('frequencyMasking', 0, width, options)
}

/** Times wiped out: a band of 0 to `width` of them. @shape input [..., frequencies, times] */
export function timeMasking<S extends Sample>(
  width: number,
  options: BandOptions = {},
): Transform<S> {
  return masking('timeMasking', 1, width, options)
}

export interface SpecAugmentOptions {
  /** Most frequencies in a band, and how many bands. */
  readonly frequencies?: readonly [width: number, count: number]
  /** Most times in a band, and how many bands. */
  readonly times?: readonly [width: number, count: number]
  /** Most of the duration that a band covers. */
  readonly part?: number
}

/**
 * Bands of frequencies and of times of a spectrogram wiped out, without the paper's time warp.
 *
 * Its defaults are the policy LD for LibriSpeech.
 *
 * @see Park et al. 2019, https://arxiv.org/abs/1904.08779
 */
export function specAugment<S extends Sample>({
  frequencies = [27, 2],
  times = [100, 2],
  part = 1,
}: SpecAugmentOptions = {}): Transform<S> {
  return compose<S>(
    frequencyMasking(frequencies[0], { count: frequencies[1] }),
    timeMasking(times[0], { count: times[1], part }),
  )
}
