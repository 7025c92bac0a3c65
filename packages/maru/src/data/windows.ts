/** Stretches of one long sequence, each with the same stretch one step later. */
import { ValueError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import { type Dataset, expectIndex, type Role } from './dataset.ts'
import type { NdArray } from './record.ts'

/** A stretch of tokens and the token that follows each. */
export interface WindowSample {
  readonly input: NdArray<Int32Array>
  readonly label: NdArray<Int32Array>
}

/**
 * Stretches of a sequence of tokens: `input` is `length` tokens, `label` the same places one later.
 *
 * @shape input [length], label [length], int32
 * @throws ValueError unless length and stride are integers ≥ 1, and the sequence is longer than a stretch
 * @example
 * const vocabulary = Vocabulary.of([characters(text)])
 * new WindowDataset(vocabulary.encode(characters(text)), { length: 128 })
 */
export class WindowDataset implements Dataset<WindowSample> {
  readonly tokens: Int32Array
  readonly length: number
  readonly role: Role | undefined
  readonly #size: number
  readonly #stride: number

  /** @param stride tokens from the start of a stretch to that of the next */
  constructor(
    tokens: Int32Array,
    { length, stride = length, role }: { length: number; stride?: number; role?: Role },
  ) {
    this.#size = expectInteger('WindowDataset', 'length', length, 1)
    this.#stride = expectInteger('WindowDataset', 'stride', stride, 1)
    if (tokens.length <= length) {
      throw new ValueError('windows.short', { tokens: tokens.length, length })
    }
    this.tokens = tokens
    this.role = role
    this.length = 1 + Math.floor((tokens.length - length - 1) / stride)
  }

  /** Stretch i, as views. */
  at(i: number): WindowSample {
    const start = expectIndex('WindowDataset', i, this.length) * this.#stride
    const end = start + this.#size
    const shape = [this.#size]
    return {
      input: { data: this.tokens.subarray(start, end), shape },
      label: { data: this.tokens.subarray(start + 1, end + 1), shape },
    }
  }
}
