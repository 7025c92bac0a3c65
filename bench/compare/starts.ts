/** What is measured by processes of their own: from their start to their end, or what they print. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Found, isTorch, torchSettings } from './contestants.ts'
import type { Options, PeerName } from './options.ts'
import { quantile, type Result, rounded } from './results.ts'

interface StartCase {
  readonly name: string
  readonly unit: Result['unit']
  /** Scripts of maru and of peers, in `start/`. */
  readonly scripts: Readonly<Record<string, string>>
  /** What of the printed numbers counts; the time from start to end unless given. */
  readonly prints?: string
  readonly rounds: number
  /** maru's figure should be at most this. */
  readonly most?: number
  /** peer / maru should be at least this. */
  readonly targets?: Readonly<Record<string, number>>
}

const torches = (script: string): Record<string, string> => ({
  torch: script,
  torch2: script,
  'torch2-compiled': script,
})

const cases: readonly StartCase[] = [
  {
    name: 'tiny MLP: process start to first trained step',
    unit: 'ms',
    scripts: {
      maru: 'tiny-maru.mjs',
      ...torches('tiny_torch.py'),
      tfjs: 'tiny-tfjs.mjs',
      'jax-js': 'tiny-jax-js.mjs',
    },
    rounds: 9,
    most: 350,
    targets: { tfjs: 1 },
  },
  {
    name: 'GPT: first step (trace, compile, run)',
    unit: 'ms',
    scripts: { maru: 'gpt-maru.mjs', ...torches('gpt_torch.py') },
    prints: 'first',
    rounds: 3,
    most: 1500,
  },
  {
    name: 'GPT: first step of another batch, extra',
    unit: 'ms',
    scripts: { maru: 'gpt-maru.mjs' },
    prints: 'extra',
    rounds: 3,
    most: 50,
  },
  {
    name: 'first step of 100 to 800 residual layers: exponent of the depth',
    unit: '×',
    scripts: { maru: 'depth-maru.mjs' },
    prints: 'exponent',
    rounds: 1,
    most: 1.2,
  },
  {
    name: 'GPT: a late token against an early one',
    unit: '×',
    scripts: { maru: 'tokens-maru.mjs' },
    prints: 'last',
    rounds: 3,
    most: 1.2,
  },
  {
    name: 'ResNet-18 step: peak memory',
    unit: 'MB',
    scripts: { maru: 'memory-maru.mjs', ...torches('memory_torch.py') },
    prints: 'peak',
    rounds: 1,
    targets: { torch: 1 },
  },
]

interface Runner {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly figures: number[]
}

/** Everyone who has a script and is there. */
function runners(
  { scripts }: StartCase,
  threads: number,
  found: ReadonlyMap<PeerName, Found>,
  { node }: Options,
): Runner[] {
  const own = { name: 'maru', at: node, env: { MARU_THREADS: String(threads) } }
  const peers = [...found].flatMap(([name, place]) =>
    'at' in place && scripts[name] !== undefined
      ? [
          isTorch(name)
            ? { name, at: place.at, env: torchSettings(name, threads) }
            : { name, at: node, env: { BENCH_PEERS: place.at } },
        ]
      : [],
  )
  return [own, ...peers].map(({ name, at, env }) => {
    const flags = name === 'jax-js' ? ['--harmony-iterator-helpers'] : []
    const script = join(import.meta.dirname, 'start', scripts[name] ?? '')
    return { name, file: at, args: [...flags, script], env, figures: [] }
  })
}

/** One process, from its start to its end. @throws Error with its last words when it fails */
function figureOf({ file, args, env }: Runner, prints: string | undefined): number {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(file, [...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  const ms = performance.now() - start
  if (status !== 0) throw new Error(`${args.at(-1)} failed: ${stderr.slice(-400)}`)
  if (prints === undefined) return ms
  const printed: Record<string, number> = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}')
  return printed[prints] ?? Number.NaN
}

/** Runs the cases of `start`. */
export function* runStarts(
  found: ReadonlyMap<PeerName, Found>,
  options: Options,
  setting: { readonly threads: number; readonly node: string },
): Generator<Result[]> {
  for (const each of cases) {
    if (!each.name.includes(options.only)) continue
    const everyone = runners(each, setting.threads, found, options)
    for (let round = 0; round < each.rounds; round++) {
      for (const runner of everyone) runner.figures.push(figureOf(runner, each.prints))
    }
    for (const { figures } of everyone) figures.sort((a, b) => a - b)
    yield resultsOf(each, everyone, setting)
  }
}

function resultsOf(
  it: StartCase,
  [maru, ...peers]: readonly Runner[],
  { threads, node }: { readonly threads: number; readonly node: string },
): Result[] {
  const own = maru?.figures ?? []
  const rivals = peers.length > 0 ? peers : [undefined]
  return rivals.map((peer) => {
    const other = peer?.figures
    const [ours, theirs] = [quantile(own, 0.5), other && quantile(other, 0.5)]
    return {
      suite: 'start',
      case: it.name,
      threads,
      tier: 'auto',
      node,
      unit: it.unit,
      maru_ms: rounded(ours),
      maru_min: rounded(own[0] ?? Number.NaN),
      peer: peer?.name ?? null,
      peer_ms: theirs === undefined ? null : rounded(theirs),
      peer_min: other?.[0] === undefined ? null : rounded(other[0]),
      ratio: theirs === undefined ? null : rounded(theirs / ours, 3),
      ratio_min: other?.[0] === undefined ? null : rounded(other[0] / (own[0] ?? 0), 3),
      target: (peer && it.targets?.[peer.name]) ?? null,
      most: it.most ?? null,
      spread: null,
      foreign_load: null,
      difference: null,
      right: null,
      gflops: null,
      note: null,
    }
  })
}
