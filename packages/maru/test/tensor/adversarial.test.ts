/** Adversarial losses against their formulas and their optima; adversarial examples against their distance. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Adversary,
  compile,
  crossEntropy,
  DTypeError,
  discriminatorLoss,
  fgsm,
  generatorLoss,
  grad,
  gradcheck,
  gradientPenalty,
  manualSeed,
  normal,
  pgd,
  r1Penalty,
  ShapeError,
  type Tensor,
  tensor,
  useDevice,
  ValueError,
  zeros,
} from '../../src/index.ts'
import { mlp } from '../../src/models/index.ts'
import { Linear, type Module, Tanh } from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { uniform } from '../../src/tensor/random.ts'

beforeEach(() => {
  useDevice('wasm')
  manualSeed(7)
})

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** What each paper has a discriminator pay for real and generated logits, and a generator for its own. */
const formulas: Readonly<
  Record<Adversary, readonly [d: (r: number, f: number) => number, g: (f: number) => number]>
> = {
  minimax: [
    (r, f) => -Math.log(sigmoid(r)) - Math.log(1 - sigmoid(f)),
    (f) => Math.log(1 - sigmoid(f)),
  ],
  nonSaturating: [
    (r, f) => -Math.log(sigmoid(r)) - Math.log(1 - sigmoid(f)),
    (f) => -Math.log(sigmoid(f)),
  ],
  leastSquares: [(r, f) => (r - 1) ** 2 / 2 + f ** 2 / 2, (f) => (f - 1) ** 2 / 2],
  hinge: [(r, f) => Math.max(0, 1 - r) + Math.max(0, 1 + f), (f) => -f],
  wasserstein: [(r, f) => f - r, (f) => -f],
}
const ids: Readonly<Record<Adversary, string>> = {
  minimax: '[F3.1]',
  nonSaturating: '[F3.1]',
  leastSquares: '[F3.2]',
  hinge: '[F3.3]',
  wasserstein: '[F3.4]',
}
const kinds = Object.entries(ids) as [Adversary, string][]

describe.each(kinds)('%s %s', (kind, id) => {
  const [real, fake] = [
    [0.3, -1.5, 2.25, 0.75],
    [-2.5, 0.5, 1.75, -0.25],
  ]

  test(`${id} has the values of its formula`, async () => {
    const [d, g] = formulas[kind]
    const wanted = mean(real.map((r, i) => d(r, fake[i]!)))
    const loss = discriminatorLoss(tensor(real), tensor(fake), { kind })
    expect(await loss.item()).toBeCloseTo(wanted, 5)
    expect(await generatorLoss(tensor(fake), { kind }).item()).toBeCloseTo(mean(fake.map(g)), 5)
  })

  test(`${id} has the slopes of its formula`, async () => {
    const both = [tensor(real), tensor(fake)]
    const error = await gradcheck((r, f) => discriminatorLoss(r!, f!, { kind }), both)
    expect(error).toBeLessThan(1e-6)
    expect(await gradcheck((f) => generatorLoss(f!, { kind }), [tensor(fake)])).toBeLessThan(1e-6)
  })

  test(`${id} pulls real and generated logits apart, and the generator pulls back`, async () => {
    const [r, f] = [tensor([0.1]), tensor([0.2])]
    const [up, down] = grad(discriminatorLoss(r, f, { kind }), [r, f])
    expect(await up!.item()).toBeLessThan(0)
    expect(await down!.item()).toBeGreaterThan(0)
    const [back] = grad(generatorLoss(f, { kind }), [f])
    expect(await back!.item()).toBeLessThan(0)
  })
})

test('[F3.1] once the discriminator is sure, minimax has no slope and the non-saturating loss has one', async () => {
  const sure = tensor([-20])
  const slope = (kind: Adversary): Promise<number> =>
    grad(generatorLoss(sure, { kind }), [sure])[0]!.item()
  expect(Math.abs(await slope('minimax'))).toBeLessThan(1e-8)
  expect(await slope('nonSaturating')).toBeCloseTo(-1, 6)
})

test('[F3.4] the penalty of a linear critic is how far its slope is from 1', async () => {
  const critic = new Linear<number, number>(3, 1)
  const [real, fake] = [normal([6, 3]), normal([6, 3])]
  const length = Math.hypot(...(await critic.weight.data()))
  const penalty = gradientPenalty((x) => critic.call(x), { real, fake })
  expect(await penalty.item()).toBeCloseTo((length - 1) ** 2, 5)
})

