/** The table of a network's layers. */
import { expect, test } from 'vitest'
import { nodesMade } from '../../src/graph/node.ts'
import { ShapeError } from '../../src/index.ts'
import { lenet5 } from '../../src/models/index.ts'
import { Linear, Sequential, summary } from '../../src/nn/index.ts'
import { programsCompiled } from '../../src/runtime/programs.ts'

test('[C12.1] LeNet-5 learns 61,706 numbers', () => {
  const table = summary(lenet5(), [1, 1, 28, 28])
  expect(table.parameters).toBe(61706)
  expect(`\n${table}\n`).toMatchInlineSnapshot(`
    "
    layer  type                        output           parameters
    ──────────────────────────────────────────────────────────────
    0      Conv2d(1, 6, 5, padding 2)  [1, 6, 28, 28]          156
    1      ReLU()                      [1, 6, 28, 28]            0
    2      MaxPool2d(2)                [1, 6, 14, 14]            0
    3      Conv2d(6, 16, 5)            [1, 16, 10, 10]       2,416
    4      ReLU()                      [1, 16, 10, 10]           0
    5      MaxPool2d(2)                [1, 16, 5, 5]             0
    6      Flatten(1, -1)              [1, 400]                  0
    7      Linear(400, 120)            [1, 120]             48,120
    8      ReLU()                      [1, 120]                  0
    9      Linear(120, 84)             [1, 84]              10,164
    10     ReLU()                      [1, 84]                   0
    11     Linear(84, 10)              [1, 10]                 850
    ──────────────────────────────────────────────────────────────
    61,706 parameters
    "
  `)
})

test('without an input shape nothing is applied', () => {
  const model = lenet5()
  const before = nodesMade()
  expect(`\n${summary(model)}\n`).toMatchInlineSnapshot(`
    "
    layer  type                        parameters
    ─────────────────────────────────────────────
    0      Conv2d(1, 6, 5, padding 2)         156
    1      ReLU()                               0
    2      MaxPool2d(2)                         0
    3      Conv2d(6, 16, 5)                 2,416
    4      ReLU()                               0
    5      MaxPool2d(2)                         0
    6      Flatten(1, -1)                       0
    7      Linear(400, 120)                48,120
    8      ReLU()                               0
    9      Linear(120, 84)                 10,164
    10     ReLU()                               0
    11     Linear(84, 10)                     850
    ─────────────────────────────────────────────
    61,706 parameters
    "
  `)
  expect(nodesMade()).toBe(before)
})

test('with one nothing is computed, and the model stays as it is', () => {
  const model = lenet5()
  const before = programsCompiled()
  const keys = Object.keys(model.layers[0]!)
  summary(model, [64, 1, 28, 28])
  expect(programsCompiled()).toBe(before)
  expect(Object.keys(model.layers[0]!)).toEqual(keys)
})

test("a shape that does not fit is the layer's error, and the model stays as it is", () => {
  const model = new Sequential(new Linear(4, 3), new Linear(3, 2))
  expect(() => summary(model, [1, 5])).toThrow(ShapeError)
  expect(Object.hasOwn(model.layers[0], 'forward')).toBe(false)
})

test('layers within layers are listed by path; a shared one counts once', () => {
  const shared = new Linear(2, 2)
  const model = new Sequential(new Sequential(shared), shared)
  const { rows, parameters } = summary(model, [1, 2])
  expect(rows.map(({ name, output }) => [name, output])).toEqual([
    ['0.0', [1, 2]],
    ['1', [1, 2]],
  ])
  expect(parameters).toBe(6)
})
