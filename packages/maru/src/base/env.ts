/** Every environment flag: name, default, one line of documentation. Nothing else reads the environment. */

interface Flag {
  readonly fallback: string
  readonly doc: string
}

/** The flags. In a browser, `globalThis.MARU = { MARU_LANG: 'ko' }` before the import does the same. */
export const flags = {
  MARU_LANG: { fallback: '', doc: 'language of messages: en | ko (default: from LANG)' },
  MARU_CPU: { fallback: '', doc: 'force a CPU backend: native | wasm | reference' },
  MARU_THREADS: { fallback: '', doc: 'threads that compute (default: the cores of this process)' },
  MARU_WORKER: {
    fallback: '',
    doc: "URL of maru's worker module, for pages that forbid blob: ones",
  },
  DEBUG: {
    fallback: '0',
    doc: '1 programs, why compiled, times, call sites; 2 launches, schedule; 3 loops; 4 code',
  },
  MARU_NAN: {
    fallback: '',
    doc: '1: every result is checked for NaN and infinity, as detectAnomaly',
  },
} as const

export type FlagName = keyof typeof flags

interface Host {
  readonly process?: { readonly env?: Record<string, string | undefined> }
  readonly MARU?: Record<string, string | undefined>
  readonly navigator?: { readonly language?: string }
}

/** Value of a flag, read at the call, so that tests and users may change it while running. */
export function env(name: FlagName): string {
  const host = globalThis as Host
  const flag: Flag = flags[name]
  return host.MARU?.[name] ?? host.process?.env?.[name] ?? flag.fallback
}

/** Language of messages: `MARU_LANG`, else the system's, else English. */
export function language(): 'en' | 'ko' {
  const host = globalThis as Host
  const asked = env('MARU_LANG') || (host.process?.env?.LANG ?? host.navigator?.language ?? '')
  return asked.toLowerCase().startsWith('ko') ? 'ko' : 'en'
}

/** Level of the `DEBUG` ladder, 0 when off or when the variable means something else. */
export function debugLevel(): number {
  const level = Number(env('DEBUG'))
  return Number.isInteger(level) ? level : 0
}
