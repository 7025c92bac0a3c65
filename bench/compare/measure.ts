/** One case: everybody opens it, is checked, and has its turn in every round. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Case } from './cases.ts'
import { type Contestant, Refusal } from './contestant.ts'
import { isTorch } from './contestants.ts'
import { ForeignLoad } from './load.ts'

/** What one library did in a case. */
export interface Performance {
  readonly by: Contestant
  /** Milliseconds of single runs, sorted; none where it could not take part. */
  readonly times: readonly number[]
  /** Why there are none. */
  readonly refusal: string | undefined
  /** Largest difference from PyTorch's values, as a share of the largest of them. */
  readonly difference: number | undefined
}

export interface Measured {
  readonly performances: readonly Performance[]
  /** Cores that other processes kept busy meanwhile. */
  readonly foreignLoad: number | undefined
}

interface Pace {
  readonly rounds: number
  readonly window: number
}

/** Milliseconds of runs before anything counts: engines compile while they run. */
const WARM_UP = 400
/** A run that takes longer than this is repeated in few rounds. */
const SLOW = 2_000
const SLOW_ROUNDS = 3
/** One that takes longer than this is not repeated. */
const HOPELESS = 8_000
/** Pause between turns, in which threads that spin after their work fall asleep. */
const REST = 15

interface ValueFile {
  readonly name: string
  readonly file: string
}

type Values = ReadonlyMap<string, Float32Array>

/** Somebody who has opened the case. */
interface Runner {
  readonly by: Contestant
  readonly values: Values
  readonly times: number[]
  /** Rounds in which it runs, if there are so many. */
  readonly rounds: number
  refusal: string | undefined
}

/** Measures a case. @throws what is wrong with the measuring itself */
export async function measure(
  { spec }: Case,
  contestants: readonly Contestant[],
  { rounds, window }: Pace,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'maru-bench-'))
  const runners: Runner[] = []
  try {
    for (const by of contestants) runners.push(await opened(by, spec, folder))
    const load = new ForeignLoad(contestants.flatMap(({ pid }) => pid ?? []))
    for (let round = 0; round < rounds; round++) {
      // Each begins a round in turn, so that nobody always follows the same neighbour.
      const first = round % runners.length
      for (const runner of [...runners.slice(first), ...runners.slice(0, first)]) {
        if (runner.refusal !== undefined || round >= runner.rounds) continue
        await turn(runner, { ms: window, least: 1 })
      }
    }
    const foreignLoad = load.cores()
    for (const { by, refusal } of runners) if (refusal === undefined) await by.ask('close')
    const reference = runners.find(({ by }) => isTorch(by.name))?.values
    const performances = runners.map(({ by, times, refusal, values }) => ({
      by,
      times: times.sort((a, b) => a - b),
      refusal,
      difference: isTorch(by.name) ? undefined : differenceOf(values, reference),
    }))
    return { performances, foreignLoad }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Opens a case, takes its values and warms it up. */
async function opened(by: Contestant, spec: Case['spec'], folder: string): Promise<Runner> {
  const runner: Runner = {
    by,
    values: new Map(),
    times: [],
    rounds: Number.POSITIVE_INFINITY,
    refusal: undefined,
  }
  try {
    await by.ask('open', spec)
    const compared = by.name === 'maru' || isTorch(by.name)
    const files = compared ? ((await by.ask('values', folder)) as ValueFile[]) : []
    const values = new Map(files.map(({ name, file }) => [name, floatsIn(file)]))
    const once = async (): Promise<number> => {
      const [ms = 0] = (await by.ask('run', { ms: 0, least: 1 })) as number[]
      return ms
    }
    const first = await once()
    // what takes long may be compiled in it
    const usual = first > SLOW ? await once() : first
    if (usual > HOPELESS) return { ...runner, values, rounds: 0, times: [usual] }
    if (usual > SLOW) return { ...runner, values, rounds: SLOW_ROUNDS }
    await by.ask('run', { ms: WARM_UP, least: 3 })
    return { ...runner, values }
  } catch (error) {
    return { ...runner, refusal: reasonOf(error) }
  }
}

async function turn(runner: Runner, window: { ms: number; least: number }): Promise<void> {
  try {
    runner.times.push(...((await runner.by.ask('run', window)) as number[]))
  } catch (error) {
    runner.refusal = reasonOf(error)
  }
  await new Promise((resolve) => setTimeout(resolve, REST))
}

/** The library's own words; what is not a refusal is a mistake of the driver and shown whole. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Refusal)) throw error
  return error.unsupported ? error.message : `failed: ${error.message.slice(0, 400)}`
}

function floatsIn(file: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(file)
  rmSync(file)
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

/** Largest difference of values that both have, as a share of the largest value of its kind. */
function differenceOf(values: Values, reference: Values | undefined): number | undefined {
  const shares = [...values].flatMap(([name, got]) => {
    const wanted = reference?.get(name)
    return wanted ? [shareOf(got, wanted)] : []
  })
  return shares.length > 0 ? Math.max(...shares) : undefined
}

function shareOf(got: Float32Array, wanted: Float32Array): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY
  let [largest, difference] = [0, 0]
  for (const [i, value] of wanted.entries()) {
    const apart = Math.abs(value - (got[i] ?? Number.NaN))
    if (!(apart <= difference)) difference = apart
    largest = Math.max(largest, Math.abs(value))
  }
  return difference / (largest || 1)
}
