/** Executable memory, and what a kernel may count on when it is called. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { addDevice } from '../../src/backend/devices.ts'
import { encodeX86 } from '../../src/backend/native/encode.ts'
import { openNative } from '../../src/backend/native/pages.ts'
import { WasmBackend } from '../../src/backend/wasm/backend.ts'
import { type Scalar, VectorBuilder } from '../../src/compiler/vector.ts'
import { DeviceError, memory, ones, useDevice } from '../../src/index.ts'
import { LANES, load, missing } from './both.ts'

test('other machines are told why', async () => {
  vi.stubGlobal('process', { platform: 'win32', arch: 'arm64' })
  try {
    const missing = 'machine code is for x64 on Linux and macOS, not arm64 on win32'
    expect(openNative()).toEqual({ missing })
  } finally {
    vi.unstubAllGlobals()
  }
})

test('the device that needs machine code says that there is none', async () => {
  const backend = new WasmBackend({ name: 'needs machine code', machine: 'always', threads: 1 })
  addDevice(backend)
  useDevice(backend.name)
  vi.stubGlobal('process', { platform: 'linux', arch: 'arm64', versions: { node: '20' } })
  try {
    const error = await ones([3])
      .data()
      .catch((reason) => reason)
    expect(error).toBeInstanceOf(DeviceError)
    expect(error.key).toBe('device.native')
    expect(error.fields.reason).toContain('not arm64 on linux')
  } finally {
    vi.unstubAllGlobals()
  }
})

test.skipIf(missing)('and computes with it where there is some', async () => {
  useDevice('native')
  const x = ones([300, 300]).add(1)
  expect((await x.matmul(x).data())[7]).toBe(1200)
  expect(memory().device).toBe('native')
})

test('code for vectors of another length is refused', () => {
  expect(() => encodeX86(new VectorBuilder(4).finish())).toThrow('8 lanes or 16, the kernel 4')
})

/** Stores the eight numbers from `begin` on at the address that is made of the arguments. */
function counting(address: (b: VectorBuilder) => Scalar): VectorBuilder {
  const b = new VectorBuilder(LANES.native)
  const lanes = b.binary('i32.add', { k: 'lanes' }, { k: 'splat', of: b.begin })
  b.store('full', 'i32', address(b), lanes)
  return b
}

describe.skipIf(missing)('kernels', () => {
  const numbers = (memory: WebAssembly.Memory, at: number): number[] => [
    ...new Int32Array(memory.buffer, at, 8),
  ]

  test('follow a memory that grows', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 200 })
    const [kernel] = load('native', memory, [counting((b) => b.arg(0)).finish()])
    const write = (at: number, begin: number): void => {
      new Int32Array(memory.buffer)[16] = at
      kernel?.(64, begin, begin + 1)
    }
    write(1024, 5)
    expect(numbers(memory, 1024)).toEqual([5, 6, 7, 8, 9, 10, 11, 12])
    memory.grow(100)
    write(65536 * 100, -3)
    expect(numbers(memory, 65536 * 100)).toEqual([-3, -2, -1, 0, 1, 2, 3, 4])
  })

  test('work on shared memory', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    load('native', memory, [counting((b) => b.add(b.arg(0), 32)).finish()])[0]?.(64, 1, 2)
    expect(numbers(memory, 32)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('wrap addresses at 32 bits', () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    new Int32Array(memory.buffer)[16] = -4096
    const far = (b: VectorBuilder): Scalar => b.add(b.arg(0), b.scalar('shl', b.begin, 3))
    load('native', memory, [counting(far).finish()])[0]?.(64, 1024, 1025)
    expect(numbers(memory, 4096)[0]).toBe(1024)
  })

  test('do nothing where there is nothing to do, not even divide by a size of 0', () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const b = counting((b) => b.scalar('divS', b.begin, b.arg(0)))
    load('native', memory, [b.finish()])[0]?.(64, 3, 3)
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true)
  })

  test.skipIf(!existsSync('/proc/self/maps'))('lie in pages that cannot be written', async () => {
    const native = openNative()
    if ('missing' in native) throw new Error(native.missing)
    const [address = 0n] = native.pages.install([encodeX86(counting((b) => b.arg(0)).finish())])
    const maps = readFileSync('/proc/self/maps', 'utf8').matchAll(/^(\w+)-(\w+) (\S+)/gm)
    const around = [...maps].find(
      ([, from, to]) => BigInt(`0x${from}`) <= address && address < BigInt(`0x${to}`),
    )
    expect(around?.[3]).toBe('r-xp')
  })
})
