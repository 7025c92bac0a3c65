/** A kernel's work may be cut anywhere: any partition of `begin … end` gives the same bits. */
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../src/backend/backend.ts'
import { assembleModule } from '../../src/backend/wasm/assembler.ts'
import { encode } from '../../src/backend/wasm/encode.ts'
import { enableFma } from '../../src/backend/wasm/features.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import { compile } from '../../src/compiler/compile.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import { laneDTypes, scratchOf } from '../../src/compiler/lowering.ts'
import { type CodeLaunch, launchesOf, type Program } from '../../src/compiler/program.ts'
import type { Target } from '../../src/compiler/target.ts'
import type { Node } from '../../src/graph/node.ts'
import { type Tensor, tensor } from '../../src/index.ts'
import { capture } from '../../src/runtime/capture.ts'
import { cellLeaf } from '../../src/runtime/realize.ts'
import { mapWithSums, normGradients } from './kernels.ts'

const target: Target = {
  name: 'wasm',
  lanes: 4,
  dtypes: laneDTypes,
  fuse: true,
}
const fma = enableFma()

function values(...shape: number[]): Tensor {
  const data = new Float32Array(sizeOf(shape))
  new Stream(7, shape.join()).fill(data, -2, 2)
  return tensor(data, shape)
}

function places(size: number, ...shape: number[]): Tensor {
  const stream = new Stream(8, shape.join())
  return tensor(
    Int32Array.from({ length: sizeOf(shape) }, () => stream.integer(size)),
    shape,
  )
}

/** Bytes of all buffers after each launch ran over the ranges that `cut` makes of its units. */
function run(
  program: Program,
  leaves: readonly Node[],
  cut: (units: number) => number[],
): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 256 })
  let top = scratchOf(1)
  const addresses = program.buffers.map(({ shape }) => {
    const at = top
    top += Math.ceil((sizeOf(shape) * 4 + 64) / 64) * 64
    return at
  })
  program.buffers.forEach(({ place }, buffer) => {
    const leaf = place.kind === 'leaf' ? leaves[place.leaf]?.leaf : undefined
    if (leaf?.kind !== 'data' || !leaf.data.host) return
    new Uint8Array(memory.buffer).set(bytesOf(leaf.data.host), addresses[buffer])
  })
  const called = launchesOf(program.body).map((launch) => lowered((launch as CodeLaunch).alike, 4))
  const bodies = called.map(({ code }) => encode(code, fma))
  const module = new WebAssembly.Module(assembleModule(bodies, 3))
  const { exports } = new WebAssembly.Instance(module, { env: { memory, scratch: scratchOf(0) } })
  for (const [number, { arguments: args, units }] of called.entries()) {
    const words = new Int32Array(memory.buffer, top, args.length)
    const floats = new Float32Array(memory.buffer, top, args.length)
    args.forEach((argument, i) => {
      if (argument.kind === 'integer') words[i] = argument.value
      else if (argument.kind === 'address') words[i] = addresses[argument.buffer] ?? 0
      else floats[i] = 0.5
    })
    const kernel = exports[`k${number}`] as (args: number, begin: number, end: number) => void
    const cuts = [0, ...cut(units), units]
    for (let i = 1; i < cuts.length; i++) kernel(top, cuts[i - 1]!, cuts[i]!)
  }
  return new Uint8Array(memory.buffer.slice(scratchOf(1), top))
}

describe('any partition gives the same bits', () => {
  const rows: [name: string, make: () => Tensor][] = [
    ['a long map', () => values(10_000).mul(3).tanh()],
    ['a map over rows', () => values(37, 13).transpose().add(values(13, 37))],
    [
      'a padded, flipped view',
      () =>
        values(5, 9)
          .pad([
            [1, 2],
            [3, 0],
          ])
          .flip(1)
          .mul(2),
    ],
    ['a fold by rows', () => values(33, 70).sum(1)],
    ['a fold by columns', () => values(70, 9001).sum(0)],
    ['a map with the sums of its columns', mapWithSums],
    ['rows that are normalised, with sums of columns', normGradients],
    ['an index fold', () => values(17, 23).argmax(1)],
    ['windows that overlap', () => values(2, 3, 9, 11).maxPool2d(3, { stride: 1 })],
    ['a contraction', () => values(45, 31).matmul(values(31, 29))],
    ['a batched contraction', () => values(7, 10, 6).matmul(values(7, 6, 5))],
    ['rows of a table', () => values(50, 37).take(places(50, 90), { axis: 0 })],
    ['elements of rows', () => values(37, 50).take(places(50, 23), { axis: 1 })],
    ['rows added', () => values(400, 37).indexAdd(places(400, 90), values(90, 37), { axis: 0 })],
    [
      'elements placed in a long line',
      () => values(20_000).scatter(places(20_000, 900), values(900), { axis: 0 }),
    ],
    [
      'elements added within rows',
      () => values(40, 300).scatterAdd(places(300, 40, 20), values(40, 20), { axis: 1 }),
    ],
    [
      'rows combined within pictures',
      () => {
        const indices = places(60, 6, 50, 1).expand([6, 50, 33])
        return values(6, 60, 33).scatter(indices, values(6, 50, 33), { axis: 1, mode: 'max' })
      },
    ],
    ['a convolution', () => values(3, 2, 8, 9).conv2d(values(5, 2, 3, 3), { padding: 1 })],
  ]
  test.each(rows)('%s', (_, make) => {
    const graph = capture([make().node], [], cellLeaf)
    const program = compile(graph, target)
    expect(launchesOf(program.body).every(({ kind }) => kind === 'code')).toBe(true)
    const whole = run(program, graph.leaves, () => [])
    const ones = run(program, graph.leaves, (units) =>
      Array.from({ length: units - 1 }, (_, i) => i + 1),
    )
    const thirds = run(program, graph.leaves, (units) => [
      Math.floor(units / 3),
      Math.floor(units / 2),
    ])
    expect(Buffer.compare(ones, whole)).toBe(0)
    expect(Buffer.compare(thirds, whole)).toBe(0)
  })
})
