/** What happens on a device, in the order of the calls. */
import { Interrupted } from '../backend.ts'

/** Done when it returns, or when its promise resolves. */
type Task = () => Promise<void> | undefined

interface Waiting {
  readonly task: Task
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

const done = Promise.resolve()

/** Nothing waits while nothing runs: then a task begins before the call returns. */
export class Queue {
  readonly #waiting: (Waiting | (() => void))[] = []
  #busy = false

  get busy(): boolean {
    return this.#busy
  }

  /** Runs a task at its turn. Where one fails, those that wait behind it are not begun. */
  run(task: Task): Promise<void> {
    if (this.#busy) {
      return new Promise((resolve, reject) => this.#waiting.push({ task, resolve, reject }))
    }
    const rest = task()
    if (!rest) return done
    return new Promise((resolve, reject) => this.#follow(rest, resolve, reject))
  }

  /** Does something that cannot fail at its turn, whatever became of what was before. */
  act(action: () => void): void {
    if (this.#busy) this.#waiting.push(action)
    else action()
  }

  /** Resolves when everything that was asked for before the call has been done, or given up. */
  drained(): Promise<void> {
    return this.#busy ? new Promise((resolve) => this.#waiting.push(resolve)) : done
  }

  /** Promises are settled in the order of the calls, so what goes on behind them keeps it. */
  #follow(rest: Promise<void>, resolve: () => void, reject: (error: unknown) => void): void {
    this.#busy = true
    const go = (): void => {
      this.#busy = false
      this.#next()
    }
    rest.then(
      () => {
        resolve()
        go()
      },
      (error) => {
        this.#cancel(error)
        reject(error)
        go()
      },
    )
  }

  #next(): void {
    while (!this.#busy) {
      const first = this.#waiting.shift()
      if (!first) return
      if (typeof first === 'function') {
        first()
        continue
      }
      try {
        const rest = first.task()
        if (rest) this.#follow(rest, first.resolve, first.reject)
        else first.resolve()
      } catch (error) {
        this.#cancel(error)
        first.reject(error)
      }
    }
  }

  /** Gives up the tasks that wait, the last first, so that each takes itself back after its followers. */
  #cancel(reason: unknown): void {
    const cause = reason instanceof Interrupted ? reason.cause : reason
    const actions = this.#waiting.filter((it) => typeof it === 'function')
    const tasks = this.#waiting.filter((it) => typeof it !== 'function')
    this.#waiting.length = 0
    this.#waiting.push(...actions)
    for (const { reject } of tasks.reverse()) reject(new Interrupted(cause, 0))
  }
}
