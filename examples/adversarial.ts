/**
 * Does training on the worst inputs nearby help against them? The same network of 784-256-256-10, trained on digits as
 * they are and on digits that projected gradient descent has changed, and how many each reads rightly as they are, after one
 * step uphill and after twenty.
 * `npx tsx --conditions=source examples/adversarial.ts --data ../shared/data`
 *
 * @see Madry and others 2018, https://arxiv.org/abs/1706.06083
 */
import { compile, crossEntropy, fgsm, manualSeed, pgd, type Tensor } from 'maru'
import { DataLoader } from 'maru/data'
import { mlp } from 'maru/models'
import { Flatten, type Module, Sequential } from 'maru/nn'
import { Adam, cosine } from 'maru/optim'
import { type Objective, type Supervised, Trainer } from 'maru/train'
import {
  claim,
  digits,
  mean,
  percent,
  progress,
  settings,
  tell,
  verdicts,
  watch,
} from './experiment.ts'

const options = settings({ epochs: 15 })
const { name, train, test } = await digits(options)
const [channels, height, width] = train.shape

/** How far a pixel may be moved, of a range from 0 to 1. */
const epsilon = 0.1
/** Steps of the attack while training, and of the one that is judged by. */
const [STEPS, MORE] = [7, 20]
/** By how much accuracy under attack has to rise. */
const GAIN = 0.3

const lossOf =
  (model: Module, labels: Tensor) =>
  (inputs: Tensor): Tensor =>
    crossEntropy(model.forward(inputs), labels)

const objectives: Readonly<Record<'plain' | 'adversarial', Objective<Module, Supervised>>> = {
  plain: (model, { inputs, labels }) => lossOf(model, labels)(inputs),
  adversarial: (model, { inputs, labels }) => {
    const loss = lossOf(model, labels)
    return loss(pgd(loss, inputs, { epsilon, steps: STEPS }))
  },
}

type Kind = keyof typeof objectives

async function trained(kind: Kind, seed: number): Promise<Module> {
  manualSeed(seed)
  const model = new Sequential<readonly Module[]>(
    new Flatten(),
    mlp([channels * height * width, 256, 256, 10]),
  )
  const loader = new DataLoader(train, { batchSize: 128, shuffle: true, seed })
  const schedule = cosine(options.epochs * loader.length)
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, schedule })
  const trainer = new Trainer<Module>(model, { optimizer, objective: objectives[kind] })
  await trainer.fit(loader, {
    epochs: options.epochs,
    callbacks: [watch(`${kind}, seed ${seed}`)],
  })
  return model.eval()
}

/** Shares that are read rightly. */
interface Accuracies {
  readonly clean: number
  readonly fgsm: number
  readonly pgd: number
}

async function judged(model: Module): Promise<Accuracies> {
  const hits = compile((inputs: Tensor, labels: Tensor) => {
    const loss = lossOf(model, labels)
    const right = (x: Tensor): Tensor =>
      model.forward(x).argmax(1).equal(labels).cast('float32').sum()
    return {
      clean: right(inputs),
      fgsm: right(fgsm(loss, inputs, { epsilon })),
      pgd: right(pgd(loss, inputs, { epsilon, steps: MORE })),
    }
  })
  const sums = { clean: 0, fgsm: 0, pgd: 0 }
  for await (const { inputs, labels } of new DataLoader(test, { batchSize: 500 })) {
    const found = await hits(inputs, labels)
    sums.clean += await found.clean.item()
    sums.fgsm += await found.fgsm.item()
    sums.pgd += await found.pgd.item()
  }
  const share = (sum: number): number => sum / test.length
  return { clean: share(sums.clean), fgsm: share(sums.fgsm), pgd: share(sums.pgd) }
}

const runs: { seed: number; plain: Accuracies; adversarial: Accuracies }[] = []
for (const seed of options.seeds) {
  const plain = await judged(await trained('plain', seed))
  const adversarial = await judged(await trained('adversarial', seed))
  runs.push({ seed, plain, adversarial })
  progress(`seed ${seed}: ${percent(plain.pgd)} and ${percent(adversarial.pgd)}\n`)
}
const gains = runs.map(({ plain, adversarial }) => adversarial.pgd - plain.pgd)
const average = (kind: Kind, what: keyof Accuracies): string =>
  percent(mean(runs.map((run) => run[kind][what])))
const claims = [
  claim('F3.7', {
    promised: `at least ${100 * GAIN} points more under PGD, for each seed`,
    found: `${average('plain', 'pgd')} without and ${average('adversarial', 'pgd')} with it on average; ${gains.map(percent).join(', ')} more`,
    met: Math.min(...gains) >= GAIN,
  }),
]
const results = {
  experiment: 'adversarial',
  data: name,
  train: train.length,
  epochs: options.epochs,
  epsilon,
  runs,
  claims,
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, pixels moved by up to ${epsilon}`,
  ...(['plain', 'adversarial'] as const).map(
    (kind) =>
      `${kind.padEnd(12)} right as they are ${average(kind, 'clean')}, after FGSM ${average(kind, 'fgsm')}, after PGD ${average(kind, 'pgd')}`,
  ),
  ...verdicts(claims),
])
