/**
 * How a method of `Tensor` uses a shape rule R: `Arg` and `Ok` for what it takes, `Out` for what it
 * gives. The mistake stands at the argument, where the editor underlines it; the result after a
 * mistake is a `Tensor` of unknown shape, so one mistake is reported once.
 */
import type { Dim, IsAny, Shape, ShapeMistake } from '../base/types/dim.ts'
import type { Tensor } from './tensor.ts'

/** The result of a rule: its shape when it has one, otherwise unknown. */
export type Out<R> =
  IsAny<R> extends true
    ? Tensor
    : R extends infer S extends Shape
      ? Dim[] extends S
        ? Tensor
        : Tensor<S>
      : Tensor

/**
 * The mistake rebuilt from its sentence. Handed on as it is, it would lose its name in the
 * diagnostic, and inference would walk into the rule.
 */
type Restate<R> = R extends ShapeMistake<infer Sentence> ? ShapeMistake<Sentence> : never

/** Any other argument of type T (an axis, a shape, options), or the mistake that the rule found. */
export type Ok<R, T> = [R] extends [readonly unknown[]] ? T : Restate<R>

/** A tensor argument of shape B, or the mistake that the rule found. */
export type Arg<R, B extends Shape> = Ok<R, Tensor<B>>

/** Tensors whose shapes are the elements of Ss. */
export type TensorsOf<Ss extends readonly Shape[]> = readonly [
  ...{ [K in keyof Ss]: Tensor<Ss[K]> },
]
