/** What the command line asks for. */
import { parseArgs } from 'node:util'
import { suites } from './cases.ts'

/** What maru may be measured against: libraries, and the bare tile of its contractions as WebAssembly. */
export const peers = [
  'torch',
  'torch2',
  'torch2-compiled',
  'tfjs',
  'tfjs-turned',
  'jax-js',
  'ort',
  'tile',
] as const
export type PeerName = (typeof peers)[number]

export interface Options {
  readonly suites: readonly string[]
  /** Part of the names of the cases that are run. */
  readonly only: string
  readonly against: readonly PeerName[]
  readonly threads: readonly number[]
  /** Values of MARU_CPU; `auto` leaves it to maru. */
  readonly tiers: readonly string[]
  readonly rounds: number
  /** Milliseconds for each library in each round, more where one run takes longer. */
  readonly window: number
  readonly json: boolean
  /** File that gets the JSON lines, beside what is printed. */
  readonly out: string | undefined
  /** Files of JSON lines of which docs/performance.md is made; nothing is measured then. */
  readonly report: readonly string[]
  readonly node: string
  readonly python: readonly string[]
  /** A Python with a PyTorch 2. */
  readonly torch2: string | undefined
  /** A node_modules folder with the JavaScript peers. */
  readonly modules: string | undefined
  readonly help: boolean
}

export const usage: string = `npm run bench -- [options]

  --suite a,b        ${suites.join(', ')} (all unless given)
  --case text        only cases whose names contain it
  --against a,b      ${peers.join(', ')} (all unless given; \`none\` for maru alone)
  --threads 1,2      threads of maru, torch and ort (1 unless given)
  --tier auto,wasm   values of MARU_CPU (auto unless given)
  --rounds n         rounds in which all have their turn (7 unless given)
  --window ms        time of each in each round (120 unless given)
  --json             one JSON line for each case instead of tables
  --out file         JSON lines into a file as well
  --report files     docs/performance.md from files of JSON lines, comma-separated
  --node path        the Node.js that runs the JavaScript libraries (this one unless given)
  --python path      a Python that has torch (BENCH_PYTHON; python3 or the system's unless given)
  --torch2 path      a Python that has a PyTorch 2 (BENCH_TORCH2), for torch2 and, by torch.compile, torch2-compiled
  --peers folder     a node_modules folder with the JavaScript peers (BENCH_PEERS)
`

function listed(text: string | undefined): string[] | undefined {
  return text?.split(',').filter((word) => word !== '')
}

function expectKnown<T extends string>(
  option: string,
  words: readonly string[],
  known: readonly T[],
): T[] {
  return words.map((word) => {
    const found = known.find((each) => each === word)
    if (!found) throw new RangeError(`--${option} ${word}: there are ${known.join(', ')}`)
    return found
  })
}

/** The options of a command line. @throws RangeError or TypeError for what it does not know */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: text,
      case: text,
      against: text,
      threads: text,
      tier: text,
      rounds: text,
      window: text,
      json: { type: 'boolean' },
      out: text,
      report: text,
      node: text,
      python: text,
      torch2: text,
      peers: text,
      help: { type: 'boolean' },
    },
  })
  const against = listed(values.against) ?? [...peers]
  const python = values.python ?? process.env.BENCH_PYTHON
  return {
    suites: expectKnown('suite', listed(values.suite) ?? suites, suites),
    only: values.case ?? '',
    against: against.includes('none') ? [] : expectKnown('against', against, peers),
    threads: (listed(values.threads) ?? ['1']).map(Number),
    tiers: listed(values.tier) ?? ['auto'],
    rounds: Number(values.rounds ?? 7),
    window: Number(values.window ?? 120),
    json: values.json ?? false,
    out: values.out,
    report: listed(values.report) ?? [],
    node: values.node ?? process.execPath,
    python: python ? [python] : ['python3', '/usr/bin/python3'],
    torch2: values.torch2 ?? process.env.BENCH_TORCH2,
    modules: values.peers ?? process.env.BENCH_PEERS,
    help: values.help ?? false,
  }
}
