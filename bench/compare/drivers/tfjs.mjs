/** TensorFlow.js on its WebAssembly backend, one thread: it refuses more in Node. */
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { uniform } from './numbers-drawn.mjs'
import { serve } from './serve.mjs'
import { stepsOf } from './tfjs-models.mjs'

const require = createRequire(join(process.env.BENCH_PEERS, 'here.js'))
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
await tf.setBackend('wasm')
await tf.ready()

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)
const draw = (name, shape, scale) => tf.tensor(uniform(name, sizeOf(shape), scale), shape)

/** Runs and drops what comes of it. */
function disposing(fn, kept) {
  return {
    run: () => tf.dispose(tf.tidy(fn)),
    close: () => tf.dispose(kept),
  }
}

function matmul({ n, batch, ta, tb }) {
  const shape = batch > 0 ? [batch, n, n] : [n, n]
  const [a, b] = [draw('a', shape), draw('b', shape)]
  return disposing(() => tf.matMul(a, b, ta, tb), [a, b])
}

function chain({ n, count }) {
  const weights = [0, 1, 2, 3].map((i) => draw(`w${i}`, [n, n], Math.sqrt(3 / n)))
  const x = draw('x', [n, n])
  const product = () => {
    let y = x
    for (let i = 0; i < count; i++) y = tf.matMul(y, weights[i % weights.length])
    return y
  }
  return disposing(product, [x, weights])
}

/** Images and filters have their channels last here. */
function conv({ batch, from, to, size, kernel, stride, padding, backward }) {
  const x = draw('x', [batch, size, size, from])
  const w = draw('w', [kernel, kernel, from, to], 1 / Math.sqrt(from * kernel * kernel))
  const forward = (x, w) => tf.conv2d(x, w, stride, padding)
  if (!backward) return disposing(() => forward(x, w), [x, w])
  const g = draw('g', forward(x, w).shape)
  return disposing(() => tf.valueAndGrads(forward)([x, w], g), [x, w, g])
}

const inner = (x) => tf.add(x, tf.mul(tf.pow(x, 3), 0.044715))
const ops = {
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
  'gelu tanh': (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(tf.mul(inner(x), 0.7978845608)))),
  softmax: (x) => tf.softmax(x),
  layernorm(x, _, weight, bias) {
    const { mean, variance } = tf.moments(x, -1, true)
    const y = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
    return tf.add(tf.mul(y, weight), bias)
  },
  relu: (x) => tf.relu(x),
  add: (x, other) => tf.add(x, other),
  'row sum': (x) => tf.sum(x, -1),
}

function elementwise({ op, rows, columns, backward }) {
  const [x, g] = [draw('x', [rows, columns], 3), draw('g', [rows, columns])]
  const [weight, bias] = [draw('weight', [columns]), draw('bias', [columns])]
  const kept = [x, g, weight, bias]
  if (!backward) return disposing(() => ops[op](x, g, weight, bias), kept)
  const wrt = op === 'layernorm' ? [x, weight, bias] : [x]
  const both = tf.valueAndGrads((x, w = weight, b = bias) => ops[op](x, g, w, b))
  return disposing(() => both(wrt, g), kept)
}

function adam({ size }) {
  const values = tf.variable(draw('p', [size]))
  const gradient = draw('g', [size])
  const optimizer = tf.train.adam(1e-3)
  return {
    run: () => optimizer.applyGradients({ [values.name]: gradient }),
    close: () => tf.dispose([values, gradient]),
  }
}

await serve(
  { library: 'tfjs', version: tf.version_core },
  {
    matmul,
    chain,
    conv,
    elementwise,
    adam,
    step: stepsOf(tf, process.env.BENCH_TURNED === '1'),
  },
)
