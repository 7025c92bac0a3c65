/** A section as workers read it: calls, loops and branches, and barriers where one depends on another. */
import type { Part, Range, Section, SectionPart, TapeCall } from './tape.ts'
import { codes } from './worker.ts'

/** Words for the workers, and the calls by the numbers that are in them. */
export interface Encoded {
  readonly words: Int32Array
  readonly calls: readonly TapeCall[]
}

/** What has been done since the last barrier. */
interface Access {
  readonly touches: readonly Range[]
  readonly writes: readonly Range[]
  /** Whether the first worker does it, without the others. */
  readonly alone: boolean
}

/** Calls of less than `splitWork` are made by the first worker. */
export function encodeSection(section: Section, splitWork: number): Encoded {
  const encoder = new Encoder(splitWork)
  encoder.parts(section.parts)
  return { words: Int32Array.from(encoder.words), calls: encoder.calls }
}

class Encoder {
  readonly words: number[] = []
  readonly calls: TapeCall[] = []
  readonly #splitWork: number
  #pending: Access[] = []
  #single = false

  constructor(splitWork: number) {
    this.#splitWork = splitWork
  }

  parts(parts: readonly (Part | SectionPart)[]): void {
    for (const part of parts) this.#part(part)
  }

  #part(part: Part | SectionPart): void {
    if ('kind' in part && part.kind === 'section') this.parts(part.parts)
    else if (!('kind' in part)) {
      this.#access({ ...part, alone: !this.#splits(part) })
      this.#call(part)
    } else if (!this.#single && this.#isAlone(part)) {
      const calls = callsOf(part)
      const touches = calls.flatMap((call) => call.touches)
      const writes = calls.flatMap((call) => call.writes)
      this.#access({ touches: [...touches, ...predicatesOf(part)], writes, alone: true })
      this.#block([codes.alone], [() => this.#unaided(part)])
    } else this.#control(part)
  }

  /** What one worker does has no barriers. */
  #unaided(part: Part | SectionPart): void {
    const pending = this.#pending
    this.#single = true
    this.#control(part)
    this.#single = false
    this.#pending = pending
  }

  #call(call: TapeCall): void {
    const number = this.calls.push(call) - 1
    const split = this.#splits(call) ? 1 : 0
    this.words.push(codes.call, call.function, call.arguments, call.units, split, number)
    this.words.push(call.node + 1)
  }

  #control(part: Part | SectionPart): void {
    if (!('kind' in part)) return
    switch (part.kind) {
      case 'loop': {
        const moved = part.moved.flatMap(({ place, whole, words }) => {
          const { offset, step, shift, period } = place
          return [whole, offset, step, shift, period, words.length, ...words]
        })
        const turn = (): void => this.#turn(part.body)
        this.#block([codes.loop, part.count], [() => this.words.push(...moved), turn])
        break
      }
      case 'while': {
        const test = (): void => {
          this.parts(part.condition)
          this.#access({ touches: [part.predicate.range], writes: [], alone: false })
        }
        this.#block([codes.while, part.predicate.word], [test, () => this.#turn(part.body)])
        // After the last test.
        this.#pending = [{ touches: [part.predicate.range], writes: [], alone: false }]
        break
      }
      case 'branch': {
        this.#access({ touches: [part.predicate.range], writes: [], alone: false })
        const before = this.#pending
        let after: Access[] = []
        const body = (parts: readonly Part[]): void => {
          this.#pending = [...before]
          this.parts(parts)
          after = [...after, ...this.#pending]
        }
        this.#block(
          [codes.branch, part.predicate.word],
          [() => body(part.yes), () => body(part.no)],
        )
        this.#pending = [...new Set(after)]
        break
      }
    }
  }

  /** A body behind which all wait, so that the next turn finds everything done and no address in use. */
  #turn(body: readonly Part[]): void {
    this.parts(body)
    if (this.#pending.length > 0) this.#barrier()
  }

  /** A head, the lengths of what follows it, and that. */
  #block(head: readonly number[], bodies: readonly (() => unknown)[]): void {
    const lengths = this.words.push(...head)
    this.words.push(...bodies.map(() => 0))
    bodies.forEach((body, i) => {
      const start = this.words.length
      body()
      this.words[lengths + i] = this.words.length - start
    })
  }

  #access(access: Access): void {
    const waits = this.#pending.some((earlier) => {
      if (earlier.alone && access.alone) return false
      return meet(earlier.writes, access.touches) || meet(access.writes, earlier.touches)
    })
    if (waits) this.#barrier()
    this.#pending.push(access)
  }

  #barrier(): void {
    if (!this.#single) this.words.push(codes.barrier)
    this.#pending = []
  }

  #splits({ units, work }: TapeCall): boolean {
    return units > 1 && work >= this.#splitWork
  }

  #isAlone(part: Part | SectionPart): boolean {
    return !callsOf(part).some((call) => this.#splits(call))
  }
}

/** Whether some ranges lie on others. */
export function meet(some: readonly Range[], others: readonly Range[]): boolean {
  return some.some((a) => others.some((b) => a.of === b.of && a.from < b.to && b.from < a.to))
}

function bodiesOf(part: Part | SectionPart): readonly (Part | SectionPart)[] {
  if (!('kind' in part) || part.kind === 'interpret') return []
  if (part.kind === 'section') return part.parts
  if (part.kind === 'loop') return part.body
  return part.kind === 'while' ? [...part.condition, ...part.body] : [...part.yes, ...part.no]
}

function callsOf(part: Part | SectionPart): TapeCall[] {
  return 'kind' in part ? bodiesOf(part).flatMap(callsOf) : [part]
}

function predicatesOf(part: Part | SectionPart): Range[] {
  const own = 'kind' in part && 'predicate' in part ? [part.predicate.range] : []
  return [...own, ...bodiesOf(part).flatMap(predicatesOf)]
}
