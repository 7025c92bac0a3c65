/** Places in one growing memory: best fit, freed neighbours merged. */

interface Block {
  readonly offset: number
  readonly bytes: number
}

const ALIGNMENT = 64

/** Bookkeeping only: `grow` is asked for more room and answers whether there is. */
export class Heap {
  readonly #grow: (end: number) => boolean
  #free: Block[] = []
  #end: number
  live = 0

  constructor(start: number, grow: (end: number) => boolean) {
    this.#end = start
    this.#grow = grow
  }

  /** Offset of a free place, or `undefined` when memory is exhausted. */
  allocate(asked: number): number | undefined {
    const bytes = this.rounded(asked)
    let best = -1
    for (let i = 0; i < this.#free.length; i++) {
      const block = this.#free[i]
      if (!block || block.bytes < bytes) continue
      if (best < 0 || block.bytes < (this.#free[best]?.bytes ?? 0)) best = i
    }
    const block = this.#free[best]
    if (block) {
      const rest = { offset: block.offset + bytes, bytes: block.bytes - bytes }
      this.#free.splice(best, 1, ...(rest.bytes > 0 ? [rest] : []))
      this.live += bytes
      return block.offset
    }
    return this.#extend(bytes)
  }

  #extend(bytes: number): number | undefined {
    const last = this.#free.at(-1)
    const joins = last !== undefined && last.offset + last.bytes === this.#end
    const offset = joins ? last.offset : this.#end
    if (!this.#grow(offset + bytes)) return undefined
    if (joins) this.#free.pop()
    this.#end = offset + bytes
    this.live += bytes
    return offset
  }

  free(offset: number, asked: number): void {
    const bytes = this.rounded(asked)
    this.live -= bytes
    let at = this.#free.findIndex((block) => block.offset > offset)
    if (at < 0) at = this.#free.length
    const before = this.#free[at - 1]
    const after = this.#free[at]
    const joinsBefore = before !== undefined && before.offset + before.bytes === offset
    const joinsAfter = after !== undefined && offset + bytes === after.offset
    const merged = {
      offset: joinsBefore ? before.offset : offset,
      bytes: bytes + (joinsBefore ? before.bytes : 0) + (joinsAfter ? after.bytes : 0),
    }
    const from = joinsBefore ? at - 1 : at
    this.#free.splice(from, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), merged)
  }

  rounded(bytes: number): number {
    return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT)
  }
}
