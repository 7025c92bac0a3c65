/** The devices: one line each. */
import { env } from '../base/env.ts'
import { ValueError } from '../base/error.ts'
import type { Backend } from './backend.ts'
import { ReferenceBackend } from './reference/backend.ts'
import { WasmBackend } from './wasm/backend.ts'
import { hasSimd } from './wasm/features.ts'

const devices: { readonly [name: string]: () => Backend } = {
  wasm: () => new WasmBackend({ machine: env('MARU_CPU') === 'wasm' ? 'never' : 'auto' }),
  'wasm-unfused': () => new WasmBackend({ fuse: false, machine: 'never' }),
  native: () => new WasmBackend({ name: 'native', machine: 'always' }),
  reference: () => new ReferenceBackend(),
}

const open = new Map<string, Backend>()

/** Makes a backend known by its name. */
export function addDevice(backend: Backend): void {
  open.set(backend.name, backend)
}

/** The backend of a name, made at the first call. */
export function openDevice(name: string): Backend {
  const known = open.get(name)
  if (known) return known
  const make = Object.hasOwn(devices, name) ? devices[name] : undefined
  if (!make) throw new ValueError('device.unknown', { name, known: Object.keys(devices) })
  const backend = make()
  open.set(name, backend)
  return backend
}

/** What runs when nobody chose: `MARU_CPU`, else wasm where vectors exist. */
export function defaultDevice(): string {
  return env('MARU_CPU') || (hasSimd() ? 'wasm' : 'reference')
}
