/** What routines promise at sizes beyond samples: identities, extremes, and the shapes of bad inputs. */
import { beforeAll, describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { full, type Tensor, tensor, useDevice, zeros } from '../../src/index.ts'
import { stream } from './draw.ts'

beforeAll(() => useDevice('reference'))

function random(name: string, ...shape: number[]): Tensor {
  const from = stream(name, ...shape)
  const data = Array.from({ length: sizeOf(shape) }, () => from.normal())
  return tensor(data, shape, { dtype: 'float64' })
}

function identity(n: number): Tensor {
  return random('', n, n)
    .mul(0)
    .add(diagonal(full([n], 1, { dtype: 'float64' })))
}

function diagonal(values: Tensor): Tensor {
  const rows: Tensor = values.unsqueeze(-1).expand([values.size, values.size])
  return rows
    .positionsOver([0])
    .equal(rows.positionsOver([1]))
    .where(rows, 0)
}

/** The largest distance between elements. */
async function distance(a: Tensor, b: Tensor): Promise<number> {
  expect(a.shape).toEqual(b.shape)
  return a.sub(b).abs().max().item()
}

const columns = (q: Tensor): Tensor => q.transpose().matmul(q)

describe('matrices', () => {
  const kinds: Readonly<Record<string, Tensor>> = {
    square: random('square', 30, 30),
    tall: random('tall', 45, 20),
    wide: random('wide', 12, 31),
    'of low rank': random('left', 25, 4).matmul(random('right', 4, 18)),
    'of zeros': zeros([6, 4], { dtype: 'float64' }),
    'of equal rows': full([7, 5], 3, { dtype: 'float64' }),
    'of one row': random('row', 1, 9),
    orthogonal: random('orthogonal', 16, 16).qr().q,
    triangular: random('triangular', 14, 14).qr().r,
  }

  test.each(Object.entries(kinds))('%s are Q·R', async (_, a) => {
    const { q, r } = a.qr()
    expect(await distance(q.matmul(r), a)).toBeLessThan(1e-13 * (1 + a.size))
    expect(await distance(columns(q), identity(Math.min(...a.shape)))).toBeLessThan(1e-13)
  })

  test.each(Object.entries(kinds))('%s are U·diag(s)·Vᴴ', async (_, a) => {
    const { u, s, vh } = a.svd()
    expect(await distance(u.mul(s.unsqueeze(0)).matmul(vh), a)).toBeLessThan(1e-12)
    expect(await distance(columns(u), identity(s.size))).toBeLessThan(1e-13)
    expect(await distance(columns(vh.transpose()), identity(s.size))).toBeLessThan(1e-13)
    const values = [...(await s.data())]
    expect(values.toSorted((x, y) => y - x)).toEqual(values)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
  })

  test.each(Object.entries(kinds))(
    '%s have the four properties of a pseudoinverse',
    async (_, a) => {
      const x = a.pinv()
      expect(await distance(a.matmul(x).matmul(a), a)).toBeLessThan(1e-11)
      expect(await distance(x.matmul(a).matmul(x), x)).toBeLessThan(1e-11)
      expect(await distance(a.matmul(x), a.matmul(x).transpose())).toBeLessThan(1e-12)
      expect(await distance(x.matmul(a), x.matmul(a).transpose())).toBeLessThan(1e-12)
    },
  )

  test.each(Object.entries(kinds))('%s have a symmetric square with eigenvectors', async (_, a) => {
    const square = columns(a)
    const { values, vectors } = square.eigh()
    const rebuilt = vectors.mul(values.unsqueeze(0)).matmul(vectors.transpose())
    expect(await distance(rebuilt, square)).toBeLessThan(1e-12 * (1 + a.size))
    expect(await distance(columns(vectors), identity(values.size))).toBeLessThan(1e-13)
  })

  test.each([1e-300, 1e-30, 1, 1e30, 1e150])('of size %s have singular values', async (size) => {
    const a = random('sized', 8, 5)
    const { s } = a.mul(size).svd()
    expect(await distance(s.div(size), a.svd().s)).toBeLessThan(1e-13)
  })

  test('that are graded have small eigenvalues', async () => {
    const values = tensor([1e-12, 1e-6, 1, 1e3], [4], { dtype: 'float64' })
    const { q } = random('graded', 4, 4).qr()
    const a = q.mul(values.unsqueeze(0)).matmul(q.transpose())
    expect(await distance(a.eigh().values, values)).toBeLessThan(1e-12)
  })

  test('have a rank', async () => {
    const ranks = Object.values(kinds).map((a) => a.matrixRank().item())
    expect(await Promise.all(ranks)).toEqual([30, 20, 12, 4, 0, 1, 1, 16, 14])
  })

  test('of 60 unknowns are solved', async () => {
    const [a, x] = [random('equations', 60, 60), random('unknowns', 60, 3)]
    expect(await distance(a.solve(a.matmul(x)), x)).toBeLessThan(1e-11)
    expect(await distance(a.inverse().matmul(a), identity(60))).toBeLessThan(1e-11)
    const { sign, logAbsDet } = a.slogdet()
    expect(await distance(sign.mul(logAbsDet.exp()).div(a.det()), sign.abs())).toBeLessThan(1e-12)
  })

  test('have exponentials whose product with that of their negative is the identity', async () => {
    for (const size of [1e-3, 1, 5]) {
      const a = random('exponent', 10, 10).mul(size)
      const turned = a.sub(a.transpose())
      const product = turned.matrixExp().matmul(turned.neg().matrixExp())
      expect(await distance(product, identity(10))).toBeLessThan(1e-11)
    }
  })
})

describe('bad matrices give NaN, since they are known only when values are', () => {
  const singular = tensor([
    [1, 2],
    [2, 4],
  ])
  const spoiled = tensor([
    [1, Number.NaN],
    [2, 4],
  ])
  test.each([
    [
      'cholesky of an indefinite matrix',
      () =>
        tensor([
          [1, 2],
          [2, 1],
        ]).cholesky(),
    ],
    ['cholesky of NaN', () => spoiled.transpose().cholesky()],
    ['solve without an inverse', () => singular.solve(tensor([1, 2]))],
    ['inverse of zeros', () => zeros([3, 3]).inverse()],
    ['inverse of NaN', () => spoiled.inverse()],
    ['eigenvalues of infinity', () => full([2, 2], Number.POSITIVE_INFINITY).eigh().values],
    ['singular vectors of NaN', () => spoiled.svd().u],
    ['pseudoinverse of NaN', () => spoiled.pinv()],
    [
      'logarithm of a negative determinant',
      () =>
        tensor([
          [0, 1],
          [1, 0],
        ]).logDet(),
    ],
  ])('%s', async (_, run) => {
    const data = [...(await run().data())]
    expect(data.every(Number.isNaN)).toBe(true)
  })

  test('but not others of the same stack', async () => {
    const data = await tensor([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [2, 0],
        [0, 2],
      ],
    ])
      .inverse()
      .data()
    expect([...data].slice(4)).toEqual([0.5, 0, 0, 0.5])
  })

  test('and a singular one has sign 0 and logarithm −∞', async () => {
    const { sign, logAbsDet } = singular.slogdet()
    expect([await sign.item(), await logAbsDet.item(), await singular.det().item()]).toEqual([
      0,
      Number.NEGATIVE_INFINITY,
      0,
    ])
  })
})

