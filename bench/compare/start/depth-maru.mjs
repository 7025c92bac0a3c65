/** How the first step of a network grows with its depth: the exponent of the power that fits. */
import { normal } from 'maru'
import { LayerNorm, Linear } from 'maru/nn'
import { Adam } from 'maru/optim'

/** Milliseconds of the first step of so many residual layers: recorded, compiled and run. */
async function firstStep(depth) {
  const layers = Array.from({ length: depth }, () => [new LayerNorm(64), new Linear(64, 64)])
  const optimizer = new Adam(layers.flat().flatMap((layer) => layer.parameters()))
  const x = normal([32, 64])
  const start = performance.now()
  let y = x
  for (const [norm, linear] of layers) y = y.add(linear.call(norm.call(y)).tanh())
  await optimizer.step(y.square().mean())
  return performance.now() - start
}

await firstStep(100)
const points = []
for (const depth of [101, 201, 401, 801]) {
  points.push([Math.log(depth), Math.log(await firstStep(depth))])
}
const mean = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length
const [x, y] = [mean(0), mean(1)]
const rise = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
const run = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
console.log(JSON.stringify({ exponent: rise / run }))
