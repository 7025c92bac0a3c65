/** Batch normalisation folded into the layers before it. */
import { assign } from '../runtime/realize.ts'
import { zeros } from '../tensor/create.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import { BatchNorm } from './batch-norm.ts'
import { Conv2d } from './conv.ts'
import { Conv1d, Conv3d } from './conv-any.ts'
import { buildEmpty, define } from './definition.ts'
import { MOST_ELEMENTS } from './init.ts'
import { Linear } from './linear.ts'
import type { Module } from './module.ts'
import { Residual } from './residual.ts'
import { Sequential } from './sequential.ts'
import { isRecord } from './settings.ts'

/** A layer whose weight has a row for each output along its first axis. */
interface Weighted extends Module {
  readonly weight: Parameter
  readonly bias: Parameter | undefined
}

function isWeighted(layer: Module): layer is Weighted {
  return [Linear, Conv1d, Conv2d, Conv3d].some((kind) => layer instanceof kind)
}

/**
 * The network for prediction, without the batch normalisation that stands right after a convolution or a fully
 * connected layer: its running statistics and factors go into that layer's weight and constants.
 *
 *     weight′ = weight · γ / √(var + eps),  bias′ = (bias − mean) · γ / √(var + eps) + β
 *
 * Sequential and Residual are looked into; other layers are those of the given network, which stays as it is
 * but for being in evaluation.
 *
 * @see Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.2
 * @example const deployed = foldBatchNorm(model)
 */
export function foldBatchNorm(model: Module): Module {
  return folded(model.eval()).eval()
}

function folded(module: Module): Module {
  if (module instanceof Residual) {
    return new Residual(folded(module.body), module.shortcut && folded(module.shortcut))
  }
  if (!(module instanceof Sequential)) return module
  const layers: Module[] = []
  for (const layer of module.layers) {
    const before = layers.at(-1)
    const merged = layer instanceof BatchNorm && before ? mergedWith(before, layer) : undefined
    if (merged) layers[layers.length - 1] = merged
    else layers.push(folded(layer))
  }
  return new Sequential<readonly Module[]>(...layers)
}

/** One layer for both, or nothing where they do not go together. */
function mergedWith(layer: Module, norm: BatchNorm): Module | undefined {
  const affine = norm.affine()
  if (!affine || !isWeighted(layer)) return undefined
  const { scale, shift } = affine
  const { type, settings = {} } = define(layer)
  const { options } = settings
  const biased = isRecord(options)
    ? { ...settings, options: { ...options, bias: true } }
    : { ...settings, bias: true }
  const made = buildEmpty({ type, settings: biased }, MOST_ELEMENTS)
  if (!isWeighted(made)) return undefined
  const rows = layer.weight.node.shape.map((size, axis) => (axis === 0 ? size : 1))
  const bias: Tensor = layer.bias ?? zeros(scale.node.shape)
  assign(made.weight.cell, layer.weight.mul(scale.reshape(rows)).node)
  if (made.bias) assign(made.bias.cell, bias.mul(scale).add(shift).node)
  return made
}
