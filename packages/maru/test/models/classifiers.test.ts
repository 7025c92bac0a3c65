import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ShapeError, ValueError } from '../../src/base/error.ts'
import { CountVectorizer, featureMatrix, generateDigits, hog } from '../../src/data/index.ts'
import {
  compile,
  crossEntropy,
  manualSeed,
  mseLoss,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts'
import * as models from '../../src/models/index.ts'
import { Linear, type Module, ReLU, Sequential } from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'

interface Stored {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

interface Entry {
  readonly classifier?: keyof typeof CLASSIFIERS
  readonly args: object
  readonly features: Stored
  readonly labels: readonly number[]
  readonly input: Stored
  readonly output: Stored
}

const { KNeighborsClassifier, GaussianNB, MultinomialNB, LogisticRegression } = models
const CLASSIFIERS = { KNeighborsClassifier, GaussianNB, MultinomialNB, LogisticRegression }
const url = new URL('../data/fixtures/features.json', import.meta.url)
const { entries }: { entries: readonly Entry[] } = JSON.parse(readFileSync(url, 'utf8'))
const rows = entries
  .filter(({ classifier }) => classifier)
  .map((entry) => [`${entry.classifier} ${JSON.stringify(entry.args)}`, entry] as const)

const matrix = ({ shape, data }: Stored): Tensor => tensor([...data]).reshape(shape)
const ids = (labels: readonly number[]): Tensor =>
  tensor([...labels], [labels.length], { dtype: 'int32' })

describe('classifiers of features', () => {
  test.each(rows)('[A11.4] %s has the probabilities of scikit-learn', async (_, entry) => {
    // the minimum to where float32 tells losses apart; scikit-learn goes on in float64
    const options = entry.classifier === 'LogisticRegression' ? { tol: 1e-6, maxIter: 500 } : {}
    const model = new CLASSIFIERS[entry.classifier!]({ ...entry.args, ...options })
    await model.fit(matrix(entry.features), ids(entry.labels))
    const got = await (await model.predictProba(matrix(entry.input))).data()
    const bound = entry.classifier === 'LogisticRegression' ? 1e-3 : 1e-5
    entry.output.data.forEach((wanted, i) => {
      expect(Math.abs(Number(got[i]) - wanted)).toBeLessThan(bound)
    })
  })

  test.each(Object.entries(CLASSIFIERS))(
    '[A11.4] %s reads digits by their HOG',
    async (_, Made) => {
      const digits = generateDigits(700, { seed: 4 })
      const of = (from: number, to: number) =>
        featureMatrix(digits.subset(from, to), (image) => hog(image, { cellSize: 7 }))
      const [train, test] = [await of(0, 500), await of(500, 700)]
      const model = await new Made().fit(train.features, train.labels)
      expect(await model.score(test.features, test.labels)).toBeGreaterThan(0.85)
      const predicted = await model.predict(test.features)
      expect(predicted.shape).toEqual([200])
      const sums = await (await model.predictProba(test.features)).sum(1).data()
      for (const sum of sums) expect(Number(sum)).toBeCloseTo(1, 4)
    },
  )

  test.each(Object.entries(CLASSIFIERS))(
    '[J0.3] %s reports how often a class is among the first k',
    async (_, Made) => {
      const digits = generateDigits(300, { seed: 4 })
      const of = (from: number, to: number) =>
        featureMatrix(digits.subset(from, to), (image) => hog(image, { cellSize: 7 }))
      const [train, test] = [await of(0, 150), await of(150, 300)]
      const model = await new Made().fit(train.features, train.labels)
      const rows = (await (await model.predictProba(test.features)).array()) as number[][]
      const truth = [...(await test.labels.data())].map(Number)
      for (const topK of [1, 2, 5, 10]) {
        const right = rows.filter((row, i) => {
          const order = row.map((share, id) => ({ share, id }))
          order.sort((a, b) => b.share - a.share || a.id - b.id)
          return order.slice(0, topK).some(({ id }) => id === truth[i])
        })
        const found = await model.score(test.features, test.labels, { topK })
        expect(found).toBeCloseTo(right.length / truth.length, 12)
      }
      expect(await model.score(test.features, test.labels, { topK: 10 })).toBe(1)
      await expect(model.score(test.features, test.labels, { topK: 0 })).rejects.toThrow(ValueError)
    },
  )

  const networks: Readonly<
    Record<string, readonly [() => Module, (x: Tensor, y: Tensor) => Tensor]>
  > = {
    'linear regression': [() => new Linear(324, 10), (x, y) => mseLoss(x, y)],
    'an MLP': [
      () => new Sequential(new Linear(324, 32), new ReLU(), new Linear(32, 10)),
      (x, y) => crossEntropy(x, y),
    ],
  }

  test.each(Object.entries(networks))(
    '[A11.4] %s reads digits by their HOG',
    async (_, [make, loss]) => {
      manualSeed(1)
      const digits = generateDigits(700, { seed: 4 })
      const of = (from: number, to: number) =>
        featureMatrix(digits.subset(from, to), (image) => hog(image, { cellSize: 7 }))
      const [train, test] = [await of(0, 500), await of(500, 700)]
      const model: Module = make()
      const targets: Tensor = train.labels.oneHot(10).cast('float32')
      const optimizer = new Adam(model.parameters(), { lr: 1e-2 })
      const step = compile(() => {
        const value = loss(model.forward(train.features), targets)
        optimizer.step(value)
        return value
      })
      for (let i = 0; i < 100; i++) await step()
      const right = model.forward(test.features).argmax(1).equal(test.labels)
      expect(await right.cast('float32').mean().item()).toBeGreaterThan(0.85)
    },
  )

  test('[A11.3] n-grams tell languages', async () => {
    const texts = [
      'the cat and the dog',
      'der Hund und die Katze',
      'a dog on the mat',
      'ein Hund auf der Matte',
    ]
    const counts = new CountVectorizer({ analyzer: 'charWb', ngramRange: [2, 3] }).fit(texts)
    for (const Made of Object.values(CLASSIFIERS)) {
      const model = new Made({ nNeighbors: 1 })
      await model.fit(counts.transform(texts), ids([0, 1, 0, 1]))
      const predicted = await model.predict(counts.transform(['the mat', 'der Hund']))
      expect([...(await predicted.data())].map(Number)).toEqual([0, 1])
    }
  })

  test.each(Object.entries(CLASSIFIERS))('%s refuses what cannot be', async (_, Made) => {
    const model = new Made({ nNeighbors: 1 })
    const x = tensor([
      [1, 0],
      [0, 1],
    ])
    await expect(model.predict(x)).rejects.toThrow(/call fit/)
    await expect(model.fit(x, ids([0]))).rejects.toThrow(ShapeError)
    await expect(model.fit(x, ids([0, -1]))).rejects.toThrow(/label 1 is -1/)
    await expect(model.fit(x, tensor([0, 0.5]))).rejects.toThrow(ValueError)
    await expect(model.fit(zeros([0, 2]), zeros([0], { dtype: 'int32' }))).rejects.toThrow(
      ShapeError,
    )
    await expect(model.fit(tensor([1, 2]), ids([0, 1]))).rejects.toThrow(ShapeError)
    await model.fit(x, ids([0, 1]))
    await expect(model.predict(tensor([[1, 2, 3]]))).rejects.toThrow(ShapeError)
    expect((await model.predict(zeros([0, 2]))).shape).toEqual([0])
  })

  test('options and counts that cannot be are refused', async () => {
    expect(() => new KNeighborsClassifier({ nNeighbors: 0 })).toThrow(ValueError)
    expect(() => new KNeighborsClassifier({ weights: 'none' as 'uniform' })).toThrow(/uniform/)
    expect(() => new LogisticRegression({ C: 0 })).toThrow(ValueError)
    expect(() => new GaussianNB({ varSmoothing: Number.NaN })).toThrow(ValueError)
    const x = tensor([[1, -1]])
    await expect(new MultinomialNB().fit(x, ids([0]))).rejects.toThrow(/GaussianNB/)
    await expect(new KNeighborsClassifier().fit(x, ids([0]))).rejects.toThrow(ValueError)
  })
})
