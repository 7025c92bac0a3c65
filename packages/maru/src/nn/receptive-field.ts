/** How much of the input an output sees. */
import { ShapeError } from '../base/error.ts'
import type { Module } from './module.ts'

/** What one place of a result sees of the input, along each axis that windows slide over; borders aside. */
export interface ReceptiveField {
  /** Places of the input; [1] where no window slides. */
  readonly size: readonly number[]
  /** Places of the input between what neighbours see first. */
  readonly stride: readonly number[]
}

/** That of what looks at each place by itself. */
export const POINT: ReceptiveField = { size: [1], stride: [1] }

type PerAxis = number | readonly number[]

/** That of windows over `rank` axes: `d·(k − 1) + 1` places, s apart. */
export function ofWindows(
  rank: number,
  kernelSize: PerAxis,
  { stride = 1, dilation = 1 }: { readonly stride?: PerAxis; readonly dilation?: PerAxis },
): ReceptiveField {
  const axes = Array.from({ length: rank }, (_, axis) => axis)
  const of = (value: PerAxis, axis: number): number =>
    typeof value === 'number' ? value : (value[axis] ?? 1)
  return {
    size: axes.map((axis) => of(dilation, axis) * (of(kernelSize, axis) - 1) + 1),
    stride: axes.map((axis) => of(stride, axis)),
  }
}

/** A field over as many axes as another one has, where no window has slid yet. */
function like(field: ReceptiveField, rank: number): ReceptiveField {
  if ([...field.size, ...field.stride].join() !== '1,1') return field
  const ones = Array.from({ length: rank }, () => 1)
  return { size: ones, stride: ones }
}

function pairs(a: ReceptiveField, b: ReceptiveField): readonly [ReceptiveField, ReceptiveField] {
  const rank = Math.max(a.size.length, b.size.length)
  const [first, second] = [like(a, rank), like(b, rank)]
  if (first.size.length === second.size.length) return [first, second]
  throw new ShapeError('receptive.axes', { count: b.size.length, before: a.size.length })
}

/** That of layers one after the other: each sees places that see a field of the one before. */
export function inTurn(fields: readonly ReceptiveField[]): ReceptiveField {
  return fields.reduce((before, next) => {
    const [a, b] = pairs(before, next)
    const of = (values: readonly number[], axis: number): number => values[axis] ?? 1
    return {
      size: a.size.map((size, axis) => size + (of(b.size, axis) - 1) * of(a.stride, axis)),
      stride: a.stride.map((stride, axis) => stride * of(b.stride, axis)),
    }
  }, POINT)
}

/** That of layers whose results are put together: the larger one, since borders keep them in the middle. */
export function together(fields: readonly ReceptiveField[]): ReceptiveField {
  return fields.reduce((most, next) => {
    const [a, b] = pairs(most, next)
    const larger = (x: readonly number[], y: readonly number[]): number[] =>
      x.map((value, axis) => Math.max(value, y[axis] ?? 1))
    return { size: larger(a.size, b.size), stride: larger(a.stride, b.stride) }
  }, POINT)
}

/**
 * How many places of the input one place of the result depends on, by the sizes of windows alone.
 *
 *     size ← size + (d·(k − 1)) · stride,  stride ← stride · s
 *
 * @throws ValueError for layers that do not look through windows, such as Linear: ask for the part before them
 * @see Araujo, Norris & Sim 2019, https://doi.org/10.23915/distill.00021
 * @example receptiveField(new Sequential(new Conv2d(1, 1, 3), new Conv2d(1, 1, 3))) // size [5, 5], stride [1, 1]
 */
export function receptiveField(model: Module): ReceptiveField {
  return model.sees()
}
