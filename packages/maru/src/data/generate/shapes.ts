/** Coloured shapes on a ground, with what detection and segmentation are asked for. */
import { ValueError } from '../../base/error.ts'
import { cos, sin } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import type { Stream } from '../../base/threefry.ts'
import type { Dataset } from '../dataset.ts'
import type { NdArray } from '../record.ts'
import { GeneratedDataset } from '../sets.ts'
import { expectAtLeast, source } from './source.ts'

/** An image of shapes. Shapes are in the order in which they were drawn: later ones cover earlier ones. */
export interface ShapesSample {
  /** [3, size, size] in [0, 1]. */
  readonly input: NdArray<Float32Array>
  /** Class of the shape of which most can be seen. */
  readonly label: number
  /** Class of each shape, int32 [shapes]. */
  readonly kinds: NdArray<Int32Array>
  /** Left, top, right and bottom of what can be seen of each, in pixels [shapes, 4]. */
  readonly boxes: NdArray<Float32Array>
  /** What each pixel shows: 0 for the ground, else the class of the shape and 1 [size, size]. */
  readonly mask: NdArray<Uint8Array>
  /** Which pixels belong to each shape, bool [shapes, size, size]. */
  readonly masks: NdArray<Uint8Array>
}

/** Names of the classes of shapes. */
export const shapeKinds: readonly string[] = ['circle', 'square', 'triangle', 'ring', 'cross']

/** Whether a point of the plane, the shape's centre at the origin and its radius 1, is within. */
const INSIDE: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => x * x + y * y <= 1,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.8,
  (x, y) => y <= 0.7 && y >= 1.7 * Math.abs(x) - 1,
  (x, y) => x * x + y * y <= 1 && x * x + y * y >= 0.3,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.3 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
]

interface ShapesOptions {
  /** Height and width in pixels. */
  readonly size?: number
  /** Most shapes in an image; there is one at least. */
  readonly most?: number
  /** Standard deviation of what is added to every pixel. */
  readonly noise?: number
  readonly seed?: number
}

/** Places that are tried for each shape; there may be no room for all. */
const TRIES = 20

/**
 * Images of circles, squares, triangles, rings and crosses, turned, coloured and overlapping.
 *
 * Of every shape at least 12 pixels can be seen. Image i is a function of seed and i, drawn when it
 * is asked for.
 *
 * @example
 * const shapes = generateShapes(100, { size: 32, most: 3 })
 * const { boxes, masks } = await shapes.at(0)
 */
export function generateShapes(
  count: number,
  { size = 32, most = 1, noise = 0.02, seed = 0 }: ShapesOptions = {},
): Dataset<ShapesSample> {
  expectInteger('generateShapes', 'size', size, 16)
  expectInteger('generateShapes', 'most', most, 1)
  expectAtLeast('generateShapes', 'noise', noise, 0)
  if (size > 4096) {
    const range = { got: size, low: 16, high: 4096 }
    throw new ValueError('value.range', { op: 'generateShapes', name: 'size', ...range })
  }
  const root = source('shapes', seed)
  return Object.assign(
    new GeneratedDataset(count, (i) => drawImage(root.fork(i), { size, most, noise })),
    { classes: shapeKinds },
  )
}

interface Placed {
  readonly kind: number
  readonly color: readonly number[]
  /** Which shape each pixel shows after this one, -1 for the ground. */
  readonly owner: Int16Array
}

const LEAST_PIXELS = 12

function drawImage(random: Stream, { size, most, noise }: Required<Omit<ShapesOptions, 'seed'>>) {
  const ground = [0, 1, 2].map(() => random.uniform())
  const wanted = 1 + random.integer(most)
  let owner: Int16Array = new Int16Array(size * size).fill(-1)
  const placed: Placed[] = []
  for (let tries = 0; placed.length < wanted; tries++) {
    if (placed.length > 0 && tries >= TRIES * wanted) break
    const next = place(random, { size, ground, owner, id: placed.length })
    if (countsOf(next.owner, placed.length + 1).some((pixels) => pixels < LEAST_PIXELS)) continue
    placed.push(next)
    owner = next.owner
  }
  const pixels = new Float32Array(3 * size * size)
  for (let channel = 0; channel < 3; channel++) {
    for (let p = 0; p < size * size; p++) {
      const color = placed[owner[p] ?? -1]?.color ?? ground
      const value = (color[channel] ?? 0) + noise * random.normal()
      pixels[channel * size * size + p] = Math.min(1, Math.max(0, value))
    }
  }
  return labelled(placed, owner, { data: pixels, shape: [3, size, size] })
}

interface Canvas {
  readonly size: number
  readonly ground: readonly number[]
  readonly owner: Int16Array
  readonly id: number
}

/** A shape somewhere on the canvas, of a colour that differs from the ground. */
function place(random: Stream, { size, ground, owner, id }: Canvas): Placed {
  const kind = random.integer(shapeKinds.length)
  const radius = size * (0.12 + 0.16 * random.uniform())
  const [cx, cy] = [0, 1].map(() => radius + (size - 2 * radius) * random.uniform())
  const angle = 2 * Math.PI * random.uniform()
  const [c, s] = [cos(angle) / radius, sin(angle) / radius]
  const color = ground.map((value) => (value + 0.35 + 0.3 * random.uniform()) % 1)
  const next = owner.slice()
  const inside = INSIDE[kind]
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [x + 0.5 - (cx ?? 0), y + 0.5 - (cy ?? 0)]
      if (inside?.(c * u + s * v, c * v - s * u)) next[y * size + x] = id
    }
  }
  return { kind, color, owner: next }
}

function countsOf(owner: Int16Array, shapes: number): number[] {
  const counts = new Array<number>(shapes).fill(0)
  for (const id of owner) if (id >= 0) counts[id] = (counts[id] ?? 0) + 1
  return counts
}

function labelled(
  placed: readonly Placed[],
  owner: Int16Array,
  input: NdArray<Float32Array>,
): ShapesSample {
  const size = input.shape[1] ?? 0
  const count = placed.length
  const masks = new Uint8Array(count * size * size)
  const boxes = new Float32Array(4 * count)
  for (let id = 0; id < count; id++) {
    let [left, top, right, bottom] = [size, size, 0, 0]
    for (let p = 0; p < size * size; p++) {
      if (owner[p] !== id) continue
      masks[id * size * size + p] = 1
      const [x, y] = [p % size, Math.floor(p / size)]
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
    }
    boxes.set([left, top, right, bottom], 4 * id)
  }
  const counts = countsOf(owner, count)
  const largest = counts.indexOf(Math.max(...counts))
  return {
    input,
    label: placed[largest]?.kind ?? 0,
    kinds: { data: Int32Array.from(placed, ({ kind }) => kind), shape: [count] },
    boxes: { data: boxes, shape: [count, 4] },
    mask: {
      data: Uint8Array.from(owner, (id) => 1 + (placed[id]?.kind ?? -1)),
      shape: [size, size],
    },
    masks: { data: masks, shape: [count, size, size], dtype: 'bool' },
  }
}
