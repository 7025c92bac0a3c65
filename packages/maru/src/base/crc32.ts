/** Checksums of 32 bits. */

/** Polynomials, their bits turned around. */
const [USUAL, CASTAGNOLI] = [0xedb88320, 0x82f63b78]
const tables = new Map<number, Uint32Array>()

/** One step over each byte. */
function tableOf(polynomial: number): Uint32Array {
  const known = tables.get(polynomial)
  if (known) return known
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1
    return rest
  })
  tables.set(polynomial, table)
  return table
}

function checksum(polynomial: number, bytes: Uint8Array): number {
  const table = tableOf(polynomial)
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}

/** The checksum of PNG, gzip and zip. @see RFC 1952, section 8 */
export function crc32(bytes: Uint8Array): number {
  return checksum(USUAL, bytes)
}

/** The checksum of Castagnoli's polynomial, of TensorFlow's records. @see RFC 3720, appendix B.4 */
export function crc32c(bytes: Uint8Array): number {
  return checksum(CASTAGNOLI, bytes)
}
