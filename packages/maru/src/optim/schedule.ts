/** Learning-rate schedules: the factor on the rate at each step, counted from 0. */
import { cos } from '../base/math.ts'
import { expectInteger } from '../base/shape.ts'

export type Schedule = (step: number) => number

/**
 * Cosine decay from 1 to 0 over a number of steps; 0 afterwards.
 *
 *     ½ · (1 + cos(π · step / total))
 *
 * @see Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983
 */
export function cosine(total: number): Schedule {
  expectInteger('cosine', 'total', total, 1)
  return (step) => (step >= total ? 0 : 0.5 * (1 + cos((Math.PI * step) / total)))
}
