/** What layers do to shapes whose last axes alone change. */
import type { Dim, IsAny, Shape } from '../base/types/dim.ts'
import type { In, LayerOut, ShapeFn } from '../base/types/layer.ts'

/** As many axes as windows slide over, of any size. */
export interface SpatialAxes {
  readonly 1: [Dim]
  readonly 2: [Dim, Dim]
  readonly 3: [Dim, Dim, Dim]
}

export type Rank = keyof SpatialAxes

/** S with its last axes replaced: those before them are kept. */
type Ending<S extends Shape, Old extends Dim[], New extends Dim[]> =
  IsAny<S> extends true
    ? Dim[]
    : S extends readonly [...infer Before extends Shape, ...Old]
      ? [...Before, ...New]
      : Dim[]

/** For layers that change sizes and keep channels. */
export interface ResizeFn<R extends Rank> extends ShapeFn {
  readonly out: Ending<In<this['in']>, SpatialAxes[R], SpatialAxes[R]>
}

/** For layers that make `O` channels. */
export interface ChannelsFn<R extends Rank, O extends number> extends ShapeFn {
  readonly out: Ending<In<this['in']>, [Dim, ...SpatialAxes[R]], [O, ...SpatialAxes[R]]>
}

/** For layers that change the size of one axis or more. */
export interface SameRankFn extends ShapeFn {
  readonly out: { -readonly [K in keyof In<this['in']>]: Dim }
}

/** For layers whose result has the shape of what their part makes. */
export interface InnerFn<B> extends ShapeFn {
  readonly out: LayerOut<B, In<this['in']>>
}

/** For layers whose result has a shape that types do not follow. */
export interface OpenFn extends ShapeFn {
  readonly out: Dim[]
}
