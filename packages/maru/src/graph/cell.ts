/** The only mutable things: cells hold parameters and states, slots hold numbers that change. */
import type { DType } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Data } from './data.ts'
import type { Node } from './node.ts'

/**
 * A value that is replaced in steps: a parameter, an optimiser's moment, a running statistic.
 *
 * `version` counts replacements; a graph that read an older version cannot be computed any more.
 */
export class Cell {
  readonly shape: Sizes
  readonly dtype: DType
  data: Data
  version = 0
  /** The new value that the next realisation will store. */
  pending: Node | undefined
  /** Leaf of the current version, made on demand. */
  leaf: Node | undefined
  /** What `backward` has found since it was last cleared. */
  gradient: Node | undefined
  /** Not to be learned: gradients stop here, and optimisers leave it as it is. */
  frozen = false
  /** Set when the buffer was handed out: the next write must not reuse it. */
  shared = false

  constructor(data: Data) {
    this.shape = data.shape
    this.dtype = data.dtype
    this.data = data
  }
}

let changes = 0

/** Freezes a cell, or frees it. */
export function setFrozen(cell: Cell, frozen: boolean): void {
  if (cell.frozen !== frozen) changes++
  cell.frozen = frozen
}

/** How often cells were frozen or freed: what was recorded before such a change does not hold after it. */
export function freezes(): number {
  return changes
}

/** A number that programs read anew at every run: a learning rate, a bias correction. */
export class Slot {
  value: number

  constructor(value: number) {
    this.value = value
  }
}
