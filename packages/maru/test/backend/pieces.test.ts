import { describe, expect, it } from 'vitest'
import { layOut, type SectionPart, type TapeCall } from '../../src/backend/wasm/tape.ts'
import { compile } from '../../src/compiler/compile.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import { laneDTypes } from '../../src/compiler/lowering.ts'
import { type Tensor, tensor } from '../../src/index.ts'
import { capture } from '../../src/runtime/capture.ts'
import { cellLeaf } from '../../src/runtime/realize.ts'

/** The call of a graph that is one launch, as WebAssembly lays it out. */
function callOf(result: Tensor): TapeCall & { readonly together: number } {
  const graph = capture([result.node], [], cellLeaf)
  const target = { name: 'wasm', lanes: 4, dtypes: laneDTypes, fuse: true }
  const program = compile(graph, target)
  let together = 0
  const { parts } = layOut(program, {
    callee: (launch) => {
      if (launch.kind !== 'code') throw new Error('a copy')
      const called = lowered(launch.alike, target.lanes)
      together = called.together
      return { ...called, function: 0, pace: 1 }
    },
    allocate: (bytes) => ({ device: 'wasm', segment: 0, offset: 0, bytes }),
    words: ({ bytes }) => new Int32Array(bytes / 4),
  })
  const calls: (SectionPart | undefined)[] = parts.flatMap((part) =>
    part.kind === 'section' ? part.parts : [],
  )
  const [call] = calls
  if (calls.length !== 1 || !call || 'kind' in call) throw new Error('not one launch')
  return { ...call, together }
}

function product(m: number, k: number, n: number): Tensor {
  const [a, b] = [new Float32Array(m * k), new Float32Array(k * n)]
  return tensor(a, [m, k]).matmul(tensor(b, [k, n]))
}

describe('pieces that a thread does between looks at the clock', () => {
  it('hold all units that share packed panels, where a panel of rows is much work alone', () => {
    const { units, together, piece } = callOf(product(64, 8192, 600))
    expect(units).toBeGreaterThan(together)
    expect(piece).toBe(together)
  })

  it('are parts of those where even they are long', () => {
    const { together, piece, units, work } = callOf(product(4096, 1024, 1600))
    expect(piece).toBeLessThan(together)
    expect((piece * work) / units).toBeGreaterThan(50_000_000)
  })

  it('hold whole groups of units where those are little work', () => {
    const { together, piece } = callOf(product(64, 64, 40_000))
    expect(piece).toBeGreaterThan(together)
    expect(piece % together).toBe(0)
  })
})
