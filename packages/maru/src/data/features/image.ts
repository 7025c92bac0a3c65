/** What features of images share: checked planes, gradients, and cells that votes go to. */
import { ShapeError } from '../../base/error.ts'
import { atan2 } from '../../base/math.ts'
import { expectInteger, sizeOf } from '../../base/shape.ts'
import { showAny } from '../../base/show.ts'
import { isNdArray, type NdArray } from '../record.ts'

/** An image [channels, height, width], as a sample's `input` is. */
export type Image = NdArray<Float32Array>

/** An image's values and checked sizes. */
export interface Planes {
  readonly data: Float32Array
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** @throws ShapeError unless it is an image of at least `least` pixels to each side */
export function planesOf(op: string, image: Image, least = 1): Planes {
  const isArray = isNdArray(image)
  const shape = isArray ? image.shape : []
  const [channels = 0, height = 0, width = 0] = shape
  const whole = shape.length === 3 && image.data.length === sizeOf(shape)
  if (whole && channels >= 1 && height >= least && width >= least) {
    return { data: image.data, channels, height, width }
  }
  const got = isArray ? `[${shape.join(', ')}], ${image.data.length}` : showAny(image)
  throw new ShapeError('feature.image', { op, got, least })
}

/** Weights of a pixel and its eight neighbours, row by row. */
export type Kernel = readonly number[]

/** Differences between a pixel's neighbours: Dalal and Triggs's [−1, 0, 1]. */
export const CENTRAL: Kernel = [0, 0, 0, -1, 0, 1, 0, 0, 0]
/** The same, smoothed across. @see Sobel & Feldman 1968 */
export const SOBEL: Kernel = [-1, 0, 1, -2, 0, 2, -1, 0, 1]

export interface Slopes {
  /** How steep each pixel is. */
  readonly magnitude: Float64Array
  /** Where it climbs to, opposite ways being one: an angle from 0 to π, in parts of π below 1. */
  readonly direction: Float64Array
}

/** The gradient of an image, at each pixel of the channel that is steepest there. */
export function slopesOf({ data, channels, height, width }: Planes, kernel: Kernel): Slopes {
  const area = height * width
  const along = new Float64Array(area)
  const down = new Float64Array(area)
  const squares = new Float64Array(area).fill(-1)
  for (let c = 0; c < channels; c++) {
    const plane = data.subarray(c * area, (c + 1) * area)
    const dx = correlate(plane, width, kernel)
    const dy = correlate(plane, width, transposed(kernel))
    for (let i = 0; i < area; i++) {
      const x = dx[i] as number
      const y = dy[i] as number
      const square = x * x + y * y
      if (square <= (squares[i] as number)) continue
      squares[i] = square
      along[i] = x
      down[i] = y
    }
  }
  const direction = along.map((x, i) => {
    const turn = atan2(down[i] as number, x) / Math.PI
    return turn < 0 ? (turn + 1) % 1 : turn % 1
  })
  return { magnitude: squares.map(Math.sqrt), direction }
}

function transposed(kernel: Kernel): Kernel {
  return kernel.map((_, i) => kernel[(i % 3) * 3 + Math.floor(i / 3)] ?? 0)
}

/** The weighted sum around each pixel; what lies outside is like the nearest pixel. */
function correlate(plane: Float32Array, width: number, kernel: Kernel): Float64Array {
  const height = plane.length / width
  const out = new Float64Array(plane.length)
  for (const [k, weight] of kernel.entries()) {
    if (weight === 0) continue
    const [dy, dx] = [Math.floor(k / 3) - 1, (k % 3) - 1]
    for (let y = 0; y < height; y++) {
      const row = width * Math.min(height - 1, Math.max(0, y + dy))
      for (let x = 0; x < width; x++) {
        const at = row + Math.min(width - 1, Math.max(0, x + dx))
        out[y * width + x] = (out[y * width + x] as number) + weight * (plane[at] as number)
      }
    }
  }
  return out
}

/** Into how many cells an image is cut, to each side; a histogram is taken of each. */
export interface GridOptions {
  readonly grid?: number
}

/** Histograms, one for each cell of a grid over [height, width], each divided by its sum. */
export class Cells {
  readonly #histograms: Float64Array
  readonly #grid: number
  readonly #bins: number
  readonly #size: readonly [height: number, width: number]

  constructor(op: string, grid: number, bins: number, size: readonly [number, number]) {
    this.#grid = expectInteger(op, 'grid', grid, 1)
    this.#bins = bins
    this.#size = size
    this.#histograms = new Float64Array(grid * grid * bins)
  }

  vote(y: number, x: number, bin: number, weight: number): void {
    const [height, width] = this.#size
    const row = Math.floor((y * this.#grid) / height)
    const column = Math.floor((x * this.#grid) / width)
    const at = (row * this.#grid + column) * this.#bins + bin
    this.#histograms[at] = (this.#histograms[at] as number) + weight
  }

  /** Cell by cell, row-major; a cell without votes has zeros. */
  result(): Float32Array {
    const out = new Float32Array(this.#histograms.length)
    for (let start = 0; start < out.length; start += this.#bins) {
      const cell = this.#histograms.subarray(start, start + this.#bins)
      const sum = cell.reduce((total, votes) => total + votes, 0)
      for (let bin = 0; sum !== 0 && bin < this.#bins; bin++) {
        out[start + bin] = (cell[bin] as number) / sum
      }
    }
    return out
  }
}
