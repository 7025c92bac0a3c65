/** Variational bounds: against what is known exactly, against each other, and what they lead to. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  compile,
  gaussianKlLoss,
  grad,
  manualSeed,
  normal,
  stack,
  type Tensor,
  tensor,
  useDevice,
  ValueError,
} from '../../src/index.ts'
import { type Posterior, VAE } from '../../src/models/index.ts'
import { Adam, cosine } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { bernoulli, uniform } from '../../src/tensor/random.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(5)
})

const model = (): VAE => new VAE({ features: 6, hidden: 8, latent: 2 })
const examples = (count: number): Tensor => bernoulli(uniform([count, 6])).cast('float32')
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length

/** log p(x | z) by its definition, in float64, of logits and bits. */
function logLikelihood(logits: readonly number[], bits: readonly number[]): number {
  return logits.reduce(
    (sum, s, i) => sum + (bits[i] === 1 ? -Math.log1p(Math.exp(-s)) : -Math.log1p(Math.exp(s))),
    0,
  )
}

const logNormal = (
  z: readonly number[],
  at: readonly number[],
  logVariance: readonly number[],
): number =>
  z.reduce((sum, x, i) => {
    const v = logVariance[i]!
    return sum - 0.5 * (Math.log(2 * Math.PI) + v + (x - at[i]!) ** 2 / Math.exp(v))
  }, 0)

const rowsOf = async (x: Tensor): Promise<number[][]> => (await x.array()) as number[][]

describe('the evidence lower bound', () => {
  test('[F4.1] is the likelihood of a drawn code less the divergence of its posterior', async () => {
    const vae = model()
    const [x, noise] = [examples(5), normal([5, 2])]
    const { mean: m, logVariance: v } = vae.encode(x)
    const z = m.add(v.mul(0.5).exp().mul(noise))
    const [bits, logits, ms, vs] = await Promise.all([x, vae.decode(z), m, v].map(rowsOf))
    const wanted = bits!.map((row, i) => {
      const kl = ms![i]!.reduce((sum, mu, k) => {
        const logVariance = vs![i]![k]!
        return sum + 0.5 * (Math.exp(logVariance) + mu ** 2 - 1 - logVariance)
      }, 0)
      return logLikelihood(logits![i]!, row) - kl
    })
    expect(await vae.loss(x, { noise }).item()).toBeCloseTo(-mean(wanted), 4)
  })

  test('[F4.1] is a lower bound on what the data are likely by', async () => {
    // log p(x) of one example by 20,000 codes of the prior; the bound on average over 2,000 of the posterior
    const vae = model()
    const x = examples(1)
    const [[bits]] = [await rowsOf(x)]
    const logits = await rowsOf(vae.decode(normal([20_000, 2])))
    const evidence = Math.log(mean(logits.map((row) => Math.exp(logLikelihood(row, bits!)))))
    const many = x.expand([2000, 6])
    const bound = -(await vae.loss(many).item())
    expect(bound).toBeLessThan(evidence)
    // and not far below, untrained as it is
    expect(bound).toBeGreaterThan(evidence - 2)
  })

  test('[F4.2] beta weighs the divergence, and nothing else', async () => {
    const vae = model()
    const [x, noise] = [examples(5), normal([5, 2])]
    const { mean: m, logVariance: v } = vae.encode(x)
    const divergence = await gaussianKlLoss(m, v).item()
    const loss = (beta: number): Promise<number> => vae.loss(x, { beta, noise }).item()
    const distortion = await loss(0)
    for (const beta of [0.5, 1, 4]) {
      expect(await loss(beta)).toBeCloseTo(distortion + beta * divergence, 4)
    }
  })

  test('[F4.2] [B3.4] a larger beta ends with codes that tell less', async () => {
    const x = examples(32)
    const rates: number[] = []
    for (const beta of [0.1, 1, 10]) {
      manualSeed(1)
      const vae = model()
      const optimizer = new Adam(vae.parameters(), { lr: 0.01 })
      const step = compile(() => {
        const loss = vae.loss(x, { beta })
        optimizer.step(loss)
        return loss
      })
      for (let i = 0; i < 300; i++) await step()
      const { mean: m, logVariance: v } = vae.encode(x)
      rates.push(await gaussianKlLoss(m, v).item())
    }
    const [loose = 0, plain = 0, tight = 0] = rates
    expect(loose).toBeGreaterThan(plain)
    expect(plain).toBeGreaterThan(tight)
    expect(tight).toBeLessThan(0.1)
  })
})

