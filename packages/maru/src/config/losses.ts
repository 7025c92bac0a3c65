/** What is made small: a closed registry of losses, each with what it asks of the network. */
import { FormatError } from '../base/error.ts'
import { Gan, VAE } from '../models/index.ts'
import type { Module } from '../nn/index.ts'
import { applied } from '../nn/module.ts'
import { crossEntropy, gaussianNllLoss, huberLoss, l1Loss, mseLoss } from '../tensor/loss.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { LossFn, Objective, Supervised } from '../train/index.ts'
import type { Plan, Task } from './plan.ts'

/** A loss as a configuration names it. */
export interface Goal {
  /** What the loss of outputs and labels is; nothing where labels are not looked at. */
  readonly supervised?: LossFn
  readonly objective: Objective<Module, Supervised>
  /** Numbers that the network gives for a sample. */
  readonly outputs: number
  /** A network of its own, where the loss is one of a kind of model. */
  readonly model?: (plan: Plan) => Module
}

function compared(loss: LossFn, outputs: number): Goal {
  const objective: Objective<Module, Supervised> = (model, { inputs, labels }) => {
    const made = applied(model, inputs)
    return { loss: loss(made, labels), outputs: made, targets: labels }
  }
  return { supervised: loss, objective, outputs }
}

function forClasses(name: string, { classes }: Task, loss: LossFn): Goal {
  if (classes) return compared(loss, classes.length)
  throw new FormatError('config.labels', { loss: name, wanted: 'classes', got: 'numbers' })
}

function forNumbers(name: string, { classes }: Task, loss: LossFn, outputs = 1): Goal {
  if (!classes) return compared(loss, outputs)
  throw new FormatError('config.labels', { loss: name, wanted: 'numbers', got: 'classes' })
}

/** A normal distribution whose mean and logarithm of the variance are the network's two outputs. */
function gaussian(outputs: Tensor, labels: Tensor): Tensor {
  const [mean, spread] = [outputs.slice(-1, 0, 1), outputs.slice(-1, 1, 2)]
  return gaussianNllLoss(mean, labels, spread.exp())
}

/** Losses by name, for a task. */
export const losses: Readonly<Record<string, (task: Task) => Goal>> = {
  crossEntropy: (task) => forClasses('crossEntropy', task, crossEntropy),
  /** Minus the logarithm of the likelihood: categorical for classes, normal for numbers. */
  maximumLikelihood: (task) =>
    task.classes ? compared(crossEntropy, task.classes.length) : compared(gaussian, 2),
  l1: (task) => forNumbers('l1', task, (made, labels) => l1Loss(made, labels)),
  l2: (task) => forNumbers('l2', task, (made, labels) => mseLoss(made, labels)),
  huber: (task) => forNumbers('huber', task, (made, labels) => huberLoss(made, labels)),
  /** The evidence lower bound of a variational autoencoder, for inputs in 0 … 1. */
  variational: ({ input }) => {
    const features = input.reduce((product, size) => product * size, 1)
    return {
      objective: (model, { inputs }) => (model as VAE).loss(inputs.flatten(1)),
      outputs: features,
      model: ({ sizes: [hidden = 64, latent = 8] }) => new VAE({ features, hidden, latent }),
    }
  },
  /** The two sides of a generative adversarial network. */
  adversarial: ({ input }) => {
    const features = input.reduce((product, size) => product * size, 1)
    return {
      objective: (model, { inputs }) => (model as Gan).loss(inputs.flatten(1)),
      outputs: features,
      model: ({ sizes: [hidden = 64, noise = 8] }) => new Gan({ features, hidden, noise }),
    }
  },
}
