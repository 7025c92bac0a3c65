import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FormatError } from '../../src/base/error.ts'
import {
  type Contents,
  checkpointSteps,
  newestCheckpoint,
  readCheckpoint,
  removeCheckpoint,
  sweep,
  writeCheckpoint,
} from '../../src/io/checkpoint.ts'

/** What becomes of the n-th call that changes the disk, and of those behind it. */
const fault = vi.hoisted(() => ({
  calls: 0,
  at: Number.POSITIVE_INFINITY,
  /** The process ends there, or that one call fails. */
  ends: false,
  code: 'EIO',
}))

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  /** Counts a call; throws where the fault is, after what may have been done until then. */
  const call = async <T>(act: () => Promise<T>, partly?: () => Promise<unknown>): Promise<T> => {
    fault.calls++
    const isHit = fault.calls === fault.at
    if (isHit) await partly?.()
    if (isHit || (fault.ends && fault.calls > fault.at)) {
      throw Object.assign(new Error(fault.code), { code: fault.code })
    }
    return act()
  }
  const wrapped = (file: FileHandle): FileHandle =>
    new Proxy(file, {
      get(target, name) {
        if (name === 'writeFile') {
          return (bytes: Uint8Array) =>
            call(
              () => target.writeFile(bytes),
              () => target.writeFile(bytes.subarray(0, bytes.length >> 1)),
            )
        }
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        const bound = (...args: unknown[]) => Reflect.apply(value, target, args)
        // descriptors of a process that has ended are closed by the system
        if (name === 'close') return () => call(bound).finally(() => target.close())
        return name === 'sync' ? () => call(bound) : bound
      },
    })
  return {
    ...real,
    open: (path: string, flags: string) => call(async () => wrapped(await real.open(path, flags))),
    rename: (from: string, to: string) => call(() => real.rename(from, to)),
    mkdir: (path: string, options: object) => call(() => real.mkdir(path, options)),
    rm: (path: string, options: object) => call(() => real.rm(path, options)),
  }
})

const home = mkdtempSync(join(tmpdir(), 'checkpoint-'))
afterAll(() => rmSync(home, { recursive: true }))
let count = 0
let folder = ''
beforeEach(() => {
  folder = join(home, `${count++}`)
})
const heal = (): void =>
  void Object.assign(fault, { calls: 0, at: Number.POSITIVE_INFINITY, ends: false })
afterEach(heal)

const contents = (step: number): Contents => ({
  tensors: Uint8Array.from({ length: 5000 + step }, (_, i) => (i * step) % 251),
  values: {
    step,
    history: [{ loss: step === 1 ? Number.NaN : -0 }],
    best: Number.POSITIVE_INFINITY,
  },
})

test('holds what was saved, numbers that JSON has not included', async () => {
  await writeCheckpoint(folder, 1, contents(1))
  await writeCheckpoint(folder, 2, contents(2))
  expect(await checkpointSteps(folder)).toEqual([2, 1])
  for (const step of [1, 2])
    expect(await readCheckpoint(folder, step)).toMatchObject(contents(step))
  const { found, damaged } = await newestCheckpoint(folder)
  expect([found?.step, damaged]).toEqual([2, []])
})

test('a folder that is not there, or has other files, has none', async () => {
  expect(await newestCheckpoint(folder)).toEqual({ found: undefined, damaged: [] })
  expect(await checkpointSteps(home)).toEqual([])
})

test('one of a step is replaced, and others stay', async () => {
  for (const step of [1, 2]) await writeCheckpoint(folder, step, contents(step))
  await writeCheckpoint(folder, 2, contents(7))
  await sweep(folder)
  expect((await readCheckpoint(folder, 2)).tensors).toEqual(contents(7).tensors)
  expect(readdirSync(folder)).toHaveLength(4)
  await removeCheckpoint(folder, 2)
  expect(await checkpointSteps(folder)).toEqual([1])
  expect(readdirSync(folder)).toHaveLength(2)
})

/** How many calls a save makes when nothing is wrong. */
async function callsOfSave(): Promise<number> {
  await writeCheckpoint(join(home, 'counted'), 1, contents(1))
  heal()
  await writeCheckpoint(join(home, 'counted'), 2, contents(2))
  const { calls } = fault
  heal()
  return calls
}