describe('the importance weighted bound', () => {
  test('[F4.3] is the formula', async () => {
    const vae = model()
    const [x, noise] = [examples(3), normal([4, 3, 2])]
    const { mean: m, logVariance: v } = vae.encode(x)
    const z = m.add(v.mul(0.5).exp().mul(noise))
    const logits = (await vae.decode(z).array()) as number[][][]
    const codes = (await z.array()) as number[][][]
    const [bits, ms, vs] = await Promise.all([x, m, v].map(rowsOf))
    const zero = [0, 0]
    const bounds = bits!.map((row, i) => {
      const weights = codes.map((drawn, k) => {
        const code = drawn[i]!
        const joint = logLikelihood(logits[k]![i]!, row) + logNormal(code, zero, zero)
        return Math.exp(joint - logNormal(code, ms![i]!, vs![i]!))
      })
      return Math.log(mean(weights))
    })
    expect(await vae.iwaeLoss(x, { samples: 4, noise }).item()).toBeCloseTo(-mean(bounds), 4)
  })

  test('[F4.3] is on average no lower than ELBO, and rises with the number of codes', async () => {
    const vae = model()
    // one example 4,000 times: each draws codes of its own
    const x = examples(1).expand([4000, 6])
    const elbo = -(await vae.loss(x).item())
    const bounds: number[] = []
    for (const samples of [1, 2, 5, 20]) bounds.push(-(await vae.iwaeLoss(x, { samples }).item()))
    const [one = 0, two = 0, five = 0, twenty = 0] = bounds
    // one code is ELBO itself, with the divergence drawn: they differ by the error of a mean
    expect(Math.abs(one - elbo)).toBeLessThan(0.05)
    expect(two).toBeGreaterThan(elbo)
    expect(five).toBeGreaterThan(two)
    expect(twenty).toBeGreaterThan(five)
  })

  test('needs a code', () => {
    expect(() => model().iwaeLoss(examples(2), { samples: 0 })).toThrow(ValueError)
  })
})

test('[C15.1] the divergence in closed form is that of sampling to 1e-2', async () => {
  const [m, v] = [tensor([[0.5, -1]]), tensor([[-0.7, 0.4]])]
  const noise = normal([400_000, 2])
  const z = m.add(v.mul(0.5).exp().mul(noise))
  // log q(z) − log p(z), whose constants cancel
  const gap = z.square().sub(noise.square()).sub(v).mul(0.5).sum(1)
  const sampled = await gap.mean().item()
  expect(Math.abs((await gaussianKlLoss(m, v).item()) - sampled)).toBeLessThan(1e-2)
})

test('[C15.2] the reparameterised gradient is the mean of the score function, which varies far more', async () => {
  // of E f(z) for z ~ N(m, s²) and f(z) = (z − 1)³: the derivative by m is 3 E (z − 1)² = 3 ((m − 1)² + s²)
  const [at, s, count] = [0.3, 0.6, 400_000]
  const m = tensor(at)
  const noise = normal([count])
  const f = (z: Tensor): Tensor => z.sub(1).pow(3)
  const [through] = grad(f(m.add(noise.mul(s))).sum(), [m])
  const z = noise.mul(s).add(at)
  const scores = f(z).mul(noise.div(s))
  const slopes = z.sub(1).square().mul(3)
  const exact = 3 * ((at - 1) ** 2 + s ** 2)
  const reparameterised = (await through!.item()) / count
  const scored = await scores.mean().item()
  const spread = async (x: Tensor): Promise<number> => await x.std().item()
  const [wide, narrow] = [await spread(scores), await spread(slopes)]
  // four standard errors of each mean
  expect(Math.abs(reparameterised - exact)).toBeLessThan((4 * narrow) / Math.sqrt(count))
  expect(Math.abs(scored - exact)).toBeLessThan((4 * wide) / Math.sqrt(count))
  expect(wide).toBeGreaterThan(1.5 * narrow)
})

test("[F4.4] a Bayesian linear regression's variational mean is the exact posterior's to 1e-2", async () => {
  // y = X w + N(0, σ²), prior w ~ N(0, 1), q(w) = N(mean, diag variance)
  const [rows, columns, sigma] = [40, 3, 0.5]
  const x = normal([rows, columns])
  const y: Tensor = x.matmul(tensor([[1], [-2], [0.5]])).add(normal([rows, 1]).mul(sigma))
  // exact: (XᵀX / σ² + 1)⁻¹ Xᵀy / σ²
  const precision = x
    .transpose()
    .matmul(x)
    .div(sigma ** 2)
    .add(
      tensor([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    )
  const exact = await precision
    .solve(
      x
        .transpose()
        .matmul(y)
        .div(sigma ** 2),
    )
    .data()
  const made = (value: number) =>
    parameter(new Float32Array(columns).fill(value), [columns], 'float32')
  const q: Posterior = { mean: made(0), logVariance: made(-2) }
  const steps = 1500
  const optimizer = new Adam([q.mean, q.logVariance] as ReturnType<typeof made>[], {
    lr: 0.05,
    schedule: cosine(steps),
  })
  const step = compile(() => {
    const half = normal([16, columns])
    // each number with its opposite: what is odd in them cancels
    const noise = stack([half, half.neg()]).reshape([32, columns])
    const w = q.mean.add(q.logVariance.mul(0.5).exp().mul(noise))
    const errors = x.matmul(w.transpose()).sub(y)
    const likelihood = errors
      .square()
      .sum(0)
      .mean()
      .div(2 * sigma ** 2)
    const loss = likelihood.add(gaussianKlLoss(q.mean, q.logVariance))
    optimizer.step(loss)
    return loss
  })
  for (let i = 0; i < steps; i++) await step()
  const found = await q.mean.data()
  for (const [i, value] of exact.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-2)
  // and its variances are the inverse of the precision's diagonal, which is what such a q can be at best
  const diagonal = [0, 1, 2].map((k) =>
    precision
      .slice(0, k, k + 1)
      .slice(1, k, k + 1)
      .reshape([]),
  )
  const want = await stack(diagonal).reciprocal().data()
  const variances = await q.logVariance.exp().data()
  for (const [i, value] of want.entries()) expect(variances[i]! / value).toBeCloseTo(1, 1)
})
