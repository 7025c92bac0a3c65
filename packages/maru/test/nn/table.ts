/** Every layer: one row. A layer of `nn/layers.ts` without a row fails a test. */
import { readFileSync } from 'node:fs'
import type { DType } from '../../src/base/dtype.ts'
import type { Sizes } from '../../src/base/shape.ts'
import type { Pair, Pool2dOptions } from '../../src/base/types/window.ts'
import {
  AvgPool2d,
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  MinPool2d,
  type Module,
  Normalize,
  ReLU,
  Sequential,
  Sigmoid,
  Softmax,
  Tanh,
} from '../../src/nn/index.ts'
import { fixture as ops } from '../ops/calls.ts'
import type { Values } from '../ops/row.ts'
import { partRows } from './rows-parts.ts'
import { sequenceRows } from './rows-sequence.ts'
import { visionRows } from './rows-vision.ts'

/** What a layer is: what it says of itself, what it makes, what it learns. */
export interface Case {
  readonly make: () => Module
  readonly says: string
  readonly input: Sizes
  /** float32 unless given. */
  readonly dtype?: DType
  /** What `forward` takes besides: tensors of these shapes, or options that are. */
  readonly more?: readonly (Sizes | Readonly<Record<string, Sizes>>)[]
  readonly output: Sizes
  readonly parameters?: Readonly<Record<string, Sizes>>
}

/** Where expected values come from: the layer in PyTorch, the op that it applies, or neither. */
export type Oracle =
  | { readonly layer: (sizes: never, options: never) => Module }
  | { readonly op: string; readonly make: (args: never) => Module; readonly skip?: RegExp }
  | { readonly none: string }

export interface LayerRow {
  readonly cases: readonly Case[]
  readonly oracle: Oracle
  /** Acceptance lines that the oracle's values prove, `[D1.1]`. */
  readonly proves?: string
}

type PoolArguments = Pool2dOptions & { readonly kernelSize: Pair }
type PoolLayer = new (kernelSize: Pair, options?: Pool2dOptions) => Module

function activation(
  make: () => Module,
  name: string,
  op: string,
  { skip = /^$/, proves = '' }: { readonly skip?: RegExp; readonly proves?: string } = {},
): LayerRow {
  const shape = { make, says: `${name}()` }
  return {
    cases: [
      { ...shape, input: [2, 3], output: [2, 3] },
      { ...shape, input: [], output: [] },
      { ...shape, input: [0, 4], output: [0, 4] },
    ],
    oracle: { op, make, skip },
    proves,
  }
}

function pool(Layer: PoolLayer, name: string, op: string, skip = /^$/): LayerRow {
  return {
    cases: [
      { make: () => new Layer(2), says: `${name}(2)`, input: [2, 3, 4, 6], output: [2, 3, 2, 3] },
      {
        make: () => new Layer([3, 2], { stride: [2, 1], padding: [1, 0] }),
        says: `${name}([3, 2], stride [2, 1], padding [1, 0])`,
        input: [1, 5, 4],
        output: [1, 3, 3],
      },
      {
        make: () => new Layer(2, { dilation: 2, stride: 1 }),
        says: `${name}(2, dilation 2, stride 1)`,
        input: [2, 1, 5, 5],
        output: [2, 1, 3, 3],
      },
    ],
    oracle: {
      op,
      make: ({ kernelSize, ...options }: PoolArguments) => new Layer(kernelSize, options),
      skip,
    },
    proves: '[D8.1]',
  }
}