describe('whatever stops a save', () => {
  test('at any call on the file system, no checkpoint is lost', async () => {
    const calls = await callsOfSave()
    expect(calls).toBeGreaterThan(8)
    let whole = 0
    for (let at = 1; at <= calls; at++) {
      const path = join(folder, `${at}`)
      await writeCheckpoint(path, 1, contents(1))
      heal()
      Object.assign(fault, { at, ends: true })
      await expect(writeCheckpoint(path, 2, contents(2))).rejects.toThrow(FormatError)
      heal()
      // what another process finds
      const { found, damaged } = await newestCheckpoint(path)
      expect(damaged).toEqual([])
      expect(found).toMatchObject(contents(found?.step ?? 0))
      if (found?.step === 2) whole++
      // and it goes on, whatever lies around
      await writeCheckpoint(path, 2, contents(2))
      await sweep(path)
      expect(readdirSync(path)).toHaveLength(4)
    }
    // the new one is there from the moment when its manifest has its name
    expect(whole).toBeGreaterThan(0)
    expect(whole).toBeLessThan(calls / 2)
  })

  test('at any call when it replaces one of the same step, none is lost either', async () => {
    const calls = await callsOfSave()
    for (let at = 1; at <= calls; at++) {
      const path = join(folder, `${at}`)
      await writeCheckpoint(path, 3, contents(1))
      heal()
      Object.assign(fault, { at, ends: true })
      await expect(writeCheckpoint(path, 3, contents(2))).rejects.toThrow(FormatError)
      heal()
      const { tensors } = await readCheckpoint(path, 3)
      expect([contents(1).tensors.length, contents(2).tensors.length]).toContain(tensors.length)
    }
  })

  test.each(['ENOSPC', 'EIO'])('a call that fails with %s is a typed error', async (code) => {
    const calls = await callsOfSave()
    for (let at = 1; at <= calls; at++) {
      const path = join(folder, `${at}`)
      await writeCheckpoint(path, 1, contents(1))
      heal()
      Object.assign(fault, { at, code })
      const save = writeCheckpoint(path, 2, contents(2))
      await expect(save).rejects.toMatchObject({ fields: { reason: code } })
      await expect(save).rejects.toThrow(FormatError)
      heal()
      expect((await readCheckpoint(path, 1)).tensors).toEqual(contents(1).tensors)
      // what was unfinished is gone
      expect(readdirSync(path).filter((name) => name.includes('tmp'))).toEqual([])
    }
  })

  test('a removal that stops half-way leaves no manifest without its tensors', async () => {
    for (const at of [1, 2]) {
      const path = join(folder, `${at}`)
      for (const step of [1, 2]) await writeCheckpoint(path, step, contents(step))
      heal()
      Object.assign(fault, { at, ends: true })
      await expect(removeCheckpoint(path, 1)).rejects.toThrow()
      heal()
      for (const step of await checkpointSteps(path)) await readCheckpoint(path, step)
    }
  })
})

/** A disk of a quarter of a megabyte, where we may have one. */
function smallDisk(): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', place], { stdio: 'ignore' })
    return place
  } catch {
    rmSync(place, { recursive: true })
    console.warn('SKIPPED: a disk that is really full; mounting one needs a privileged user')
    return undefined
  }
}

const disk = smallDisk()
afterAll(() => {
  if (!disk) return
  execFileSync('umount', [disk])
  rmSync(disk, { recursive: true })
})

test.skipIf(!disk)(
  'a disk that is really full is a typed error, and keeps the one before',
  async () => {
    const path = `${disk}/run`
    const large = { ...contents(1), tensors: new Uint8Array(150_000).fill(7) }
    await writeCheckpoint(path, 1, large)
    const save = writeCheckpoint(path, 2, large)
    await expect(save).rejects.toMatchObject({ key: 'file.write', fields: { reason: 'ENOSPC' } })
    expect((await newestCheckpoint(path)).found).toMatchObject({ step: 1, tensors: large.tensors })
    // and when there is room again, it goes on
    await removeCheckpoint(path, 1)
    await writeCheckpoint(path, 2, large)
    expect((await newestCheckpoint(path)).found?.step).toBe(2)
  },
)

describe('a manifest is not trusted', () => {
  const sealed = async (body: string): Promise<string> => {
    const { createHash } = await import('node:crypto')
    const digest = createHash('sha256').update(body).digest('hex')
    return `{"format":"maru-checkpoint","version":1,"sha256":"${digest}","body":${body}}\n`
  }
  test.each([
    ['another folder', '{"step":1,"file":"../step-000000000001-0000000000000000.safetensors"}'],
    ['no file', '{"step":1}'],
    ['a list', '[]'],
    ['nothing', 'null'],
    ['no JSON', '{"step":'],
    ['another step', '{"step":2,"file":"step-000000000001-0000000000000000.safetensors"}'],
  ])('with %s', async (_, body) => {
    const { mkdir, writeFile } = await import('node:fs/promises')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'step-000000000001.json'), await sealed(body))
    await expect(readCheckpoint(folder, 1)).rejects.toThrow(FormatError)
  })
})
