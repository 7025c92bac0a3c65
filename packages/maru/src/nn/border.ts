/** Borders around maps. */
import { ShapeError } from '../base/error.ts'
import type { Padding } from '../base/types/window.ts'
import type { PadMode } from '../tensor/pieces.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { sidesOf } from '../tensor/window.ts'
import { Layer } from './module.ts'
import type { Settings } from './settings.ts'
import type { Rank, ResizeFn } from './shapes.ts'

/** What these share: widths, one for all sides, one for each axis or `[before, after]` for each. */
abstract class Border<R extends Rank> extends Layer<ResizeFn<R>> {
  readonly padding: Padding
  readonly #sides: readonly (readonly [number, number])[]
  readonly #fill: number | PadMode

  constructor(rank: R, padding: Padding, fill: number | PadMode) {
    super()
    this.padding = padding
    const ones = Array.from({ length: rank }, () => 1)
    const windows = { size: ones, stride: ones, dilation: ones }
    this.#sides = sidesOf(this.constructor.name, padding, windows)
    this.#fill = fill
  }

  override forward(x: Tensor): Tensor {
    const { shape } = x.node
    const lead = shape.length - this.#sides.length
    if (lead < 0) {
      const wanted = `[${['...', ...this.#sides.map((_, axis) => `n${axis + 1}`)].join(', ')}]`
      throw new ShapeError('layer.axes', { layer: this.constructor.name, wanted, shape })
    }
    const none = Array.from({ length: lead }, (): readonly [number, number] => [0, 0])
    return x.pad([...none, ...this.#sides], this.#fill)
  }

  override config(): Readonly<Record<string, unknown>> {
    return { padding: this.padding }
  }
}

/** Zeros around the last axis. @shape x [..., L] → [..., L'] */
export class ZeroPad1d extends Border<1> {
  constructor(padding: Padding) {
    super(1, padding, 0)
  }

  static build(settings: Settings): ZeroPad1d {
    return new ZeroPad1d(settings.sides('padding'))
  }
}

/** Zeros around height and width. @shape x [..., H, W] → [..., H', W'] */
export class ZeroPad2d extends Border<2> {
  constructor(padding: Padding) {
    super(2, padding, 0)
  }

  static build(settings: Settings): ZeroPad2d {
    return new ZeroPad2d(settings.sides('padding'))
  }
}

/** Zeros around depth, height and width. @shape x [..., D, H, W] → [..., D', H', W'] */
export class ZeroPad3d extends Border<3> {
  constructor(padding: Padding) {
    super(3, padding, 0)
  }

  static build(settings: Settings): ZeroPad3d {
    return new ZeroPad3d(settings.sides('padding'))
  }
}

/** A mirrored border, without the outermost elements, around the last axis. @shape x [..., L] → [..., L'] */
export class ReflectionPad1d extends Border<1> {
  constructor(padding: Padding) {
    super(1, padding, 'reflect')
  }

  static build(settings: Settings): ReflectionPad1d {
    return new ReflectionPad1d(settings.sides('padding'))
  }
}

/** A mirrored border, without the outermost elements, around height and width. @shape x [..., H, W] → [..., H', W'] */
export class ReflectionPad2d extends Border<2> {
  constructor(padding: Padding) {
    super(2, padding, 'reflect')
  }

  static build(settings: Settings): ReflectionPad2d {
    return new ReflectionPad2d(settings.sides('padding'))
  }
}

/** A mirrored border, without the outermost elements, around depth, height and width. @shape x [..., D, H, W] → [..., D', H', W'] */
export class ReflectionPad3d extends Border<3> {
  constructor(padding: Padding) {
    super(3, padding, 'reflect')
  }

  static build(settings: Settings): ReflectionPad3d {
    return new ReflectionPad3d(settings.sides('padding'))
  }
}

/** The outermost elements repeated around the last axis. @shape x [..., L] → [..., L'] */
export class ReplicationPad1d extends Border<1> {
  constructor(padding: Padding) {
    super(1, padding, 'replicate')
  }

  static build(settings: Settings): ReplicationPad1d {
    return new ReplicationPad1d(settings.sides('padding'))
  }
}

/** The outermost elements repeated around height and width. @shape x [..., H, W] → [..., H', W'] */
export class ReplicationPad2d extends Border<2> {
  constructor(padding: Padding) {
    super(2, padding, 'replicate')
  }

  static build(settings: Settings): ReplicationPad2d {
    return new ReplicationPad2d(settings.sides('padding'))
  }
}

/** The outermost elements repeated around depth, height and width. @shape x [..., D, H, W] → [..., D', H', W'] */
export class ReplicationPad3d extends Border<3> {
  constructor(padding: Padding) {
    super(3, padding, 'replicate')
  }

  static build(settings: Settings): ReplicationPad3d {
    return new ReplicationPad3d(settings.sides('padding'))
  }
}
