/**
 * A small convolutional network on photographs as they are, beside the same in PyTorch (`tools/oracle/cifar.py`).
 * `npx tsx --conditions=source examples/photos.ts --data ../shared/data`
 */
import { manualSeed } from 'maru'
import { claim, mean, percent, photos, progress, settings, tell, verdicts } from './experiment.ts'
import { convolutional, errorOf, learn } from './learn.ts'

const options = settings({ epochs: 10 })
const { name, train, test } = await photos(options)

/** PyTorch's mean error over five seeds on the 10,000 and 2,000 images of CIFAR-10, and how much worse the mean may be. */
const [TORCH, MARGIN] = [0.3917, 0.004]

const errors: number[] = []
for (const seed of options.seeds) {
  manualSeed(seed)
  const model = convolutional(train)
  await learn(model, train, { name: 'network', epochs: options.epochs, seed, decay: true })
  errors.push(await errorOf(model, test))
  progress(`seed ${seed}: ${percent(errors.at(-1) ?? 1)}\n`)
}
const claims = [
  claim('C4.4', {
    promised: `at most ${percent(TORCH + MARGIN)} with 10,000 images, as PyTorch has ${percent(TORCH)}`,
    found: `${errors.map(percent).join(', ')}, on average ${percent(mean(errors))}`,
    met: mean(errors) <= TORCH + MARGIN,
  }),
]
const results = {
  experiment: 'photos',
  data: name,
  train: train.length,
  torch: TORCH,
  errors,
  claims,
}
tell(options, results, [
  `${name}, ${train.length} to train on, ${test.length} to test on, ${options.epochs} epochs`,
  ...verdicts(claims),
])
