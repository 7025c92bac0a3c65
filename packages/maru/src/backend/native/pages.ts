/**
 * Machine code in executable pages, through koffi's binding of the C library. koffi is optional: where
 * it, the processor's features or the system's permission are missing, the reason is told instead.
 */
import { scratchOf } from '../../compiler/lowering.ts'
import { Assembler, gpr, Label } from './assembler.ts'
import { launch } from './encode.ts'

/** A kernel on the linear memory that it was bound to. */
export type NativeKernel = (args: number, begin: number, end: number) => void

/** `library` is where koffi lies, for other threads to load. */
export type NativeHost =
  | { readonly pages: CodePages; readonly library: string }
  | { readonly missing: string }

type Call = (...args: (number | bigint | ArrayBufferView)[]) => number

/** What is used of koffi. */
interface Koffi {
  load(path: string | null): { func(declaration: string): Call }
  address(view: ArrayBufferView): bigint
  proto(result: string, parameters: readonly string[]): object
  decode(address: bigint, type: object): Call
}

interface Builtins {
  getBuiltinModule?(name: string): {
    createRequire(url: string): { (name: string): Koffi; resolve(name: string): string }
  }
}

interface Platform {
  readonly platform?: string
  readonly arch?: string
}

const PAGE = 4096
const [READ, WRITE, EXECUTE] = [1, 2, 4] as const
const PRIVATE = 2
const anonymous: { readonly [platform: string]: number } = { linux: 0x20, darwin: 0x1000 }

/** Bits of CPUID and XCR0 that AVX2 kernels need, and those of AVX-512 F, DQ and BW. */
const [FMA, OSXSAVE, AVX, AVX2, VECTOR_STATE] = [1 << 12, 1 << 27, 1 << 28, 1 << 5, 0b110]
const [AVX512, WIDE_STATE] = [(1 << 16) | (1 << 17) | (1 << 30), 0b11100110]

