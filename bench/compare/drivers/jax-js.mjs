/** jax-js on its WebAssembly backend, one thread: Node has no Worker of its kind. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { stepsOf } from './jax-js-models.mjs'
import { uniform } from './numbers-drawn.mjs'
import { serve } from './serve.mjs'

const at = join(process.env.BENCH_PEERS, '@jax-js/jax/dist/index.js')
const jax = await import(pathToFileURL(at).href)
await jax.init('wasm')
jax.defaultDevice('wasm')
const { blockUntilReady, grad, jit, lax, nn, numpy: np, valueAndGrad } = jax
// Nothing else keeps the process alive while it waits.
setInterval(() => {}, 1e6)

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)
const array = (values, shape) => blockUntilReady(np.array(values).reshape(shape))
const draw = (name, shape, scale) => array(uniform(name, sizeOf(shape), scale), shape)

/** Waits for results and frees them. */
async function finished(results) {
  const ready = await blockUntilReady(results)
  for (const each of [ready].flat(4)) each.dispose()
}

/** A compiled function of arrays that stay. */
function compiled(fn, inputs) {
  const run = jit(fn)
  return {
    run: () => finished(run(...inputs.map((each) => each.ref))),
    close: () => inputs.forEach((each) => void each.dispose()),
  }
}

async function matmul({ n, batch, ta, tb }) {
  const shape = batch > 0 ? [batch, n, n] : [n, n]
  const turned = (x, turn) => (turn ? np.matrixTranspose(x) : x)
  const product = (a, b) => np.matmul(turned(a, ta), turned(b, tb))
  return compiled(product, [await draw('a', shape), await draw('b', shape)])
}

async function conv({ batch, from, to, size, kernel, stride, padding, backward }) {
  const x = await draw('x', [batch, from, size, size])
  const w = await draw('w', [to, from, kernel, kernel])
  const border = [padding, padding]
  const forward = (x, w) => lax.conv(x, w, [stride, stride], [border, border])
  if (!backward) return compiled(forward, [x, w])
  return compiled(
    valueAndGrad((x, w) => forward(x, w).sum(), { argnums: [0, 1] }),
    [x, w],
  )
}

const ops = {
  gelu: (x) => nn.gelu(x, { approximate: false }),
  'gelu tanh': (x) => nn.gelu(x, { approximate: true }),
  softmax: (x) => nn.softmax(x, -1),
  layernorm: (x, weight, bias) => nn.standardize(x, -1).mul(weight).add(bias),
  relu: (x) => nn.relu(x),
  'row sum': (x) => x.sum(-1),
}

async function elementwise({ op, rows, columns, backward }) {
  const [x, g] = [await draw('x', [rows, columns], 3), await draw('g', [rows, columns])]
  if (op === 'add') return compiled((a, b) => a.add(b), [x, g])
  const affine = op === 'layernorm' ? [await draw('w', [columns]), await draw('b', [columns])] : []
  if (!backward) return compiled(ops[op], [x, ...affine])
  // It gives the gradients alone: the value is not kept.
  const argnums = [0, ...affine.map((_, i) => i + 1)]
  const scalar = (...inputs) =>
    ops[op](...inputs.slice(0, -1))
      .mul(inputs.at(-1))
      .sum()
  return compiled(grad(scalar, { argnums }), [x, ...affine, g])
}

/** One step of Adam without corrections of the bias, which it has to be given by hand. */
function adamStep(p, g, m, v) {
  const mean = m.mul(0.9).add(g.ref.mul(0.1))
  const square = v.mul(0.999).add(np.square(g).mul(0.001))
  const step = mean.ref.mul(1e-3).div(np.sqrt(square.ref).add(1e-8))
  return [p.sub(step), mean, square]
}

async function adam({ size }) {
  let [p, m, v] = [await draw('p', [size]), await zeros([size]), await zeros([size])]
  const g = await draw('g', [size])
  const step = jit(adamStep)
  return {
    async run() {
      ;[p, m, v] = await blockUntilReady(step(p, g.ref, m, v))
    },
    close: () => [p, m, v, g].forEach((each) => void each.dispose()),
  }
}

const zeros = (shape) => blockUntilReady(np.zeros(shape))

await serve({ library: 'jax-js' }, { matmul, conv, elementwise, adam, step: stepsOf(jax) })
