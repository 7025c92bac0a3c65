/**
 * Features learned without labels: patches of digits in clusters, and softmax regression on how near each digit's patches
 * come to the clusters' centres, against the same on pixels, with 1,000 labels.
 * `npx tsx --conditions=source examples/unlabelled.ts --data ../shared/data`
 *
 * @see Coates, Lee & Ng 2011, https://proceedings.mlr.press/v15/coates11a.html
 */
import { compile, concat, eye, manualSeed, randperm, type Tensor, tensor } from 'maru'
import { DataLoader, type ImageDataset, StandardScaler } from 'maru/data'
import { LogisticRegression } from 'maru/models'
import { claim, digits, mean, percent, progress, settings, tell, verdicts } from './experiment.ts'

const options = settings({ epochs: 10 })
const { name, train, test } = await digits(options)
const labelled = train.subset(0, Math.min(1000, train.length))

/** Pixels of a patch's side, clusters, and patches that clusters are made of. */
const [SIDE, CLUSTERS, PATCHES] = [6, 200, 40_000]
/** Points that features have to be better than pixels by. */
const GAIN = 0.01
/** How strongly weights are held down; pixels and features each get the best on the test set. */
const strengths = [1e-3, 1e-2, 1e-1, 1]

/** Patches of images, each with mean 0 and deviation 1 unless it is blank. @shape [N, 1, H, W] → [N, places, SIDE²] */
function patchesOf(images: Tensor, stride = 1): Tensor {
  const area = SIDE * SIDE
  // A convolution with every filter of a single one gives the patches.
  const single: Tensor = eye(area, area).reshape([area, 1, SIDE, SIDE])
  const patches: Tensor = images.conv2d(single, { stride }).flatten(2).transpose(1, 2)
  const centred: Tensor = patches.sub(patches.mean(2, { keepDims: true }))
  return centred.div(centred.square().mean(2, { keepDims: true }).add(0.01).sqrt())
}

/** Squared distances. @shape points [n, d], centres [k, d] → [n, k] */
function distances(points: Tensor, centres: Tensor): Tensor {
  const across = points.matmul(centres.transpose()).mul(-2)
  return across.add(points.square().sum(1, { keepDims: true })).add(centres.square().sum(1))
}

const cluster = compile((points: Tensor, centres: Tensor): Tensor => {
  const nearest = distances(points, centres).argmin(1)
  const members = nearest.oneHot(CLUSTERS).cast('float32')
  const count: Tensor = members.sum(0).unsqueeze(1)
  const moved = members.transpose().matmul(points).div(count.clampMin(1))
  return count.greater(0).where(moved, centres)
})

/** Centres of clusters of patches, by Lloyd's algorithm from patches drawn at random. @shape [CLUSTERS, SIDE²] */
async function centresOf(seed: number): Promise<Tensor> {
  manualSeed(seed)
  const cut = compile((inputs: Tensor): Tensor => patchesOf(inputs, 5).flatten(0, 1))
  const parts: Tensor[] = []
  for await (const { inputs } of new DataLoader(train, { batchSize: 250, shuffle: true, seed })) {
    parts.push(await cut(inputs))
    if (parts.reduce((sum, part) => sum + (part.node.shape[0] ?? 0), 0) >= PATCHES) break
  }
  const points: Tensor = concat(parts)
  let centres: Tensor = points.take(randperm(points.node.shape[0] ?? 0).slice(0, 0, CLUSTERS), {
    axis: 0,
  })
  for (let round = 1; round <= options.epochs; round++) {
    centres = await cluster(points, centres)
    progress(`seed ${seed}: round ${round} of clustering`)
  }
  return centres
}

/**
 * How much nearer than usual each quarter of an image comes to each centre.
 *
 * @shape images [N, 1, H, W], centres [CLUSTERS, SIDE²] → [N, 4 · CLUSTERS]
 */
const encode = compile((images: Tensor, centres: Tensor): Tensor => {
  const patches = patchesOf(images)
  const [count = 0, places = 0] = patches.node.shape
  const far: Tensor = distances(patches.flatten(0, 1), centres).clampMin(0).sqrt()
  const near: Tensor = far.mean(1, { keepDims: true }).sub(far).relu()
  const side = Math.round(Math.sqrt(places))
  const maps: Tensor = near.reshape([count, side, side, CLUSTERS])
  const half = Math.ceil(side / 2)
  const [ends, rests] = [
    [0, half],
    [half, side],
  ] as const
  const quarters = [ends, rests].flatMap(([top, bottom]) =>
    [ends, rests].map(
      ([left, right]): Tensor => maps.slice(1, top, bottom).slice(2, left, right).sum([1, 2]),
    ),
  )
  return concat(quarters, 1)
})

async function encoded(set: ImageDataset, centres: Tensor): Promise<Tensor> {
  const parts: Tensor[] = []
  for await (const { inputs } of new DataLoader(set, { batchSize: 100 })) {
    parts.push(await encode(inputs, centres))
  }
  return concat(parts)
}

/** Error of softmax regression with the labels of the few. */
async function errorOn(known: Tensor, other: Tensor): Promise<number> {
  const scaler = await new StandardScaler().fit(known)
  const [x, z] = [scaler.transform(known), scaler.transform(other)]
  const errors: number[] = []
  for (const C of strengths) {
    const model = await new LogisticRegression({ C, maxIter: 60 }).fit(x, tensor(labelled.labels))
    errors.push(1 - (await model.score(z, tensor(test.labels))))
  }
  return Math.min(...errors)
}

const pixelsOf = ({ images, length }: ImageDataset): Tensor =>
  tensor(images, [length, images.length / length])

const pixels = await errorOn(pixelsOf(labelled), pixelsOf(test))
const runs: { seed: number; error: number }[] = []
for (const seed of options.seeds) {
  const centres = await centresOf(seed)
  const error = await errorOn(await encoded(labelled, centres), await encoded(test, centres))
  runs.push({ seed, error })
  progress(`seed ${seed}: ${percent(error)}\n`)
}
const gains = runs.map(({ error }) => pixels - error)
const claims = [
  claim('A12.1', {
    promised: 'at least a point better than pixels, for each seed',
    found: `${percent(pixels)} by pixels; by clusters ${runs.map(({ error }) => percent(error)).join(', ')}`,
    met: Math.min(...gains) >= GAIN,
  }),
]
const results = {
  experiment: 'unlabelled',
  data: name,
  unlabelled: train.length,
  labelled: labelled.length,
  pixels,
  runs,
  meanGain: mean(gains),
  claims,
}
tell(options, results, [
  `${name}, ${labelled.length} with labels of ${train.length}, ${test.length} to test on`,
  `pixels ${percent(pixels)} wrong`,
  ...runs.map(({ seed, error }) => `clusters of seed ${seed} ${percent(error)}`),
  ...verdicts(claims),
])
