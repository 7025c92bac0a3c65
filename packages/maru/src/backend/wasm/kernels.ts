/** All functions that a backend has loaded, under the numbers that every thread knows them by. */
import { canonical } from '../../base/canonical.ts'
import { scratchOf } from '../../compiler/lowering.ts'
import type { VectorFunction } from '../../compiler/vector.ts'
import type { Tier } from '../native/tier.ts'
import { assembleModule, type Body, Bytes, op, scalarOpcode } from './assembler.ts'
import { encode } from './encode.ts'
import { listing } from './listing.ts'
import type { Space } from './space.ts'
import type { Code, KernelFunction } from './worker.ts'

/** Bytes that one unit of a copy moves. */
export const COPY_SHIFT = 16

export class Kernels {
  /** What the calling thread calls. */
  readonly functions: KernelFunction[] = []
  /** The same for other threads to load. */
  readonly code: Code[] = []
  readonly #numbers = new Map<string, number>()
  readonly #space: Space
  readonly #shared: boolean
  readonly fma: boolean

  constructor(space: Space, shared: boolean, fma: boolean) {
    this.#space = space
    this.#shared = shared
    this.fma = fma
  }

  /** Numbers of the functions; those that are not known yet are compiled as one module. */
  load(functions: readonly { readonly key: string; readonly code: VectorFunction }[]): number[] {
    const fresh = functions.filter(({ key }) => !this.#numbers.has(key))
    this.#add(
      fresh.map(({ key }) => key),
      fresh.map(({ code }) => encode(code, this.fma)),
    )
    return functions.map(({ key }) => this.#number(key))
  }

  /** Likewise for machine code. */
  loadNative(tier: Tier, functions: readonly VectorFunction[]): number[] {
    const texts = new Map([...new Set(functions)].map((code) => [code, canonical(code)]))
    const keys = functions.map((code) => `native ${texts.get(code)}`)
    const fresh = new Map<string, VectorFunction>()
    functions.forEach((code, i) => {
      const key = keys[i] ?? ''
      if (!this.#numbers.has(key)) fresh.set(key, code)
    })
    const addresses = tier.install([...fresh.values()])
    for (const [i, key] of [...fresh.keys()].entries()) {
      const address = addresses[i] ?? 0n
      this.code.push({ kind: 'native', address, calls: tier.calls })
      this.#numbers.set(key, this.functions.push(tier.caller(address)) - 1)
    }
    return keys.map((key) => this.#number(key))
  }

  /** The code of a function, for readers. */
  listing(code: VectorFunction): string[] {
    const bytes = encode(code, this.fma).code.view()
    return [`${bytes.length} bytes of WebAssembly`, ...listing(bytes).map((line) => `  ${line}`)]
  }

  /** Number of the function that copies bytes: from, to and count are its arguments. */
  get copy(): number {
    const key = 'copy'
    if (!this.#numbers.has(key)) this.#add([key], [copyBody()])
    return this.#number(key)
  }

  #number(key: string): number {
    const found = this.#numbers.get(key)
    if (found === undefined) throw new RangeError('a kernel was not loaded')
    return found
  }

  #add(keys: readonly string[], bodies: readonly Body[]): void {
    if (keys.length === 0) return
    const { memory, pages } = this.#space
    const bytes = assembleModule(bodies, 3, this.#shared ? pages : undefined)
    const module = new WebAssembly.Module(bytes)
    const scratch = scratchOf(0)
    const { exports } = new WebAssembly.Instance(module, { env: { memory, scratch } })
    this.code.push({ kind: 'module', module, functions: bodies.length })
    keys.forEach((key, i) => {
      this.#numbers.set(key, this.functions.push(exports[`k${i}`] as KernelFunction) - 1)
    })
  }
}

/** `memory.copy(to + start, from + start, min(count, stop) - start)`, start and stop by units. */
function copyBody(): Body {
  const [args, begin, end] = [0, 1, 2]
  const code = new Bytes()
  const argument = (index: number): Bytes => {
    return code
      .byte(op.localGet)
      .u32(args)
      .byte(op.i32Load)
      .u32(2)
      .u32(index * 4)
  }
  const bytes = (local: number): void => {
    code.byte(op.localGet).u32(local).byte(op.i32Const).s32(COPY_SHIFT).byte(scalarOpcode.shl)
  }
  for (const place of [1, 0]) {
    argument(place)
    bytes(begin)
    code.byte(scalarOpcode.add)
  }
  argument(2)
  bytes(end)
  argument(2)
  bytes(end)
  code.byte(scalarOpcode.ltU, op.select)
  bytes(begin)
  code.byte(scalarOpcode.sub, op.bulk).u32(10).byte(0, 0)
  return { locals: [], code }
}
