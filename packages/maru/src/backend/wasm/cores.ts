/** How many threads may compute at once. */
import { env } from '../../base/env.ts'

interface Host {
  readonly navigator?: { readonly hardwareConcurrency?: number }
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown }
}

interface Os {
  availableParallelism(): number
}

interface Fs {
  readFileSync(path: string, encoding: 'utf8'): string
}

const host = globalThis as Host

/** Cores that are in use for other work than computing. */
let taken = 0

/** Leaves cores to other threads of this process, such as those that load data. */
export function takeCores(count: number): void {
  taken += count
}

/** Takes them back. */
export function giveCores(count: number): void {
  taken -= count
}

/** `MARU_THREADS`, else the cores that this process may use and that nothing else in it takes. */
export function threadCount(): number {
  const asked = Number(env('MARU_THREADS'))
  if (Number.isInteger(asked) && asked > 0) return asked
  const builtin = host.process?.getBuiltinModule
  const os = builtin?.('node:os') as Os | undefined
  const cores = os?.availableParallelism() ?? host.navigator?.hardwareConcurrency ?? 1
  return Math.max(1, Math.min(cores, quota(builtin?.('node:fs') as Fs | undefined)) - taken)
}

/** Cores' worth of time that the control group grants, rounded down. */
function quota(fs: Fs | undefined): number {
  const read = (path: string): string => {
    try {
      return fs?.readFileSync(`/sys/fs/cgroup/${path}`, 'utf8').trim() ?? ''
    } catch {
      return ''
    }
  }
  const [most, period] = read('cpu.max').split(' ')
  const share = Number(most) / Number(period)
  if (share > 0) return Math.floor(share)
  const old = Number(read('cpu/cpu.cfs_quota_us')) / Number(read('cpu/cpu.cfs_period_us'))
  return old > 0 ? Math.floor(old) : Number.POSITIVE_INFINITY
}

/** Whether memory can be shared with workers: a page must be isolated for it. */
export function canShare(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  return typeof SharedArrayBuffer === 'function' && crossOriginIsolated !== false
}
