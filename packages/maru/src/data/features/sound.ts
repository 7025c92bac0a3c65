/** Features of sound: mel spectra and their cepstra. */
import { ShapeError } from '../../base/error.ts'
import { fourier } from '../../base/fourier.ts'
import { cos, exp, log } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import { isNdArray, type NdArray } from '../record.ts'

export interface MelOptions {
  /** Values of the signal in a second. */
  readonly sampleRate?: number
  /** Values of a frame, and of its Fourier transform. */
  readonly frameLength?: number
  /** Values from the beginning of one frame to that of the next. */
  readonly hopLength?: number
  /** Bands of frequencies. */
  readonly numMels?: number
}

export interface MfccOptions extends MelOptions {
  /** Coefficients that are kept, from the lowest. */
  readonly numCoefficients?: number
}

/** Energies below this count as this, so that silence has a logarithm. */
const LEAST_ENERGY = 1e-10

/**
 * The logarithm of a signal's energy in bands that are equally wide to the ear, frame by frame.
 *
 * Frames are weighted by Hann's window, 0.5 − 0.5·cos(2πn/N); bands are triangles of height 1 from 0 to half
 * the sample rate, their corners equally far apart in mels, 2595·log₁₀(1 + f/700).
 *
 * @shape [samples] → [numMels, frames]; frames that would reach beyond the end are left out
 * @see Stevens, Volkmann & Newman 1937, https://doi.org/10.1121/1.1915893
 */
export function logMelSpectrogram(
  signal: NdArray<Float32Array>,
  { sampleRate = 16_000, frameLength = 512, hopLength = 160, numMels = 40 }: MelOptions = {},
): NdArray<Float32Array> {
  const op = 'logMelSpectrogram'
  expectInteger(op, 'sampleRate', sampleRate, 1)
  expectInteger(op, 'frameLength', frameLength, 2)
  expectInteger(op, 'hopLength', hopLength, 1)
  expectInteger(op, 'numMels', numMels, 1)
  const values = samplesOf(op, signal, frameLength)
  const frames = Math.floor((values.length - frameLength) / hopLength) + 1
  const window = Float64Array.from(
    { length: frameLength },
    (_, n) => 0.5 - 0.5 * cos((2 * Math.PI * n) / frameLength),
  )
  const bands = triangles(numMels, frameLength, sampleRate)
  const out = new Float32Array(numMels * frames)
  const re = new Float64Array(frameLength)
  const im = new Float64Array(frameLength)
  for (let frame = 0; frame < frames; frame++) {
    for (let n = 0; n < frameLength; n++) {
      re[n] = (window[n] as number) * (values[frame * hopLength + n] as number)
    }
    im.fill(0)
    fourier(re, im, false)
    for (const [mel, { from, weights }] of bands.entries()) {
      let energy = 0
      for (let k = 0; k < weights.length; k++) {
        const [a, b] = [re[from + k] as number, im[from + k] as number]
        energy += (weights[k] as number) * (a * a + b * b)
      }
      out[mel * frames + frame] = log(Math.max(LEAST_ENERGY, energy))
    }
  }
  return { data: out, shape: [numMels, frames] }
}

/**
 * Mel-frequency cepstral coefficients: the cosine transform of the log mel spectrum, the first of it.
 *
 *     c_k = √(2/M) · Σ_m s_m · cos(πk(m + ½)/M),  c₀ divided by √2
 *
 * @shape [samples] → [numCoefficients, frames]
 * @see Davis & Mermelstein 1980, https://doi.org/10.1109/TASSP.1980.1163420
 * @example mfcc({ data: signal, shape: [signal.length] }, { sampleRate: 8000 }).shape // [13, frames]
 */
export function mfcc(
  signal: NdArray<Float32Array>,
  { numCoefficients = 13, ...options }: MfccOptions = {},
): NdArray<Float32Array> {
  expectInteger('mfcc', 'numCoefficients', numCoefficients, 1)
  const spectra = logMelSpectrogram(signal, options)
  const [mels = 0, frames = 0] = spectra.shape
  if (numCoefficients > mels) {
    throw new ShapeError('sound.coefficients', { op: 'mfcc', got: numCoefficients, mels })
  }
  const out = new Float32Array(numCoefficients * frames)
  for (let k = 0; k < numCoefficients; k++) {
    const waves = Float64Array.from({ length: mels }, (_, m) =>
      cos((Math.PI * k * (m + 0.5)) / mels),
    )
    const scale = Math.sqrt((k === 0 ? 1 : 2) / mels)
    for (let frame = 0; frame < frames; frame++) {
      let sum = 0
      for (let m = 0; m < mels; m++) {
        sum += (waves[m] as number) * (spectra.data[m * frames + frame] as number)
      }
      out[k * frames + frame] = scale * sum
    }
  }
  return { data: out, shape: [numCoefficients, frames] }
}

function samplesOf(op: string, signal: NdArray<Float32Array>, least: number): Float32Array {
  const shape = isNdArray(signal) ? signal.shape : []
  const whole = shape.length === 1 && shape[0] === signal.data.length
  if (whole && signal.data.length >= least) return signal.data
  throw new ShapeError('sound.signal', { op, got: shape, least })
}

interface Band {
  /** The first frequency of the transform that counts. */
  readonly from: number
  readonly weights: Float64Array
}

function triangles(numMels: number, frameLength: number, sampleRate: number): Band[] {
  const highest = melOf(sampleRate / 2)
  const corners = Array.from({ length: numMels + 2 }, (_, i) =>
    hertzOf((highest * i) / (numMels + 1)),
  )
  return Array.from({ length: numMels }, (_, mel) => {
    const [low = 0, top = 0, high = 0] = corners.slice(mel, mel + 3)
    const bin = sampleRate / frameLength
    const from = Math.ceil(low / bin)
    const to = Math.min(Math.floor(frameLength / 2), Math.floor(high / bin))
    const weights = Float64Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => {
      const frequency = (from + k) * bin
      return Math.max(
        0,
        Math.min((frequency - low) / (top - low), (high - frequency) / (high - top)),
      )
    })
    return { from, weights }
  })
}

function melOf(hertz: number): number {
  return (2595 / Math.LN10) * log(1 + hertz / 700)
}

function hertzOf(mel: number): number {
  return 700 * (exp((mel * Math.LN10) / 2595) - 1)
}
