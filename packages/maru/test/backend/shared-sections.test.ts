/** Sections that the calling thread and workers take pieces of. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { launch } from '../../src/backend/native/encode.ts'
import { enableFma } from '../../src/backend/wasm/features.ts'
import { COPY_SHIFT, Kernels } from '../../src/backend/wasm/kernels.ts'
import { encodePieces } from '../../src/backend/wasm/pieces.ts'
import type { Player } from '../../src/backend/wasm/play.ts'
import { type Outcome, Pool } from '../../src/backend/wasm/pool.ts'
import { Queue } from '../../src/backend/wasm/queue.ts'
import { Space } from '../../src/backend/wasm/space.ts'
import type { Section, SectionPart, TapeCall } from '../../src/backend/wasm/tape.ts'
import type { KernelFunction } from '../../src/backend/wasm/worker.ts'
import { Workers } from '../../src/backend/wasm/workers.ts'
import { DeviceError } from '../../src/base/error.ts'

const ENDING = join(import.meta.dirname, 'ending/run.ts')

const UNIT = 2 ** COPY_SHIFT
const UNITS = 6
const BYTES = UNIT * UNITS

const space = new Space(true, 4)
const kernels = new Kernels(space, true, enableFma())

async function open(threads = 2): Promise<Pool> {
  const pool = new Pool(threads, space.memory, kernels.code, 0)
  await pool.ready
  return pool
}

function place(bytes: number): number {
  const at = space.heap.allocate(bytes)
  if (at === undefined) throw new Error('no room')
  return at
}

/** A copy from one place to another, each a buffer of its own. */
function copy(from: number, to: number, node: number): TapeCall {
  const block = place(64)
  new Int32Array(space.memory.buffer, block, 3).set([from, to, BYTES])
  const range = (at: number) => ({ of: `place ${at}`, from: 0, to: BYTES })
  return {
    launch: { kind: 'copy', from: 0, to: 1 },
    ...{ function: kernels.copy, arguments: block, units: UNITS, work: BYTES, piece: 1, node },
    touches: [range(from), range(to)],
    writes: [range(to)],
  }
}

const sectionOf = (parts: readonly SectionPart[]): Section => {
  return { kind: 'section', parts, work: 1, last: parts.length - 1 }
}

/** Copies from place to place, so that each must wait for the one before it. */
function chain(length: number): { section: Section; first: number; last: number } {
  const places = Array.from({ length: length + 1 }, () => place(BYTES))
  const at = (i: number): number => places[i] ?? 0
  const calls = Array.from({ length }, (_, i) => copy(at(i), at(i + 1), i))
  return { section: sectionOf(calls), first: at(0), last: at(length) }
}

const words = (at: number): Int32Array => new Int32Array(space.memory.buffer, at, BYTES / 4)
const caller = (functions: readonly KernelFunction[] = kernels.functions, since?: number) => {
  return { functions, since: since ?? performance.now() }
}
const ended = async (outcome: ReturnType<Pool['share']>): Promise<Outcome> => {
  if (typeof outcome === 'string') throw new Error(outcome)
  return outcome
}

/** What becomes of a section that a worker cannot do, nor the calling thread may. */
function faulted(pool: Pool): Promise<Outcome> {
  const section = sectionOf([copy(space.memory.buffer.byteLength - UNIT, place(BYTES), 0)])
  return ended(pool.share(section, caller([], performance.now() - 1000)))
}

describe('pieces', () => {
  const heads = ([count = 0, ...rest]: Int32Array = new Int32Array(1)): number[] =>
    Array.from({ length: count }, (_, i) => rest[3 * i] ?? -1)

  it('wait for those that they depend on, and for no others', () => {
    const [a, b, c, d] = [place(BYTES), place(BYTES), place(BYTES), place(BYTES)]
    const parts = [copy(a, b, 0), copy(a, c, 1), copy(b, d, 2)]
    const pieces = encodePieces(sectionOf(parts), 2, 0)
    expect(pieces?.widest).toBe(2 * UNITS)
    expect(heads(pieces?.words)).toEqual([
      ...Array(2 * UNITS).fill(0),
      ...Array(UNITS).fill(2 * UNITS),
    ])
  })

  it('are as many calls as one thread makes in turn, where those are small', () => {
    const { section } = chain(5)
    const pieces = encodePieces(section, 2, 2 * BYTES)
    expect([heads(pieces?.words), pieces?.widest]).toEqual([[0], 1])
  })

  it('are none where one thread would have to do much at one go', () => {
    const { section } = chain(8)
    expect(encodePieces(section, 2, 2 * BYTES)).toBeUndefined()
  })

  it('are none of a section that must be walked', async () => {
    const loop = { kind: 'loop', node: 0, count: 2, moved: [], body: [] } as const
    expect(encodePieces(sectionOf([loop]), 2, 0)).toBeUndefined()
    expect((await open()).share(sectionOf([loop]), caller())).toBe('unfit')
  })
})

