/**
 * Characters of Shakespeare, the next one from those before: an Elman network and an LSTM of 256 units, and what each
 * pays for a character that it has not seen, in nats.
 * `npx tsx --conditions=source examples/characters.ts --data ../shared/data`
 *
 * @see Karpathy, Johnson & Li 2016, https://arxiv.org/abs/1506.02078
 */
import { crossEntropy, manualSeed, type Tensor } from 'maru'
import { DataLoader, WindowDataset } from 'maru/data'
import { Embedding, Linear, LSTM, type Module, RNN, Sequential } from 'maru/nn'
import { AdamW, clipNorm, cosine } from 'maru/optim'
import { Trainer } from 'maru/train'
import { claim, mean, progress, settings, tell, verdicts, watch } from './experiment.ts'
import { charactersOf } from './text.ts'

const options = settings({ epochs: 5, seeds: [1] })

/** Characters of a window to learn from, and of one to be judged by. */
const [LENGTH, JUDGED] = [100, 500]
const HIDDEN = 256

const { name, vocabulary, ...parts } = await charactersOf(options)
const seen = parts.train.subarray(0, options.samples * LENGTH)
const train = new WindowDataset(seen, { length: LENGTH, role: 'train' })
const validation = new WindowDataset(parts.validation, { length: JUDGED, role: 'validation' })

interface Case {
  readonly line: string
  readonly lr: number
  /** Nats of a character that it may cost at most. */
  readonly limit: number
  readonly recurrent: () => Module
}

const sizes = [64, HIDDEN] as const
const cases: Readonly<Record<string, Case>> = {
  Elman: {
    line: 'C5.3',
    lr: 1e-3,
    limit: 1.9,
    recurrent: () => new RNN<number, number, object>(...sizes, { batchFirst: true }),
  },
  LSTM: {
    line: 'C5.4',
    lr: 3e-3,
    limit: 1.65,
    recurrent: () => new LSTM<number, number, object>(...sizes, { batchFirst: true }),
  },
}

/** Mean cost of a character. @shape logits [N, time, characters], labels [N, time] */
function nats(logits: Tensor, labels: Tensor): Tensor {
  return crossEntropy(logits.reshape([-1, vocabulary.size]), labels.reshape([-1]))
}

/** What a character of the validation set costs after training. */
async function cost(title: string, { lr, recurrent }: Case, seed: number): Promise<number> {
  manualSeed(seed)
  const model = new Sequential<readonly Module[]>(
    new Embedding<number, number>(vocabulary.size, sizes[0]),
    recurrent(),
    new Linear(HIDDEN, vocabulary.size),
  )
  const loader = new DataLoader(train, { batchSize: 32, shuffle: true, seed })
  const schedule = cosine(options.epochs * loader.length)
  const optimizer = new AdamW(model.parameters(), { lr, schedule, clip: clipNorm(1) })
  const trainer = new Trainer(model, { optimizer, loss: nats })
  await trainer.fit(loader, {
    epochs: options.epochs,
    callbacks: [watch(`${title}, seed ${seed}`)],
  })
  return (await trainer.evaluate(new DataLoader(validation, { batchSize: 20 }))).loss
}

const costs: Record<string, number[]> = {}
const claims = []
for (const [title, each] of Object.entries(cases)) {
  const found: number[] = []
  for (const seed of options.seeds) {
    found.push(await cost(title, each, seed))
    progress(`${title}, seed ${seed}: ${found.at(-1)?.toFixed(3)} nats\n`)
  }
  costs[title] = found
  claims.push(
    claim(each.line, {
      promised: `below ${each.limit} nats`,
      found: `${title}: ${found.map((value) => value.toFixed(3)).join(', ')} nats`,
      met: mean(found) < each.limit,
    }),
  )
}
const characterCount = options.epochs * train.length * LENGTH
const results = { experiment: 'characters', data: name, seen: characterCount, costs, claims }
tell(options, results, [
  `${name}, ${vocabulary.size} characters; ${characterCount} of them seen`,
  ...verdicts(claims),
])
