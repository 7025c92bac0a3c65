/** Random graphs from sequences of numbers, all of which mean something. */
import { isFloat } from '../../src/base/dtype.ts'
import type { Sizes } from '../../src/base/shape.ts'
import { arange, full, type Tensor } from '../../src/index.ts'
import { Builder, type Value } from './builder.ts'
import { anyDType, makers } from './makers.ts'

/** An op, the value that it is applied to, and two choices that it may use. */
export type Instruction = readonly [op: number, on: number, first: number, second: number]

export interface Graph {
  readonly leaves: readonly Value[]
  readonly values: readonly Value[]
  /** The graph as the program that makes it. */
  readonly text: string
}

const MOST_ELEMENTS = 300
/** Integers below this are exact in float32. */
const EXACT = 2 ** 24

/** The graph that a sequence of instructions stands for; those that do not apply are left out. */
export function build(shape: Sizes, instructions: readonly Instruction[]): Graph {
  const b = new Builder()
  b.leaf(shape)
  for (const [op, a, ...choices] of instructions) {
    const make = makers[op % makers.length]
    const any = make !== undefined && anyDType.has(make)
    const x = b.pick(a, ({ tensor }) => any || tensor.dtype === 'float32')
    const made = x && make?.(b, x, choices)
    if (!made) continue
    const { tensor, bound, error } = made
    const exact = error > 0 || !isFloat(tensor.dtype) || bound < EXACT
    if (tensor.size <= MOST_ELEMENTS && tensor.ndim <= 5 && exact && error < 1) b.keep(made)
  }
  return { leaves: b.leaves, values: b.values, text: b.lines.join('\n') }
}

/** Sum of products of the float values with small integers: what graphs are differentiated from. */
export function lossOf(values: readonly Value[]): Tensor {
  let loss = full([], 0)
  for (const [i, { tensor }] of values.entries()) {
    if (tensor.dtype !== 'float32') continue
    const weights = arange(tensor.size).cast('float32').add(i).sin().mul(3).floor()
    loss = loss.add(tensor.flatten().mul(weights).sum())
  }
  return loss
}
