/** maru, as it is built: compiled functions, results waited for. */
import { compile, manualSeed, scaledDotProductAttention, tensor, vjp } from 'maru'
import { Linear } from 'maru/nn'
import { Adam } from 'maru/optim'
import { generate, infer, step } from './maru-models.mjs'
import { uniform } from './numbers-drawn.mjs'
import { serve } from './serve.mjs'

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)
const draw = (name, shape, scale) => tensor(uniform(name, sizeOf(shape), scale), shape)

/** A compiled function of drawn inputs; its values by name. */
function compiled(fn, inputs, names, reference = fn) {
  const run = compile(fn)
  const values = compile(reference)
  return {
    run: () => run(...inputs),
    async values() {
      const results = [await values(...inputs)].flat()
      return Promise.all(names.map(async (name, i) => [name, await results[i].data()]))
    },
  }
}

function matmul({ n, batch, ta, tb }) {
  const shape = batch > 0 ? [batch, n, n] : [n, n]
  const [a, b, g] = [draw('a', shape), draw('b', shape), draw('g', shape)]
  const product = (a, b) => (ta ? a.transpose() : a).matmul(tb ? b.transpose() : b)
  const withGradients = (a, b, g) => {
    const y = product(a, b)
    return [y, ...vjp([y], [a, b], [g])]
  }
  const timed = compiled(product, [a, b], [])
  const { values } = compiled(withGradients, [a, b, g], ['value', 'gradient of a', 'gradient of b'])
  return { run: timed.run, values }
}

function chain({ n, count }) {
  const weights = [0, 1, 2, 3].map((i) => draw(`w${i}`, [n, n], Math.sqrt(3 / n)))
  const product = (x, ...w) => {
    let y = x
    for (let i = 0; i < count; i++) y = y.matmul(w[i % w.length])
    return y
  }
  return compiled(product, [draw('x', [n, n]), ...weights], ['value'])
}

function conv({ batch, from, to, size, kernel, stride, padding, backward, winograd = false }) {
  const side = Math.floor((size + 2 * padding - kernel) / stride) + 1
  const x = draw('x', [batch, from, size, size])
  const w = draw('w', [to, from, kernel, kernel], 1 / Math.sqrt(from * kernel * kernel))
  const forward = (x, w) => x.conv2d(w, { stride, padding, winograd })
  if (!backward) return compiled(forward, [x, w], ['value'])
  const both = (x, w, g) => {
    const y = forward(x, w)
    return [y, ...vjp([y], [x, w], [g])]
  }
  const names = ['value', 'gradient of x', 'gradient of w']
  return compiled(both, [x, w, draw('g', [batch, to, side, side])], names)
}

const ops = {
  gelu: (x) => x.gelu(),
  'gelu tanh': (x) => x.gelu({ approximate: 'tanh' }),
  softmax: (x) => x.softmax(-1),
  layernorm: (x, _, weight, bias) => x.layerNorm([x.shape[1]], { weight, bias }),
  relu: (x) => x.relu(),
  add: (x, other) => x.add(other),
  'row sum': (x) => x.sum(-1),
}

function elementwise({ op, rows, columns, backward }) {
  const x = draw('x', [rows, columns], 3)
  const other = draw('g', [rows, columns])
  const [weight, bias] = [draw('weight', [columns]), draw('bias', [columns])]
  if (!backward) return compiled(ops[op], [x, other, weight, bias], ['value'])
  const both = (x, g, weight, bias) => {
    const y = ops[op](x, g, weight, bias)
    const wrt = op === 'layernorm' ? [x, weight, bias] : [x]
    return [y, ...vjp([y], wrt, [g])]
  }
  const names = ['value', 'gradient of x']
  if (op === 'layernorm') names.push('gradient of weight', 'gradient of bias')
  return compiled(both, [x, other, weight, bias], names)
}

function attention({ time }) {
  const shape = [1, 4, time, 64]
  const both = (q, k, v, g) => {
    const y = scaledDotProductAttention(q, k, v, { causal: true })
    return [y, ...vjp([y], [q, k, v], [g])]
  }
  const names = ['value', 'gradient of q', 'gradient of k', 'gradient of v']
  return compiled(
    both,
    ['q', 'k', 'v', 'g'].map((name) => draw(name, shape)),
    names,
  )
}

/** A parameter of that size alone; its gradient is given, as PyTorch's is. */
async function adam({ size }) {
  const columns = 4000
  const layer = new Linear(columns, size / columns, { bias: false })
  const optimizer = new Adam(layer.parameters(), { lr: 1e-3 })
  const step = compile((g) => {
    optimizer.step(layer.weight.mul(g).sum())
  })
  await layer.loadStateDict(new Map([['weight', draw('p', layer.weight.shape)]]))
  const gradient = draw('g', layer.weight.shape)
  const run = () => step(gradient)
  const values = async () => {
    for (let i = 0; i < 3; i++) await run()
    return [['parameter', await layer.weight.data()]]
  }
  return { run, values }
}

manualSeed(1)
await serve(
  { library: 'maru', node: process.version },
  { matmul, chain, conv, elementwise, attention, adam, step, infer, generate },
)
