/** Temporaries that are alive at once never share memory. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dtypes } from '../../src/base/dtype.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { type Lifetime, planArena } from '../../src/compiler/arena.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import { type Launch, launchesOf, type Program } from '../../src/compiler/program.ts'
import { build, type Instruction } from '../ops/graphs.ts'
import { graphOf, programOf } from './programs.ts'

const SEED = 20261121
const ALIGNMENT = 64

interface Placed extends Lifetime {
  readonly offset: number
}

/** Pairs that are alive at once and overlap. */
function collisions(placed: readonly Placed[]): [Placed, Placed][] {
  return placed.flatMap((a, i) =>
    placed
      .slice(i + 1)
      .filter((b) => a.from <= b.to && b.from <= a.to)
      .filter((b) => a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes)
      .map((b): [Placed, Placed] => [a, b]),
  )
}

/** Bytes alive at the fullest step: no plan can do with less. */
function fullest(lifetimes: readonly Lifetime[]): number {
  const last = Math.max(0, ...lifetimes.map(({ to }) => to))
  const alive = Array.from({ length: last + 1 }, (_, at) =>
    lifetimes.reduce((sum, { from, to, bytes }) => sum + (from <= at && at <= to ? bytes : 0), 0),
  )
  return Math.max(0, ...alive)
}

const lifetime = fc
  .tuple(fc.nat(1000), fc.nat(20), fc.nat(6))
  .map(([bytes, from, length]): Lifetime => ({ bytes, from, to: from + length }))

test('lifetimes get places of their own, aligned, inside the whole', () => {
  const property = fc.property(fc.array(lifetime, { maxLength: 40 }), (lifetimes) => {
    const { offsets, bytes } = planArena(lifetimes)
    const placed = lifetimes.map((each, i): Placed => ({ ...each, offset: offsets[i] ?? -1 }))
    expect(collisions(placed)).toEqual([])
    for (const { offset, bytes: own } of placed) {
      expect(offset % ALIGNMENT).toBe(0)
      expect(offset).toBeGreaterThanOrEqual(0)
      expect(offset + own).toBeLessThanOrEqual(bytes)
    }
    const padded = lifetimes.map((each) => ({
      ...each,
      bytes: Math.ceil(each.bytes / ALIGNMENT) * ALIGNMENT,
    }))
    expect(bytes).toBeGreaterThanOrEqual(fullest(padded))
    expect(bytes).toBeLessThanOrEqual(padded.reduce((sum, each) => sum + each.bytes, 0))
  })
  fc.assert(property, { seed: SEED, numRuns: 1000 })
})

test('buffers that follow each other share one place', () => {
  const chain = Array.from({ length: 10 }, (_, at) => ({ bytes: 100, from: at, to: at + 1 }))
  expect(planArena(chain).bytes).toBe(2 * 128)
})

/** Buffers that a launch may touch, by what it is called with. */
function buffersOf(launch: Launch): number[] {
  if (launch.kind === 'copy') return [launch.from, launch.to]
  const operands = launch.kind === 'code' ? lowered(launch.alike, 4).arguments : launch.inputs
  const named = operands.flatMap((each) => ('buffer' in each ? [each.buffer] : []))
  return launch.kind === 'interpret' ? [...named, ...launch.outputs] : named
}

/** The temporaries of a program with their lives as its launches show them. */
function temporariesOf({ buffers, body }: Program): Placed[] {
  const lives = new Map<number, { from: number; to: number }>()
  launchesOf(body).forEach((launch, at) => {
    for (const buffer of buffersOf(launch)) {
      lives.set(buffer, { from: lives.get(buffer)?.from ?? at, to: at })
    }
  })
  return [...lives].flatMap(([buffer, life]) => {
    const { place, shape, dtype } = buffers[buffer] ?? {}
    if (place?.kind !== 'arena' || !shape || !dtype) return []
    return [{ ...life, offset: place.offset, bytes: sizeOf(shape) * dtypes[dtype].bytes }]
  })
}

const choice = fc.noBias(fc.nat(999))
const instructions = fc.array(fc.tuple(choice, choice, choice, choice), {
  minLength: 5,
  maxLength: 40,
})

test('the temporaries of compiled graphs do not overlap while they are in use', () => {
  let most = 0
  const property = fc.property(instructions, (program: readonly Instruction[]) => {
    const graph = graphOf(
      ...build([3, 4], program)
        .values.slice(-2)
        .map(({ tensor }) => tensor),
    )
    for (const device of ['wasm', 'wasm-unfused']) {
      const compiled = programOf(graph, device)
      const placed = temporariesOf(compiled)
      most = Math.max(most, placed.length)
      expect(collisions(placed)).toEqual([])
      for (const { offset, bytes } of placed) {
        expect(offset + bytes).toBeLessThanOrEqual(compiled.arenaBytes)
      }
    }
  })
  fc.assert(property, { seed: SEED, numRuns: 80 })
  expect(most, 'some programs have many temporaries').toBeGreaterThan(10)
})
