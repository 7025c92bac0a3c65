/** How parameters of networks start where a paper wants it otherwise than the layers have it. */
import { assign } from '../runtime/realize.ts'
import { full } from '../tensor/create.ts'
import { normal } from '../tensor/random.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'

/** Gives a parameter normally distributed values; they are drawn with the first realisation. */
export function startNormal(parameter: Parameter, std: number, mean = 0): void {
  const values: Tensor = normal(parameter.cell.shape, { mean, std })
  assign(parameter.cell, values.node)
}

/** Gives a parameter one value everywhere. */
export function startAt(parameter: Parameter, value: number): void {
  const values: Tensor = full(parameter.cell.shape, value)
  assign(parameter.cell, values.node)
}