test('[F3.4] its gradient, of second order, is that of difference quotients; what is between is where it is taken', async () => {
  const critic = mlp([2, 5, 1], { activation: () => new Tanh() })
  const [real, fake, mix] = [normal([4, 2]), normal([4, 2]), uniform([4])]
  const penalty = (real: Tensor, fake: Tensor, mix: Tensor): Tensor =>
    gradientPenalty((x) => critic.call(x), { real, fake, mix })
  // the places are constants to it: moved inputs are looked at by hand
  const parameters = critic.parameters()
  const slopes = grad(penalty(real, fake, mix), [real, fake])
  for (const slope of slopes) expect(await slope.abs().sum().item()).toBe(0)
  const at = fake.add(mix.unsqueeze(1).mul(real.sub(fake)))
  const byHand = (x: Tensor): Tensor =>
    grad(critic.call(x).sum(), [x])[0]!.square().sum(1).sqrt().sub(1).square().mean()
  expect(await penalty(real, fake, mix).item()).toBeCloseTo(await byHand(at).item(), 5)
  const [got, want] = [grad(penalty(real, fake, mix), parameters), grad(byHand(at), parameters)]
  for (const [i, each] of got.entries()) {
    const [a, b] = [await each.data(), await want[i]!.data()]
    for (const [k, value] of a.entries()) expect(value).toBeCloseTo(b[k]!, 5)
  }
})

test('[F3.4] a critic that pays it tells how far two distributions are apart', async () => {
  // points around (3, 0) and around the origin: the Wasserstein distance is 3
  const critic = mlp([2, 16, 1])
  const fake = normal([32, 2]).mul(0.01)
  const real = normal([32, 2])
    .mul(0.01)
    .add(tensor([3, 0]))
  const optimizer = new Adam(critic.parameters(), { lr: 5e-3 })
  const step = compile(() => {
    const distance = discriminatorLoss(critic.call(real), critic.call(fake), {
      kind: 'wasserstein',
    })
    optimizer.step(distance.add(gradientPenalty((x) => critic.call(x), { real, fake }).mul(10)))
    return distance
  })
  let distance = 0
  for (let i = 0; i < 400; i++) distance = -(await (await step()).item())
  // a penalty that is soft lets the slope be 1 + distance / (2 · 10)
  expect(distance).toBeGreaterThan(2.9)
  expect(distance).toBeLessThan(3 * (1 + 3 / 20) + 0.1)
})

test('[F3.5] of a linear discriminator R1 is the square of its slope, and its gradient twice the slope', async () => {
  const discriminator = new Linear<number, number>(3, 1)
  const penalty = (): Tensor => r1Penalty((x) => discriminator.call(x), normal([5, 3]))
  const weights = await discriminator.weight.data()
  expect(await penalty().item()).toBeCloseTo(Math.hypot(...weights) ** 2, 5)
  const [slope] = grad(penalty(), [discriminator.weight])
  const found = await slope!.data()
  for (const [i, weight] of weights.entries()) expect(found[i]).toBeCloseTo(2 * weight, 5)
})

test('[F3.5] its gradient is that of difference quotients', async () => {
  const discriminator = mlp([2, 4, 1], { activation: () => new Tanh() })
  const loss = (real: Tensor): Tensor => r1Penalty((x) => discriminator.call(x), real)
  expect(await gradcheck(loss, [normal([3, 2]), ...discriminator.parameters()])).toBeLessThan(1e-4)
})

test('penalties refuse pairs that are none', () => {
  const flat = (x: Tensor): Tensor => x.sum(1)
  const given = { real: zeros([2, 3]), fake: zeros([3, 3]) }
  expect(() => gradientPenalty(flat, given)).toThrow(ShapeError)
  expect(() => r1Penalty('no function' as never, zeros([2, 3]))).toThrow(ValueError)
})

describe('[C14.1] at its optimum a discriminator is p / (p + q)', () => {
  test('within 0.05, on two densities of a line', async () => {
    // p is N(0, 1) and q N(1, 1), at places spread evenly: each weighs as much as its density
    const places = Array.from({ length: 41 }, (_, i) => -3 + (i * 7) / 40)
    const density = (x: number, at: number): number => Math.exp(-((x - at) ** 2) / 2)
    const [p, q] = [0, 1].map((at) =>
      tensor(
        places.map((x) => density(x, at)),
        [41, 1],
      ),
    )
    const x = tensor(places, [41, 1])
    const model = mlp([1, 16, 1], { activation: () => new Tanh() })
    const optimizer = new Adam(model.parameters(), { lr: 0.02 })
    const step = compile(() => {
      const logits: Tensor = model.call(x)
      // the discriminator's loss, as an expectation over both densities
      const loss = p!.mul(logits.neg().softplus()).add(q!.mul(logits.softplus())).sum()
      optimizer.step(loss)
      return loss
    })
    for (let i = 0; i < 300; i++) await step()
    const found = await model.call(x).sigmoid().data()
    for (const [i, at] of places.entries()) {
      const wanted = density(at, 0) / (density(at, 0) + density(at, 1))
      expect(Math.abs(found[i]! - wanted)).toBeLessThan(0.05)
    }
  })
})

