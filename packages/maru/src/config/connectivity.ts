/** How layers are connected: a closed registry of networks by their wiring. */
import { FormatError } from '../base/error.ts'
import {
  Module as Base,
  Conv2d,
  DenseBlock,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  Residual,
  Sequential,
  Sparse,
} from '../nn/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { between, type Plan } from './plan.ts'

const chain = (layers: readonly Module[]): Module => new Sequential<readonly Module[]>(...layers)

function left({ dropout }: Plan): Module[] {
  return dropout > 0 ? [new Dropout(dropout)] : []
}

/** Features of a sample that is laid out flat. */
const width = ({ input }: Plan): number => input.reduce((product, size) => product * size, 1)

/** Fully connected layers, each made by `wire` from the one before. */
function layered(plan: Plan, wire: (from: number, to: number) => readonly Module[]): Module {
  const sizes = [width(plan), ...plan.sizes]
  const hidden = plan.sizes.flatMap((to, i) => [...wire(sizes[i] ?? 1, to), ...left(plan)])
  return chain([
    ...(plan.input.length > 1 ? [new Flatten()] : []),
    ...hidden,
    new Linear<number, number>(sizes.at(-1) ?? 1, plan.outputs),
  ])
}

/** Stages of convolutions over height and width, each of half the size while there is a half. */
function staged(plan: Plan, dilationOf: (stage: number) => number): Module {
  const [channels = 0, height = 0, right = 0, ...rest] = plan.input
  if (right === 0 || rest.length > 0)
    throw new FormatError('config.pictures', { shape: plan.input })
  let [tall, wide, from] = [height, right, channels]
  const stages = plan.sizes.flatMap((to, stage) => {
    const dilation = dilationOf(stage)
    const conv = new Conv2d(from, to, 3, { padding: dilation, dilation })
    from = to
    const halves = dilation === 1 && tall >= 2 && wide >= 2
    if (halves) [tall, wide] = [Math.floor(tall / 2), Math.floor(wide / 2)]
    return [conv, between(plan), ...(halves ? [new MaxPool2d(2)] : []), ...left(plan)]
  })
  const features = from * tall * wide
  return chain([...stages, new Flatten(), new Linear<number, number>(features, plan.outputs)])
}

/** A cell over a sample's features as a sequence of numbers; the last output is looked at. */
class OverFeatures extends Base {
  readonly cells: readonly Module[]
  readonly head: Linear<number, number>

  constructor(cells: readonly Module[], hidden: number, outputs: number) {
    super()
    this.cells = cells
    this.head = new Linear<number, number>(hidden, outputs)
  }

  override forward(x: Tensor): Tensor {
    const sequence: Tensor = x.flatten(1).transpose(0, 1).unsqueeze(-1)
    const made = this.cells.reduce<Tensor>((value, cell) => cell.call(value), sequence)
    const last: Tensor = made.slice(0, -1).squeeze(0)
    return this.head.call(last)
  }
}

function recurrent({ unit, unitName, sizes, outputs }: Plan): Module {
  const { cell } = unit
  if (!cell) throw new FormatError('config.cell', { unit: unitName })
  const inputs = [1, ...sizes]
  const cells = sizes.map((size, i) => cell(inputs[i] ?? 1, size))
  return new OverFeatures(cells, inputs.at(-1) ?? 1, outputs)
}

/** Networks by how their layers are connected; `layerSizes` says how wide and how deep. */
export const connectivity: Readonly<Record<string, (plan: Plan) => Module>> = {
  /** Every unit sees all of the layer before. */
  fullyConnected: (plan) => layered(plan, (from, to) => [new Linear(from, to), between(plan)]),
  /** Windows of 3×3, the same weights everywhere. */
  convolutional: (plan) => staged(plan, () => 1),
  /** Windows of 3×3 whose places are 1, 2, 4, … apart. */
  dilated: (plan) => staged(plan, (stage) => 2 ** stage),
  /** A cell that goes over the features one after the other. */
  recurrent,
  /** Every layer also sees what the one before saw: outputs are concatenated. */
  skip: (plan) => {
    let from = width(plan)
    const layers = plan.sizes.map((to) => {
      const layer = chain([new Linear<number, number>(from, to), between(plan), ...left(plan)])
      from += to
      return layer
    })
    return chain([
      ...(plan.input.length > 1 ? [new Flatten()] : []),
      new DenseBlock(layers),
      new Linear<number, number>(from, plan.outputs),
    ])
  },
  /** x + f(x), with a matrix in place of x where the width changes. */
  residual: (plan) =>
    layered(plan, (from, to) => [
      new Residual(
        chain([new Linear(from, to), between(plan)]),
        from === to ? undefined : new Linear<number, number>(from, to, { bias: false }),
      ),
    ]),
  /** Each connection is there with a probability of a half, drawn once. */
  random: (plan) =>
    layered(plan, (from, to) => [new Sparse(new Linear(from, to), { p: 0.5 }), between(plan)]),
}
