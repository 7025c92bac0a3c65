/** Damaged files: bits, words, cuts, repeats, pieces of another file. */
import type { Stream } from '../../src/base/threefry.ts'

/** Words that sizes and offsets of formats are damaged with. */
const EXTREMES = [0, 1, 2, 127, 128, 255]

/** Damages bytes in one to four places. */
export function mutate(bytes: Uint8Array, random: Stream, other: Uint8Array = bytes): Uint8Array {
  let out = Uint8Array.from(bytes)
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const at = random.integer(out.length + 1)
    const to = at + random.integer(out.length - at + 1)
    const kind = random.integer(7)
    if (kind === 0 && at < out.length) out[at]! ^= 1 << random.integer(8)
    else if (kind === 1) out.fill(EXTREMES[random.integer(EXTREMES.length)]!, at, at + 4)
    else if (kind === 2) out.fill(EXTREMES[random.integer(EXTREMES.length)]!, at, at + 8)
    else if (kind === 3) out = out.slice(0, at)
    else if (kind === 4) out = Uint8Array.from([...out.subarray(0, to), ...out.subarray(at)])
    else if (kind === 5) out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(to)])
    else {
      const from = random.integer(other.length + 1)
      const piece = other.subarray(from, from + random.integer(64))
      out = Uint8Array.from([...out.subarray(0, at), ...piece, ...out.subarray(at)])
    }
  }
  return out
}