describe('a section in pieces', () => {
  it('is done in order, run after run, whoever is late', async () => {
    const { section, first, last } = chain(7)
    const pool = await open(3)
    for (let run = 1; run <= 300; run++) {
      words(first).fill(run)
      const outcome = pool.share(section, caller())
      if (outcome !== 'done') await outcome
      expect(words(last).every((word) => word === run)).toBe(true)
      if (run % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })

  it('takes turns with one that is walked', async () => {
    const [shared, walked] = [chain(3), chain(3)]
    const pool = await open()
    for (let run = 1; run <= 40; run++) {
      words(shared.first).fill(run)
      words(walked.first).fill(-run)
      const outcome = pool.share(shared.section, caller())
      if (outcome !== 'done') await outcome
      await pool.run(walked.section, false)
      expect([words(shared.last).at(-1), words(walked.last).at(-1)]).toEqual([run, -run])
      if (run % 10 === 0) for (const { section } of [shared, walked]) pool.drop(section)
    }
  })

  it('is left to the workers by a thread that others wait for', async () => {
    const { section, first, last } = chain(4)
    const pool = await open()
    words(first).fill(9)
    const none: KernelFunction = () => {
      throw new Error('called')
    }
    const outcome = await ended(pool.share(section, caller([none], performance.now() - 1000)))
    expect(outcome).toEqual({ times: [] })
    expect(words(last).every((word) => word === 9)).toBe(true)
  })
})

describe('a fault in a piece', () => {
  it('of the calling thread ends the pool and tells how far it had come', async () => {
    const { section } = chain(3)
    const pool = await open()
    const broken: KernelFunction = () => {
      throw new RangeError('broken')
    }
    const outcome = await ended(pool.share(section, caller([broken])))
    expect(outcome).toMatchObject({ failed: 'kernel', begun: 1 })
    expect(pool.state).toBe('over')
  })

  it('of a worker likewise', async () => {
    const pool = await open()
    expect(await faulted(pool)).toMatchObject({ failed: 'kernel', begun: 1 })
    expect(pool.state).toBe('over')
  })
})

describe('a pool that ended between two sections', () => {
  it('says of the next one that nothing of it has begun', async () => {
    const { section } = chain(3)
    const pool = await open()
    await pool.run(section, false)
    await faulted(pool)
    const over = { failed: 'kernel', begun: 0 }
    expect(await pool.run(section, false)).toMatchObject(over)
    expect(await ended(pool.share(section, caller()))).toMatchObject(over)
  })

  it('is a typed error of the run', async () => {
    const { section } = chain(3)
    // A message that no worker can read, so that each ends once it tries.
    const calls = { library: join(import.meta.dirname, 'none.cjs'), ...launch }
    const code = [...kernels.code, { kind: 'native', address: 0n, calls }] as const
    const workers = new Workers(2, space.memory, code, 0)
    await workers.ready()
    const pool = workers.pool()
    if (!pool) throw new Error('no pool')
    pool.share(section, caller())
    await vi.waitUntil(() => pool.state === 'over')
    const player: Player = {
      ...{ ...caller(), begun: 0, report: undefined, short: false },
      ...{ interpret() {}, move() {}, holds: () => false, shares: () => true },
    }
    const error = await workers.run(pool, section, player).catch((reason) => reason)
    expect(error).toBeInstanceOf(DeviceError)
    expect([error.key, player.begun]).toEqual(['device.worker', 0])
  })
})

describe('a process that ends while its workers load what calls machine code', () => {
  it.each([
    ['by itself', 'end', 0, 'done\n'],
    ['by a call', 'exit', 3, ''],
    ['by an error', 'throw', 1, ''],
    ['with its pool only', 'fault', 0, "[ 'failed', 'reason', 'begun' ]\n"],
  ])('%s lets them do that first', async (_, way, code, output) => {
    const folder = await mkdtemp(join(tmpdir(), 'maru-ending-'))
    const args = ['--conditions=source', '--import', 'tsx', ENDING, way]
    const env = { ...process.env, FOLDER: folder }
    const run = promisify(execFile)(process.execPath, args, { env })
    const ending = await run.then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error) => error,
    )
    const noted = (await readdir(folder)).map((name) => name.split(' ')[0])
    await rm(folder, { recursive: true })
    expect([ending.code, ending.stdout]).toEqual([code, output])
    expect(noted.sort()).toEqual(['begun', 'begun', 'loaded', 'loaded'])
  })
})

describe('runs that nobody waits for', () => {
  it('settle in the order of the calls, whether they took a while or not', async () => {
    const queue = new Queue()
    const settled: number[] = []
    const note = (each: number) => () => settled.push(each)
    const first = queue.run(() => new Promise((resolve) => setTimeout(resolve, 1)))
    const rest = [2, 3].map((each) => queue.run(() => undefined).then(note(each)))
    await Promise.all([first.then(note(1)), ...rest])
    expect(settled).toEqual([1, 2, 3])
  })
})
