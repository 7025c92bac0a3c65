/** Follows a tape on the calling thread, which others get their turn on, and hands sections to a pool. */
import type { InterpretLaunch } from '../../compiler/program.ts'
import type { Launched } from '../watch.ts'
import type { Part, Section, SectionPart, TapeCall } from './tape.ts'
import type { KernelFunction } from './worker.ts'

/** Longest stretch of milliseconds without a turn for others: half a frame at 60 Hz. */
const SLICE_MS = 8

/** What a tape is played with. */
export interface Player {
  readonly functions: readonly KernelFunction[]
  readonly interpret: (launch: InterpretLaunch) => void
  /** Brings a view, and the arguments that are its address, to where it is at a turn. */
  readonly move: (view: number, words: readonly number[], turn: number) => void
  /** Whether the bool in a buffer is true now. */
  readonly holds: (predicate: number) => boolean
  /** Whether others are to do this. */
  readonly shares: (section: Section) => boolean
  /** Hears when each launch ran, if somebody wants to know. */
  readonly report: ((event: Omit<Launched, 'program'>) => void) | undefined
  /** Whether all is done too soon for the clock to matter. */
  readonly short: boolean
  /** Nodes of the program's body that have begun. */
  begun: number
  /** When the thread was last free for others. */
  since: number
}

/** Plays parts to their end; yields sections that others are to do, and nothing where time is up. */
export function* play(
  parts: readonly (Part | SectionPart)[],
  player: Player,
): Generator<Section | undefined, void, void> {
  for (const part of parts) {
    if (!('kind' in part)) {
      if (player.short) whole(part, player)
      else yield* inTurns(part, player)
      continue
    }
    switch (part.kind) {
      case 'section':
        if (player.shares(part)) yield part
        else yield* play(part.parts, player)
        break
      case 'interpret': {
        const start = performance.now()
        player.begun = part.node + 1
        player.interpret(part.launch)
        player.report?.({ launch: part.launch, start, end: performance.now(), thread: 0 })
        break
      }
      case 'loop':
        for (let turn = 0; turn < part.count; turn++) {
          for (const { view, words } of part.moved) player.move(view, words, turn)
          yield* play(part.body, player)
        }
        break
      case 'while':
        yield* play(part.condition, player)
        while (player.holds(part.predicate.buffer)) {
          yield* play(part.body, player)
          yield* play(part.condition, player)
        }
        break
      case 'branch':
        yield* play(player.holds(part.predicate.buffer) ? part.yes : part.no, player)
        break
    }
  }
}

function whole(call: TapeCall, player: Player): void {
  player.begun = call.node + 1
  player.functions[call.function]?.(call.arguments, 0, call.units)
}

function* inTurns(call: TapeCall, player: Player): Generator<undefined, void, void> {
  const start = performance.now()
  const { units, piece } = call
  player.begun = call.node + 1
  for (let begin = 0; begin < units; begin += piece) {
    if (performance.now() - player.since > SLICE_MS) yield undefined
    player.functions[call.function]?.(call.arguments, begin, Math.min(begin + piece, units))
  }
  player.report?.({ launch: call.launch, start, end: performance.now(), thread: 0 })
}
