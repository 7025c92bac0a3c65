/** Small things to train on, and what they come to. */
import { manualSeed } from '../../src/base/seed.ts'
import { DataLoader, ImageDataset } from '../../src/data/index.ts'
import { Dropout, Flatten, Linear, type Module, ReLU, Sequential } from '../../src/nn/index.ts'

/** Points of a plane whose class is the sector that they lie in. */
export function sectors(count: number, scale = 1): ImageDataset {
  const points = Array.from({ length: count }, (_, i) => [((i * 7) % 11) - 5, ((i * 3) % 13) - 6])
  return new ImageDataset({
    images: Float32Array.from(points.flat(), (x) => x * scale),
    labels: Int32Array.from(points, ([x = 0, y = 0]) => (x > 0 ? 0 : y > 0 ? 1 : 2)),
    shape: [1, 1, 2],
    classes: ['right', 'above', 'below'],
  })
}

export type Network = Sequential<readonly Module[]>

/** Dropout of p, if any, draws from the global seed. */
export function network(seed = 3, p = 0): Network {
  manualSeed(seed)
  return new Sequential<readonly Module[]>(
    new Flatten(),
    new Linear(2, 8),
    new ReLU(),
    ...(p > 0 ? [new Dropout(p)] : []),
    new Linear(8, 3),
  )
}

export const loaderOf = (data: ImageDataset, batchSize = 16): DataLoader =>
  new DataLoader(data, { batchSize, shuffle: true, seed: 1 })

export async function weightsOf(model: Module): Promise<number[][]> {
  const values = await Promise.all(model.parameters().map((parameter) => parameter.data()))
  return values.map((array) => [...array])
}
