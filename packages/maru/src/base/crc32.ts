/** Checksums of 32 bits. */

/** One step over each byte, for a polynomial whose bits are turned around. */
function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1
    return rest
  })
}

function checksum(table: Uint32Array, bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}

const usual = tableOf(0xedb88320)
const castagnoli = tableOf(0x82f63b78)

/** The checksum of PNG, gzip and zip. @see RFC 1952, section 8 */
export function crc32(bytes: Uint8Array): number {
  return checksum(usual, bytes)
}

/** The checksum of Castagnoli's polynomial, of TensorFlow's records. @see RFC 3720, appendix B.4 */
export function crc32c(bytes: Uint8Array): number {
  return checksum(castagnoli, bytes)
}
