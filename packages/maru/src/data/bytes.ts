/** Bytes and text of files that need not be trusted. */
import { FormatError } from '../base/error.ts'
import { joinBytes } from '../base/join-bytes.ts'
import { readFileBytes } from '../io/files.ts'

/** Most bytes of a file on the disk, compressed or not. */
const FILE_BYTES = 2 ** 31 - 1

/**
 * The bytes of a file, or those given; unpacked where they are compressed by gzip.
 *
 * @throws FormatError when the file cannot be read, is damaged, or grows beyond reason
 */
export async function readUnpacked(source: string | Uint8Array): Promise<Uint8Array> {
  const bytes =
    typeof source === 'string' ? await readFileBytes(source, { maxBytes: FILE_BYTES }) : source
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  return zipped ? gunzip(bytes) : bytes
}

/**
 * The text of UTF-8 bytes, without the mark that some programs put in front.
 *
 * @throws FormatError when the bytes are no UTF-8
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new FormatError('text.utf8', { size: bytes.length }, cause)
  }
}

/** The text of a file, compressed by gzip or not. @throws FormatError when it cannot be read */
export async function readText(source: string | Uint8Array): Promise<string> {
  return decodeText(await readUnpacked(source))
}

/**
 * The first of some files of a folder that exists.
 *
 * @throws FormatError when one is there but cannot be read
 */
export async function readFirst(
  folder: string,
  names: readonly string[],
): Promise<Uint8Array | undefined> {
  for (const name of names) {
    try {
      return await readUnpacked(`${folder}/${name}`)
    } catch (error) {
      if (!(error instanceof FormatError && error.key === 'file.missing')) throw error
    }
  }
  return undefined
}

/** Names of the files in a folder, sorted. @throws FormatError when there is no such folder */
export async function filesOf(folder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises')
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .sort()
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new FormatError('file.read', { path: folder, reason }, cause)
  }
}

/** Bytes that any small file may become; a larger one may grow tenfold on top. */
const GROWTH_BYTES = 2 ** 26

/** Unpacks with a budget: a bomb fails once it exceeds it, before the rest is unpacked. */
async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const limit = Math.min(FILE_BYTES, 10 * bytes.length + GROWTH_BYTES)
  return unpack(bytes, { format: 'gzip', limit })
}

/**
 * Unpacks gzip, or zlib's format (`deflate`), to at most `limit` bytes.
 *
 * @throws FormatError when the bytes are damaged, or grow to more
 */
export async function unpack(
  bytes: Uint8Array,
  { format, limit }: { readonly format: 'gzip' | 'deflate'; readonly limit: number },
): Promise<Uint8Array> {
  const packed = new Blob([bytes.slice()]).stream()
  const reader = packed.pipeThrough(new DecompressionStream(format)).getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FormatError('gzip.data', { size: bytes.length }, cause)
    })
    if (done) break
    chunks.push(value)
    size += value.length
    if (size > limit) {
      await reader.cancel().catch(() => undefined)
      throw new FormatError('gzip.large', { size: bytes.length, limit })
    }
  }
  return joinBytes(chunks)
}
