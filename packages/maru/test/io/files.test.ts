import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readFileBytes, writeFileAtomic } from '../../src/io/files.ts'

/** Fails the file-system call with this number, counted from 1, and those after it if asked. */
const fault = { at: 0, calls: 0, forever: false }

function step<A extends unknown[], R>(call: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    fault.calls++
    const failing = fault.forever ? fault.calls >= fault.at : fault.calls === fault.at
    if (fault.at > 0 && failing) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    return call(...args)
  }
}

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>()
  const open = step(async (...args: Parameters<typeof fs.open>) => {
    const handle = await real.open(...args)
    handle.writeFile = step(handle.writeFile.bind(handle))
    handle.sync = step(handle.sync.bind(handle))
    const close = handle.close.bind(handle)
    handle.close = () => step(async () => undefined)().finally(close)
    return handle
  })
  return { ...real, open, rename: step(real.rename), rm: step(real.rm) }
})

let folder: string
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'maru-files-'))
})
afterEach(async () => {
  Object.assign(fault, { at: 0, calls: 0, forever: false })
  await fs.rm(folder, { recursive: true })
})

const old = Uint8Array.of(1, 2, 3)
const fresh = new Uint8Array(100_000).fill(7)

describe('writeFileAtomic', () => {
  it('writes a file and replaces it, leaving nothing else', async () => {
    const path = join(folder, '모델.safetensors')
    await writeFileAtomic(path, old)
    await writeFileAtomic(path, fresh)
    expect(await fs.readdir(folder)).toEqual(['모델.safetensors'])
    expect(await readFileBytes(path, { maxBytes: 1e6 })).toEqual(fresh)
  })

  it('lets writers of one file race: one of them wins whole', async () => {
    const path = join(folder, 'model')
    const versions = Array.from({ length: 8 }, (_, i) => new Uint8Array(50_000).fill(i))
    await Promise.all(versions.map((bytes) => writeFileAtomic(path, bytes)))
    const bytes = await readFileBytes(path, { maxBytes: 1e6 })
    expect(versions).toContainEqual(bytes)
    expect(await fs.readdir(folder)).toEqual(['model'])
  })

  for (const forever of [false, true]) {
    it(`keeps the old or the new file when ${forever ? 'every call after' : 'one call at'} any point fails`, async () => {
      const path = join(folder, 'model')
      const keys: string[] = []
      for (let at = 1; ; at++) {
        await fs.writeFile(path, old)
        Object.assign(fault, { at, calls: 0, forever })
        const failure = await writeFileAtomic(path, fresh).catch((error) => error)
        Object.assign(fault, { at: 0 })
        if (failure === undefined) break
        keys.push(failure.key)
        expect(failure.message).toContain('ENOSPC')
        const left = await readFileBytes(path, { maxBytes: 1e6 })
        expect(left).toEqual(failure.key === 'file.sync' ? fresh : old)
        if (!forever) expect(await fs.readdir(folder)).toEqual(['model'])
      }
      // open, write, sync, close, rename; then open, sync and close the folder
      const writing = new Array(5).fill('file.write')
      expect(keys).toEqual([...writing, 'file.sync', 'file.sync', 'file.sync'])
    })
  }

  it('says why a file cannot be written', async () => {
    await expect(writeFileAtomic(join(folder, 'no', 'model'), old)).rejects.toMatchObject({
      name: 'FormatError',
      key: 'file.write',
      fields: { reason: 'ENOENT' },
    })
  })
})

describe('readFileBytes', () => {
  it('reads the empty file and one of exactly the limit', async () => {
    const path = join(folder, 'a')
    await fs.writeFile(path, '')
    expect(await readFileBytes(path, { maxBytes: 0 })).toEqual(new Uint8Array(0))
    await fs.writeFile(path, old)
    expect(await readFileBytes(path, { maxBytes: 3 })).toEqual(old)
  })

  const rejects: [name: string, key: string, prepare: (path: string) => unknown][] = [
    ['a missing file', 'file.missing', () => undefined],
    ['a folder', 'file.kind', (path) => fs.mkdir(path)],
    ['a file over the limit', 'file.large', (path) => fs.writeFile(path, 'four')],
    ['a link to itself', 'file.read', (path) => fs.symlink(path, path)],
  ]
  it.each(rejects)('refuses %s', async (_, key, prepare) => {
    const path = join(folder, 'a')
    await prepare(path)
    const reading = readFileBytes(path, { maxBytes: 3 })
    await expect(reading).rejects.toMatchObject({ name: 'FormatError', key })
  })

  it('refuses a file used as a folder', async () => {
    await fs.writeFile(join(folder, 'a'), old)
    const reading = readFileBytes(join(folder, 'a', 'b'), { maxBytes: 3 })
    await expect(reading).rejects.toMatchObject({ key: 'file.missing' })
  })

  it.skipIf(process.platform === 'win32')('does not wait on a pipe', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const reading = readFileBytes(path, { maxBytes: 3 })
    await expect(reading).rejects.toMatchObject({ key: 'file.kind' })
  })
})
