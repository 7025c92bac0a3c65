/** Layers one after the other. */
import type { Chain, CheckChain, ShapeFn } from '../base/types/layer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { applied, Layer, type Module, type UnaryModule } from './module.ts'
import { inTurn, type ReceptiveField } from './receptive-field.ts'
import type { Settings } from './settings.ts'

interface SequentialFn<Ls extends readonly unknown[]> extends ShapeFn {
  readonly out: Chain<Ls, this['in']>
}

/**
 * Applies its layers in order; parameters are named by position, `0.weight`, as in PyTorch.
 *
 * @example new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10))
 */
export class Sequential<const Ls extends readonly UnaryModule[]> extends Layer<SequentialFn<Ls>> {
  readonly layers: Ls

  constructor(
    ...layers: CheckChain<Ls> extends infer C extends readonly unknown[]
      ? Ls extends C
        ? Ls
        : C
      : never
  ) {
    super()
    this.layers = layers as unknown as Ls
  }

  protected override childName(_: string, index: number): string {
    return String(index)
  }

  static build(_: Settings, inner: readonly Module[]): Sequential<readonly Module[]> {
    return new Sequential<readonly Module[]>(...inner)
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce<Tensor>((value, layer) => applied(layer, value), x)
  }

  override sees(): ReceptiveField {
    return inTurn(this.layers.map((layer) => layer.sees()))
  }

  override parts(): readonly Module[] {
    return this.layers
  }

  /** Its layers are its settings: `nn/definition.ts` writes them out. */
  override config(): Readonly<Record<string, unknown>> {
    return {}
  }
}
