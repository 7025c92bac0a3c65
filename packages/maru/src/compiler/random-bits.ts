/** Threefry-2x32 on int32 lanes: the words of `base/threefry.ts`. */
import type { Attrs } from '../graph/primitive.ts'
import type { Vector, VectorBuilder } from './vector.ts'

type Named = ReturnType<VectorBuilder['let']>

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const
const PARITY = 0x1bd11bda

function rotate(b: VectorBuilder, x: Vector, by: number): Vector {
  const v = b.let(x)
  return b.binary('or', b.shift('i32.shl', v, by), b.shift('i32.shrU', v, 32 - by))
}

/** One word of the block at (counter, upper) under a key: 20 rounds in five groups. */
export function threefry(
  b: VectorBuilder,
  counter: Vector,
  [key0, key1]: readonly [Vector, Vector],
  attrs: Attrs,
): Vector {
  const { word, upper } = attrs as { readonly word: 0 | 1; readonly upper: number }
  const add = (x: Vector, y: Vector): Named => b.let(b.binary('i32.add', x, y))
  const [k0, k1] = [b.let(key0), b.let(key1)]
  const k2 = b.let(b.binary('xor', b.binary('xor', k0, k1), b.i32(PARITY)))
  const keys = [k0, k1, k2]
  const key = (i: number): Vector => keys[i % 3] ?? k0
  let x = add(counter, k0)
  let y = add(b.i32(upper | 0), k1)
  for (let group = 1; group <= 5; group++) {
    for (const by of ROTATIONS[(group - 1) % 2] ?? []) {
      x = add(x, y)
      y = b.let(b.binary('xor', rotate(b, y, by), x))
    }
    x = add(x, key(group))
    y = add(y, b.binary('i32.add', key(group + 1), b.i32(group)))
  }
  return word === 0 ? x : y
}
