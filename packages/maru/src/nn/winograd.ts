/** Winograd's way stated for a whole network. */
import { Conv2d } from './conv.ts'
import type { Module } from './module.ts'

/**
 * Lets every `Conv2d` of a network take Winograd's way where it pays, as its option `winograd` does, or none where
 * `on` is false. It is saved with the definition; functions that are compiled already stay as they are.
 *
 * @returns the network
 * @see Lavin & Gray 2016, https://arxiv.org/abs/1509.09308
 * @example const model = useWinograd(resnet18())
 */
export function useWinograd<M extends Module>(model: M, on = true): M {
  if (model instanceof Conv2d) model.winograd = on
  for (const [, child] of model.children()) useWinograd(child, on)
  return model
}
