/** What a loop's contractions read, and no turn changes, is packed before the loop; no bit tells. */
import { describe, expect, test } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import { sizeOf } from '../../src/base/shape.ts'
import type { ProgramNode } from '../../src/compiler/program.ts'
import { scan, stack, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { graphOf, programOf } from '../graph/programs.ts'

const wave = (shape: number[], shift = 0): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + shift)),
    shape,
  )

// products that are no longer small enough to be read where they lie
const [h, w] = [wave([64, 260]), wave([300, 260], 1).mul(0.1) as Tensor]
const back = wave([300, 260], 2).mul(0.1) as Tensor
const xs = (turns: number): Tensor => wave([turns, 64, 260], 3)

/** A turn with two products: columns that fill panels, and some that do not. */
const turn = (h: Tensor, x: Tensor): Tensor =>
  h.matmul(w.transpose()).tanh().matmul(back).add(x) as Tensor

const looped = (xs: Tensor): Tensor =>
  scan(
    (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const next = turn(h, x)
      return [next, next]
    },
    h,
    xs,
  )[1]

/** For each contraction of a program, and of its loops, how many loops it is in and whether a side is packed. */
function contractions(
  nodes: readonly ProgramNode[],
  depth = 0,
): [depth: number, packed: boolean][] {
  return nodes.flatMap((node): [number, boolean][] => {
    if (node.kind === 'loop') return contractions(node.body, depth + 1)
    const launch = node.kind === 'launch' ? node.launch : undefined
    const kernel = launch?.kind === 'code' ? launch.kernel : undefined
    return kernel?.kind === 'contract'
      ? [[depth, Boolean(kernel.a.isPacked || kernel.b.isPacked)]]
      : []
  })
}

const packedIn = (...outputs: Tensor[]): [number, boolean][] =>
  contractions(programOf(graphOf(...outputs)).body)

describe('what is packed', () => {
  test('weights, in a loop of many turns', () => {
    expect(packedIn(looped(xs(6)))).toEqual([
      [1, true],
      [1, true],
    ])
  })

  test('nothing for few turns', () => {
    expect(packedIn(looped(xs(2)))).toEqual([
      [1, false],
      [1, false],
    ])
  })

  test('nothing that is an element, or a carry', () => {
    const [last] = scan(
      (carry: Tensor, x: Tensor): [Tensor, undefined] => [
        carry.matmul(x).matmul(carry.transpose()).matmul(x) as Tensor,
        undefined,
      ],
      wave([260, 260]),
      wave([6, 260, 260], 1),
    )
    expect(packedIn(last).map(([, packed]) => packed)).toEqual([false, false, false])
  })

  test('what an outer loop changes, before the inner one', () => {
    const [last] = scan(
      (weight: Tensor, x: Tensor): [Tensor, undefined] => {
        const [inner] = scan(
          (h: Tensor, y: Tensor): [Tensor, undefined] => [
            h
              .matmul(weight.transpose())
              .tanh()
              .matmul(back.slice(0, 0, 260))
              .add(y) as Tensor,
            undefined,
          ],
          h,
          x,
        )
        return [weight.add(inner.mean()), undefined]
      },
      wave([260, 260], 1),
      wave([5, 5, 64, 260], 2),
    )
    expect(packedIn(last)).toEqual([
      [2, true],
      [2, true],
    ])
  })
})

const machines = ['wasm', 'native'].filter((name) => {
  try {
    openDevice(name)
    return true
  } catch {
    return false
  }
})
describe.each(machines)('on %s', (device) => {
  test('the bits are those of the loop written out', async () => {
    useDevice(device)
    const sequence = xs(6)
    const ys: Tensor[] = []
    let carry = h
    for (let t = 0; t < 6; t++) {
      carry = turn(carry, sequence.slice(0, t, t + 1).squeeze(0))
      ys.push(carry)
    }
    const [got, want] = [await looped(sequence).data(), await stack(ys).data()]
    expect(new Uint8Array(got.buffer)).toEqual(new Uint8Array(want.buffer))
  })
})
