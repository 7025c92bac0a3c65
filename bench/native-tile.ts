/**
 * The contraction kernel as machine code against the same kernel as WebAssembly, in one process.
 * `npx tsx --conditions=source bench/native-tile.ts`
 */
import { performance } from 'node:perf_hooks'
import { tensor } from 'maru'
import { encodeX86 } from '../packages/maru/src/backend/native/encode.ts'
import { lowered } from '../packages/maru/src/compiler/likeness.ts'
import { launchesOf } from '../packages/maru/src/compiler/program.ts'
import { Bench, missing } from '../packages/maru/test/native/both.ts'

if (missing) throw new Error(`no machine code here: ${missing}`)

const ROUNDS = 40
const sizes: [m: number, n: number, k: number][] = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [64, 1024, 64],
  [512, 512, 512],
  [61, 67, 71],
]

function ones(rows: number, columns: number): Float32Array {
  return new Float32Array(rows * columns).fill(1)
}

/** Milliseconds of one run: as many runs as fill 5 ms. */
function timed(bench: Bench, runs: number): number {
  const start = performance.now()
  for (let i = 0; i < runs; i++) bench.run()
  return (performance.now() - start) / runs
}

console.log('contraction, GFLOP/s: best of windows that alternate; median of the windows’ ratios')
console.log('     m     n     k      wasm    native     ratio')
for (const [m, n, k] of sizes) {
  const product = tensor(ones(m, k), [m, k]).matmul(tensor(ones(k, n), [k, n]))
  const [wasm, native] = [new Bench('wasm', [product]), new Bench('native', [product])]
  const runs = Math.max(1, Math.round(5 / timed(native, 3)))
  timed(wasm, 200)
  const [slow, fast, ratios]: number[][] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = [timed(wasm, runs), timed(native, runs)]
    slow?.push(a)
    fast?.push(b)
    ratios?.push(a / b)
  }
  const rate = (times: number[] = []): string =>
    ((2e-6 * m * n * k) / Math.min(...times)).toFixed(1).padStart(10)
  const ratio = ratios?.sort((a, b) => a - b)[ROUNDS / 2] ?? 0
  const size = [m, n, k].map((extent) => String(extent).padStart(6)).join('')
  console.log(`${size}${rate(slow)}${rate(fast)}${ratio.toFixed(2).padStart(10)}`)
}

const kernel = new Bench('native', [tensor(ones(8, 8), [8, 8]).matmul(tensor(ones(8, 8), [8, 8]))])
const [launch] = launchesOf(kernel.program.body)
if (launch?.kind === 'code') {
  const { code } = lowered(launch.alike, 8)
  const start = performance.now()
  const bytes = encodeX86(code).length
  console.log(`its code: ${bytes} bytes, encoded in ${(performance.now() - start).toFixed(1)} ms`)
}
