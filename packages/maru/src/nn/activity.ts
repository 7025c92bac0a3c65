/** How active the units of a network are. */
import { stack } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { activations } from './activations.ts'
import { capture, modulesByPath } from './capture.ts'
import type { Module } from './module.ts'

/** What one layer makes of a batch. */
export interface Activity {
  /** Path of the layer. */
  readonly name: string
  readonly layer: string
  /** Number of elements. */
  readonly size: number
  /** Share of elements that are 0. */
  readonly zeros: number
  /** Units (along the second axis) that are 0 for all examples and places. */
  readonly dead: number
  /** Share of elements within a twentieth of its range from either end; nothing where the range has no ends. */
  readonly saturated: number | undefined
  readonly mean: number
  readonly variance: number
}

/** Part of a bounded range, at either end, where an activation is saturated. */
const EDGE = 1 / 20

/**
 * What every layer without parts of its own makes of a batch, in numbers, in the order of application.
 *
 * @shape x as the model takes it; results [n, units, ...]
 * @throws ShapeError when the input does not fit
 * @example for (const { name, zeros } of await activityOf(model, images)) console.log(name, zeros)
 */
export async function activityOf(model: Module, x: Tensor): Promise<Activity[]> {
  const modules = modulesByPath(model)
  const leaves = [...modules].filter(([, module]) => module.children().next().done)
  const { maps } = capture(
    model,
    leaves.map(([name]) => name),
  )(x)
  if (maps.size === 0) return []
  // One program for all layers: each by itself would compute those before it again.
  const table: Tensor = stack(
    [...maps].map(([name, made]) => numbersOf(made, rangeOf(modules.get(name)))),
  )
  const numbers = await table.data()
  return [...maps.keys()].map((name, row) => {
    const [zeros = 0, dead = 0, mean = 0, variance = 0, share = 0] = numbers.slice(
      row * 5,
      row * 5 + 5,
    )
    const module = modules.get(name)
    const saturated = rangeOf(module) ? share : undefined
    const size = maps.get(name)?.size ?? 0
    return { name, layer: module?.describe() ?? '', size, zeros, dead, saturated, mean, variance }
  })
}

/** A range that has two ends. */
function rangeOf(module: Module | undefined): readonly [low: number, high: number] | undefined {
  const range = activations[module?.constructor.name ?? '']?.range
  return range && Number.isFinite(range[1] - range[0]) ? range : undefined
}

/** Share of zeros, dead units, mean, variance, share of saturated elements. */
function numbersOf(made: Tensor, range: readonly [low: number, high: number] | undefined): Tensor {
  const share = (flags: Tensor): Tensor => flags.cast('float32').mean()
  const others = [...made.node.shape.keys()].filter((axis) => axis !== 1)
  const active = made.notEqual(0).cast('float32').sum(others)
  const values: Tensor = made.cast('float32')
  const [low = 0, high = 0] = range ?? []
  const edge = EDGE * (high - low)
  const inside = made.greater(low + edge).logicalAnd(made.less(high - edge))
  return stack([
    share(made.equal(0)),
    active.equal(0).cast('float32').sum(),
    values.mean(),
    values.var(undefined, { correction: 0 }),
    share(inside.not()),
  ])
}
