/** A library in a process of its own, which answers requests line by line. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How a process is started. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What the library said instead of an answer. */
export class Refusal extends Error {
  /** Whether it lacks what was asked for, which is no fault. */
  readonly unsupported: boolean

  constructor(message: string, unsupported: boolean) {
    super(message)
    this.unsupported = unsupported
  }
}

interface Reply {
  readonly answer?: unknown
  readonly error?: string
  readonly unsupported?: boolean
}

/** Longest wait for one answer in milliseconds: some libraries compile before their first. */
const PATIENCE = 240_000

/** A library under one number of threads. It is started at its first request, and again after it was stopped. */
export class Contestant {
  /** `maru`, or a peer's name. */
  readonly name: string
  /** What sets it apart from others of its name: a tier, a wait policy. */
  readonly variant: string
  readonly command: Command
  #child: ChildProcess | undefined
  #replies: AsyncIterator<string> | undefined

  constructor(name: string, variant: string, command: Command) {
    this.name = name
    this.variant = variant
    this.command = command
  }

  /** Process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Asks, and waits for the answer. @throws Refusal when there is none, or it takes too long */
  async ask(what: string, argument: unknown = null): Promise<unknown> {
    const { stdin } = this.#started()
    stdin?.write(`${JSON.stringify({ ask: what, with: argument })}\n`)
    const line = await this.#line()
    const { answer, error, unsupported = false } = JSON.parse(line) as Reply
    if (error !== undefined) throw new Refusal(error, unsupported)
    return answer
  }

  stop(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  #started(): ChildProcess {
    if (this.#child) return this.#child
    const { file, args, env } = this.command
    const child = spawn(file, [...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin?.on('error', () => {})
    this.#child = child
    this.#replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return child
  }

  async #line(): Promise<string> {
    const late = AbortSignal.timeout(PATIENCE)
    const patience = new Promise<'late'>((resolve) => {
      late.addEventListener('abort', () => resolve('late'), { once: true })
    })
    const first = await Promise.race([this.#replies?.next(), patience])
    if (first === 'late') {
      this.stop()
      throw new Refusal(`no answer within ${PATIENCE / 1000} s`, true)
    }
    if (!first || first.done) {
      this.stop()
      throw new Refusal('its process ended', false)
    }
    return first.value
  }
}
