/** Zip archives of untrusted bytes: named files whose sizes are checked before they are unpacked. */
import { crc32 } from '../base/crc32.ts'
import { FormatError } from '../base/error.ts'
import { quote } from './json-scanner.ts'

/** What an archive may grow to beside `GROWTH` times its own size. */
const ROOM_BYTES = 64 * 1024 * 1024
const GROWTH = 100
const MAX_FILES = 1_000_000
/** A byte of deflate's format becomes 1,032 at most. */
const MOST_GROWTH = 1032

type Fflate = typeof import('fflate')
type UnzipFileInfo = import('fflate').UnzipFileInfo

async function library(): Promise<Fflate> {
  try {
    return await import('fflate')
  } catch (cause) {
    throw new FormatError('zip.library', {}, cause)
  }
}

/** The directory's words: its end, that of a large archive and where that lies, and an entry. */
const END = 0x06054b50
const LARGE_END = 0x06064b50
const LOCATOR = 0x07064b50
const ENTRY = 0x02014b50

/** Checksums of an archive's files, in the order of its directory. */
function checksumsIn(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const word = (at: number): number => view.getUint32(at, true)
  let end = bytes.length - 22
  while (word(end) !== END) end--
  let [count, at] = [view.getUint16(end + 8, true), word(end + 16)]
  const large = end >= 20 && word(end - 20) === LOCATOR ? word(end - 12) : undefined
  if (large !== undefined && word(large) === LARGE_END) {
    count = word(large + 32)
    at = word(large + 48)
  }
  const sums: number[] = []
  for (let i = 0; i < count; i++) {
    if (word(at) !== ENTRY) throw new RangeError(`no file is at byte ${at}`)
    sums.push(word(at + 16))
    at += 46 + [28, 30, 32].reduce((sum, by) => sum + view.getUint16(at + by, true), 0)
  }
  return sums
}

/**
 * The files of an archive by name.
 *
 * @throws FormatError when it is damaged, names a file twice, or would grow beyond 100 times its size
 */
export async function unzip(format: string, bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const { unzipSync } = await library()
  const names = new Map<string, number>()
  let total = 0
  const limit = ROOM_BYTES + GROWTH * bytes.length
  const admit = ({ name, size, originalSize, compression }: UnzipFileInfo): boolean => {
    if (name === '__proto__') throw new FormatError('zip.name', { format, name })
    if (names.has(name)) throw new FormatError('zip.twice', { format, name: quote(name) })
    names.set(name, originalSize)
    // what is claimed is allocated, so it is held to what the packed bytes can become
    const most = compression === 0 ? size : Math.min(size, bytes.length) * MOST_GROWTH
    if (originalSize > most) {
      throw new FormatError('zip.large', { format, total: originalSize, limit: most })
    }
    total += originalSize
    if (names.size > MAX_FILES || total > limit) {
      throw new FormatError('zip.large', { format, total, limit })
    }
    return !name.endsWith('/')
  }
  try {
    const files = new Map(Object.entries(unzipSync(bytes, { filter: admit })))
    const sums = checksumsIn(bytes)
    for (const [i, [name, size]] of [...names].entries()) {
      const file = files.get(name)
      if (file && (file.length !== size || crc32(file) !== sums[i])) {
        throw new FormatError('zip.checksum', { format, name: quote(name) })
      }
    }
    return files
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    throw new FormatError('zip.damaged', { format, reason: String(cause) }, cause)
  }
}

/** An archive of files, stored or packed. The bytes depend on the contents alone. */
export async function zip(
  files: ReadonlyMap<string, Uint8Array>,
  { compress }: { readonly compress: boolean },
): Promise<Uint8Array> {
  const { zipSync } = await library()
  return zipSync(Object.fromEntries(files), {
    level: compress ? 6 : 0,
    mtime: '1980-01-01T00:00:00Z',
  })
}
