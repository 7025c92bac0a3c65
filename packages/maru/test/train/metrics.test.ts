/** Metrics: small cases worked out by hand, and the same in batches as at once. */
import { describe, expect, test } from 'vitest'
import { Stream } from '../../src/base/threefry.ts'
import { ShapeError, type Tensor, tensor, ValueError } from '../../src/index.ts'
import {
  Accuracy,
  AveragePrecision,
  CalibrationError,
  ConfusionMatrix,
  decodePredictions,
  MeanAbsoluteError,
  MeanSquaredError,
  type Metric,
  Perplexity,
  PrecisionRecall,
  type Prediction,
  R2Score,
  RocAuc,
  TemperatureScaling,
} from '../../src/train/index.ts'

const ids = (...labels: number[]): Tensor => tensor(Int32Array.from(labels))
const scores = (...rows: number[][]): Tensor => tensor(rows)

/** A metric of one batch. */
async function of<R>(metric: Metric<R>, predictions: Tensor, targets: Tensor): Promise<R> {
  await metric.update(predictions, targets)
  return metric.compute()
}

describe('accuracy', () => {
  const logits = scores([3, 1, 2], [1, 1, 0], [0, 2, 2], [1, 2, 3])

  test('counts highest scores; of equal ones the first', async () => {
    expect(await of(new Accuracy(), logits, ids(0, 1, 1, 0))).toBe(2 / 4)
    expect(await of(new Accuracy({ topK: 2 }), logits, ids(1, 1, 2, 0))).toBe(2 / 4)
    expect(await of(new Accuracy({ topK: 3 }), logits, ids(1, 2, 0, 0))).toBe(1)
  })

  test('leaves out labels that stand for none', async () => {
    const metric = new Accuracy({ ignoreIndex: -100 })
    expect(await of(metric, logits, ids(0, -100, -100, 0))).toBe(1 / 2)
  })

  test('of nothing is NaN', () => {
    expect(new Accuracy().compute()).toBeNaN()
  })
})

describe('the first k', () => {
  /** Whether a label is among the first k of scores that are sorted, of equal ones the lower id first. */
  function among(row: readonly number[], label: number, k: number): boolean {
    const order = row.map((score, id) => ({ score, id }))
    order.sort((a, b) => b.score - a.score || a.id - b.id)
    return order.slice(0, k).some(({ id }) => id === label)
  }
  const random = new Stream(3)
  const count = 500
  const classes = 7
  const drawn = (score: () => number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length: classes }, score))
  const labels = Array.from({ length: count }, () => random.integer(classes))
  const kinds = {
    'scores that all differ': drawn(() => random.normal()),
    'scores of which many are equal': drawn(() => random.integer(3)),
    'scores that are all the same': drawn(() => 1),
  }

  test.each(Object.entries(kinds))(
    '[J0.1] equal a sorted reference for every k, with %s',
    async (_, rows) => {
      for (let topK = 1; topK <= classes; topK++) {
        const wanted = rows.filter((row, i) => among(row, labels[i]!, topK)).length / count
        const metric = new Accuracy({ topK })
        await metric.update(tensor(rows), ids(...labels))
        expect(metric.compute()).toBeCloseTo(wanted, 12)
      }
    },
  )

  test('[J0.2] of equal scores the lower id comes first, wherever a tie stands', async () => {
    const rows = [
      [2, 2, 1],
      [1, 2, 2],
      [0, 0, 0],
      [Number.NaN, 1, Number.NaN],
    ]
    const places = async (topK: number) => {
      const found: number[][] = []
      for (const row of rows) {
        const hits: number[] = []
        for (let label = 0; label < 3; label++) {
          if ((await of(new Accuracy({ topK }), scores(row), ids(label))) === 1) hits.push(label)
        }
        found.push(hits)
      }
      return found
    }
    expect(await places(1)).toEqual([[0], [1], [0], [0]])
    expect(await places(2)).toEqual([
      [0, 1],
      [1, 2],
      [0, 1],
      [0, 2],
    ])
    expect(await places(3)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ])
    // and it is the order of argmax
    expect([...(await scores([2, 2, 1], [1, 2, 2], [0, 0, 0]).argmax(1).data())]).toEqual([0, 1, 0])
  })
})