/** Native code for this process, or why there is none. */
export function openNative(): NativeHost {
  const { platform = '', arch = '' } = (globalThis as { process?: Platform }).process ?? {}
  const map = anonymous[platform]
  if (map === undefined || arch !== 'x64') {
    return { missing: `machine code is for x64 on Linux and macOS, not ${arch} on ${platform}` }
  }
  const found = findKoffi()
  if (!found) return { missing: 'koffi is not installed' }
  try {
    const pages = new CodePages(found.koffi, map)
    const { lacking } = pages
    if (lacking) return { missing: `the processor has no ${lacking}` }
    return { pages, library: found.library }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}

/** Required in a way that neither a bundler nor a browser sees, from where this package is installed. */
function findKoffi(): { koffi: Koffi; library: string } | undefined {
  const { process } = globalThis as { process?: Builtins }
  const modules = process?.getBuiltinModule?.('node:module')
  try {
    const require = modules?.createRequire(import.meta.url)
    return require && { koffi: require('koffi'), library: require.resolve('koffi') }
  } catch {
    return undefined
  }
}

/** Pages that only grow in number. None is writable once it is executable. */
export class CodePages {
  readonly #koffi: Koffi
  readonly #anonymous: number
  readonly #map: Call
  readonly #protect: Call
  readonly #unmap: Call
  readonly #copy: Call
  readonly #kernel: object
  readonly #launch = new DataView(new ArrayBuffer(launch.bytes))
  readonly #launchAddress: bigint
  readonly #features: Features

  constructor(koffi: Koffi, anonymousFlag: number) {
    this.#koffi = koffi
    this.#anonymous = anonymousFlag
    const libc = koffi.load(null)
    this.#map = libc.func('intptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)')
    this.#protect = libc.func('int mprotect(uintptr_t, size_t, int)')
    this.#unmap = libc.func('int munmap(uintptr_t, size_t)')
    this.#copy = libc.func('uintptr_t memcpy(uintptr_t, const void *, size_t)')
    this.#kernel = koffi.proto('void', ['uintptr_t'])
    this.#launchAddress = koffi.address(this.#launch)
    this.#features = this.#identify()
  }

  /** Makes functions executable and gives their addresses. */
  install(functions: readonly Uint8Array[]): bigint[] {
    if (functions.length === 0) return []
    const offsets: number[] = []
    let bytes = 0
    for (const code of functions) {
      offsets.push(bytes)
      bytes += Math.ceil(code.length / 64) * 64
    }
    const all = new Uint8Array(Math.ceil(bytes / PAGE) * PAGE).fill(0xcc)
    functions.forEach((code, i) => {
      all.set(code, offsets[i])
    })
    const start = this.#map(0, all.length, READ | WRITE, PRIVATE | this.#anonymous, -1, 0)
    if (start === -1) throw new RangeError('the system gave no memory for code')
    this.#copy(start, all, all.length)
    if (this.#protect(start, all.length, READ | EXECUTE) !== 0) {
      this.#unmap(start, all.length)
      throw new RangeError('the system refuses executable memory')
    }
    return offsets.map((offset) => BigInt(start) + BigInt(offset))
  }

  /** Functions callable on a linear memory, which may grow. */
  bind(memory: WebAssembly.Memory, functions: readonly Uint8Array[]): NativeKernel[] {
    return this.install(functions).map((address) => this.caller(memory, address))
  }

  /** Calls the function at an address. */
  caller(memory: WebAssembly.Memory, address: bigint): NativeKernel {
    const view = this.#launch
    const [args, begin, end, scratch] = launch.parameters
    view.setUint32(scratch, scratchOf(0), true)
    const call = this.#koffi.decode(address, this.#kernel)
    let buffer: ArrayBufferLike | undefined
    let base = 0n
    return (...parameters) => {
      if (memory.buffer !== buffer) {
        buffer = memory.buffer
        base = this.#koffi.address(new Uint8Array(buffer))
      }
      view.setUint32(args, parameters[0], true)
      view.setInt32(begin, parameters[1], true)
      view.setInt32(end, parameters[2], true)
      view.setBigUint64(launch.memory, base, true)
      call(this.#launchAddress)
    }
  }

  /** The first feature that kernels need and this processor, or its system, lacks. */
  get lacking(): string | undefined {
    return this.#features.lacking
  }

  /** Whether there are vectors of 512 bits. */
  get wide(): boolean {
    return this.#features.wide
  }

  #identify(): Features {
    const [address] = this.install([identify()])
    const answers = new Uint32Array(new ArrayBuffer(12))
    if (address !== undefined) {
      this.#koffi.decode(address, this.#kernel)(this.#koffi.address(answers))
    }
    const [one = 0, seven = 0, state = 0] = answers
    const has = (word: number, bits: number): boolean => (word & bits) === bits
    const wide = has(seven, AVX512) && has(state, WIDE_STATE)
    if (!has(one, OSXSAVE | AVX) || !has(seven, AVX2) || !has(state, VECTOR_STATE)) {
      return { lacking: 'AVX2', wide }
    }
    return { lacking: has(one, FMA) ? undefined : 'FMA', wide }
  }
}

interface Features {
  readonly lacking: string | undefined
  readonly wide: boolean
}

/** `void f(u32 *out)`: CPUID 1 ecx, CPUID 7 ebx, and XCR0 where the system has it. */
function identify(): Uint8Array {
  const { rax, rbx, rcx, rdi } = gpr
  const a = new Assembler()
  const end = new Label()
  a.push(rbx)
  for (const [leaf, register, offset] of [
    [7, rbx, 4],
    [1, rcx, 0],
  ] as const) {
    a.moveConstant(rax, leaf)
    a.moveConstant(rcx, 0)
    a.plain('cpuid')
    a.integer('store', register, { base: rdi, offset })
  }
  a.immediate('and', rcx, OSXSAVE)
  a.jump(end, 'e')
  a.moveConstant(rcx, 0)
  a.plain('xgetbv')
  a.integer('store', rax, { base: rdi, offset: 8 })
  a.bind(end)
  a.pop(rbx)
  a.plain('ret')
  return a.finish()
}
