/** All functions that a backend has loaded, under the numbers that every thread knows them by. */
import { inPlaceOf } from '../../compiler/likeness.ts'
import { type Lowered, scratchOf } from '../../compiler/lowering.ts'
import type { CodeLaunch } from '../../compiler/program.ts'
import type { VectorFunction } from '../../compiler/vector.ts'
import { textOfCode } from '../../compiler/vector-text.ts'
import type { Tier } from '../native/tier.ts'
import { assembleModule, type Body, Bytes, op, scalarOpcode } from './assembler.ts'
import { encode } from './encode.ts'
import { listing } from './listing.ts'
import type { Space } from './space.ts'
import type { Callee } from './tape.ts'
import type { Code, KernelFunction } from './worker.ts'

/** Bytes that one unit of a copy moves. */
export const COPY_SHIFT = 16

/** Lanes of WebAssembly's vectors, and of those that machine code is lowered for. */
export const LANES = 4
const NATIVE_LANES = 8
/** Machine code does about as many times the work of WebAssembly where work is shared out by the clock. */
const NATIVE_PACE = 4
/** Characters of kernels' texts that are remembered at once. */
const MOST_TEXT = 1 << 24

export class Kernels {
  /** What the calling thread calls. */
  readonly functions: KernelFunction[] = []
  /** The same for other threads to load. */
  readonly code: Code[] = []
  readonly #numbers = new Map<string, number>()
  /** What kernels of one text are called with, whatever program they are of. */
  readonly #alike = { wasm: new Map<string, Callee>(), native: new Map<string, Callee>() }
  #text = 0
  readonly #space: Space
  readonly #shared: boolean
  readonly fma: boolean

  constructor(space: Space, shared: boolean, fma: boolean) {
    this.#space = space
    this.#shared = shared
    this.fma = fma
  }

  /** What launches call, machine code where there is a tier. Of kernels that are alike one is lowered, once. */
  calleesOf(launches: readonly CodeLaunch[], tier?: Tier): Map<CodeLaunch, Callee> {
    const known = this.#alike[tier ? 'native' : 'wasm']
    const [lanes, widest] = tier ? [NATIVE_LANES, tier.widest] : [LANES, LANES]
    const fresh = new Map<string, Lowered>()
    for (const { alike } of launches) {
      if (known.has(alike.text) || fresh.has(alike.text)) continue
      fresh.set(alike.text, alike.lower(lanes, widest))
    }
    const codes = [...fresh.values()].map(({ code }) => code)
    const numbers = tier ? this.#loadNative(tier, codes) : this.load(codes)
    const made = new Map<string, Callee>()
    for (const [i, [text, { code: _, ...called }]] of [...fresh].entries()) {
      made.set(text, { ...called, function: numbers[i] ?? -1, pace: tier ? NATIVE_PACE : 1 })
    }
    const callees = launches.map((launch) => {
      const callee = made.get(launch.alike.text) ?? known.get(launch.alike.text)
      if (!callee) throw new RangeError('a launch has no kernel')
      return [launch, inPlaceOf(callee, launch.alike)] as const
    })
    this.#remember(made, known)
    return new Map(callees)
  }

  /** Sizes that change for ever must not fill memory; what is forgotten is only lowered anew. */
  #remember(made: ReadonlyMap<string, Callee>, known: Map<string, Callee>): void {
    for (const [text, callee] of made) {
      this.#text += text.length
      if (this.#text > MOST_TEXT) {
        for (const all of Object.values(this.#alike)) all.clear()
        this.#text = text.length
      }
      known.set(text, callee)
    }
  }

  /** Numbers of the functions; those that are not known yet are compiled as one module. */
  load(functions: readonly VectorFunction[]): number[] {
    const bodies = functions.map((code) => encode(code, this.fma))
    const { keys, fresh } = this.#unknown(bodies.map(textOf), bodies)
    this.#add([...fresh.keys()], [...fresh.values()])
    return keys.map((key) => this.#number(key))
  }

  /** Likewise for machine code, which takes longer to write than what it is written from takes to compare. */
  #loadNative(tier: Tier, functions: readonly VectorFunction[]): number[] {
    const { keys, fresh } = this.#unknown(functions.map(textOfCode), functions)
    const addresses = tier.install([...fresh.values()])
    for (const [i, key] of [...fresh.keys()].entries()) {
      const address = addresses[i] ?? 0n
      this.code.push({ kind: 'native', address, calls: tier.calls })
      this.#numbers.set(key, this.functions.push(tier.caller(address)) - 1)
    }
    return keys.map((key) => this.#number(key))
  }

  /** Texts that tell codes apart, and of the codes those that have no number. */
  #unknown<T>(
    keys: readonly string[],
    codes: readonly T[],
  ): { readonly keys: readonly string[]; readonly fresh: ReadonlyMap<string, T> } {
    const all = new Map(codes.map((code, i) => [keys[i] ?? '', code]))
    return { keys, fresh: new Map([...all].filter(([key]) => !this.#numbers.has(key))) }
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

const latin = new TextDecoder('latin1')

/** Text that is the same for the same body alone. */
function textOf({ locals, code }: Body): string {
  return `${locals.map(({ count }) => count).join()} ${latin.decode(code.view())}`
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
  code.byte(scalarOpcode.ltU).byte(op.select)
  bytes(begin)
  code.byte(scalarOpcode.sub).byte(op.bulk).u32(10).byte(0).byte(0)
  return { locals: [], code }
}
