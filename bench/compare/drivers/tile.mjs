/** The bare tile of maru's contractions as WebAssembly, as many as a product has work for. */
import { setFlagsFromString } from 'node:v8'
import { serve } from './serve.mjs'

const bytes = Buffer.from(process.env.BENCH_TILE, 'base64')
// Node 20 has fused multiply-adds behind a flag.
if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd')
const memory = new WebAssembly.Memory({ initial: 1 })
const scratch = new WebAssembly.Global({ value: 'i32' }, 0)
const { instance } = await WebAssembly.instantiate(bytes, { env: { memory, scratch } })

/** Engines compile what is called often, not what takes long. */
const CALLS = 2000
for (let i = 0; i < CALLS; i++) instance.exports.k0(0, 0, 1)

function computing(flop) {
  const tiles = Math.round(flop / Number(process.env.BENCH_FLOP))
  return { run: () => instance.exports.k0(0, 0, tiles) }
}

await serve(
  { library: 'tile', node: process.version },
  {
    matmul: ({ n, batch }) => computing(2 * n ** 3 * Math.max(1, batch)),
    chain: ({ n, count }) => computing(2 * n ** 3 * count),
  },
)
