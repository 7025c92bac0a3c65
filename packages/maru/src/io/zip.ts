/** Zip archives of untrusted bytes: named files whose sizes are checked before they are unpacked. */
import { FormatError } from '../base/error.ts'
import { quote } from './json-scanner.ts'

/** What an archive may grow to beside `GROWTH` times its own size. */
const ROOM_BYTES = 64 * 1024 * 1024
const GROWTH = 100
const MAX_FILES = 1_000_000

type Fflate = typeof import('fflate')

async function library(): Promise<Fflate> {
  try {
    return await import('fflate')
  } catch (cause) {
    throw new FormatError('zip.library', {}, cause)
  }
}

/**
 * The files of an archive by name.
 *
 * @throws FormatError when it is damaged, names a file twice, or would grow beyond 100 times its size
 */
export async function unzip(format: string, bytes: Uint8Array): Promise<Map<string, Uint8Array>> {
  const { unzipSync } = await library()
  const names = new Set<string>()
  let total = 0
  const limit = ROOM_BYTES + GROWTH * bytes.length
  const admit = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (name === '__proto__') throw new FormatError('zip.name', { format, name })
    if (names.has(name)) throw new FormatError('zip.twice', { format, name: quote(name) })
    names.add(name)
    total += originalSize
    if (names.size > MAX_FILES || total > limit) {
      throw new FormatError('zip.large', { format, total, limit })
    }
    return !name.endsWith('/')
  }
  try {
    const files = unzipSync(bytes, { filter: admit })
    return new Map(Object.entries(files))
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
