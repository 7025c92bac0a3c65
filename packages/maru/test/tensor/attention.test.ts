/** Attention over more scores than are computed at once: the same as by its formula, in less memory. */
import { describe, expect, test } from 'vitest'
import {
  compile,
  grad,
  manualSeed,
  memory,
  scaledDotProductAttention,
  type Tensor,
  useDevice,
  vjp,
} from '../../src/index.ts'
import { MultiheadAttention } from '../../src/nn/index.ts'
import { attention } from '../../src/tensor/attention.ts'
import { arange } from '../../src/tensor/create.ts'
import { bernoulli, normal } from '../../src/tensor/random.ts'

useDevice('wasm')

/** Chains of several hundred products, and sums of several hundred of their gradients in another order. */
const REORDERED = 1e-5

interface Case {
  readonly q: readonly number[]
  readonly k: readonly number[]
  readonly v?: readonly number[]
  readonly mask?: { readonly shape: readonly number[]; readonly bool: boolean }
  readonly causal?: boolean
}

const cases: readonly (readonly [name: string, Case])[] = [
  ['no batch', { q: [900, 3], k: [700, 3] }],
  ['a prime number of queries', { q: [1511, 3], k: [701, 3] }],
  ['causal, one sequence', { q: [1, 1031, 3], k: [1, 1031, 3], causal: true }],
  ['causal, fewer keys than queries', { q: [1200, 3], k: [500, 3], causal: true }],
  ['causal, more keys than queries', { q: [600, 3], k: [900, 3], causal: true }],
  ['a batch of short ones', { q: [40, 3, 70, 3], k: [40, 3, 70, 3], causal: true }],
  ['keys that a batch shares', { q: [3, 4, 250, 3], k: [4, 250, 3], v: [3, 1, 250, 2] }],
  ['a mask of bools', { q: [3, 500, 3], k: [3, 500, 3], mask: { shape: [500, 500], bool: true } }],
  [
    'numbers to add, one for each key',
    { q: [3, 500, 3], k: [3, 500, 3], mask: { shape: [3, 1, 500], bool: false } },
  ],
  [
    'numbers to add under a causal mask',
    { q: [2, 1100, 3], k: [2, 1100, 3], mask: { shape: [1100, 1100], bool: false }, causal: true },
  ],
]

function byFormula(q: Tensor, k: Tensor, v: Tensor, mask?: Tensor, causal?: boolean): Tensor {
  let scores: Tensor = q.matmul(k.transpose()).mul(1 / Math.sqrt(3))
  if (mask) scores = mask.dtype === 'bool' ? mask.where(scores, -1e9) : scores.add(mask)
  const [rows = 0, keys = 0] = scores.shape.slice(-2)
  if (causal) scores = arange(keys).lessEqual(arange(rows).unsqueeze(1)).where(scores, -1e9)
  return scores.softmax(-1).matmul(v)
}

async function expectAlike(got: readonly Tensor[], wanted: readonly Tensor[]): Promise<void> {
  expect(got.length).toBe(wanted.length)
  for (const [i, each] of got.entries()) {
    const [a, b] = [await each.data<Float32Array>(), await wanted[i]!.data<Float32Array>()]
    const most = b.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    const apart = a.reduce((max, value, j) => Math.max(max, Math.abs(value - b[j]!)), 0)
    expect(a.length).toBe(b.length)
    expect(apart / most).toBeLessThan(REORDERED)
  }
}

// First, since memory for temporaries is never given back.
test('memory grows with the length of sequences, not with its square', async () => {
  const step = compile((q: Tensor, seed: Tensor) => {
    const y = scaledDotProductAttention(q, q, q, { causal: true })
    return vjp([y], [q], [seed])
  })
  const arenaOf = async (length: number): Promise<number> => {
    const gradients = await step(normal([length, 8]), normal([length, 8]))
    await gradients[0]!.data()
    return memory().arena
  }
  await arenaOf(1024)
  const scores = 4 * 8192 ** 2
  expect(await arenaOf(8192)).toBeLessThan(scores / 16)
})

describe('values and gradients', () => {
  test.each(cases)('%s', async (_, { q, k, v = k, mask, causal = false }) => {
    manualSeed(1)
    const inputs: Tensor[] = [q, k, v].map((shape) => normal(shape))
    if (mask) inputs.push(mask.bool ? bernoulli(0.8, mask) : normal(mask.shape))
    const added = mask && !mask.bool ? 4 : 3
    const seed: Tensor = normal(byFormula(inputs[0]!, inputs[1]!, inputs[2]!).shape)
    const both = (fn: typeof byFormula) => (): Tensor[] => {
      const [q, k, v, given] = inputs as [Tensor, Tensor, Tensor, Tensor | undefined]
      const own = given && mask?.bool ? given.cast('bool') : given
      const y = fn(q, k, v, own, causal)
      return [y, ...vjp([y], inputs.slice(0, added), [seed])]
    }
    const inBlocks = both((q, k, v, mask, causal) =>
      scaledDotProductAttention(q, k, v, { ...(mask && { mask }), causal: causal ?? false }),
    )
    await expectAlike(inBlocks(), both(byFormula)())
  })

  test('weights are changed block by block, by the same numbers forward and backward', async () => {
    manualSeed(2)
    const [q, k, v] = [normal([2, 600, 3]), normal([2, 600, 3]), normal([2, 600, 3])]
    const kept = bernoulli(0.5, { shape: [600] })
    const it = { q, k, v, masks: [] }
    const blocks = attention({ ...it, weigh: (weights) => weights.mul(kept) })
    const whole = byFormula(q.mul(Math.sqrt(3)), k, v.mul(kept.unsqueeze(1)))
    const parts = [blocks, whole].map((y) => [y, ...vjp([y], [q, k, v], [normal([2, 600, 3])])])
    await expectAlike(parts[0]!.slice(0, 1), parts[1]!.slice(0, 1))
    // The function is linear in v, so its value is its gradient's product with v, where the numbers agree.
    const drawn = attention({
      ...it,
      weigh: (weights) => weights.mul(bernoulli(0.5, { shape: weights.shape })),
    })
    const seed = normal([2, 600, 3])
    const [toV] = vjp([drawn], [v], [seed])
    const [a, b] = [await drawn.mul(seed).sum().item(), await toV!.mul(v).sum().item()]
    expect(Math.abs(a - b)).toBeLessThan(1e-3 * Math.abs(a))
  })

  test('a layer gives the same whether its weights are asked for or not', async () => {
    manualSeed(3)
    const layer = new MultiheadAttention(8, 2, { batchFirst: true })
    const x = normal([2, 420, 8])
    const keyPaddingMask = bernoulli(0.1, { shape: [2, 420] }).cast('bool')
    const { output } = layer.attend(x, x, { causal: true, keyPaddingMask })
    const parameters = layer.parameters()
    const ofBoth = [output, layer.call(x, x, { causal: true, keyPaddingMask })].map((y) => [
      y,
      ...grad(y.square().mean(), parameters),
    ])
    await expectAlike(ofBoth[1]!, ofBoth[0]!)
  })
})
