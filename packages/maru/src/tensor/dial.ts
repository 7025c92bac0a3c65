/** Numbers that change between runs without a new program. */
import type { DType } from '../base/dtype.ts'
import { Slot } from '../graph/cell.ts'
import { makeLeaf } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { Tensor } from './tensor.ts'

/**
 * A number that programs read anew at every run: a learning rate, a temperature.
 *
 * @example const rate = new Dial(0.1); x.mul(rate.tensor()); rate.value = 0.05
 */
export class Dial {
  readonly #slot: Slot
  readonly #tensors = new Map<DType, Tensor<[]>>()

  constructor(value: number) {
    this.#slot = new Slot(value)
  }

  get value(): number {
    return this.#slot.value
  }

  set value(value: number) {
    this.#slot.value = value
  }

  /** The number as a scalar tensor. */
  tensor(dtype: DType = 'float32'): Tensor<[]> {
    const known = this.#tensors.get(dtype)
    if (known) return known
    const made = new Tensor<[]>(
      makeLeaf(p.leaf, { kind: 'slot', slot: this.#slot }, { shape: [], dtype }),
    )
    this.#tensors.set(dtype, made)
    return made
  }
}