describe('predictions in words', () => {
  const logits = scores([0, 3, 1], [2, 2, -5])
  const classes = ['닭가슴살', 'rice', 'egg']

  test('[D11.3] are percentages with labels, the most probable first', async () => {
    const [first, second] = await decodePredictions(logits, classes)
    expect(first!.map(({ label }) => label)).toEqual(['rice', 'egg', '닭가슴살'])
    const total = 1 + Math.exp(3) + Math.exp(1)
    expect(first![0]!.percent).toBeCloseTo((100 * Math.exp(3)) / total, 4)
    for (const row of [first!, second!]) {
      expect(row.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 3)
    }
    // of equally probable ones the lower id
    expect(second!.map(({ label }) => label)).toEqual(['닭가슴살', 'rice', 'egg'])
    const [[best]] = (await decodePredictions(logits, classes, { top: 1 })) as [[Prediction]]
    expect(best.label).toBe('rice')
    expect(await decodePredictions(logits.slice(0, 0, 0), classes)).toEqual([])
  })

  test('need a label for every class', async () => {
    await expect(decodePredictions(logits, ['a', 'b'])).rejects.toThrow(ShapeError)
    await expect(decodePredictions(tensor([1, 2]), ['a', 'b'])).rejects.toThrow(ShapeError)
    await expect(decodePredictions(logits, classes, { top: -1 })).rejects.toThrow(ValueError)
  })
})

describe('confusion, precision, recall, F1', () => {
  const predicted = scores([1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0])
  const truth = ids(0, 0, 0, 1, 1, 1)

  test('count each class against all others', async () => {
    expect(await of(new ConfusionMatrix(), predicted, truth)).toEqual([
      [2, 1, 0],
      [1, 1, 1],
      [0, 0, 0],
    ])
    const macro = await of(new PrecisionRecall(), predicted, truth)
    expect(macro.precision).toBeCloseTo((2 / 3 + 1 / 2 + 0) / 3, 12)
    expect(macro.recall).toBeCloseTo((2 / 3 + 1 / 3 + 0) / 3, 12)
    expect(macro.f1).toBeCloseTo((2 / 3 + 2 / 5 + 0) / 3, 12)
  })

  test('averaged by size, and all counts together', async () => {
    const weighted = await of(new PrecisionRecall({ average: 'weighted' }), predicted, truth)
    expect(weighted.precision).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12)
    expect(weighted.f1).toBeCloseTo((2 / 3 + 2 / 5) / 2, 12)
    const micro = await of(new PrecisionRecall({ average: 'micro' }), predicted, truth)
    expect(micro).toEqual({ precision: 1 / 2, recall: 1 / 2, f1: 1 / 2 })
  })

  test('batches have the same classes', async () => {
    const metric = new ConfusionMatrix()
    await metric.update(scores([1, 0]), ids(0))
    await expect(metric.update(scores([1, 0, 0]), ids(0))).rejects.toThrow(ValueError)
    metric.reset()
    await metric.update(scores([1, 0, 0]), ids(0))
  })
})

