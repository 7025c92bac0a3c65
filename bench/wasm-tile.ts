/**
 * Contractions as WebAssembly against the bare tile that they are made of, in one process: plain, with
 * either operand or both transposed, and in a batch. `npx tsx --conditions=source bench/wasm-tile.ts`
 */
import { performance } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { type Tensor, tensor } from 'maru'
import { type Vector, VectorBuilder } from '../packages/maru/src/compiler/vector.ts'
import { Bench, load } from '../packages/maru/test/native/both.ts'

const ROUNDS = 30
/** The tile: rows, vectors of four columns, and steps of k. */
const [ROWS, VECTORS, STEPS] = [4, 2, 256]
/** Tiles of one window. */
const TILES = 2000
const SIZE = 512

/** Products of one tile's panels, which stay in the nearest cache, over and over. */
function bareTile(): (tiles: number) => void {
  const b = new VectorBuilder(4)
  const tile = b.variable(b.begin)
  const load4 = (form: 'full' | 'splat', address: ReturnType<typeof b.add>): Vector => {
    return { k: 'load', form, element: 'f32', address }
  }
  b.loop(tile, b.end, 1, () => {
    const sums = Array.from({ length: ROWS * VECTORS }, () => b.let(b.f32(0)))
    const [x, y] = [b.variable(b.arg(0)), b.variable(b.arg(1))]
    const k = b.variable(0)
    b.loop(k, STEPS, 1, () => {
      const columns = Array.from({ length: VECTORS }, (_, v) =>
        b.let(load4('full', b.add(y, v * 16))),
      )
      for (let row = 0; row < ROWS; row++) {
        const left = b.let(load4('splat', b.add(x, row * 4)))
        columns.forEach((column, v) => {
          const sum = sums[row * VECTORS + v]
          if (sum) b.assign(sum, b.fma(left, column, sum))
        })
      }
      b.set(x, b.add(x, ROWS * 4))
      b.set(y, b.add(y, VECTORS * 16))
    })
    for (const [i, sum] of sums.entries()) b.store('full', 'f32', b.add(b.arg(2), i * 16), sum)
  })
  const memory = new WebAssembly.Memory({ initial: 2 })
  new Int32Array(memory.buffer, 64, 3).set([1024, 32768, 512])
  const [kernel] = load('wasm', memory, [b.finish()])
  return (tiles) => kernel?.(64, 0, tiles)
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

const bareRun = bareTile()
const tile = { run: () => bareRun(TILES), flop: 2 * TILES * ROWS * VECTORS * 4 * STEPS }
const runs = Object.entries(products).map(([name, make]) => {
  const bench = new Bench('wasm', [make()])
  // Engines compile what is called often, not what takes long.
  for (let i = 0; i < 20; i++) bench.run(1)
  return { name, run: () => bench.run(), flop: 2 * SIZE ** 3, rates: [] as number[] }
})
const bare: number[] = []
function rate({ run, flop }: { readonly run: () => void; readonly flop: number }): number {
  const start = performance.now()
  run()
  return flop / (performance.now() - start) / 1e6
}
for (let i = 0; i < 2000; i++) bareRun(1)
// What they compile is used from the next call on.
await setTimeout(500)
for (let i = 0; i < 3; i++) for (const each of [tile, ...runs]) each.run()
for (let round = 0; round < ROUNDS; round++) {
  bare.push(rate(tile))
  for (const each of runs) each.rates.push(rate(each))
}
const best = Math.max(...bare)
console.log(`bare tile of ${ROWS} × ${VECTORS * 4}: ${best.toFixed(1)} GFLOP/s`)
for (const { name, rates } of runs) {
  const own = Math.max(...rates)
  console.log(`${name.padEnd(16)} ${own.toFixed(1)} GFLOP/s, ${((100 * own) / best).toFixed(0)} %`)
}