describe('transforms of length', () => {
  test.each([2, 64, 97, 128, 210, 338, 361, 1009])('%i', async (n) => {
    const x = random('signal', n, 2)
    const transform = x.fft()
    expect(await distance(transform.ifft(), x)).toBeLessThan(1e-13)
    const energy = transform.square().sum().div(n)
    expect(
      await distance(energy.div(x.square().sum()), full([], 1, { dtype: 'float64' })),
    ).toBeLessThan(1e-13)
    // the definition, at one place
    const k = Math.floor(n / 3)
    const [re, im] = [x.slice(1, 0, 1).squeeze(1), x.slice(1, 1, 2).squeeze(1)]
    const angle = re
      .positionsOver([0])
      .cast('float64')
      .mul((2 * Math.PI * k) / n)
    const want = re.mul(angle.cos()).add(im.mul(angle.sin())).sum()
    const got = transform
      .slice(0, k, k + 1)
      .slice(1, 0, 1)
      .reshape([])
    expect(await distance(got, want)).toBeLessThan(1e-10)
    expect(await distance(re.rfft().irfft({ n }), re)).toBeLessThan(1e-13)
  })
})

describe('orders of many elements', () => {
  const from = stream('many')
  const data = Float32Array.from({ length: 20_000 }, () => Math.round(from.normal() * 1000))
  const x = tensor(data)

  test('are those of JavaScript, stable', async () => {
    const places = Array.from(data.keys())
    places.sort((a, b) => data[a]! - data[b]! || a - b)
    expect([...(await x.argsort().data())]).toEqual(places)
    places.sort((a, b) => data[b]! - data[a]! || a - b)
    expect([...(await x.argsort(-1, { descending: true }).data())]).toEqual(places)
  })

  test('begin alike from a heap and from a sort', async () => {
    for (const largest of [true, false]) {
      const order = await x.argsort(-1, { descending: largest }).data()
      const few = await x.topK(500, { largest }).indices.data()
      expect([...few]).toEqual([...order.subarray(0, 500)])
    }
  })
})