describe('ranking', () => {
  const targets = tensor([0, 0, 1, 1])

  test('the area is the part of pairs in order, ties counting half', async () => {
    expect(await of(new RocAuc(), tensor([0.1, 0.4, 0.35, 0.8]), targets)).toBe(3 / 4)
    expect(await of(new RocAuc(), tensor([1, 2, 2, 3]), targets)).toBe(3.5 / 4)
    expect(await of(new RocAuc(), tensor([1, 1, 1, 1]), targets)).toBe(1 / 2)
    const infinite = tensor([Number.NEGATIVE_INFINITY, 0, 0, Number.POSITIVE_INFINITY])
    expect(await of(new RocAuc(), infinite, targets)).toBe(3.5 / 4)
  })

  test('equals a count over all pairs', async () => {
    const x = Array.from({ length: 60 }, (_, i) => (i * 37) % 11)
    const y = Array.from({ length: 60 }, (_, i) => ((i * 17) % 5 < 2 ? 1 : 0))
    let [wins, pairs] = [0, 0]
    x.forEach((a, i) => {
      x.forEach((b, j) => {
        if (y[i] !== 1 || y[j] !== 0) return
        wins += a > b ? 1 : a === b ? 0.5 : 0
        pairs++
      })
    })
    expect(await of(new RocAuc(), tensor(x), tensor(y))).toBeCloseTo(wins / pairs, 14)
  })

  test('average precision is a sum of steps', async () => {
    const metric = new AveragePrecision()
    // 0.8 yes: P 1, R 1/2; 0.4 no; 0.35 yes: P 2/3, R 1
    expect(await of(metric, tensor([0.1, 0.4, 0.35, 0.8]), targets)).toBeCloseTo(5 / 6, 14)
    expect(await of(new AveragePrecision(), tensor([1, 1, 1, 1]), targets)).toBe(1 / 2)
  })

  test('needs both kinds, and numbers', async () => {
    expect(await of(new RocAuc(), tensor([1, 2]), tensor([1, 1]))).toBeNaN()
    expect(await of(new AveragePrecision(), tensor([1, 2]), tensor([0, 0]))).toBeNaN()
    expect(await of(new RocAuc(), tensor([Number.NaN, 2]), tensor([0, 1]))).toBeNaN()
    await expect(new RocAuc().update(tensor([1]), tensor([2]))).rejects.toThrow(ValueError)
  })
})

describe('regression', () => {
  const x = tensor([2.5, 0, 2, 8])
  const y = tensor([3, -0.5, 2, 7])

  test('errors and explained variance', async () => {
    expect(await of(new MeanAbsoluteError(), x, y)).toBe(0.5)
    expect(await of(new MeanSquaredError(), x, y)).toBe(0.375)
    // Σ(y − ȳ)² = 29.1875 with ȳ = 2.875
    expect(await of(new R2Score(), x, y)).toBeCloseTo(1 - 1.5 / 29.1875, 14)
  })

  test('columns are averaged; one that does not vary is 1 or 0', async () => {
    const wanted = scores([1, 5], [2, 5], [3, 5])
    expect(await of(new R2Score(), wanted, wanted)).toBe(1)
    expect(await of(new R2Score(), scores([1, 5], [2, 5], [3, 6]), wanted)).toBe(0.5)
    expect(await of(new R2Score(), tensor([1]), tensor([1]))).toBeNaN()
  })

  test('a large mean takes nothing from the variance', async () => {
    const base = 2 ** 23
    const targets = tensor([base, base + 1, base + 2])
    expect(await of(new R2Score(), tensor([base, base + 1, base + 1]), targets)).toBe(0.5)
  })
})

