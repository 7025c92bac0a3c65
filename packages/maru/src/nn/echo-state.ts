/** A recurrent network that is not trained. */
import { expectNumber } from '../base/argument.ts'
import { ShapeError } from '../base/error.ts'
import * as math from '../base/math.ts'
import { expectInteger, type Sizes } from '../base/shape.ts'
import type { Stream } from '../base/threefry.ts'
import { zeros } from '../tensor/create.ts'
import type { State, Tensor } from '../tensor/tensor.ts'
import { expectProbability } from './dropout.ts'
import { drawnBuffer } from './init.ts'
import { Cell } from './recurrent.ts'
import type { Settings } from './settings.ts'
import type { OpenFn } from './shapes.ts'
import { wirings } from './wiring.ts'

export interface EchoStateOptions {
  /** Largest magnitude of an eigenvalue of the recurrent weights, 0.9 unless given. */
  readonly spectralRadius?: number
  /** Share of recurrent connections that there are, 0.1 unless given. */
  readonly density?: number
  /** Share of the new state at each step, 1 unless given. */
  readonly leak?: number
  /** Input weights are uniform in ±scale, 1 unless given. */
  readonly inputScale?: number
}

/**
 * One step of an echo-state network: sparse random weights that are kept as they were drawn, so that a linear map
 * of the states is all that is learned.
 *
 *     h′ = (1 − leak) · h + leak · tanh(x · weightIhᵀ + h · weightHhᵀ + bias)
 *
 * @shape x [..., in], state [..., hidden] → [..., hidden]; weightIh, weightHh and bias are kept, not learned
 * @throws ValueError for settings outside their ranges
 * @see Jaeger 2001, "The echo state approach to analysing and training recurrent neural networks"
 * @example new Recurrent(new EchoStateCell(1, 300, { spectralRadius: 1.2 }))
 */
export class EchoStateCell extends Cell<OpenFn, Tensor> {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly options: EchoStateOptions
  readonly weightIh: State
  readonly weightHh: State
  readonly bias: State

  constructor(inputSize: number, hiddenSize: number, options: EchoStateOptions = {}) {
    super()
    const { spectralRadius = 0.9, density = 0.1, leak = 1, inputScale = 1 } = options
    this.inputSize = expectInteger('EchoStateCell', 'inputSize', inputSize, 1)
    this.hiddenSize = expectInteger('EchoStateCell', 'hiddenSize', hiddenSize, 1)
    this.options = options
    expectProbability('EchoStateCell', 'density', density)
    expectProbability('EchoStateCell', 'leak', leak)
    expectNumber('EchoStateCell', 'spectralRadius', spectralRadius)
    expectNumber('EchoStateCell', 'inputScale', inputScale)
    const n = hiddenSize
    const even = (values: Float32Array, stream: Stream): void =>
      stream.fill(values, -inputScale, inputScale)
    this.weightIh = drawnBuffer([n, inputSize], even)
    this.bias = drawnBuffer([n], even)
    this.weightHh = drawnBuffer([n, n], (values, stream) => {
      const links = new Float32Array(n * n)
      const graph = { p: density, neighbours: 0 }
      wirings.erdosRenyi.draw(links, { to: n, from: n }, graph, stream)
      stream.fill(values, -1, 1)
      for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * (links[i] ?? 0)
      scaleTo(values, n, spectralRadius)
    })
  }

  static build(settings: Settings): EchoStateCell {
    const [from, to] = [settings.integer('inputSize'), settings.integer('hiddenSize')]
    const options = settings.options({
      spectralRadius: 'number',
      density: 'number',
      leak: 'number',
      inputScale: 'number',
    })
    return new EchoStateCell(from, to, options)
  }

  override start(element: Sizes): Tensor {
    return zeros([...element.slice(0, -1), this.hiddenSize])
  }

  override step(x: Tensor, state: Tensor): readonly [output: Tensor, state: Tensor] {
    const { shape } = x.node
    if (shape.at(-1) !== this.inputSize) {
      const fields = { wanted: this.inputSize, k: shape.at(-1) ?? 0, shape }
      throw new ShapeError('layer.features', { layer: 'EchoStateCell', ...fields })
    }
    const { leak = 1 } = this.options
    const seen: Tensor = x.matmul(this.weightIh.transpose()).add(this.bias)
    const fresh = seen.add(state.matmul(this.weightHh.transpose())).tanh()
    const next = state.mul(1 - leak).add(fresh.mul(leak))
    return [next, next]
  }

  override config(): Readonly<Record<string, unknown>> {
    return { inputSize: this.inputSize, hiddenSize: this.hiddenSize, options: this.options }
  }
}

/** Steps of a vector under the matrix; its growth is looked at in the second half of them. */
const STEPS = 200

/**
 * Scales a matrix so that its largest eigenvalue has this magnitude. The mean growth of a vector, by Gelfand's
 * formula, finds it where eigenvalues are complex, too.
 */
function scaleTo(values: Float32Array, n: number, radius: number): void {
  let vector = new Float64Array(n).fill(1)
  let logs = 0
  for (let step = 0; step < STEPS; step++) {
    const next = new Float64Array(n)
    let square = 0
    for (let row = 0; row < n; row++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += (values[row * n + i] ?? 0) * (vector[i] ?? 0)
      next[row] = sum
      square += sum * sum
    }
    const length = Math.sqrt(square)
    // No path of connections is so long: the state forgets by itself.
    if (length === 0) return
    if (step >= STEPS / 2) logs += math.log(length)
    vector = next.map((each) => each / length)
  }
  const factor = radius / math.exp(logs / (STEPS / 2))
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * factor
}
