/** Whole files in Node: written so that a crash leaves the old or the new one, read with a limit. */
import { FormatError } from '../base/error.ts'

/** Most bytes asked of one read; systems refuse more than 2^31 - 1. */
const READ_BYTES = 2 ** 30

let writes = 0

/**
 * Replaces a file in one step.
 *
 * The bytes go to a new file beside `path`, which takes its name only after they are on the disk:
 * whoever reads, and whatever stops the process or the machine, finds the old file or the new one.
 * A symbolic link at `path` is replaced, not followed.
 *
 * @throws FormatError when the file cannot be written; `path` is then as it was.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises')
  const temporary = `${path}.tmp-${process.pid}-${writes++}`
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw new FormatError('file.write', { path, reason: reasonOf(cause) }, cause)
  }
  await syncFolderOf(path)
}

/** Makes a folder and those above it where they are missing. @throws FormatError when it cannot be made */
export async function makeFolder(path: string): Promise<void> {
  const { mkdir } = await import('node:fs/promises')
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    throw new FormatError('file.folder', { path, reason: reasonOf(cause) }, cause)
  }
}

/** Makes a rename last through a power cut; Windows cannot open folders and does it by itself. */
async function syncFolderOf(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { open } = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  const folder = dirname(path)
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw new FormatError('file.sync', { path, folder, reason: reasonOf(cause) }, cause)
  }
}

/**
 * Reads a whole file of at most `maxBytes`.
 *
 * @throws FormatError when there is no such file, it is no regular file, too large or unreadable.
 */
export async function readFileBytes(
  path: string,
  { maxBytes }: { maxBytes: number },
): Promise<Uint8Array> {
  const { open, stat } = await import('node:fs/promises')
  try {
    // before opening: a pipe would wait for a writer
    if (!(await stat(path)).isFile()) throw new FormatError('file.kind', { path })
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > maxBytes) throw new FormatError('file.large', { path, size, maxBytes })
      const bytes = new Uint8Array(size)
      for (let at = 0; at < size; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(size - at, READ_BYTES), at)
        if (bytesRead === 0) throw new FormatError('file.shrunk', { path, size, at })
        at += bytesRead
      }
      return bytes
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    const reason = reasonOf(cause)
    const missing = reason === 'ENOENT' || reason === 'ENOTDIR'
    if (missing) throw new FormatError('file.missing', { path }, cause)
    throw new FormatError('file.read', { path, reason }, cause)
  }
}

/** The system's code of an error, or its message. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return String(error)
}
