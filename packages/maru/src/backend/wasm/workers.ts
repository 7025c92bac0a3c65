/** The pool of a backend: started when there is work for it, and anew after it failed. */
import { DeviceError } from '../../base/error.ts'
import type { Player } from './play.ts'
import { type Outcome, Pool } from './pool.ts'
import type { Section } from './tape.ts'
import type { Code } from './worker.ts'

/** Pools in a row that could not be started, after which the calling thread does all. */
const MOST_REFUSALS = 2

export class Workers {
  readonly count: number
  readonly #memory: WebAssembly.Memory
  readonly #code: readonly Code[]
  readonly #splitWork: number
  #current: Pool | undefined
  #refusals = 0

  constructor(count: number, memory: WebAssembly.Memory, code: readonly Code[], splitWork: number) {
    this.#splitWork = splitWork
    this.count = count
    this.#memory = memory
    this.#code = code
  }

  /** The pool if it is ready; if there is none, one begins to start. */
  pool(): Pool | undefined {
    const pool = this.#start()
    return pool?.state === 'ready' ? pool : undefined
  }

  async ready(): Promise<number> {
    for (;;) {
      const pool = this.#start()
      if (!pool) return 1
      if (pool.state === 'ready') return pool.size
      pool.hold(true)
      await pool.ready.catch(() => {})
      pool.hold(false)
    }
  }

  #start(): Pool | undefined {
    if (this.#current && this.#current.state !== 'over') return this.#current
    if (this.#refusals >= MOST_REFUSALS) return undefined
    const pool = new Pool(this.count, this.#memory, this.#code, this.#splitWork)
    this.#current = pool
    pool.ready.then(
      () => {
        this.#refusals = 0
      },
      () => {
        this.#refusals++
      },
    )
    return pool
  }

  /** Does a section with the help of the calling thread, if that may be; nothing where it is done at once. */
  share(pool: Pool, section: Section, player: Player): Promise<void> | undefined {
    const outcome = player.report ? 'unfit' : pool.share(section, player)
    if (outcome === 'unfit') return this.run(pool, section, player)
    if (outcome !== 'done') return this.#end(outcome, section, player)
    player.begun = Math.max(player.begun, section.last + 1)
    return undefined
  }

  /** Does a section; throws what was wrong, the player knowing how far it had come. */
  run(pool: Pool, section: Section, player: Player): Promise<void> {
    return this.#end(pool.run(section, player.report !== undefined), section, player)
  }

  async #end(running: Promise<Outcome>, section: Section, player: Player): Promise<void> {
    let start = performance.now()
    const outcome = await running
    const begun = 'failed' in outcome ? outcome.begun : section.last + 1
    player.begun = Math.max(player.begun, begun)
    if ('failed' in outcome) {
      const { failed, reason } = outcome
      if (failed === 'kernel') throw reason
      const text = reason instanceof Error ? reason.message : String(reason)
      throw new DeviceError('device.worker', { reason: text }, reason)
    }
    // By the first worker's clock.
    for (const { launch, ms } of outcome.times) {
      player.report?.({ launch, start, end: start + ms, thread: 1 })
      start += ms
    }
  }

  /** Workers keep nothing of these sections. */
  forget(sections: readonly Section[]): void {
    for (const section of sections) this.#current?.drop(section)
  }
}
