/** LeNet-5. */
import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'

export interface LeNet5Options {
  /** Makes an activation; ReLU unless given, the original has a scaled tanh. */
  readonly activation?: () => Module
  /** Makes a pooling layer that halves height and width; the largest element unless given, the original averages. */
  readonly pooling?: () => Module
  /** Number of classes, 10 unless given. */
  readonly classes?: number
}

/**
 * The network that read postal codes, in the form that is trained today: full connections between
 * feature maps, a linear layer in place of the radial basis functions. 61,706 parameters.
 *
 * @shape x [N, 1, 28, 28] → logits [N, classes]
 * @see LeCun et al. 1998, "Gradient-based learning applied to document recognition"
 */
export function lenet5({
  activation = () => new ReLU(),
  pooling = () => new MaxPool2d(2),
  classes = 10,
}: LeNet5Options = {}): Sequential<readonly Module[]> {
  const layers: readonly Module[] = [
    new Conv2d(1, 6, 5, { padding: 2 }), // [N, 6, 28, 28]
    activation(),
    pooling(), // [N, 6, 14, 14]
    new Conv2d(6, 16, 5), // [N, 16, 10, 10]
    activation(),
    pooling(), // [N, 16, 5, 5]
    new Flatten(), // [N, 400]
    new Linear(400, 120),
    activation(),
    new Linear(120, 84),
    activation(),
    new Linear(84, classes),
  ]
  return new Sequential<readonly Module[]>(...layers)
}
