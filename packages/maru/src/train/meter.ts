/** Losses of steps, read from the device now and then. */
import { FormatError } from '../base/error.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Numbers by name. */
export type Readings = Readonly<Record<string, number>>

interface Waiting {
  readonly step: number
  readonly samples: number
  readonly scalars: Readonly<Record<string, Tensor>>
}

/** A loss that is no finite number. */
export interface Bad {
  readonly step: number
  readonly loss: number
}

interface Sum {
  samples: number
  readonly totals: Map<string, number>
}

const empty = (): Sum => ({ samples: 0, totals: new Map() })

/**
 * Means of what steps tell, weighed by their samples: over an epoch, and since the last report.
 *
 * Nothing is read until `read`, so that steps follow each other without a look at their results.
 */
export class Meter {
  #waiting: Waiting[] = []
  #epoch = empty()
  #recent = empty()

  add(step: number, samples: number, scalars: Readonly<Record<string, Tensor>>): void {
    this.#waiting.push({ step, samples, scalars })
  }

  /** Reads what waits; tells the first loss that is not finite, which is left out of the means. */
  async read(): Promise<Bad | undefined> {
    let bad: Bad | undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const { step, samples, scalars } of waiting) {
      const entries = Object.entries(scalars)
      const values = await Promise.all(entries.map(([, scalar]) => scalar.item()))
      const loss = values[entries.findIndex(([name]) => name === 'loss')] ?? 0
      if (!Number.isFinite(loss)) {
        bad ??= { step, loss }
        continue
      }
      for (const sum of [this.#epoch, this.#recent]) {
        sum.samples += samples
        entries.forEach(([name], i) => {
          sum.totals.set(name, (sum.totals.get(name) ?? 0) + (values[i] ?? 0) * samples)
        })
      }
    }
    return bad
  }

  /** Means of the epoch so far. */
  epoch(): Readings {
    return meansOf(this.#epoch)
  }

  /** Means since this was last asked. */
  recent(): Readings {
    const means = meansOf(this.#recent)
    this.#recent = empty()
    return means
  }

  /** Begins an epoch. */
  reset(): void {
    this.#epoch = empty()
    this.#recent = empty()
  }

  /** What has been read, as JSON. */
  state(): MeterState {
    const saved = ({ samples, totals }: Sum): SumState => [samples, [...totals]]
    return [saved(this.#epoch), saved(this.#recent)]
  }

  /** @throws FormatError for what `state` cannot have given */
  restore(state: unknown): void {
    const [epoch, recent]: readonly unknown[] = Array.isArray(state) ? state : []
    const sums = [sumOf(epoch), sumOf(recent)] as const
    this.#epoch = sums[0]
    this.#recent = sums[1]
  }
}

function sumOf(state: unknown): Sum {
  const [samples, totals]: readonly unknown[] = Array.isArray(state) ? state : []
  const entries: readonly unknown[] | undefined = Array.isArray(totals) ? totals : undefined
  if (typeof samples !== 'number' || !entries) {
    throw new FormatError('checkpoint.part', { part: 'meter' })
  }
  const pairs = entries.map((entry): [string, number] => {
    const [name, total]: readonly unknown[] = Array.isArray(entry) ? entry : []
    return [String(name), Number(total)]
  })
  return { samples, totals: new Map(pairs) }
}

type SumState = readonly [samples: number, totals: readonly (readonly [string, number])[]]
export type MeterState = readonly [epoch: SumState, recent: SumState]

function meansOf({ samples, totals }: Sum): Readings {
  return Object.fromEntries([...totals].map(([name, total]) => [name, total / samples]))
}
