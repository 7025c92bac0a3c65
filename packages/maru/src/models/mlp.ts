/** The multilayer perceptron. */
import { Dropout, Linear, ReLU, Sequential } from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'

export interface MlpOptions {
  /** Makes an activation; ReLU unless given. */
  readonly activation?: () => Module
  /** Probability of leaving a hidden unit out while training, 0 unless given. */
  readonly dropout?: number
}

/**
 * Linear layers with an activation between each two of them.
 *
 * @param sizes features of the input, of each hidden layer, and of the output
 * @shape x [..., sizes[0]] → [..., sizes.at(-1)]
 * @see Rumelhart, Hinton & Williams 1986, https://doi.org/10.1038/323533a0
 * @example mlp([784, 512, 512, 10]).parameterCount // 669_706
 */
export function mlp(
  sizes: readonly [number, number, ...number[]],
  { activation = () => new ReLU(), dropout = 0 }: MlpOptions = {},
): Sequential<readonly Module[]> {
  const layers = sizes.slice(1).flatMap((size, i): Module[] => {
    const linear = new Linear<number, number>(sizes[i] ?? 0, size)
    if (i === sizes.length - 2) return [linear]
    return [linear, activation(), ...(dropout > 0 ? [new Dropout(dropout)] : [])]
  })
  return new Sequential<readonly Module[]>(...layers)
}
