/**
 * Contractions as WebAssembly against the bare tile that they are made of, in one process: plain, with
 * either operand or both transposed, and in a batch. `npx tsx --conditions=source bench/wasm-tile.ts`
 */
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Tensor, tensor } from 'maru'
import { Bench } from '../packages/maru/test/native/both.ts'
import { tile, tileModule } from './tile.ts'

const ROUNDS = 30
const SIZE = 512
const FLOP = 2 * SIZE ** 3
/**
 * Tiles of one window: as much work as a product. Where another process shares the core, a shorter window would fit
 * between its turns and look twice as fast.
 */
const TILES = FLOP / tile.flop

function bareTile(): (tiles: number) => void {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const scratch = new WebAssembly.Global({ value: 'i32' }, 0)
  const module = new WebAssembly.Module(tileModule())
  const { exports } = new WebAssembly.Instance(module, { env: { memory, scratch } })
  const kernel = exports.k0 as (block: number, begin: number, end: number) => void
  return (tiles) => kernel(0, 0, tiles)
}

function values(...shape: number[]): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return tensor(new Float32Array(size).fill(1), shape)
}

const square = (): Tensor => values(SIZE, SIZE)
const products: Readonly<Record<string, () => Tensor>> = {
  plain: () => square().matmul(square()),
  Aᵀ: () => square().transpose().matmul(square()),
  Bᵀ: () => square().matmul(square().transpose()),
  'Aᵀ Bᵀ': () => square().transpose().matmul(square().transpose()),
  'batch of 8, 256': () => values(8, 256, 256).matmul(values(8, 256, 256)),
}

const runs = Object.entries(products).map(([name, make]) => {
  const bench = new Bench('wasm', [make()])
  // Engines compile what is called often, not what takes long.
  for (let i = 0; i < 20; i++) bench.run(1)
  return { name, run: () => bench.run(), shares: [] as number[] }
})
const bareRun = bareTile()
for (let i = 0; i < 2000; i++) bareRun(1)
// What they compile is used from the next call on.
await setTimeout(500)

function rate(run: () => void): number {
  const start = performance.now()
  run()
  return FLOP / (performance.now() - start) / 1e6
}

const rates: number[] = []
for (let round = -3; round < ROUNDS; round++) {
  for (const { run, shares } of runs) {
    const bare = rate(() => bareRun(TILES))
    const share = rate(run) / bare
    if (round < 0) continue
    rates.push(bare)
    shares.push(share)
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
console.log(`bare tile of ${tile.name}: ${median(rates).toFixed(1)} GFLOP/s`)
for (const { name, shares } of runs) {
  console.log(`${name.padEnd(16)} ${(100 * median(shares)).toFixed(0)} % of it`)
}