export const table: Readonly<Record<string, LayerRow>> = {
  Linear: {
    cases: [
      {
        make: () => new Linear(4, 3),
        says: 'Linear(4, 3)',
        input: [5, 4],
        output: [5, 3],
        parameters: { weight: [3, 4], bias: [3] },
      },
      {
        make: () => new Linear(1, 2, { bias: false }),
        says: 'Linear(1, 2, no bias)',
        input: [2, 3, 1],
        output: [2, 3, 2],
        parameters: { weight: [2, 1] },
      },
      {
        make: () => new Linear(4, 3),
        says: 'Linear(4, 3)',
        input: [4],
        output: [3],
        parameters: { weight: [3, 4], bias: [3] },
      },
      {
        make: () => new Linear(4, 3),
        says: 'Linear(4, 3)',
        input: [0, 4],
        output: [0, 3],
        parameters: { weight: [3, 4], bias: [3] },
      },
    ],
    oracle: {
      layer: ([from, to]: [number, number], options: { bias?: boolean }) =>
        new Linear(from, to, options),
    },
    proves: '[D1.1]',
  },
  Conv2d: {
    cases: [
      {
        make: () => new Conv2d(1, 6, 5, { padding: 2 }),
        says: 'Conv2d(1, 6, 5, padding 2)',
        input: [2, 1, 28, 28],
        output: [2, 6, 28, 28],
        parameters: { weight: [6, 1, 5, 5], bias: [6] },
      },
      {
        make: () => new Conv2d(4, 6, [1, 3], { stride: [2, 1], groups: 2, bias: false }),
        says: 'Conv2d(4, 6, [1, 3], stride [2, 1], groups 2, no bias)',
        input: [1, 4, 5, 7],
        output: [1, 6, 3, 5],
        parameters: { weight: [6, 2, 1, 3] },
      },
      {
        make: () => new Conv2d(2, 3, 3, { padding: 'same', dilation: 2 }),
        says: 'Conv2d(2, 3, 3, padding same, dilation 2)',
        input: [2, 5, 6],
        output: [3, 5, 6],
        parameters: { weight: [3, 2, 3, 3], bias: [3] },
      },
      {
        make: () => new Conv2d(64, 64, 3, { padding: 1, winograd: true }),
        says: 'Conv2d(64, 64, 3, padding 1, winograd)',
        input: [64, 16, 16],
        output: [64, 16, 16],
        parameters: { weight: [64, 64, 3, 3], bias: [64] },
      },
    ],
    oracle: {
      layer: ([from, to, size]: [number, number, Pair], options: object) =>
        new Conv2d(from, to, size, options),
    },
    proves: '[D2.1]',
  },
  MaxPool2d: pool(MaxPool2d, 'MaxPool2d', 'maxPool2d'),
  MinPool2d: pool(MinPool2d, 'MinPool2d', 'minPool2d'),
  // PyTorch's layer has an option to leave padding out of the mean; maru's counts it.
  AvgPool2d: pool(AvgPool2d, 'AvgPool2d', 'avgPool2d', /not counted/),
  Flatten: {
    cases: [
      { make: () => new Flatten(), says: 'Flatten(1, -1)', input: [2, 3, 4], output: [2, 12] },
      { make: () => new Flatten(0, 1), says: 'Flatten(0, 1)', input: [2, 3, 4], output: [6, 4] },
      { make: () => new Flatten(), says: 'Flatten(1, -1)', input: [0, 3, 4], output: [0, 12] },
    ],
    oracle: {
      op: 'flatten',
      make: ({ start, end }: { start: number; end?: number }) => new Flatten(start, end ?? -1),
    },
  },
  // PyTorch keeps the sign of -0.
  ReLU: activation(() => new ReLU(), 'ReLU', 'relu', { skip: /special/, proves: '[E1.1]' }),
  Tanh: activation(() => new Tanh(), 'Tanh', 'tanh'),
  Sigmoid: activation(() => new Sigmoid(), 'Sigmoid', 'sigmoid'),
  Softmax: {
    cases: [
      { make: () => new Softmax(), says: 'Softmax(-1)', input: [2, 3], output: [2, 3] },
      { make: () => new Softmax(0), says: 'Softmax(0)', input: [4, 2], output: [4, 2] },
    ],
    oracle: { op: 'softmax', make: ({ axis }: { axis: number }) => new Softmax(axis) },
  },
  Normalize: {
    cases: [
      {
        make: () => new Normalize(0.5, 0.25),
        says: 'Normalize(0.5, 0.25)',
        input: [2, 3],
        output: [2, 3],
      },
    ],
    oracle: { none: 'normalize.test.ts holds it to its formula' },
  },
  Sequential: {
    cases: [
      {
        make: () => new Sequential(new Linear(4, 3), new ReLU(), new Linear(3, 2)),
        says: 'Sequential()',
        input: [5, 4],
        output: [5, 2],
        parameters: { '0.weight': [3, 4], '0.bias': [3], '2.weight': [2, 3], '2.bias': [2] },
      },
      { make: () => new Sequential(), says: 'Sequential()', input: [2, 3], output: [2, 3] },
    ],
    oracle: { none: 'LeNet-5 whole is one' },
  },
  ...sequenceRows,
  ...visionRows,
  ...partRows,
}

/** A layer with given parameters, and what PyTorch makes of an input. */
export interface Expected {
  readonly title: string
  readonly make: () => Module
  readonly parameters: Readonly<Record<string, Values>>
  readonly input: Values
  readonly output: Values
  readonly cotangent?: Values
  /** Gradients of the output's product with the cotangent, by name, the input's as `input`. */
  readonly grads: Readonly<Record<string, Values>>
}

interface LayerEntry extends Omit<Expected, 'title' | 'make'> {
  readonly layer: string
  readonly sample: string
  readonly arguments: readonly unknown[]
  readonly options: object
}

/** LeNet-5 in the fixture: weights by a rule, results in full. */
export interface WholeEntry {
  readonly layer: 'LeNet5'
  readonly parameters: Readonly<
    Record<string, { shape: Sizes; scale: number; gradNorm: number; gradDot: number }>
  >
  readonly inputShape: Sizes
  readonly labels: Values
  readonly logits: Values
  readonly loss: number
}

const entries = ['torch', 'torch-vision', 'torch-parts'].flatMap((name) => {
  const url = new URL(`fixtures/${name}.json`, import.meta.url)
  const read: { entries: readonly (LayerEntry | WholeEntry)[] } = JSON.parse(
    readFileSync(url, 'utf8'),
  )
  return read.entries
})

function isWhole(entry: LayerEntry | WholeEntry): entry is WholeEntry {
  return entry.layer === 'LeNet5'
}

/** LeNet-5 as PyTorch computes it. */
export function wholeEntry(): WholeEntry {
  const found = entries.find(isWhole)
  if (!found) throw new RangeError('the fixture has no LeNet5')
  return found
}

/** PyTorch's samples of a layer. */
export function expectedOf(name: string, { oracle, proves = '' }: LayerRow): Expected[] {
  if ('none' in oracle) return []
  const titled = (sample: string): string => `${name}, ${sample} ${proves}`.trimEnd()
  if ('layer' in oracle) {
    return entries.flatMap((entry) => {
      if (isWhole(entry) || entry.layer !== name) return []
      const make = () => oracle.layer(entry.arguments as never, entry.options as never)
      return { ...entry, title: titled(entry.sample), make }
    })
  }
  return ops.flatMap(({ op, sample, args, inputs: [input], output, cotangent, grads }) => {
    if (op !== oracle.op || !input || oracle.skip?.test(sample)) return []
    const [grad] = grads ?? []
    return {
      title: titled(sample),
      make: () => oracle.make(args as never),
      parameters: {},
      input,
      output,
      ...(cotangent ? { cotangent } : {}),
      grads: grad ? { input: grad } : {},
    }
  })
}
