/**
 * How a method of `Tensor` uses a shape rule R: `Arg` and `Ok` for what it takes, `Out` for what it
 * gives. The mistake stands at the argument, where the editor underlines it; the result after a
 * mistake is a `Tensor` of unknown shape, so one mistake is reported once.
 */
import type { Box, Dim, IsAny, Shape, ShapeMistake } from '../base/types/dim.ts'
import type { Tensor } from './tensor.ts'

/** The result of a rule: its shape when it has one, otherwise unknown. */
export type Out<R> =
  IsAny<R> extends true
    ? Tensor
    : Box<Dim[]> extends Box<R>
      ? Tensor
      : Box<R> extends Box<infer S extends Shape>
        ? Tensor<S>
        : Tensor

// The mistake is rebuilt from its sentence: handed on as it is, it would lose its name in the
// diagnostic, and inference would walk into R.

/** A tensor argument of shape B, or the mistake that the rule found. */
export type Arg<R, B extends Shape> =
  Box<R> extends Box<ShapeMistake<infer Sentence>> ? ShapeMistake<Sentence> : Tensor<B>

/** Any other argument of type T (an axis, a shape, options), or the mistake that the rule found. */
export type Ok<R, T> = Box<R> extends Box<ShapeMistake<infer Sentence>> ? ShapeMistake<Sentence> : T

/** Tensors whose shapes are the elements of Ss. */
export type TensorsOf<Ss extends readonly Shape[]> = readonly [
  ...{ [K in keyof Ss]: Tensor<Ss[K]> },
]
