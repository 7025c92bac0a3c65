/** A compiled graph: launches in order, the memory they use, and where run-time values go. */
import type { DType } from '../base/dtype.ts'
import type { Sizes } from '../base/shape.ts'
import type { Attrs, Primitive, Spec } from '../graph/primitive.ts'
import type { Kernel } from './kernel.ts'
import type { Alike } from './likeness.ts'

/** A buffer of the program: a leaf's, an output's, or a place in the arena. */
export type BufferPlace =
  | { readonly kind: 'leaf'; readonly leaf: number }
  | { readonly kind: 'output'; readonly output: number }
  | { readonly kind: 'arena'; readonly offset: number }
  | ({ readonly kind: 'view' } & View)

/**
 * A part of another buffer. In a loop it moves: at a turn it begins
 * `offset + step · ((turn + shift) mod period)` bytes after the buffer; 0 as a period is none.
 */
export interface View {
  readonly of: number
  readonly offset: number
  readonly step: number
  readonly shift: number
  readonly period: number
}

/** Where a view begins at a turn, in bytes after its buffer. */
export function viewOffset({ offset, step, shift, period }: View, turn: number): number {
  return offset + step * (period > 0 ? (turn + shift) % period : turn)
}

export interface ProgramBuffer {
  readonly place: BufferPlace
  readonly dtype: DType
  readonly shape: Sizes
}

/** A kernel, whose code is made by who runs it. */
export interface CodeLaunch {
  readonly kind: 'code'
  /** What it does, for people: loops, folds and sizes. */
  readonly label: string
  /** Nothing where the code was written by hand. */
  readonly kernel: Kernel | undefined
  readonly writes: readonly number[]
  /** Rough cost: elements computed, eight multiply-adds of a contraction counted as one. */
  readonly work: number
  readonly alike: Alike
}

/** One primitive on contiguous buffers or parameters, by the reference interpreter. */
export interface InterpretLaunch {
  readonly kind: 'interpret'
  readonly op: Primitive
  readonly attrs: Attrs
  readonly inputs: readonly Operand[]
  readonly outputs: readonly number[]
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

/** A program is a tree: launches, loops and branches. */
export type ProgramNode =
  | { readonly kind: 'launch'; readonly launch: Launch }
  /** `views` move at every turn. */
  | {
      readonly kind: 'loop'
      readonly count: number
      readonly views: readonly number[]
      readonly body: readonly ProgramNode[]
    }
  /** Runs the condition, then the body as long as the first byte of `predicate` is not 0. */
  | {
      readonly kind: 'while'
      readonly condition: readonly ProgramNode[]
      readonly predicate: number
      readonly body: readonly ProgramNode[]
    }
  | {
      readonly kind: 'branch'
      readonly predicate: number
      readonly yes: readonly ProgramNode[]
      readonly no: readonly ProgramNode[]
    }

/** Every launch of a tree, in the order of the text. */
export function launchesOf(body: readonly ProgramNode[]): Launch[] {
  return body.flatMap((node): Launch[] => {
    if (node.kind === 'launch') return [node.launch]
    if (node.kind === 'loop') return launchesOf(node.body)
    if (node.kind === 'while') return [...launchesOf(node.condition), ...launchesOf(node.body)]
    return [...launchesOf(node.yes), ...launchesOf(node.no)]
  })
}

/** Buffers that a launch writes. */
export function writesOf(launch: Launch): readonly number[] {
  if (launch.kind === 'code') return launch.writes
  return launch.kind === 'copy' ? [launch.to] : launch.outputs
}

/** What a value is made of that other programs may make, too: equal texts make equal values of equal ones. */
export interface Source {
  readonly text: string
  /** Positions among the program's leaves, and its numbers. */
  readonly leaves: readonly number[]
  readonly parameters: readonly number[]
}

export interface Program {
  readonly buffers: readonly ProgramBuffer[]
  readonly body: readonly ProgramNode[]
  readonly arenaBytes: number
  readonly once?: Once | undefined
}

/** What is the same in every run of a program, computed by one of its own. */
export interface Once {
  readonly program: Program
  /** Its outputs from a number on, which the other program is given as leaves from a number on. */
  readonly results: readonly (Spec & { readonly source?: Source | undefined })[]
  readonly first: { readonly leaf: number; readonly output: number }
}
