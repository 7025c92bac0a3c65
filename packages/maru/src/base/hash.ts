/** A fast fingerprint of bytes: it tells equal from different, it keeps no secret. */

/** The running state of a fingerprint: two words that are mixed with every word of the data. */
export class Fingerprint {
  #a = 0xdeadbeef
  #b = 0x41c6ce57

  /** Takes bytes; where one call ends and the next begins makes no difference only at the end. */
  bytes(data: Uint8Array): this {
    const whole = data.length - (data.length % 4)
    for (let i = 0; i < whole; i += 4) {
      const [w = 0, x = 0, y = 0, z = 0] = [data[i], data[i + 1], data[i + 2], data[i + 3]]
      this.#word(w | (x << 8) | (y << 16) | (z << 24))
    }
    for (let i = whole; i < data.length; i++) this.#word(data[i] ?? 0)
    this.#word(data.length)
    return this
  }

  /** Takes a text, by UTF-16 code units. */
  text(text: string): this {
    for (let i = 0; i < text.length; i++) this.#word(text.charCodeAt(i))
    this.#word(text.length)
    return this
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 2654435761)
    this.#a ^= this.#a >>> 15
    this.#b = Math.imul(this.#b ^ word, 1597334677)
    this.#b ^= this.#b >>> 13
  }

  /** 64 bits in hexadecimal digits. */
  hex(): string {
    const mixed = (a: number, b: number): string => {
      let word = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
      word ^= word >>> 16
      return (word >>> 0).toString(16).padStart(8, '0')
    }
    return mixed(this.#a, this.#b) + mixed(this.#b, this.#a)
  }
}
