/** A model that every kind of file test can afford. */
import {
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from '../../src/nn/index.ts'

export function small(): Sequential<readonly Module[]> {
  return new Sequential<readonly Module[]>(
    new Conv2d(1, 2, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(8, 3, { bias: false }),
  )
}

/** The text of `model.json` for a definition. */
export function definitionText(model: unknown): string {
  return JSON.stringify({ format: 'maru-model', version: 1, model })
}
