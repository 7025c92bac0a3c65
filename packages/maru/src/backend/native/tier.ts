/** Machine code beside WebAssembly on one linear memory, if it computes the same bits here. */
import { VectorBuilder, type VectorFunction } from '../../compiler/vector.ts'
import { encodeX86, launch } from './encode.ts'
import { type CodePages, type NativeKernel, openNative } from './pages.ts'

/** Lanes of its vectors. */
export const NATIVE_LANES = 8
/** Lanes of vectors of 512 bits. */
const WIDE_LANES = 16

/** Where the library that calls machine code is, and how arguments are laid out, for other threads. */
export interface NativeCalls {
  readonly library: string
  readonly bytes: number
  readonly parameters: readonly [number, number, number, number]
  readonly memory: number
}

/** Kernels as machine code. */
export interface Tier {
  readonly calls: NativeCalls
  /** Lanes of its widest vectors. */
  readonly widest: number
  /** Addresses of the functions, executable for the whole process. */
  install(functions: readonly VectorFunction[]): bigint[]
  /** Calls an address from this thread. */
  caller(address: bigint): NativeKernel
}

/** What is known of the WebAssembly that the bits are compared with. */
interface Other {
  readonly memory: WebAssembly.Memory
  /** Loads a function of four lanes. */
  readonly load: (code: VectorFunction) => NativeKernel
  /** Byte address of so many bytes that nobody else uses. */
  readonly scratch: (bytes: number) => number
}

/** The tier, or why there is none. */
export function openTier(other: Other): Tier | { readonly missing: string } {
  const host = openNative()
  if ('missing' in host) return host
  const tier = new Pages(host.pages, host.library, other.memory)
  return computesAlike(tier, other) ? tier : { missing: 'it does not compute the same bits here' }
}

class Pages implements Tier {
  readonly calls: NativeCalls
  readonly widest: number
  readonly #pages: CodePages
  readonly #memory: WebAssembly.Memory

  constructor(pages: CodePages, library: string, memory: WebAssembly.Memory) {
    this.calls = { library, ...launch }
    this.widest = pages.wide ? WIDE_LANES : NATIVE_LANES
    this.#pages = pages
    this.#memory = memory
  }

  install(functions: readonly VectorFunction[]): bigint[] {
    return this.#pages.install(functions.map(encodeX86))
  }

  caller(address: bigint): NativeKernel {
    return this.#pages.caller(this.#memory, address)
  }
}

/** Elements of the comparison. */
const PROBES = 256

/** Runs one function of products, roots and roundings by both ways over numbers of many magnitudes. */
function computesAlike(tier: Tier, { memory, load, scratch }: Other): boolean {
  const bytes = PROBES * 4
  const at = scratch(4 * bytes)
  const [from, first, second, args] = [at, at + bytes, at + 2 * bytes, at + 3 * bytes]
  const numbers = new Float32Array(memory.buffer, from, PROBES)
  for (let i = 0; i < PROBES; i++) numbers[i] = (i * 0.7310585 - 93) * 1.3 ** ((i % 64) - 32)
  const run = (kernel: NativeKernel, to: number): Int32Array => {
    new Int32Array(memory.buffer, args, 2).set([from, to])
    kernel(args, 0, PROBES / NATIVE_LANES)
    return new Int32Array(memory.buffer, to, PROBES)
  }
  const wasm = run(load(probe(4)), first)
  const widths = [...new Set([NATIVE_LANES, tier.widest])]
  return tier.install(widths.map(probe)).every((address) => {
    const native = run(tier.caller(address), second)
    return wasm.every((word, i) => word === native[i])
  })
}

/** Units of eight elements, whatever the vectors' width. */
function probe(lanes: number): VectorFunction {
  const b = new VectorBuilder(lanes)
  const i = b.variable(b.mul(b.begin, NATIVE_LANES))
  b.loop(i, b.variable(b.mul(b.end, NATIVE_LANES)), b.lanes, () => {
    const offset = b.scalar('shl', i, 2)
    const address = b.add(b.arg(0), offset)
    const x = b.let({ k: 'load', form: 'full', element: 'f32', address })
    const fused = b.let({ k: 'fma', a: x, b: x, c: b.f32(0.1) })
    const root = b.unary('f32.sqrt', fused)
    const value = b.binary('f32.div', b.binary('f32.add', root, x), b.f32(3))
    b.store('full', 'f32', b.add(b.arg(1), offset), value)
  })
  return b.finish()
}
