/** A compiled graph: launches in order, the memory they use, and where run-time values go. */
import type { DType } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Attrs, Primitive } from '../graph/primitive.ts'
import type { Argument } from './lowering.ts'
import type { VectorFunction } from './vector.ts'

/** A buffer of the program: a leaf's, an output's, or a place in the arena. */
export type BufferPlace =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | { readonly kind: 'output'; readonly output: number }
  | { readonly kind: 'arena'; readonly offset: number }

export interface ProgramBuffer {
  readonly place: BufferPlace
  readonly dtype: DType
  readonly shape: Sizes
}

/** Compiled code with its arguments. `code` indexes the program's functions. */
export interface CodeLaunch {
  readonly kind: 'code'
  /** What it does, for people: loops, folds and sizes. */
  readonly label: string
  readonly code: number
  readonly arguments: readonly Argument[]
  readonly units: number
}

/** One primitive on contiguous buffers or parameters, by the reference interpreter. */
export interface InterpretLaunch {
  readonly kind: 'interpret'
  readonly op: Primitive
  readonly attrs: Attrs
  readonly inputs: readonly Operand[]
  readonly output: number
}

export type Operand =
  | { readonly kind: 'buffer'; readonly buffer: number }
  | { readonly kind: 'parameter'; readonly index: number; readonly dtype: DType }

/** One buffer's bytes over another's of the same size. */
export interface CopyLaunch {
  readonly kind: 'copy'
  readonly from: number
  readonly to: number
}

export type Launch = CodeLaunch | InterpretLaunch | CopyLaunch

/** A program is a tree: launches now, loops and branches around them later. */
export type ProgramNode = { readonly kind: 'launch'; readonly launch: Launch }

export interface Program {
  readonly buffers: readonly ProgramBuffer[]
  readonly functions: readonly { readonly key: string; readonly code: VectorFunction }[]
  readonly body: readonly ProgramNode[]
  readonly arenaBytes: number
}
