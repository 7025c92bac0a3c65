/** Folds across rows that are made by the kernel that reads those rows anyway. */
import { beforeEach, describe, expect, it, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import { compile } from '../../src/compiler/compile.ts'
import { laneDTypes } from '../../src/compiler/lowering.ts'
import { type CodeLaunch, launchesOf } from '../../src/compiler/program.ts'
import { grad, scan, type Tensor, tensor, useDevice, vjp } from '../../src/index.ts'
import { capture } from '../../src/runtime/capture.ts'
import { cellLeaf } from '../../src/runtime/realize.ts'

/** Small whole numbers: sums of them are exact in any order. */
function whole(...shape: number[]): Tensor {
  const stream = new Stream(5, shape.join())
  const data = Float32Array.from({ length: sizeOf(shape) }, () => stream.integer(9) - 4)
  return tensor(data, shape)
}

/** Labels of the launches of a program for those results. */
function launches(results: readonly Tensor[]): string[] {
  const target = { name: 'wasm', lanes: 4, dtypes: laneDTypes, fuse: true }
  const graph = capture(
    results.map(({ node }) => node),
    [],
    cellLeaf,
  )
  return launchesOf(compile(graph, target).body).map((launch) => (launch as CodeLaunch).label)
}

function normed(): Tensor[] {
  const [x, g, weight, bias] = [whole(4096, 64), whole(4096, 64), whole(64), whole(64)]
  const y = x.layerNorm([64], { weight, bias })
  return [y, ...vjp([y], [x, weight, bias], [g])]
}

describe('one kernel reads the rows', () => {
  it('of a layer norm, its input gradient and the sums for weight and bias', () => {
    const [rows, ...rest] = launches(normed())
    expect(rows).toMatch(/^loops \[32, 128\] .* → 4$/)
    expect(rest).toEqual(['loops [64] add [32] → 1', 'loops [64] add [32] → 1'])
  })

  it('of a slope behind an activation and of the gradient of a bias', () => {
    const [x, bias, g] = [whole(4096, 64), whole(64), whole(4096, 64)]
    const y = x.add(bias).gelu()
    const [first, ...rest] = launches(vjp([y], [x, bias], [g]))
    expect(first).toBe('loops [32, 128] [64] → 2')
    expect(rest).toEqual(['loops [64] add [32] → 1'])
  })

  it.each([5, 6, 7, 8])('of %i examples in blocks that end where examples do', (count) => {
    const [x, g] = [whole(count, 128, 128), whole(count, 128, 128)]
    const [weight, bias] = [whole(128), whole(128)]
    const y = x.layerNorm([128], { weight, bias })
    const [rows, ...rest] = launches([y, ...vjp([y], [x, weight, bias], [g])])
    expect(rows).toBe(`loops [${count}, 4, 32] add add add add [128] → 4`)
    const sums = `loops [128] add [${4 * count}] → 1`
    expect(rest).toEqual([sums, sums])
  })

  it('not where few blocks would be left to share', () => {
    const y = whole(40, 4096).tanh()
    expect(launches([y, y.sum(0)]).length).toBeGreaterThan(2)
  })
})

const cases: [name: string, make: () => Tensor[]][] = [
  [
    'a map and sums of its columns',
    () => {
      const y = whole(1000, 70).square()
      return [y, y.sum(0), y.mul(2).sum(0)] as Tensor[]
    },
  ],
  [
    'largest values of columns',
    () => {
      const y = whole(1000, 70).mul(3).round()
      return [y.add(y.sum(1, { keepDims: true })), y.max(0)] as Tensor[]
    },
  ],
  [
    'sums over times of each example',
    () => {
      const y = whole(3, 1000, 70).relu()
      return [y, y.sum(1), y.sum(-1)] as Tensor[]
    },
  ],
  [
    'sums over examples and times, in blocks that end where examples do',
    () => {
      const y = whole(5, 128, 128).relu()
      return [y, y.sum([0, 1]), y.sum(-1)] as Tensor[]
    },
  ],
  [
    'whole numbers',
    () => {
      const y = whole(1000, 70).cast('int32').mul(3)
      return [y, y.sum(0)] as Tensor[]
    },
  ],
  [
    'rows of half precision',
    () => {
      const y = whole(1000, 70).cast('float16').relu()
      return [y, y.sum(0)] as Tensor[]
    },
  ],
  [
    'rows that go over two loops',
    () => {
      const x = whole(1000, 7, 10)
      const y = x.sub(x.max([1, 2], { keepDims: true }))
      return [y, y.sum(0), y.sum([0, 1])] as Tensor[]
    },
  ],
  [
    'sums within the turns of a loop',
    () => {
      const [xs, c] = [whole(3, 1000, 70), whole(70)]
      const turn = (c: Tensor, x: Tensor): [Tensor, Tensor] => {
        const y = x.add(c).relu() as Tensor
        return [y.sum(0).remainder(5) as Tensor, y]
      }
      return scan(turn, c, xs) as unknown as Tensor[]
    },
  ],
  [
    'gradients of a bias and of what it is added to',
    () => {
      const [x, bias] = [whole(1000, 70), whole(70)]
      return grad(x.add(bias).relu().square().sum(), [x, bias])
    },
  ],
]

describe.each(cases)('%s', (_, make) => {
  let want: unknown[] = []
  const results = async (device: string): Promise<unknown[]> => {
    useDevice(device)
    return Promise.all(make().map((each) => each.data()))
  }
  beforeEach(async () => {
    if (want.length === 0) want = await results('reference')
  })
  test.each(['wasm', 'wasm-unfused'])('equals the reference on %s', async (device) => {
    expect(await results(device)).toEqual(want)
  })
})
