/** Who takes part: maru's tiers and the peers that are installed. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { tile, tileModule } from '../tile.ts'
import { Contestant } from './contestant.ts'
import type { Options, PeerName } from './options.ts'

const DRIVERS = join(import.meta.dirname, 'drivers')

/** Peers that a Python runs. */
type PythonPeer = Extract<PeerName, `torch${string}`>

/** Where a peer is, or why it cannot take part. */
export type Found = { readonly at: string } | { readonly missing: string }

/** Whether a peer is a PyTorch, of whatever version. */
export const isTorch = (name: string): name is PythonPeer => name.startsWith('torch')

function findTorch(name: PythonPeer, { python, torch2 }: Options): Found {
  if (name !== 'torch') return torch2 ? { at: torch2 } : { missing: '--torch2 says where it is' }
  const at = python.find((file) => spawnSync(file, ['-c', 'import torch']).status === 0)
  return at ? { at } : { missing: `no torch in ${python.join(' or ')}; --python says where` }
}

/** The package of each peer that is JavaScript. */
const packages: Readonly<Record<Exclude<PeerName, PythonPeer | 'tile'>, string>> = {
  tfjs: '@tensorflow/tfjs-backend-wasm',
  'tfjs-turned': '@tensorflow/tfjs-backend-wasm',
  'jax-js': '@jax-js/jax',
  ort: 'onnxruntime-node',
}

/** Looks for a peer: in the folder that was given, else where packages of this repository are. */
export function find(peer: PeerName, options: Options): Found {
  if (isTorch(peer)) return findTorch(peer, options)
  if (peer === 'tile') {
    return options.tiers.includes('wasm') ? { at: '' } : { missing: 'it is for `--tier wasm`' }
  }
  const name = packages[peer]
  const folders = options.modules
    ? [options.modules]
    : (createRequire(import.meta.url).resolve.paths(name) ?? [])
  const at = folders.find((folder) => existsSync(join(folder, name)))
  return at ? { at } : { missing: `${name} is not installed; --peers says where it is` }
}

/** maru under one value of MARU_CPU. */
function maru(tier: string, threads: number, { node }: Options): Contestant {
  const env = { MARU_THREADS: String(threads), ...(tier === 'auto' ? {} : { MARU_CPU: tier }) }
  const args = ['--expose-gc', join(DRIVERS, 'maru.mjs')]
  return new Contestant('maru', tier, { file: node, args, env })
}

/** Environment of a PyTorch. */
export function torchSettings(name: PeerName, threads: number): Record<string, string> {
  const count = String(threads)
  const compiled = name === 'torch2-compiled' ? { BENCH_COMPILE: '1' } : {}
  return {
    OMP_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    ...compiled,
  }
}

/** A peer's processes: with several threads PyTorch has two, of which the better counts. */
function peer(
  name: PeerName,
  at: string,
  threads: number,
  { node, torch }: { readonly node: string; readonly torch: string },
): Contestant[] {
  if (isTorch(name)) {
    const env = torchSettings(name, threads)
    const command = { file: at, args: [join(DRIVERS, 'torch_driver.py')], env }
    const passive = { ...command, env: { ...env, OMP_WAIT_POLICY: 'passive' } }
    const usual = new Contestant(name, 'default', command)
    return threads > 1 ? [usual, new Contestant(name, 'passive', passive)] : [usual]
  }
  // These compute on one thread here.
  if (threads > 1 && name !== 'ort') return []
  const driver = join(DRIVERS, `${name.replace('-turned', '')}.mjs`)
  // jax-js uses iterator helpers, which Node 20 has behind a flag.
  const flags = ['--expose-gc', ...(name === 'jax-js' ? ['--harmony-iterator-helpers'] : [])]
  const bare = {
    BENCH_TILE: Buffer.from(tileModule()).toString('base64'),
    BENCH_FLOP: String(tile.flop),
  }
  const own: Record<string, string> =
    name === 'tile' ? bare : name === 'tfjs-turned' ? { BENCH_TURNED: '1' } : {}
  const env = { BENCH_PEERS: at, BENCH_THREADS: String(threads), BENCH_PYTHON: torch, ...own }
  return [new Contestant(name, '', { file: node, args: [...flags, driver], env })]
}

/** Everyone who runs the cases with this number of threads. */
export function contestants(
  threads: number,
  found: ReadonlyMap<PeerName, Found>,
  options: Options,
): Contestant[] {
  const place = found.get('torch')
  const torch = place && 'at' in place ? place.at : ''
  const peers = [...found].flatMap(([name, place]) =>
    'at' in place ? peer(name, place.at, threads, { node: options.node, torch }) : [],
  )
  return [...options.tiers.map((tier) => maru(tier, threads, options)), ...peers]
}
