/** Weights of recurrent layers as Keras keeps them: turned around, and with its own order of gates. */
import { ShapeError, ValueError } from '../base/error.ts'
import { type Sizes, sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { concat, stack, zeros } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { GRU } from './gru.ts'
import { LSTM } from './lstm.ts'
import type { Module } from './module.ts'

/** Which of our gates stands in each of Keras' places: i, f, c, o as here, and z, r, h for r, z, n. */
const places = { GRU: [1, 0, 2], LSTM: [0, 1, 2, 3] }

interface Plan {
  readonly order: readonly number[]
  readonly hidden: number
  /** Shapes of Keras' weights of one direction. */
  readonly shapes: readonly Sizes[]
  /** Whether the two biases stay apart, as a reset gate between them asks for. */
  readonly isApart: boolean
  /** Ends of the names of each direction's parameters. */
  readonly directions: readonly string[]
}

function planOf(op: string, layer: Module): Plan {
  if (!(layer instanceof GRU || layer instanceof LSTM)) {
    throw new ValueError('keras.layer', { op, got: showAny(layer) })
  }
  const { inputSize, hiddenSize, options } = layer
  const { numLayers = 1, bias = true, bidirectional = false } = options
  if (numLayers !== 1) throw new ValueError('keras.layers', { op, numLayers })
  const order = layer instanceof GRU ? places.GRU : places.LSTM
  const rows = order.length * hiddenSize
  const resetAfter = 'resetAfter' in options ? options.resetAfter !== false : true
  const isApart = layer instanceof GRU && resetAfter
  const biases = bias ? [isApart ? [2, rows] : [rows]] : []
  return {
    order,
    hidden: hiddenSize,
    shapes: [[inputSize, rows], [hiddenSize, rows], ...biases],
    isApart,
    directions: bidirectional ? ['l0', 'l0_reverse'] : ['l0'],
  }
}

/** Blocks of `hidden` rows in another order. */
function arranged(rows: Tensor, order: readonly number[], hidden: number): Tensor {
  return concat(order.map((k) => rows.slice(0, k * hidden, (k + 1) * hidden)))
}

/** The order that undoes another. */
const back = (order: readonly number[]): number[] => order.map((_, k) => order.indexOf(k))

/**
 * The state dict of a recurrent layer from what Keras' `get_weights()` gives of its own: kernel, recurrent kernel and
 * bias, those of the backward direction behind. What Keras has one bias for is the first of PyTorch's two.
 *
 * @shape kernel [in, gates · hidden], recurrent kernel [hidden, gates · hidden], bias [gates · hidden], of a GRU whose
 *   reset gate comes after the product [2, 3 · hidden]
 * @throws ShapeError when a weight has another shape; ValueError for another layer, several layers of cells, or
 *   another number of weights
 * @see https://keras.io/api/layers/recurrent_layers
 * @example await lstm.loadStateDict(fromKeras(lstm, [kernel, recurrentKernel, bias]))
 */
export function fromKeras(layer: Module, weights: readonly Tensor[]): Map<string, Tensor> {
  const op = 'fromKeras'
  const { order, hidden, shapes, isApart, directions } = planOf(op, layer)
  const count = shapes.length * directions.length
  if (weights.length !== count)
    throw new ValueError('keras.count', { op, got: weights.length, count })
  const state = new Map<string, Tensor>()
  directions.forEach((direction, way) => {
    const own = weights.slice(way * shapes.length, (way + 1) * shapes.length)
    shapes.forEach((wanted, i) => {
      const got = own[i]?.node.shape ?? []
      if (!sameShape(got, wanted)) throw new ShapeError('keras.shape', { op, i, got, wanted })
    })
    const [kernel, recurrent, bias] = own as [Tensor, Tensor, Tensor?]
    const ours = (rows: Tensor): Tensor => arranged(rows, back(order), hidden)
    state.set(`weight_ih_${direction}`, ours(kernel.transpose()))
    state.set(`weight_hh_${direction}`, ours(recurrent.transpose()))
    if (!bias) return
    const first = isApart ? bias.slice(0, 0, 1).squeeze(0) : bias
    const second = isApart ? bias.slice(0, 1, 2).squeeze(0) : zeros(bias.node.shape)
    state.set(`bias_ih_${direction}`, ours(first))
    state.set(`bias_hh_${direction}`, ours(second))
  })
  return state
}

/**
 * What Keras' `set_weights()` takes for a recurrent layer: `fromKeras`, the other way. Where Keras has one bias, it is
 * the sum of both.
 *
 * @throws ValueError for another layer, or several layers of cells
 */
export function toKeras(layer: Module): Tensor[] {
  const { order, hidden, shapes, isApart, directions } = planOf('toKeras', layer)
  const state = layer.stateDict()
  return directions.flatMap((direction) => {
    const theirs = (name: string): Tensor =>
      // a layer of such a plan has all of them
      arranged(state.get(`${name}_${direction}`) as Tensor, order, hidden)
    const kernels = [theirs('weight_ih').transpose(), theirs('weight_hh').transpose()]
    if (shapes.length === 2) return kernels
    const biases = [theirs('bias_ih'), theirs('bias_hh')] as const
    return [...kernels, isApart ? stack([...biases]) : biases[0].add(biases[1])]
  })
}
