/** Inputs scaled as a network wants them. */
import { dtypes } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Pointwise } from './activation.ts'
import type { Settings } from './settings.ts'

/**
 * `(x − mean) / std`, as torchvision's transform of that name; both numbers are given, not learned.
 *
 * In front of a network they are part of its definition: what is saved takes the data as they come.
 *
 * @shape [...] → the same; integers become float32
 * @throws ValueError unless both are finite and std > 0
 * @example
 * const { mean, std } = train.moments()
 * const model = new Sequential(new Normalize(mean, std), ...lenet5().layers)
 */
export class Normalize extends Pointwise {
  readonly mean: number
  readonly std: number

  constructor(mean: number, std: number) {
    super()
    if (!Number.isFinite(mean) || !Number.isFinite(std) || std <= 0) {
      throw new ValueError('normalize.moments', { mean, std })
    }
    this.mean = mean
    this.std = std
  }

  static build(settings: Settings): Normalize {
    return new Normalize(settings.number('mean'), settings.number('std'))
  }

  override forward(x: Tensor): Tensor {
    // unsigned pixels below the mean would wrap
    const values = dtypes[x.dtype].kind === 'float' ? x : x.cast('float32')
    return values.sub(this.mean).div(this.std)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { mean: this.mean, std: this.std }
  }
}
