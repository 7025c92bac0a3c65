/** Points of the plane and of space, in classes that are more or less hard to tell apart. */
import { cos, sin } from '../../base/math.ts'
import { expectInteger } from '../../base/shape.ts'
import type { Stream } from '../../base/threefry.ts'
import { ColumnDataset } from '../columns.ts'
import { flipLabels } from '../labels.ts'
import type { NdArray, Sample } from '../record.ts'
import { expectAtLeast, type GeneratorName, roomFor, source } from './source.ts'

interface PointOptions {
  readonly seed?: number
  /** Standard deviation of what is added to every coordinate. */
  readonly noise?: number
}

/** Draws a point of a class, without its noise. */
type Draw = (label: number, random: Stream) => readonly number[]

interface Cloud {
  readonly name: GeneratorName
  readonly classes: readonly string[]
  readonly features: number
  readonly noise: number
  readonly seed: number
}

/** Sample i is of class i mod classes; it depends on the seed and i only. */
function cloud(count: number, { name, classes, features, noise, seed }: Cloud, draw: Draw) {
  expectAtLeast(name, 'noise', noise, 0)
  const data = roomFor(name, count, features)
  const labels = new Int32Array(count)
  const root = source(name, seed)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    const label = i % classes.length
    labels[i] = label
    draw(label, random).forEach((x, k) => {
      data[i * features + k] = noise === 0 ? x : x + noise * random.normal()
    })
  }
  return new ColumnDataset<Sample>(
    { input: { data, shape: [count, features] }, label: { data: labels, shape: [count] } },
    { classes },
  )
}

const TWO = ['0', '1']

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i))
}

/**
 * The corners of the unit square, again and again, by a truth table.
 *
 * @returns points [2], class 0 for false and 1 for true
 * @example generateLogic(4, { gate: 'xor' }).labels // 0 1 1 0
 */
export function generateLogic(
  count: number,
  { gate, noise = 0, seed = 0 }: PointOptions & { readonly gate: 'and' | 'or' | 'xor' },
): ColumnDataset<Sample> {
  expectAtLeast('generateLogic', 'noise', noise, 0)
  const data = roomFor('generateLogic', count, 2)
  const labels = new Int32Array(count)
  const root = source('logic', seed)
  const table = { and: [0, 0, 0, 1], or: [0, 1, 1, 1], xor: [0, 1, 1, 0] }[gate]
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    const corner = i % 4
    labels[i] = table[corner] ?? 0
    data[2 * i] = (corner >> 1) + noise * random.normal()
    data[2 * i + 1] = (corner & 1) + noise * random.normal()
  }
  return new ColumnDataset<Sample>(
    { input: { data, shape: [count, 2] }, label: { data: labels, shape: [count] } },
    { classes: ['false', 'true'] },
  )
}

/**
 * Two half circles that reach into each other.
 *
 *     class 0: (cos t, sin t)    class 1: (1 − cos t, ½ − sin t)    t uniform in [0, π)
 *
 * @example generateMoons(200, { noise: 0.1, seed: 1 })
 */
export function generateMoons(
  count: number,
  { noise = 0.1, seed = 0 }: PointOptions = {},
): ColumnDataset<Sample> {
  const how = { name: 'moons', classes: TWO, features: 2, noise, seed } as const
  return cloud(count, how, (label, random) => {
    const t = Math.PI * random.uniform()
    return label === 0 ? [cos(t), sin(t)] : [1 - cos(t), 0.5 - sin(t)]
  })
}

/**
 * A circle around a smaller one.
 *
 * @param factor radius of the inner circle, of class 1; that of the outer is 1
 */
export function generateCircles(
  count: number,
  { noise = 0.05, factor = 0.5, seed = 0 }: PointOptions & { readonly factor?: number } = {},
): ColumnDataset<Sample> {
  expectAtLeast('generateCircles', 'factor', factor, 0)
  const how = { name: 'circles', classes: TWO, features: 2, noise, seed } as const
  return cloud(count, how, (label, random) => {
    const t = 2 * Math.PI * random.uniform()
    const radius = label === 0 ? 1 : factor
    return [radius * cos(t), radius * sin(t)]
  })
}

/**
 * Arms that wind around the origin, a class each, evenly dense.
 *
 * @param turns how often an arm goes round on its way from 0 to radius 1
 * @see Lang & Witbrock 1988, "Learning to tell two spirals apart"
 * @example generateSpirals(300, { arms: 3 })
 */
