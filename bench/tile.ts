/** The bare tile of WebAssembly's contractions: panels that stay in the nearest cache, over and over. */
import { assembleModule } from '../packages/maru/src/backend/wasm/assembler.ts'
import { encode } from '../packages/maru/src/backend/wasm/encode.ts'
import { enableFma } from '../packages/maru/src/backend/wasm/features.ts'
import type { Scalar, Vector } from '../packages/maru/src/compiler/vector.ts'
import { VectorBuilder } from '../packages/maru/src/compiler/vector.ts'

/** Rows, vectors of four columns, and steps of k. */
const [ROWS, VECTORS, STEPS] = [4, 2, 256]
const LANES = 4

/** Addresses of the sums and of the two panels. */
const [SUMS, LEFT, RIGHT] = [512, 1024, 1 << 15]

/** What one is called, and its floating-point operations. */
export const tile: { readonly name: string; readonly flop: number } = {
  name: `${ROWS} × ${VECTORS * LANES}`,
  flop: 2 * ROWS * VECTORS * LANES * STEPS,
}

/** A module whose `k0(0, 0, tiles)` computes so many tiles, in a memory of a page. */
export function tileModule(): Uint8Array<ArrayBuffer> {
  const b = new VectorBuilder(LANES)
  const tile = b.variable(b.begin)
  const at = (value: number): Scalar => ({ k: 'const', value })
  const load4 = (form: 'full' | 'splat', address: Scalar): Vector => {
    return { k: 'load', form, element: 'f32', address }
  }
  b.loop(tile, b.end, 1, () => {
    const sums = Array.from({ length: ROWS * VECTORS }, () => b.let(b.f32(0)))
    const [x, y] = [b.variable(LEFT), b.variable(RIGHT)]
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
    for (const [i, sum] of sums.entries()) b.store('full', 'f32', at(SUMS + i * 16), sum)
  })
  return assembleModule([encode(b.finish(), enableFma())], 3)
}
