/** The same in jax-js, by plain gradient descent. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const at = join(process.env.BENCH_PEERS, '@jax-js/jax/dist/index.js')
const { init, defaultDevice, blockUntilReady, ...jax } = await import(pathToFileURL(at).href)
await init('wasm')
defaultDevice('wasm')
const { numpy: np, random } = jax
const draw = (seed, shape) => random.normal(random.key(seed), shape)
const weights = [draw(0, [4, 16]), draw(1, [16, 1])]
const loss = (w, x, y) => np.square(np.matmul(np.tanh(np.matmul(x, w[0])), w[1]).sub(y)).mean()
const both = jax.valueAndGrad(loss)
const [value, slopes] = both(
  weights.map((w) => w.ref),
  draw(2, [32, 4]),
  draw(3, [32, 1]),
)
await blockUntilReady(weights.map((w, i) => w.sub(slopes[i].mul(1e-3))))
console.log(await value.data())
process.exit(0)
