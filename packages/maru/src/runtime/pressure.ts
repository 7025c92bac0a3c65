/** Pauses: they let finalisers run, pages draw and signals arrive while a loop only awaits promises. */
import { pause } from '../base/pause.ts'

/** Device bytes handed out since the last collection, after which there is another: at least, and at most. */
const [LEAST_BYTES, MOST_BYTES] = [128 * 1024 * 1024, 512 * 1024 * 1024]
/** Share of the time that collections may take before they are put off. */
const MOST_SHARE = 0.1
/** Longest time in milliseconds for which runs follow each other without a pause: a frame at 60 Hz. */
const MOST_MS = 12

let bytes = 0
let limit = LEAST_BYTES
let collected = performance.now()
let paused = performance.now()

/** Notes that device memory was given to a value whose end only the collector will see. */
export function handedOut(more: number): void {
  bytes += more
}

interface Host {
  readonly gc?: () => void
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown }
}

const host = globalThis as Host
let collect: (() => void) | undefined

/** The host's collector, where it lends it: Node does. */
function collector(): () => void {
  if (collect) return collect
  collect = host.gc
  const v8 = host.process?.getBuiltinModule?.('node:v8') as
    | { setFlagsFromString(flag: string): void }
    | undefined
  const vm = host.process?.getBuiltinModule?.('node:vm') as
    | { runInNewContext(code: string): unknown }
    | undefined
  if (!collect && v8 && vm) {
    v8.setFlagsFromString('--expose-gc')
    const found = vm.runInNewContext('gc')
    if (typeof found === 'function') collect = () => found()
  }
  collect ??= () => {}
  return collect
}

/**
 * Pauses after every realisation that ends a long stretch without one. In a loop that only awaits
 * promises the current task never ends, so finalisers would not run, what weak references point to
 * would be kept, and a page would stand still. When much memory was handed out, the collector is
 * asked first; later, where that takes long beside what is done in between.
 */
export async function relieve(): Promise<void> {
  const starved = bytes >= limit
  if (!starved && performance.now() - paused < MOST_MS) return
  if (starved) {
    const start = performance.now()
    collector()()
    const end = performance.now()
    const often = end - start > MOST_SHARE * (end - collected)
    limit = often ? Math.min(MOST_BYTES, 2 * limit) : Math.max(LEAST_BYTES, limit / 2)
    collected = end
    bytes = 0
  }
  await pause()
  paused = performance.now()
}
