/** What this host's WebAssembly can do, found by validating tiny modules. */
import { assembleModule, Bytes, op, simd } from './assembler.ts'

function validates(code: Bytes): boolean {
  return WebAssembly.validate(assembleModule([{ locals: [], code }], 3))
}

function vector(code: Bytes, opcode: number): Bytes {
  return code.byte(op.simd).u32(opcode)
}

function zeros(count: number): Bytes {
  const code = new Bytes()
  for (let i = 0; i < count; i++) {
    vector(code, simd.constant)
    for (let b = 0; b < 16; b++) code.byte(0)
  }
  return code
}

const drop = 0x1a

/** Whether 128-bit vectors exist. Every engine of the last years has them. */
export function hasSimd(): boolean {
  return typeof WebAssembly === 'object' && validates(zeros(1).byte(drop))
}

/**
 * Whether multiply-adds can be rounded once. Node 20 has the instruction behind a V8 flag that may
 * be set while running; later versions have it on.
 */
export function enableFma(): boolean {
  const probe = (): boolean => validates(vector(zeros(3), simd.relaxedMadd).byte(drop))
  if (probe()) return true
  const host = globalThis as {
    process?: {
      versions?: { node?: string }
      getBuiltinModule?: (name: string) => { setFlagsFromString?: (flag: string) => void }
    }
  }
  if (!host.process?.versions?.node?.startsWith('20.')) return false
  host.process
    .getBuiltinModule?.('node:v8')
    ?.setFlagsFromString?.('--experimental-wasm-relaxed-simd')
  return probe()
}
