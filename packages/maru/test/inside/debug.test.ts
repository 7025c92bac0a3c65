/** What DEBUG prints, and that it prints nothing when it is off. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { compile, ones, scan, type Tensor, tensor, useDevice, zeros } from '../../src/index.ts'
import { fromHost } from '../../src/tensor/create.ts'

let printed: MockInstance<typeof console.error>
beforeEach(() => {
  useDevice('wasm')
  printed = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  printed.mockRestore()
  delete process.env.DEBUG
})

/** What an act prints at a level, times left out. */
async function lines(level: number, act: () => unknown): Promise<string[]> {
  printed.mockClear()
  process.env.DEBUG = String(level)
  await act()
  delete process.env.DEBUG
  return printed.mock.calls.map(([line]) => String(line).replace(/ *\d+\.\d+ ms/, ' … ms'))
}

/** A tensor of a shape that no other test has. */
let sizes = 3000
const fresh = (...shape: number[]): Tensor => {
  const all = [++sizes, ...shape]
  return fromHost(new Float32Array(all.reduce((a, b) => a * b)), all, 'float32')
}

test('nothing is said at level 0', async () => {
  expect(await lines(0, () => fresh(4).exp().sum(1).data())).toEqual([])
})

test('level 1 says what was compiled and run', async () => {
  expect(await lines(1, () => fresh(4).exp().sum(1).data())).toEqual([
    'maru: compiled 3 nodes to 1 launches of 1 kernels in … ms',
    'maru: ran 1 launches in … ms',
  ])
})

test('level 2 says what is in memory, why, and what each launch took', async () => {
  const x = fresh(4)
  const n = sizes
  const act = () =>
    x
      .exp()
      .sum(1, { keepDims: true })
      .matmul(ones([1, 3]))
      .add(1)
      .data()
  expect(await lines(2, act)).toEqual([
    'maru: compiled 6 nodes to 2 launches of 2 kernels in … ms',
    'maru: 3 nodes in memory, 3 computed inside of them',
    `maru:   sum float32[${n}, 1]       a fold`,
    `maru:   contract float32[${n}, 3]  a contraction`,
    `maru:   add float32[${n}, 3]       a result`,
    `maru: … ms  loops [${n}, 1] add [4] → 1: exp`,
    `maru: … ms  contract 1 × (${n}·3·1): add`,
    'maru: ran 2 launches in … ms',
  ])
})

describe('level 3 prints loop nests', () => {
  const nest = async (act: () => unknown): Promise<string[]> => {
    const all = await lines(3, act)
    const from = all.findIndex((line) => line.startsWith('maru: 0: '))
    const to = all.findIndex((line, i) => i > from && line.includes('… ms'))
    return all.slice(from, to).map((line) => line.replace('maru: ', ''))
  }

  test('with guards, and what is shared under a name', async () => {
    const x = fresh()
    const n = sizes
    const padded = x.pad([[2, 0]])
    expect(await nest(() => padded.exp().add(padded.exp().square()).data())).toEqual([
      `0: loops [${n + 2}] → 1: exp mul add`,
      `  for i0 < ${n + 2}`,
      `    x0 = exp(in0[i0 - 2 | 0 ≤ i0 - 2 < ${n}])`,
      '    out0[i0] = add(x0, mul(x0, x0))',
    ])
  })

  test('of folds and contractions', async () => {
    const x = fresh(8)
    const n = sizes
    expect(await nest(() => x.transpose().matmul(x).max(0).data())).toEqual([
      `0: contract 1 × (8·8·${n})`,
      `  left[m < 8; k < ${n}] = in0[m + 8·k]`,
      `  right[n < 8; k < ${n}] = in0[n + 8·k]`,
      '  for m < 8, n < 8',
      `    tmp2[8·m + n] = sum over k < ${n} of left · right`,
      '1: loops [8] max [8] → 1',
      '  for i0 < 8',
      '    folded = max over k0 < 8 of tmp2[i0 + 8·k0]',
      '    out0[i0] = folded',
    ])
  })

  test('of what is interpreted, and of loops', async () => {
    const x = fresh(2)
    const text = await nest(() => {
      const add = (sum: Tensor, row: Tensor): [Tensor, Tensor] => [sum.add(row), row]
      return scan(add, zeros([2]), x)[0].data()
    })
    expect(text[0]).toMatch(/^0: /)
    expect(text).toContain(`${sizes} turns`)
    const double = tensor([1, 2]).cast('float64').exp()
    expect(await nest(() => double.data())).toContain('1: interpret exp')
  })
})

test('level 4 prints the vector code and its bytes as instructions', async () => {
  const all = await lines(4, () => fresh(3).sqrt().data())
  const text = all.join('\n')
  expect(text).toMatch(
    /maru: code of 0\nmaru: f\(args, begin, end\): 4 lanes, \d+ scalars, \d+ vectors/,
  )
  expect(text).toMatch(/f32\.sqrt\(/)
  expect(text).toMatch(/maru: \d+ bytes of WebAssembly/)
  expect(text).toMatch(/v128\.f32\.sqrt/)
})

describe('why a program is compiled again', () => {
  const why = async (first: () => Tensor, second: () => Tensor): Promise<string[]> => {
    await lines(1, () => first().data())
    const all = await lines(1, () => second().data())
    return all.filter((line) => line.includes('again'))
  }

  test('other shapes', async () => {
    const [a, b] = [fresh(3), fresh(3)]
    expect(
      await why(
        () => a.cos().mul(2),
        () => b.cos().mul(2),
      ),
    ).toEqual([`maru:   compiled again: input 0 float32[${sizes - 1}, 3] → float32[${sizes}, 3]`])
  })

  test('another dtype of two inputs', async () => {
    const x = fresh()
    const [n, whole] = [sizes, x.cast('int32')]
    await whole.data()
    expect(
      await why(
        () => x.add(x).sin(),
        () => whole.add(whole).cast('float32').sin(),
      ),
    ).toEqual([])
    expect(
      await why(
        () => x.add(x).mul(x),
        () => whole.add(whole).mul(whole),
      ),
    ).toEqual([`maru:   compiled again: input 0 float32[${n}] → int32[${n}]`])
  })

  test('other attributes', async () => {
    const x = fresh(5)
    expect(
      await why(
        () => x.sin().flip(0),
        () => x.sin().flip(1),
      ),
    ).toEqual(['maru:   compiled again: flip axes [0] → axes [1]'])
  })

  test('another device', async () => {
    const x = fresh(5)
    const run = (device: string) => () => {
      useDevice(device)
      return x.sin().neg().exp()
    }
    expect(await why(run('wasm'), run('reference'))).toEqual([
      'maru:   compiled again: device wasm → reference',
    ])
  })

  test('what follows from the first difference is not listed', async () => {
    const f = compile((x: Tensor) => x.exp().sum(1, { keepDims: true }).add(x).log().neg())
    await lines(1, () => f(fresh(7)))
    const all = await lines(1, () => f(fresh(7)))
    expect(all.filter((line) => line.includes('again'))).toEqual([
      `maru:   compiled again: input 0 float32[${sizes - 1}, 7] → float32[${sizes}, 7]`,
    ])
  })
})
