/** Random programs that replace cells by what they make of each other: in place or not, one value everywhere. */
import { describe, expect, test } from 'vitest'
import { Stream } from '../../src/base/threefry.ts'
import { type Parameter, realize, type Tensor, useDevice } from '../../src/index.ts'
import { assign } from '../../src/runtime/realize.ts'
import { parameter } from '../../src/tensor/create.ts'

const CELLS = 4
const ROUNDS = 3

/** A value made of others: small integers stay small integers, so every order of sums is exact. */
function grow(from: readonly Tensor[], random: Stream): Tensor {
  const pick = (): Tensor => from[random.integer(from.length)]!
  const a = pick()
  switch (random.integer(8)) {
    case 0:
      return a.add(pick())
    case 1:
      return a.sub(pick())
    case 2:
      return a.maximum(pick().add(random.integer(3)))
    case 3:
      return a.flip([0])
    case 4:
      return a.greater(pick()).where(a, pick())
    case 5:
      return a.sub(a.max())
    case 6:
      return a.slice(0, 1).pad([[0, 1]])
    default:
      return a.minimum(100).maximum(-100)
  }
}

/** What a program of some rounds leaves in its cells and in what it kept. */
async function run(device: string, seed: number): Promise<number[][]> {
  useDevice(device)
  const random = new Stream(seed, 'writes')
  const size = [1, 2, 7, 64, 2000][random.integer(5)]!
  const cells: Parameter[] = Array.from({ length: CELLS }, (_, i) =>
    parameter(
      Float32Array.from({ length: size }, (_, j) => ((i + 1) * j) % 11),
      [size],
      'float32',
    ),
  )
  const kept: Tensor[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const values: Tensor[] = [...cells]
    for (let i = random.integer(6); i >= 0; i--) values.push(grow(values, random))
    const outputs = values.filter(() => random.integer(4) === 0)
    const writes = cells.flatMap((cell) => {
      if (random.integer(3) === 0) return []
      return [[cell, values[random.integer(values.length)]!.node] as const]
    })
    if (random.integer(4) === 0) kept.push(cells[random.integer(CELLS)]!.snapshot())
    // A parameter stands for its newest value: its old one is kept as a copy.
    kept.push(...outputs.filter((each) => !cells.includes(each as Parameter)))
    for (const [cell, node] of writes) assign(cell.cell, node)
    await realize(...outputs)
  }
  const read = await Promise.all([...cells, ...kept].map((each) => each.data()))
  return read.map((data) => [...data])
}

describe.each(['wasm', 'wasm-unfused'])('%s', (device) => {
  test('leaves what the reference leaves after 200 programs', { timeout: 30_000 }, async () => {
    const wrong: number[] = []
    for (let seed = 0; seed < 200; seed++) {
      const [got, want] = [await run(device, seed), await run('reference', seed)]
      if (JSON.stringify(got) !== JSON.stringify(want)) wrong.push(seed)
    }
    expect(wrong).toEqual([])
  })
})
