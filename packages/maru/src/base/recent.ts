/** What was made for texts, as long as it is used: texts that change for ever do not fill memory. */
export class Recent<T> {
  readonly #most: number
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  #characters = 0

  /** @param most characters of texts after which those that were not used since are forgotten */
  constructor(most: number) {
    this.#most = most
  }

  get(text: string): T | undefined {
    const young = this.#young.get(text)
    if (young !== undefined) return young
    const old = this.#old.get(text)
    if (old !== undefined) this.set(text, old)
    return old
  }

  set(text: string, value: T): void {
    this.#characters += text.length
    if (this.#characters > this.#most) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = text.length
    }
    this.#young.set(text, value)
  }
}
