/** One linear memory with the places that are taken in it. */
import { SLACK_BYTES, scratchOf } from '../../compiler/lowering.ts'
import { Heap } from './heap.ts'

const PAGE = 65536
/** Sizes to ask the system for as the most that the memory may grow to, in pages. */
const MOST_PAGES = [65536, 32768, 16384]

export class Space {
  readonly memory: WebAssembly.Memory
  /** Most pages, which modules that import a shared memory must name. */
  readonly pages: number
  readonly heap: Heap

  /** With memory for so many threads of their own. */
  constructor(shared: boolean, threads: number) {
    const start = scratchOf(threads)
    const { memory, pages } = reserve(shared, Math.ceil((start + 2 * SLACK_BYTES) / PAGE))
    this.memory = memory
    this.pages = pages
    this.heap = new Heap(start, (end) => this.#grow(end + SLACK_BYTES))
  }

  /** Bytes taken from the system. */
  get bytes(): number {
    return this.memory.buffer.byteLength
  }

  /** Bytes that are not in use. */
  get free(): number {
    return this.pages * PAGE - this.heap.live
  }

  #grow(end: number): boolean {
    const missing = Math.ceil((end - this.bytes) / PAGE)
    if (missing <= 0) return true
    const pages = this.bytes / PAGE
    if (pages + missing > this.pages) return false
    // A tenth more than asked, so that growth stays rare.
    const generous = Math.min(Math.ceil(missing + pages / 10), this.pages - pages)
    for (const more of [generous, missing]) {
      try {
        this.memory.grow(more)
        return true
      } catch {
        // The system refused; less may still be granted.
      }
    }
    return false
  }
}

/** A shared memory's addresses are reserved at once, which small systems refuse. */
function reserve(shared: boolean, initial: number): { memory: WebAssembly.Memory; pages: number } {
  let refused: unknown
  for (const pages of MOST_PAGES) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum: pages, shared }), pages }
    } catch (error) {
      refused = error
    }
  }
  throw refused
}
