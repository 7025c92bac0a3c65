/** How commands speak: named lines for people, or one JSON object for programs. */
import { type Output, pad, paint } from '../terminal/index.ts'

/** Width of the names at the left. */
const WIDTH = 9

export class Reporter {
  /** Where people read; says nothing when programs do. */
  readonly output: Output
  readonly json: boolean
  readonly #stdout: Output

  constructor(stdout: Output, { json }: { readonly json: boolean }) {
    this.#stdout = stdout
    this.json = json
    this.output = json
      ? { screen: { ...stdout.screen, interactive: false }, write: () => {} }
      : stdout
  }

  /** Lines under a name. */
  say(name: string, ...lines: readonly string[]): void {
    lines.forEach((line, i) => {
      const label = paint(this.output.screen, pad(i === 0 ? name : '', WIDTH), 'dim')
      this.output.write(`${label} ${line}\n`)
    })
  }

  /** Text as it is. */
  print(text: string): void {
    this.output.write(`${text}\n`)
  }

  /** What a command found, for programs. */
  result(value: unknown): void {
    if (this.json) this.#stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** A line that is meant for programs in either case. */
  line(value: unknown): void {
    this.#stdout.write(`${JSON.stringify(value)}\n`)
  }
}
