/** Histograms of oriented gradients. */
import { ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import { showAny } from '../../base/show.ts'
import { CENTRAL, type Image, planesOf, type Slopes, slopesOf } from './image.ts'

/** How a block is normalised; the names are those of the paper. */
export type BlockNorm = 'l2Hys' | 'l2' | 'l1' | 'l1Sqrt'

export interface HogOptions {
  /** Directions from 0 to π. */
  readonly orientations?: number
  /** Pixels of a cell to each side. */
  readonly cellSize?: number
  /** Cells of a block to each side. */
  readonly blockSize?: number
  readonly blockNorm?: BlockNorm
}

/** Keeps blocks without a gradient at 0. */
const EPSILON = 1e-5
/** What no element of a block exceeds in `l2Hys`. */
const CLIP = 0.2

/**
 * Histograms of the directions of gradients in square cells, normalised in blocks of cells that overlap (R-HOG).
 *
 * A pixel's gradient, by [−1, 0, 1] without smoothing, votes with its magnitude; the vote is shared linearly
 * between the nearest two directions and the nearest cells' centres. Blocks begin at every cell and are not
 * weighted by a Gaussian. `l2Hys` divides by √(‖v‖² + ε²), cuts at 0.2 and divides again.
 *
 * @shape [C, H, W] → [blocks down · blocks across · blockSize² · orientations], in this order
 * @throws ShapeError when the image has no whole block
 * @see Dalal & Triggs 2005, https://doi.org/10.1109/CVPR.2005.177
 */
export function hog(
  image: Image,
  { orientations = 9, cellSize = 8, blockSize = 2, blockNorm = 'l2Hys' }: HogOptions = {},
): Float32Array {
  const op = 'hog'
  expectInteger(op, 'orientations', orientations, 1)
  expectInteger(op, 'cellSize', cellSize, 1)
  expectInteger(op, 'blockSize', blockSize, 1)
  if (typeof blockNorm !== 'string' || !Object.hasOwn(norms, blockNorm)) {
    throw new ValueError('feature.norm', { op, got: showAny(blockNorm), known: Object.keys(norms) })
  }
  const normalise = norms[blockNorm]
  const planes = planesOf(op, image, cellSize * blockSize)
  const rows = Math.floor(planes.height / cellSize)
  const columns = Math.floor(planes.width / cellSize)
  const layout = { rows, columns, orientations, cellSize }
  const cells = votes(slopesOf(planes, CENTRAL), planes.width, layout)
  const [down, across] = [rows - blockSize + 1, columns - blockSize + 1]
  const run = blockSize * orientations
  const block = new Float64Array(blockSize * run)
  const out = new Float32Array(down * across * block.length)
  for (let i = 0; i < down * across; i++) {
    const [top, left] = [Math.floor(i / across), i % across]
    for (let row = 0; row < blockSize; row++) {
      const start = ((top + row) * columns + left) * orientations
      block.set(cells.subarray(start, start + run), row * run)
    }
    normalise(block)
    out.set(block, i * block.length)
  }
  return out
}

interface CellLayout {
  readonly rows: number
  readonly columns: number
  readonly orientations: number
  readonly cellSize: number
}

/** Histograms [rows, columns, orientations]. */
function votes(
  { magnitude, direction }: Slopes,
  width: number,
  { rows, columns, orientations, cellSize }: CellLayout,
): Float64Array {
  const cells = new Float64Array(rows * columns * orientations)
  for (let i = 0; i < magnitude.length; i++) {
    const strength = magnitude[i] as number
    if (strength === 0) continue
    const y = (Math.floor(i / width) + 0.5) / cellSize - 0.5
    const x = ((i % width) + 0.5) / cellSize - 0.5
    const turn = (direction[i] as number) * orientations - 0.5
    const row = Math.floor(y)
    const column = Math.floor(x)
    const bin = Math.floor(turn)
    for (let corner = 0; corner < 8; corner++) {
      const r = row + (corner >> 2)
      const c = column + ((corner >> 1) & 1)
      const b = bin + (corner & 1)
      if (r < 0 || r >= rows || c < 0 || c >= columns) continue
      const share = near(y - r) * near(x - c) * near(turn - b)
      const at = (r * columns + c) * orientations + ((b + orientations) % orientations)
      cells[at] = (cells[at] as number) + strength * share
    }
  }
  return cells
}

function near(distance: number): number {
  return 1 - Math.abs(distance)
}

const norms: Readonly<Record<BlockNorm, (block: Float64Array) => void>> = {
  l2: divideByLength,
  l2Hys(block) {
    divideByLength(block)
    for (let i = 0; i < block.length; i++) block[i] = Math.min(CLIP, block[i] as number)
    divideByLength(block)
  },
  l1: divideBySum,
  l1Sqrt(block) {
    divideBySum(block)
    for (let i = 0; i < block.length; i++) block[i] = Math.sqrt(block[i] as number)
  },
}

function divideByLength(block: Float64Array): void {
  let squares = EPSILON * EPSILON
  for (const value of block) squares += value * value
  scaleBy(block, 1 / Math.sqrt(squares))
}

function divideBySum(block: Float64Array): void {
  let sum = EPSILON
  for (const value of block) sum += value
  scaleBy(block, 1 / sum)
}

function scaleBy(block: Float64Array, factor: number): void {
  for (let i = 0; i < block.length; i++) block[i] = (block[i] as number) * factor
}