describe('how sure predictions are', () => {
  test('perplexity of even logits is the number of classes', async () => {
    expect(await of(new Perplexity(), scores([7, 7, 7, 7], [0, 0, 0, 0]), ids(1, 2))).toBeCloseTo(
      4,
      12,
    )
    const metric = new Perplexity({ ignoreIndex: -1 })
    const far = scores([1000, 0], [Math.fround(Math.log(3)), 0])
    expect(await of(metric, far, ids(-1, 0))).toBeCloseTo(4 / 3, 6)
  })

  test('calibration is the gap between confidence and being right, in bins', async () => {
    const even = scores([0.75, 0.25], [0.75, 0.25], [0.75, 0.25], [0.75, 0.25])
    expect(await of(new CalibrationError(), even, ids(0, 0, 0, 1))).toBe(0)
    expect(await of(new CalibrationError(), even, ids(1, 1, 0, 1))).toBe(0.5)
    // two bins: (0, ½] holds one half that is right, (½, 1] three quarters that are wrong
    const two = scores([0.5, 0.5], [0.25, 0.75])
    expect(await of(new CalibrationError({ bins: 2 }), two, ids(0, 0))).toBe((0.5 + 0.75) / 2)
  })

  test('temperature scaling undoes a factor', async () => {
    // three of four right at logits ±s: the best has σ(2s/T) = 3/4
    const s = 4
    const rows = scores([s, -s], [s, -s], [s, -s], [s, -s])
    const scaling = new TemperatureScaling()
    expect(await of(scaling, rows, ids(0, 0, 0, 1))).toBeCloseTo((2 * s) / Math.log(3), 9)
    scaling.reset()
    expect(scaling.compute()).toBeNaN()
    expect(await of(scaling, rows, ids(0, 0, 0, 0))).toBeCloseTo(1e-3, 9)
    scaling.reset()
    expect(await of(scaling, rows, ids(1, 1, 1, 1))).toBeCloseTo(1e3, 6)
  })

  test('scaled probabilities are better calibrated', async () => {
    const count = 400
    const rows = Array.from({ length: count }, (_, i) => [((i * 29) % 41) / 4 - 5, 0])
    const labels = rows.map(([x = 0], i) =>
      1 / (1 + Math.exp(-x / 3)) > ((i * 7) % 100) / 100 ? 0 : 1,
    )
    const [logits, truth] = [tensor(rows), ids(...labels)]
    const temperature = await of(new TemperatureScaling(), logits, truth)
    expect(temperature).toBeGreaterThan(2)
    expect(temperature).toBeLessThan(4)
    const before = await of(new CalibrationError(), logits.softmax(), truth)
    const after = await of(new CalibrationError(), logits.div(temperature).softmax(), truth)
    expect(after).toBeLessThan(before / 2)
  })
})

describe('batches', () => {
  const rows = Array.from({ length: 12 }, (_, i) => [(i * 5) % 7, (i * 3) % 5, i % 3])
  const labels = rows.map((_, i) => (i * 2) % 3)
  const yes = rows.map((_, i) => i % 2)
  const classes: (() => Metric<unknown>)[] = [
    () => new Accuracy(),
    () => new PrecisionRecall(),
    () => new Perplexity(),
    () => new TemperatureScaling(),
  ]
  const numbers: (() => Metric<unknown>)[] = [
    () => new RocAuc(),
    () => new AveragePrecision(),
    () => new MeanSquaredError(),
    () => new R2Score(),
  ]

  test('in any division give the same', async () => {
    for (const [makers, x, y] of [
      [classes, rows, labels],
      [numbers, rows.map(([a = 0]) => a), yes],
    ] as const) {
      for (const make of makers) {
        const [whole, parts] = [make(), make()]
        await whole.update(tensor([...x] as number[]), ids(...y))
        for (const [a, b] of [
          [0, 5],
          [5, 6],
          [6, 12],
        ] as const) {
          await parts.update(tensor([...x.slice(a, b)] as number[]), ids(...y.slice(a, b)))
        }
        expect(parts.compute()).toEqual(whole.compute())
        parts.reset()
        await parts.update(tensor([...x] as number[]), ids(...y))
        expect(parts.compute()).toEqual(whole.compute())
      }
    }
  })

  test('of other shapes are refused', async () => {
    await expect(new Accuracy().update(scores([1, 2]), ids(0, 1))).rejects.toThrow(ShapeError)
    await expect(new RocAuc().update(tensor([1, 2]), ids(0))).rejects.toThrow(ShapeError)
    await expect(new Accuracy().update(scores([1, 2]), ids(2))).rejects.toThrow(ValueError)
  })
})
