/** Processor time from /proc: what others used while something was measured. */
import { readFileSync } from 'node:fs'

/** Ticks of the kernel's clock in a second. */
const TICKS = 100

/** Fields of a line, counted as `man 5 proc` does: from 1. */
function fields(text: string): number[] {
  return [Number.NaN, ...text.trim().split(/\s+/).map(Number)]
}

/** Seconds for which any core was busy, time taken by other guests of the machine included. */
function busySeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [, , user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = fields(line)
  return (user + nice + system + irq + soft + steal) / TICKS
}

/** Seconds that a process has used. */
function secondsOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, which may hold spaces, ends at the last parenthesis.
    const rest = fields(text.slice(text.lastIndexOf(')') + 1))
    return ((rest[12] ?? 0) + (rest[13] ?? 0)) / TICKS
  } catch {
    return 0
  }
}

/** Cores that other processes kept busy since it was made; nothing where there is no /proc. */
export class ForeignLoad {
  readonly #pids: readonly number[]
  readonly #start = performance.now()
  readonly #busy: number | undefined
  readonly #own: number

  constructor(pids: readonly number[]) {
    this.#pids = [process.pid, ...pids]
    try {
      this.#busy = busySeconds()
    } catch {
      this.#busy = undefined
    }
    this.#own = this.#ours()
  }

  #ours(): number {
    return this.#pids.reduce((sum, pid) => sum + secondsOf(pid), 0)
  }

  cores(): number | undefined {
    if (this.#busy === undefined) return undefined
    const seconds = (performance.now() - this.#start) / 1000
    const foreign = busySeconds() - this.#busy - (this.#ours() - this.#own)
    return Math.max(0, foreign / seconds)
  }
}
