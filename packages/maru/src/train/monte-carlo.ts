/** How sure a network with dropout is. */
import { expectInteger } from '../base/shape.ts'
import { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d } from '../nn/dropout.ts'
import { VariationalDropout } from '../nn/dropout-held.ts'
import { applied, type Module } from '../nn/module.ts'
import { compile } from '../tensor/compile.ts'
import { stack } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Layers that leave things out at random. */
const KINDS = [AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, VariationalDropout]

export interface MonteCarloOptions {
  /** How often the network is asked. */
  readonly draws?: number
  /** What becomes of its outputs before they are averaged: `(logits) => logits.softmax(1)`. */
  readonly of?: (outputs: Tensor) => Tensor
}

/**
 * Mean and variance of what a network says when its dropout layers go on leaving things out: the variance is
 * how unsure it is. All other layers predict; modes are as they were afterwards.
 *
 * @shape inputs [n, ...] → mean and variance, as the outputs
 * @see Gal & Ghahramani 2016, https://arxiv.org/abs/1506.02142
 * @example const { mean, variance } = await monteCarlo(model, x, { of: (y) => y.softmax(1) })
 */
export async function monteCarlo(
  model: Module,
  inputs: Tensor,
  { draws = 20, of = (outputs) => outputs }: MonteCarloOptions = {},
): Promise<{ readonly mean: Tensor; readonly variance: Tensor }> {
  expectInteger('monteCarlo', 'draws', draws, 1)
  const all = [...below(model)]
  const modes = all.map(({ training }) => training)
  for (const each of all) each.training = KINDS.some((kind) => each instanceof kind)
  try {
    const draw = compile((x: Tensor): Tensor => of(applied(model, x)))
    const found: Tensor[] = []
    for (let i = 0; i < draws; i++) found.push(await draw(inputs))
    const outputs: Tensor = stack(found, 0)
    return { mean: outputs.mean(0), variance: outputs.var(0, { correction: 0 }) }
  } finally {
    all.forEach((each, i) => {
      each.training = modes[i] ?? true
    })
  }
}

function* below(module: Module): Generator<Module> {
  yield module
  for (const [, child] of module.children()) yield* below(child)
}
