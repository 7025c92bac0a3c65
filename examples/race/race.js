/** A race of optimisers over landscapes of two coordinates: maru takes the steps, the page draws them. */
import { compile, tensor } from 'maru'
import { Linear } from 'maru/nn'
import { Adagrad, Adam, beale, RMSprop, ravine, rosenbrock, SGD, saddle } from 'maru/optim'

/** Who runs, in which colour. */
export const racers = [
  { name: 'SGD', colour: '#d62728', make: (at, lr) => new SGD(at, { lr }) },
  { name: 'momentum', colour: '#ff7f0e', make: (at, lr) => new SGD(at, { lr, momentum: 0.9 }) },
  {
    name: 'Nesterov',
    colour: '#bcbd22',
    make: (at, lr) => new SGD(at, { lr, momentum: 0.9, nesterov: true }),
  },
  { name: 'Adagrad', colour: '#2ca02c', make: (at, lr) => new Adagrad(at, { lr: 100 * lr }) },
  { name: 'RMSprop', colour: '#17becf', make: (at, lr) => new RMSprop(at, { lr: 5 * lr }) },
  { name: 'Adam', colour: '#9467bd', make: (at, lr) => new Adam(at, { lr: 30 * lr }) },
]

/** Where they run: what is shown of the plane, and the rate that plain descent bears. */
export const courses = [
  { landscape: beale, left: -1, right: 4.5, bottom: -2, top: 2, lr: 2e-3 },
  { landscape: rosenbrock, left: -2, right: 2, bottom: -1, top: 3, lr: 5e-4 },
  { landscape: saddle, left: -1.5, right: 1.5, bottom: -1.5, top: 1.5, lr: 5e-3 },
  { landscape: ravine, left: -5, right: 1.5, bottom: -2, top: 2, lr: 5e-3 },
]

/**
 * A runner at the start of a course; each call takes a step, and gives the place before it with its height.
 *
 * @returns {Promise<() => Promise<{ x: number, y: number, height: number }>>}
 */
export async function runner({ landscape, lr }, { make }) {
  const place = new Linear(2, 1, { bias: false })
  await place.loadStateDict(new Map([['weight', tensor([[...landscape.start]])]]))
  const optimizer = make(place.parameters(), lr)
  const step = compile(() => {
    const height = landscape.evaluate(place.weight).sum()
    const before = place.weight.mul(1)
    optimizer.step(height)
    return { before, height }
  })
  return async () => {
    const { before, height } = await step()
    const [x, y] = await before.data()
    return { x, y, height: await height.item() }
  }
}

/** Heights of a course in rows from the top. @returns {Promise<Float32Array>} of size² */
export async function heights({ landscape, left, right, bottom, top }, size) {
  const points = Array.from({ length: size * size }, (_, i) => [
    left + ((right - left) * ((i % size) + 0.5)) / size,
    top - ((top - bottom) * (Math.floor(i / size) + 0.5)) / size,
  ])
  return landscape.evaluate(tensor(points)).data()
}
