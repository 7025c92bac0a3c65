/** Numbers that every driver draws alike: a hash of a name and a position. */

/** FNV-1a of a name. */
function seedOf(name) {
  let hash = 0x811c9dc5
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0
  return hash
}

/** Murmur's last mixing of position and seed, 32 bits. */
function mixed(seed, i) {
  let h = (Math.imul(i, 0x9e3779b9) + seed) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0
  return (h ^ (h >>> 16)) >>> 0
}

/** Numbers uniform in ±scale; the same float32 in every driver. */
export function uniform(name, size, scale = 1) {
  const [seed, factor] = [seedOf(name), Math.fround(scale)]
  return Float32Array.from({ length: size }, (_, i) => {
    return Math.fround(Math.fround((mixed(seed, i) >>> 8) * 2 ** -23 - 1) * factor)
  })
}

/** Integers below a bound. */
export function integers(name, size, below) {
  const seed = seedOf(name)
  return Int32Array.from({ length: size }, (_, i) => mixed(seed, i) % below)
}

/** Starting values of the i-th parameter: ±1/√fanIn for weights, ones for factors of norms, else zeros. */
export function started(i, name, shape) {
  const size = shape.reduce((product, extent) => product * extent, 1)
  if (shape.length > 1) return uniform(`p${i}`, size, 1 / Math.sqrt(size / shape[0]))
  return new Float32Array(size).fill(name.endsWith('weight') ? 1 : 0)
}
