/** Histograms of colours, edges and textures over a grid of cells. */
import { expectInteger } from '../../base/shape.ts'
import { expectColors, expectUnit, luma } from '../luma.ts'
import {
  Cells,
  type GridOptions,
  type Image,
  planesOf,
  type Slopes,
  SOBEL,
  slopesOf,
} from './image.ts'

export interface ColorHistogramOptions extends GridOptions {
  /** Intervals of each channel. */
  readonly bins?: number
}

/**
 * How often each colour occurs in each cell of a grid, colours being boxes of `bins` intervals to each channel.
 *
 * @shape [C, H, W] → [grid² · bins^C]; each cell sums to 1
 * @throws ValueError for a pixel outside 0 … 1
 * @see Swain & Ballard 1991, https://doi.org/10.1007/BF00130487
 */
export function colorHistogram(
  image: Image,
  { bins = 4, grid = 1 }: ColorHistogramOptions = {},
): Float32Array {
  const op = 'colorHistogram'
  expectInteger(op, 'bins', bins, 1)
  const { data, channels, height, width } = planesOf(op, image)
  expectUnit(op, data)
  expectColors(op, channels)
  const area = height * width
  const colours = channels === 1 ? bins : bins * bins * bins
  const cells = new Cells(op, grid, colours, [height, width])
  for (let i = 0; i < area; i++) {
    let bin = 0
    for (let c = 0; c < channels; c++) {
      const value = data[c * area + i] as number
      bin = bin * bins + Math.min(bins - 1, Math.floor(value * bins))
    }
    cells.vote(Math.floor(i / width), i % width, bin, 1)
  }
  return cells.result()
}

/**
 * The gradient of an image by Sobel's operator, of the channel that is steepest at each pixel.
 *
 * @returns for each pixel its magnitude, and its direction from 0 to 1: an angle in parts of π, opposite ways being one
 * @see Sobel & Feldman 1968, "A 3x3 isotropic gradient operator for image processing"
 */
export function sobel(image: Image): Slopes {
  return slopesOf(planesOf('sobel', image), SOBEL)
}

export interface EdgeHistogramOptions extends GridOptions {
  /** Directions from 0 to π. */
  readonly bins?: number
}

/**
 * Which way the edges run in each cell of a grid: pixels vote with the magnitude of Sobel's gradient.
 *
 * @shape [C, H, W] → [grid² · bins]; each cell sums to 1, or is 0 where it is flat
 */
export function edgeHistogram(
  image: Image,
  { bins = 8, grid = 4 }: EdgeHistogramOptions = {},
): Float32Array {
  const op = 'edgeHistogram'
  expectInteger(op, 'bins', bins, 1)
  const { height, width } = planesOf(op, image)
  const { magnitude, direction } = sobel(image)
  const cells = new Cells(op, grid, bins, [height, width])
  for (let i = 0; i < magnitude.length; i++) {
    const bin = Math.min(bins - 1, Math.floor((direction[i] as number) * bins))
    cells.vote(Math.floor(i / width), i % width, bin, magnitude[i] as number)
  }
  return cells.result()
}

/** A pixel's eight neighbours in a circle. */
const CIRCLE: readonly (readonly [dy: number, dx: number])[] = [
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
]

/** The bin of each of 256 patterns: one for each of the 58 with at most two changes around the circle, one for the rest. */
const UNIFORM: Uint8Array = uniformPatterns()

function uniformPatterns(): Uint8Array {
  let bins = 0
  const table = Uint8Array.from({ length: 256 }, (_, pattern) => {
    const turned = (pattern >> 1) | ((pattern & 1) << 7)
    let changes = 0
    for (let rest = pattern ^ turned; rest > 0; rest &= rest - 1) changes++
    return changes <= 2 ? bins++ : 255
  })
  return table.map((bin) => (bin === 255 ? bins : bin))
}

/**
 * Local binary patterns: which of a pixel's eight neighbours are not darker than it, counted in each cell of a grid.
 *
 * The 58 uniform patterns, with at most two changes around the circle, have bins of their own, in ascending
 * order of their codes; all others share the last. Neighbours are pixels, the first to the right, then
 * counter-clockwise; pixels on the edge of the image are neighbours only.
 *
 * @shape [C, H, W] → [grid² · 59]; each cell sums to 1
 * @see Ojala, Pietikäinen & Mäenpää 2002, https://doi.org/10.1109/TPAMI.2002.1017623
 */
export function lbp(image: Image, { grid = 4 }: GridOptions = {}): Float32Array {
  const op = 'lbp'
  const { data, channels, height, width } = planesOf(op, image, 3)
  expectColors(op, channels)
  const gray = luma(data, channels)
  const cells = new Cells(op, grid, 59, [height - 2, width - 2])
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const centre = gray[y * width + x] as number
      let pattern = 0
      for (let k = 0; k < 8; k++) {
        const [dy, dx] = CIRCLE[k] as readonly [number, number]
        if ((gray[(y + dy) * width + x + dx] as number) >= centre) pattern |= 1 << k
      }
      cells.vote(y - 1, x - 1, UNIFORM[pattern] as number, 1)
    }
  }
  return cells.result()
}