describe('adversarial examples', () => {
  const epsilon = 0.1

  /** A small classifier of points, trained so that there is something to lose. */
  async function trained(): Promise<{ model: Module; x: Tensor; labels: Tensor }> {
    const x: Tensor = uniform([64, 4])
    const labels: Tensor = x.slice(1, 0, 1).squeeze(1).greater(0.5).cast('int32')
    const model = mlp([4, 16, 2])
    const optimizer = new Adam(model.parameters(), { lr: 0.02 })
    const step = compile(() => {
      const loss = crossEntropy(model.call(x), labels)
      optimizer.step(loss)
      return loss
    })
    for (let i = 0; i < 100; i++) await step()
    return { model, x, labels }
  }

  const attacks: Readonly<Record<string, (loss: (x: Tensor) => Tensor, x: Tensor) => Tensor>> = {
    fgsm: (loss, x) => fgsm(loss, x, { epsilon }),
    'pgd within linf': (loss, x) => pgd(loss, x, { epsilon }),
    'pgd within l2': (loss, x) => pgd(loss, x, { epsilon, distance: 'l2' }),
    'pgd without a random start': (loss, x) => pgd(loss, x, { epsilon, randomStart: false }),
  }

  test.each(Object.entries(attacks))(
    '[F3.6] %s stays within its distance and raises the loss',
    async (name, attack) => {
      const { model, x, labels } = await trained()
      const loss = (x: Tensor): Tensor => crossEntropy(model.call(x), labels)
      const moved = attack(loss, x)
      const [before, after] = [await loss(x).item(), await loss(moved).item()]
      expect(after).toBeGreaterThan(1.5 * before)
      const apart: Tensor = moved.sub(x)
      const far = name.endsWith('l2') ? apart.square().sum(1).sqrt() : apart.abs()
      const farthest = await far.max().item()
      // one rounding of a sum near 1
      expect(farthest).toBeLessThan(epsilon + 1e-6)
      expect(farthest).toBeGreaterThan(epsilon / 2)
      expect(await moved.min().item()).toBeGreaterThanOrEqual(0)
      expect(await moved.max().item()).toBeLessThanOrEqual(1)
    },
  )

  test('[F3.6] more steps find worse examples than one', async () => {
    const { model, x, labels } = await trained()
    const loss = (x: Tensor): Tensor => crossEntropy(model.call(x), labels)
    const once = await loss(fgsm(loss, x, { epsilon })).item()
    const often = await loss(pgd(loss, x, { epsilon, steps: 20 })).item()
    expect(often).toBeGreaterThanOrEqual(once * 0.999)
  })

  test('of a linear loss they are known: epsilon by the sign of each slope', async () => {
    const slope = tensor([2, -3, 0])
    const x = tensor([[0.5, 0.5, 0.5]])
    const loss = (x: Tensor): Tensor => x.mul(slope).sum()
    const wanted = [0.6, 0.4, 0.5].map((each) => expect.closeTo(each, 6))
    expect([...(await fgsm(loss, x, { epsilon }).data())]).toEqual(wanted)
    const made = await pgd(loss, x, { epsilon, randomStart: false }).data()
    expect([...made]).toEqual(wanted)
    const length = Math.hypot(2, 3)
    const round = await pgd(loss, x, { epsilon, distance: 'l2', randomStart: false }).data()
    const at = [0.5 + (0.1 * 2) / length, 0.5 - (0.1 * 3) / length, 0.5]
    expect([...round]).toEqual(at.map((each) => expect.closeTo(each, 5)))
  })

  test('a distance of 0 moves nothing, and what they made has no gradient', async () => {
    const x = uniform([3, 4])
    const loss = (x: Tensor): Tensor => x.square().sum()
    const before = await x.data()
    for (const distance of ['linf', 'l2'] as const) {
      expect(await pgd(loss, x, { epsilon: 0, distance }).data()).toEqual(before)
    }
    const other = uniform([3, 4])
    const [slope] = grad(pgd(loss, other, { epsilon }).sum(), [other])
    expect(await slope!.abs().sum().item()).toBe(0)
  })

  test('what makes no sense is refused', () => {
    const loss = (x: Tensor): Tensor => x.sum()
    expect(() => fgsm(loss, zeros([2]), { epsilon: -1 })).toThrow(ValueError)
    expect(() => fgsm(loss, zeros([2]), { epsilon: Number.NaN })).toThrow(ValueError)
    expect(() => fgsm(loss, zeros([2]), { epsilon, range: [1, 0] })).toThrow(ValueError)
    expect(() => pgd(loss, zeros([2]), { epsilon, steps: 0 })).toThrow(ValueError)
    expect(() => pgd(loss, zeros([2]), { epsilon, distance: 'l1' as never })).toThrow(ValueError)
    expect(() => pgd(loss, zeros([2], { dtype: 'int32' }), { epsilon })).toThrow(DTypeError)
  })
})
