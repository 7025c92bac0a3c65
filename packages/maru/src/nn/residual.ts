/** Layers that are there for what is around them. */
import type { Tensor } from '../tensor/tensor.ts'
import { Pointwise } from './activation.ts'
import { applied, Layer, type Module } from './module.ts'
import { POINT, type ReceptiveField, together } from './receptive-field.ts'
import type { Settings } from './settings.ts'
import type { InnerFn } from './shapes.ts'

/** Gives what it gets. @shape [...] → the same */
export class Identity extends Pointwise {
  static build(): Identity {
    return new Identity()
  }

  override forward(x: Tensor): Tensor {
    return x
  }

  override config(): Readonly<Record<string, unknown>> {
    return {}
  }
}

/**
 * `x + body(x)`, or `shortcut(x) + body(x)` where the body changes shapes.
 *
 * @shape that of the body, to which the shortcut's must broadcast
 * @see He et al. 2016, https://arxiv.org/abs/1512.03385
 * @example new Residual(new Sequential(new Linear(8, 8), new ReLU(), new Linear(8, 8)))
 */
export class Residual<B extends Module> extends Layer<InnerFn<B>> {
  readonly body: B
  readonly shortcut: Module | undefined

  constructor(body: B, shortcut?: Module) {
    super()
    this.body = body
    this.shortcut = shortcut
  }

  static build(settings: Settings, [body, shortcut]: readonly Module[]): Residual<Module> {
    if (!body) throw settings.lacks('body')
    return new Residual(body, shortcut)
  }

  override forward(x: Tensor): Tensor {
    const direct = this.shortcut ? applied(this.shortcut, x) : x
    return direct.add(applied(this.body, x))
  }

  override sees(): ReceptiveField {
    return together([this.body.sees(), this.shortcut?.sees() ?? POINT])
  }

  override parts(): readonly Module[] {
    return this.shortcut ? [this.body, this.shortcut] : [this.body]
  }

  /** Its layers are its settings: `nn/definition.ts` writes them out. */
  override config(): Readonly<Record<string, unknown>> {
    return {}
  }
}
