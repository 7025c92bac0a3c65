/**
 * Values of random graphs, with a bound on how far two right answers may lie apart.
 *
 * Inputs are integers. As long as everything stays an integer below 2^24, float32 is exact and
 * devices must agree to the bit; where a function rounds, its error is carried along.
 */
import { type Sizes, sizeOf } from '../../src/base/shape.ts'
import { type Tensor, tensor } from '../../src/index.ts'
import { stream } from './draw.ts'

/** A tensor of a graph with what is known of its elements. */
export interface Value {
  readonly name: string
  readonly tensor: Tensor
  /** No element is further from 0. */
  readonly bound: number
  /** No element is further from what exact arithmetic gives; 0 for integers. */
  readonly error: number
}

/** Spacing of float32 at 1: twice what one rounding adds. */
export const ULP: number = 2 ** -23
/** Integers beyond this are brought back, so that products and sums of them stay exact. */
const MOST = 64
/** Errors beyond this could move a rounding to integers. */
const ROUNDABLE = 1e-6

/** What an op makes of values. */
export interface Made {
  readonly code: string
  readonly tensor: Tensor
  readonly bound: number
  readonly error: number
}

/** An op of random graphs: applied to a value with two choices left to it, or not at all. */
export type Make = (b: Builder, x: Value, choices: readonly [number, number]) => Made | undefined

/** Collects the values of a graph, and the text that makes them. */
export class Builder {
  readonly leaves: Value[] = []
  readonly values: Value[] = []
  readonly lines: string[] = []

  keep({ code, tensor, bound, error }: Made): Value {
    const name = `t${this.values.length}`
    const value = { name, tensor, bound, error }
    this.values.push(value)
    this.lines.push(`const ${name} = ${code} // [${tensor.shape}] ${tensor.dtype}`)
    return value
  }

  /** Integers from -4 to 4 in a new leaf. */
  leaf(shape: Sizes): Value {
    const draw = stream('leaf', this.leaves.length, ...shape)
    const data = Array.from({ length: sizeOf(shape) }, () => draw.integer(9) - 4)
    const code = `tensor([${data}], [${shape}])`
    const value = this.keep({ code, tensor: tensor(data, shape), bound: 4, error: 0 })
    this.leaves.push(value)
    return value
  }

  /** One of the values that fit: the latest half of the time, so that graphs grow deep. */
  pick(choice: number, fits: (value: Value) => boolean): Value | undefined {
    const fitting = this.values.filter(fits)
    const back = choice % (2 * fitting.length)
    return fitting[fitting.length - 1 - (back < fitting.length ? back : 0)]
  }

  /** The value as integers, through a rounding that errors do not move; nothing if they might. */
  whole(value: Value): Value | undefined {
    if (value.error === 0) return value
    if (value.error > ROUNDABLE || value.bound > MOST) return undefined
    const { name, tensor, bound } = value
    return this.keep({
      code: `${name}.mul(8).add(0.4).floor()`,
      tensor: tensor.mul(8).add(0.4).floor(),
      bound: 8 * bound + 1,
      error: 0,
    })
  }

  /** The value within -8 … 8 where it may be large. */
  small(value: Value): Value {
    if (value.bound <= MOST) return value
    const { name, tensor, error } = value
    return this.keep({
      code: `${name}.clamp(-8, 8)`,
      tensor: tensor.clamp(-8, 8),
      bound: 8,
      error,
    })
  }
}
