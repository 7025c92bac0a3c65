/** Layers for maps on tensors whose channels come last. */
import { ShapeError } from '../base/error.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { applied, Layer, type Module } from './module.ts'
import type { ReceptiveField } from './receptive-field.ts'
import type { Settings } from './settings.ts'
import type { OpenFn } from './shapes.ts'

/**
 * A layer that takes channels first, applied to maps with their channels last. Axes are turned in views, so
 * nothing is copied for it.
 *
 * @shape x [n, ..., c] → [n, ..., c'], where the layer makes [n, c', ...] of [n, c, ...]
 * @throws ShapeError when there is no axis for channels beside that of the batch
 * @example new ChannelsLast(new Conv2d(3, 8, 3)).forward(zeros([1, 32, 32, 3])).shape // [1, 30, 30, 8]
 */
export class ChannelsLast extends Layer<OpenFn> {
  readonly layer: Module

  constructor(layer: Module) {
    super()
    this.layer = layer
  }

  static build(settings: Settings, [layer]: readonly Module[]): ChannelsLast {
    if (!layer) throw settings.lacks('a layer')
    return new ChannelsLast(layer)
  }

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    if (shape.length < 2) {
      throw new ShapeError('layer.axes', { layer: 'ChannelsLast', wanted: '[n, ..., c]', shape })
    }
    return applied(this.layer, x.movedim(-1, 1)).movedim(1, -1)
  }

  override sees(): ReceptiveField {
    return this.layer.sees()
  }

  override parts(): readonly Module[] {
    return [this.layer]
  }

  /** Its layer is its setting: `nn/definition.ts` writes it out. */
  override config(): Readonly<Record<string, unknown>> {
    return {}
  }
}
