/** Traces are what Perfetto and Chrome read: the trace event format. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  compile,
  startTrace,
  stopTrace,
  type Tensor,
  tensor,
  useDevice,
  zeros,
} from '../../src/index.ts'

interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly cat?: string
  readonly ts: number
  readonly dur?: number
  readonly id?: number
  readonly pid: number
  readonly tid: number
  readonly args: Readonly<Record<string, unknown>>
}

let recording = false
beforeEach(() => useDevice('wasm'))
afterEach(() => {
  if (recording) stopTrace()
  recording = false
})

async function trace(act: () => unknown): Promise<TraceEvent[]> {
  startTrace()
  recording = true
  await act()
  const text = stopTrace()
  recording = false
  const file: { traceEvents: TraceEvent[]; displayTimeUnit: string } = JSON.parse(text)
  expect(file.displayTimeUnit).toBe('ms')
  return file.traceEvents
}

/** The rules of the format for the kinds of event that are written. */
function expectValid(events: readonly TraceEvent[]): void {
  const open = new Set<string>()
  for (const event of events) {
    const { ph, name, ts, pid, tid, args } = event
    expect([typeof name, typeof args]).toEqual(['string', 'object'])
    expect([ts, pid, tid].every((value) => Number.isFinite(value) && value >= 0)).toBe(true)
    const run = `${event.cat} ${event.id}`
    if (ph === 'X') expect(event.dur).toBeGreaterThanOrEqual(0)
    else if (ph === 'b') open.add(run)
    else if (ph === 'e') expect(open.delete(run)).toBe(true)
    else if (ph === 'C') expect(Object.values(args).every(Number.isFinite)).toBe(true)
    else expect([ph, typeof args.name]).toEqual(['M', 'string'])
  }
  expect([...open]).toEqual([])
}

/** Stretches of one thread lie side by side or one in the other. */
function expectNested(events: readonly TraceEvent[]): void {
  const spans = events.filter(({ ph }) => ph === 'X').sort((a, b) => a.ts - b.ts)
  // Times are rounded to nanoseconds.
  const slack = 0.01
  for (const [i, a] of spans.entries()) {
    const end = a.ts + (a.dur ?? 0)
    for (const b of spans.slice(i + 1)) {
      if (b.tid !== a.tid || b.ts >= end - slack) continue
      expect(b.ts + (b.dur ?? 0)).toBeLessThanOrEqual(end + slack)
    }
  }
}

test('captures, compilations, runs, launches and memory are in it', async () => {
  const events = await trace(async () => {
    await zeros([777, 3]).exp().sum(0).data()
    await compile((x: Tensor) => x.exp())(tensor([1, 2]))
  })
  expectValid(events)
  expectNested(events)
  const names = events.map(({ ph, name }) => `${ph} ${name}`)
  for (const name of ['M process_name', 'M thread_name', 'X capture', 'X compile', 'X record']) {
    expect(names).toContain(name)
  }
  expect(names).toContain('X loops [3] add [777] → 1: exp')
  expect(names.filter((name) => name === 'b run')).toHaveLength(2)
  const memory = events.filter(({ ph }) => ph === 'C')
  expect(Object.keys(memory[0]?.args ?? {})).toEqual(['live', 'arena', 'reserved'])
})

test('runs that nobody awaited are told apart', async () => {
  const step = compile((x: Tensor) => x.exp().mul(2))
  const x = zeros([779])
  await step(x)
  const events = await trace(() => Promise.all([step(x), step(x), step(x)]))
  expectValid(events)
  const ids = events.filter(({ ph }) => ph === 'b').map(({ id }) => id)
  expect(new Set(ids).size).toBe(3)
})

test('there is one trace at a time', async () => {
  expect(() => stopTrace()).toThrow('no trace is being recorded')
  await trace(() => {
    expect(() => startTrace()).toThrow('a trace is being recorded already')
  })
})
