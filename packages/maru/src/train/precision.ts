/** Mixed precision: 16-bit arithmetic over float32 weights, and the scale that keeps gradients from vanishing. */
import { isFloat } from '../base/dtype.ts'
import { FormatError } from '../base/error.ts'
import type { Module } from '../nn/module.ts'
import { cellNode, readAs } from '../runtime/realize.ts'
import { Dial } from '../tensor/dial.ts'
import { castNode } from '../tensor/nodes.ts'
import { Parameter, State, Tensor } from '../tensor/tensor.ts'

/** What a model computes in; its weights stay as they are. */
export type Precision = 'float32' | 'float16' | 'bfloat16'

/**
 * Runs `body` while the float32 parameters of a model read as if they were of another dtype. Their
 * gradients pass through the cast, so they are float32 again. Running statistics read so, too, where
 * they are used rather than gathered.
 */
export function withCast<T>(model: Module, precision: Precision, body: () => T): T {
  if (precision === 'float32') return body()
  const wide = [...new Set(readBy(model))].filter(({ dtype }) => dtype === 'float32')
  return readAs(new Map(wide.map(({ cell }) => [cell, castNode(cellNode(cell), precision)])), body)
}

/** What a model computes with: parameters, and statistics of modules that do not gather them now. */
function* readBy(module: Module): Generator<State> {
  for (const value of Object.values(module)) {
    if (value instanceof Parameter || (value instanceof State && !module.training)) yield value
  }
  for (const [, child] of module.children()) yield* readBy(child)
}

/** A batch whose `inputs` are of the dtype that is computed in; labels stay as they are. */
export function castInputs<B>(batch: B, precision: Precision): B {
  if (precision === 'float32' || typeof batch !== 'object' || batch === null) return batch
  const inputs: unknown = 'inputs' in batch ? batch.inputs : undefined
  if (!(inputs instanceof Tensor && isFloat(inputs.dtype))) return batch
  // the other fields are read from the batch itself, since some may refuse to be
  return Object.create(batch, { inputs: { value: inputs.cast(precision), enumerable: true } }) as B
}

/** Updates in a row that went well, after which the scale is tried larger. */
const GROW_AFTER = 2000

/**
 * The factor on a loss in float16: halved when a gradient overflows, doubled after 2,000 updates that
 * went well.
 *
 * @see Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740
 */
export class LossScale {
  readonly dial: Dial
  #good = 0

  constructor(start = 65536) {
    this.dial = new Dial(start)
  }

  /** Takes in whether all gradients of an update were finite. */
  update(isGood: boolean): void {
    this.#good = isGood ? this.#good + 1 : 0
    if (!isGood) this.dial.value /= 2
    if (this.#good < GROW_AFTER) return
    this.dial.value *= 2
    this.#good = 0
  }

  state(): readonly [scale: number, good: number] {
    return [this.dial.value, this.#good]
  }

  /** @throws FormatError for what `state` cannot have given */
  restore(state: unknown): void {
    const [scale, good]: readonly unknown[] = Array.isArray(state) ? state : []
    const whole = typeof good === 'number' && Number.isInteger(good) && good >= 0
    if (!(typeof scale === 'number' && scale > 0 && whole)) {
      throw new FormatError('checkpoint.part', { part: 'scale' })
    }
    this.dial.value = scale
    this.#good = good
  }
}
