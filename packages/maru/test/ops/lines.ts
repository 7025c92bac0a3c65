/** Acceptance lines that the values and slopes of an op prove, by the op's name. */
import * as losses from '../../src/tensor/loss.ts'

const lines: Readonly<Record<string, string>> = {
  binaryCrossEntropy: '[F2.3] [F5.2]',
  binaryCrossEntropyWithLogits: '[F2.3]',
  crossEntropy: '[F1.4] [F1.5] [F1.6] [F2.4] [F5.4]',
  ctcLoss: '[F5.6]',
  focalLoss: '[F2.5]',
  gaussianNllLoss: '[F5.1]',
  huberLoss: '[F6.2]',
  l1Loss: '[F1.2] [F6.1]',
  mixtureNllLoss: '[F5.5]',
  mseLoss: '[F1.2] [F6.1]',
  nllLoss: '[F2.4] [F5.4]',
  poissonNllLoss: '[F5.3]',
  smoothL1Loss: '[F6.2]',
}

/** A row's name in a title, with the ids of the lines. */
export const withLines = (name: string): string => {
  const every = Object.hasOwn(losses, name) ? '[F1.1]' : ''
  return [name, every, lines[name]].filter(Boolean).join(' ')
}
