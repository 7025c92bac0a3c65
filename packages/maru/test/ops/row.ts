/** What a row of the table is. Six suites iterate over the rows; none knows an op by name. */
import { type DType, dtypes, isFloat } from '../../src/base/dtype.ts'
import type { MaruError } from '../../src/base/error.ts'
import type { MessageKey } from '../../src/base/messages.ts'
import type { Sizes } from '../../src/base/shape.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Draw, normal } from './draw.ts'

/** An input with given elements; a plain shape is filled from the row's domain instead. */
export interface Values {
  readonly shape: Sizes
  readonly dtype: DType
  readonly data: readonly number[]
}

/** One call. */
export interface Sample<A extends object> {
  readonly inputs: readonly (Sizes | Values)[]
  readonly args?: A
  /** Elements of the result, where they are known without an oracle. */
  readonly gives?: readonly number[]
  readonly note?: string
}

export interface Tolerance {
  readonly relative: number
  readonly absolute: number
  /** Why the dtype's own tolerance is not enough. */
  readonly reason: string
}

/** Dtype of the result for each dtype of the inputs; a `refused` one throws a `DTypeError`. */
export type Results = { readonly [D in DType]: DType | 'refused' }

/** Where expected values come from: PyTorch's fixture, or elsewhere for a reason. */
export type Oracle<A extends object> =
  | {
      readonly torch: string
      /** maru's arguments for the fixture's. */
      readonly args?: (args: Record<string, never>) => A
      /** Samples of the fixture that do not apply, with the reason. */
      readonly skip?: Readonly<Record<string, string>>
    }
  | { readonly none: string }

/** Whether gradients are checked by differences; `none` says why they are zero everywhere. */
export type Gradient =
  | 'differences'
  | { readonly none: string }
  /** A linear op on coarse numbers, which small steps would not survive. */
  | { readonly step: number; readonly reason: string }

type ErrorClass = abstract new (...args: never[]) => MaruError

/** A bad call, its error class and the key of its message. */
export type Reject = readonly [call: () => unknown, error: ErrorClass, key: MessageKey]

interface Definition<A extends object> {
  readonly run: (args: A, ...inputs: Tensor[]) => Tensor
  /** The first one is what dtypes are tried on. */
  readonly samples: readonly Sample<A>[]
  readonly oracle?: Oracle<A>
  /** Domain of each input, the last one for all that follow. Gradients exist everywhere in it. */
  readonly domain?: readonly Draw[]
  readonly gradient?: Gradient
  readonly results: Results
  readonly tolerance?: { readonly [D in DType]?: Tolerance }
  readonly rejects?: readonly Reject[]
  /** It draws random numbers: other ones for every example of a batch. */
  readonly draws?: true
}

export interface Row extends Definition<object> {
  readonly name: string
  readonly oracle: Oracle<object>
  readonly domain: readonly Draw[]
  readonly gradient: Gradient
}

/** A row; the name is that of the method or function, and of PyTorch's samples unless said otherwise. */
export function op<A extends object = object>(name: string, row: Definition<A>): Row {
  const defaults = { oracle: { torch: name }, domain: [normal], gradient: 'differences' } as const
  // Arguments come from the row's own samples, or through the row's own `args`.
  return { ...defaults, ...(row as unknown as Definition<object>), name }
}

export function domainOf({ domain }: Row, input: number): Draw {
  return domain[Math.min(input, domain.length - 1)] ?? normal
}

// Results by dtype

/** By the inputs' dtype. */
export function results(of: (dtype: DType) => DType | 'refused'): Results {
  const names = Object.keys(dtypes) as DType[]
  return Object.fromEntries(names.map((dtype) => [dtype, of(dtype)])) as Results
}

/** One dtype, whatever the inputs'. */
export const all = (result: DType | 'refused'): Results => results(() => result)

/** The inputs' dtype. */
export const kept: Results = results((dtype) => dtype)
/** Bools count. */
export const arithmetic: Results = { ...kept, bool: 'int32' }
/** Integers become float32. */
export const floating: Results = results((dtype) => (isFloat(dtype) ? dtype : 'float32'))
/** Small integers are summed as int32. */
export const summed: Results = { ...kept, int8: 'int32', uint8: 'int32', bool: 'int32' }
/** Numbers only. */
export const numbers: Results = { ...kept, bool: 'refused' }
export const truths: Results = all('bool')
export const positions: Results = all('int32')
export const truthsOnly: Results = { ...all('refused'), bool: 'bool' }