export function generateSpirals(
  count: number,
  {
    arms = 2,
    turns = 1.5,
    noise = 0.02,
    seed = 0,
  }: PointOptions & { readonly arms?: number; readonly turns?: number } = {},
): ColumnDataset<Sample> {
  expectInteger('generateSpirals', 'arms', arms, 1)
  expectAtLeast('generateSpirals', 'turns', turns, 0)
  const classes = numbered(arms)
  const how = { name: 'spirals', classes, features: 2, noise, seed } as const
  return cloud(count, how, (label, random) => {
    const radius = Math.sqrt(random.uniform())
    const angle = 2 * Math.PI * (turns * radius + label / arms)
    return [radius * cos(angle), radius * sin(angle)]
  })
}

/**
 * Round clouds around centres that are drawn in a cube.
 *
 * @param spread half the edge of the cube
 * @param labelNoise share of the labels that are wrong
 */
export function generateBlobs(
  count: number,
  {
    classes = 3,
    features = 2,
    noise = 1,
    spread = 10,
    labelNoise = 0,
    seed = 0,
  }: PointOptions & {
    readonly classes?: number
    readonly features?: number
    readonly spread?: number
    readonly labelNoise?: number
  } = {},
): ColumnDataset<Sample> {
  expectInteger('generateBlobs', 'classes', classes, 1)
  expectInteger('generateBlobs', 'features', features, 1)
  expectAtLeast('generateBlobs', 'spread', spread, 0)
  const random = source('blobs', seed).fork('centres')
  const coordinate = (): number => spread * (2 * random.uniform() - 1)
  const centres = Array.from({ length: classes }, () =>
    Array.from({ length: features }, coordinate),
  )
  const how = { name: 'blobs', classes: numbered(classes), features, noise, seed } as const
  const clean = cloud(count, how, (label) => centres[label] ?? [])
  if (labelNoise === 0) return clean
  const { labels } = flipLabels(clean.labels ?? [], { rate: labelNoise, classes, seed })
  return clean.with({ label: { data: labels, shape: [count] } })
}

/**
 * Narrow clouds evenly on a circle: what generative models lose modes of. Classes are the clouds.
 *
 * @example generateRing(1000).at(3).label // 3, of 8
 */
export function generateRing(
  count: number,
  {
    modes = 8,
    radius = 2,
    noise = 0.02,
    seed = 0,
  }: PointOptions & { readonly modes?: number; readonly radius?: number } = {},
): ColumnDataset<Sample> {
  expectInteger('generateRing', 'modes', modes, 1)
  expectAtLeast('generateRing', 'radius', radius, 0)
  const how = { name: 'ring', classes: numbered(modes), features: 2, noise, seed } as const
  return cloud(count, how, (label) => {
    const angle = (2 * Math.PI * label) / modes
    return [radius * cos(angle), radius * sin(angle)]
  })
}

/**
 * Narrow clouds on a square lattice around the origin: 25 of them unless told otherwise.
 *
 * @param side clouds in a row
 * @param spacing distance between neighbours
 */
export function generateGrid(
  count: number,
  {
    side = 5,
    spacing = 1,
    noise = 0.05,
    seed = 0,
  }: PointOptions & { readonly side?: number; readonly spacing?: number } = {},
): ColumnDataset<Sample> {
  expectInteger('generateGrid', 'side', side, 1)
  expectAtLeast('generateGrid', 'spacing', spacing, 0)
  const how = { name: 'grid', classes: numbered(side * side), features: 2, noise, seed } as const
  const place = (k: number): number => (k - (side - 1) / 2) * spacing
  return cloud(count, how, (label) => [place(label % side), place(Math.floor(label / side))])
}

/** A point in space with a place along the sheet that it lies on. */
export interface SheetSample {
  readonly input: NdArray<Float32Array>
  readonly label: NdArray<Float32Array>
}

/**
 * A rolled-up sheet in space; what is to be found is how far along the roll a point lies.
 *
 *     (t cos t, 21 v, t sin t)    t = 3π/2 · (1 + 2u)    label t
 *
 * @shape input [3], label [1]
 * @see Tenenbaum, de Silva & Langford 2000, Science 290
 */
export function generateSwissRoll(
  count: number,
  { noise = 0, seed = 0 }: PointOptions = {},
): ColumnDataset<SheetSample> {
  expectAtLeast('generateSwissRoll', 'noise', noise, 0)
  const points = roomFor('generateSwissRoll', count, 3)
  const along = new Float32Array(count)
  const root = source('swissRoll', seed)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    const t = 1.5 * Math.PI * (1 + 2 * random.uniform())
    const point = [t * cos(t), 21 * random.uniform(), t * sin(t)]
    point.forEach((x, k) => {
      points[3 * i + k] = noise === 0 ? x : x + noise * random.normal()
    })
    along[i] = t
  }
  return new ColumnDataset<SheetSample>({
    input: { data: points, shape: [count, 3] },
    label: { data: along, shape: [count, 1] },
  })
}
