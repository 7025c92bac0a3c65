/**
 * The models in TensorFlow.js: channels last, and two kernels that its WebAssembly lacks put together of its own. If they are
 * to be `turned`, its gradients of products and convolutions, which are slow where operands lie turned, make way for its forward
 * kernels on what was turned before. Running statistics and decay of weights are left out.
 */
import { integers, uniform } from './numbers-drawn.mjs'
import { Unsupported } from './serve.mjs'

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)

/** The gradient of filters: a product for each of their places, turned first, since only plain products are fast. */
function filterGradient(tf, { inputs: { x, dy }, attrs: { strides, pad, filterShape } }) {
  const [high, wide, from, to] = filterShape
  const [stride] = [strides].flat()
  const [, rows, columns] = x.shape
  const [batch, down, across] = dy.shape
  const around = (size, kernel, out) => {
    if (typeof pad === 'number') return [pad, pad]
    const all = pad === 'same' ? Math.max((out - 1) * stride + kernel - size, 0) : 0
    return [all >> 1, all - (all >> 1)]
  }
  const border = [[0, 0], around(rows, high, down), around(columns, wide, across), [0, 0]]
  const padded = border.flat().some((width) => width > 0) ? tf.pad(x, border) : x
  const slopes = tf.reshape(dy, [-1, to])
  const seenAt = (i, j) => {
    if (stride === 1) return tf.slice(padded, [0, i, j, 0], [batch, down, across, from])
    const end = [batch, i + (down - 1) * stride + 1, j + (across - 1) * stride + 1, from]
    return tf.stridedSlice(padded, [0, i, j, 0], end, [1, stride, stride, 1])
  }
  const places = Array.from({ length: high * wide }, (_, at) => {
    const seen = tf.reshape(seenAt(Math.floor(at / wide), at % wide), [-1, from])
    return tf.matMul(tf.transpose(seen), slopes)
  })
  return tf.reshape(tf.stack(places), filterShape)
}

/** Sums of rows by number, which the gradient of an embedding is. */
function rowSums(tf, { inputs: { x, segmentIds }, attrs: { numSegments } }) {
  const places = tf.reshape(segmentIds, [-1, 1])
  return tf.scatterND(places, x, [numSegments, ...x.shape.slice(1)])
}

/**
 * The gradient of what filters see, for a stride of 1: a convolution of slopes by turned filters. Its own kernel takes some ten times
 * as long.
 */
function inputGradient(tf, own, given) {
  const { dy, filter } = given.inputs
  const { strides, pad, inputShape } = given.attrs
  const [size] = filter.shape
  if ([strides].flat()[0] !== 1 || typeof pad !== 'number') return own(given)
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
  return tf.reshape(tf.conv2d(dy, turned, 1, size - 1 - pad), inputShape)
}

/** Gives the backend what it lacks and training needs and, if `turned`, a faster gradient for what it has. */
function complete(tf, turned) {
  const register = (kernelName, make) => {
    const kernelFunc = (given) => tf.tidy(() => make(tf, given))
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc })
  }
  const lacking = { Conv2DBackpropFilter: filterGradient, UnsortedSegmentSum: rowSums }
  for (const [name, make] of Object.entries(lacking)) {
    if (!tf.getKernel(name, 'wasm')) register(name, make)
  }
  const name = 'Conv2DBackpropInput'
  const own = tf.getKernel(name, 'wasm')
  if (!turned) return
  tf.unregisterKernel(name, 'wasm')
  register(name, (tf, given) => {
    const { backend } = tf.engine()
    return inputGradient(tf, (it) => own.kernelFunc({ ...it, backend }), given)
  })
}

/** A product whose gradients are plain products of what was turned: those that read turned operands are slow. */
function turnedProduct(tf, x, w) {
  const multiply = tf.customGrad((x, w, save) => {
    save([x, w])
    const gradFunc = (dy, [x, w]) => [
      tf.matMul(dy, tf.transpose(w)),
      tf.matMul(tf.transpose(x), dy),
    ]
    return { value: tf.matMul(x, w), gradFunc }
  })
  return multiply(x, w)
}

/** Layers whose weights are drawn when they are made. */
function layers(tf, turned) {
  const product = (x, w) => (turned ? turnedProduct(tf, x, w) : tf.matMul(x, w))
  let count = 0
  const drawn = (shape, fan = sizeOf(shape) / shape.at(-1)) =>
    tf.variable(tf.tensor(uniform(`p${count++}`, sizeOf(shape), 1 / Math.sqrt(fan)), shape))
  const filled = (value, size) => tf.variable(tf.fill([size], value))
  return {
    drawn,
    linear(from, to, { bias = true } = {}) {
      const [w, b] = [drawn([from, to]), bias ? filled(0, to) : undefined]
      return (x) => (b ? tf.add(product(x, w), b) : product(x, w))
    },
    conv(from, to, kernel, { stride = 1, pad = 0, bias = false } = {}) {
      const [w, b] = [drawn([kernel, kernel, from, to]), bias ? filled(0, to) : undefined]
      return (x) => {
        const y = tf.conv2d(x, w, stride, pad)
        return b ? tf.add(y, b) : y
      }
    },
    grow(from, to, { size, stride, pad }) {
      const w = drawn([4, 4, to, from], 16 * from)
      return (x) => tf.conv2dTranspose(x, w, [x.shape[0], size, size, to], stride, pad)
    },
    batchNorm(size) {
      const [scale, offset] = [filled(1, size), filled(0, size)]
      return (x) => {
        const { mean, variance } = tf.moments(x, [0, 1, 2])
        return tf.batchNorm(x, mean, variance, offset, scale, 1e-5)
      }
    },
    layerNorm(size) {
      const [scale, offset] = [filled(1, size), filled(0, size)]
      return (x) => {
        const { mean, variance } = tf.moments(x, -1, true)
        const y = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)))
        return tf.add(tf.mul(y, scale), offset)
      }
    },
  }
}

const chained = (fns) => (x) => fns.reduce((y, fn) => fn(y), x)

/** By model: functions of a spec that give losses, each with its optimizer and, where there are several, its weights. */
function models(tf, turned) {
  const make = layers(tf, turned)
  const numbers = (name, ...shape) => tf.tensor(uniform(name, sizeOf(shape)), shape)
  const ids = (name, below, size) => tf.tensor1d(integers(name, size, below), 'int32')
  const crossEntropy = (logits, y, classes) =>
    tf.losses.softmaxCrossEntropy(tf.oneHot(y, classes), logits)
  const flat = (x) => tf.reshape(x, [x.shape[0], -1])
  const halved = (x) => tf.maxPool(x, 2, 2, 'valid')
  const momentum = () => tf.train.momentum(0.01, 0.9)

  function lenet({ batch }) {
    const network = chained([
      ...[make.conv(1, 6, 5, { pad: 2, bias: true }), tf.relu, halved],
      ...[make.conv(6, 16, 5, { bias: true }), tf.relu, halved, flat],
      ...[make.linear(400, 120), tf.relu, make.linear(120, 84), tf.relu, make.linear(84, 10)],
    ])
    const [x, y] = [numbers('x', batch, 28, 28, 1), ids('y', 10, batch)]
    return [{ loss: () => crossEntropy(network(x), y, 10), optimizer: momentum() }]
  }

  function block(from, to, stride) {
    const body = chained([
      ...[make.conv(from, to, 3, { stride, pad: 1 }), make.batchNorm(to), tf.relu],
      ...[make.conv(to, to, 3, { pad: 1 }), make.batchNorm(to)],
    ])
    const projects = stride > 1 || from !== to
    const projected = chained(
      projects ? [make.conv(from, to, 1, { stride }), make.batchNorm(to)] : [],
    )
    return (x) => tf.relu(tf.add(projected(x), body(x)))
  }

  function resnet18({ batch }) {
    const widths = [64, 64, 128, 256, 512]
    const blocks = widths
      .slice(1)
      .flatMap((to, i) => [block(widths[i], to, i > 0 ? 2 : 1), block(to, to, 1)])
    const network = chained([
      ...[make.conv(3, 64, 3, { pad: 1 }), make.batchNorm(64), tf.relu, ...blocks],
      ...[(x) => tf.mean(x, [1, 2]), make.linear(512, 10)],
    ])
    const [x, y] = [numbers('x', batch, 32, 32, 3), ids('y', 10, batch)]
    return [{ loss: () => crossEntropy(network(x), y, 10), optimizer: momentum() }]
  }

  /** A layer of LSTM over a list of inputs. */
  function recurrent(from, size, batch) {
    const cell = make.linear(from + size, 4 * size)
    return (inputs) => {
      let [h, c] = [tf.zeros([batch, size]), tf.zeros([batch, size])]
      return inputs.map((x) => {
        const [i, f, g, o] = tf.split(cell(tf.concat([x, h], 1)), 4, 1)
        c = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)))
        h = tf.mul(tf.sigmoid(o), tf.tanh(c))
        return h
      })
    }
  }

  function charLstm({ batch, time = 64 }) {
    const embedding = make.drawn([96, 128], 128)
    const both = [recurrent(128, 256, batch), recurrent(256, 256, batch)]
    const head = make.linear(256, 96)
    const [x, y] = [ids('x', 96, batch * time), ids('y', 96, batch * time)]
    const loss = () => {
      const embedded = tf.reshape(tf.gather(embedding, x), [batch, time, 128])
      const steps = both.reduce((inputs, layer) => layer(inputs), tf.unstack(embedded, 1))
      return crossEntropy(head(tf.reshape(tf.stack(steps, 1), [-1, 256])), y, 96)
    }
    return [{ loss, optimizer: tf.train.adam(1e-3) }]
  }

  const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))))

  function transformerBlock(width, heads, { batch, time, mask }) {
    const [norm, attention, projection] = [
      make.layerNorm(width),
      make.linear(width, 3 * width),
      make.linear(width, width),
    ]
    const feed = chained([
      ...[make.layerNorm(width), make.linear(width, 4 * width), gelu],
      make.linear(4 * width, width),
    ])
    return (x) => {
      const parts = tf.split(attention(norm(x)), 3, 1)
      const [q, k, v] = parts.map((part) =>
        tf.transpose(tf.reshape(part, [batch, time, heads, width / heads]), [0, 2, 1, 3]),
      )
      const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads))
      const mixed = tf.transpose(tf.matMul(tf.softmax(tf.add(scores, mask)), v), [0, 2, 1, 3])
      const y = tf.add(x, projection(tf.reshape(mixed, [-1, width])))
      return tf.add(y, feed(y))
    }
  }

  function gpt({ batch, time = 128, layers = 4 }) {
    const [vocabulary, width] = [4096, 256]
    const above = Float32Array.from({ length: time * time }, (_, i) =>
      i % time > Math.floor(i / time) ? -1e9 : 0,
    )
    const sizes = { batch, time, mask: tf.tensor(above, [time, time]) }
    const [tokens, positions] = [make.drawn([vocabulary, width], width), make.drawn([time, width])]
    const blocks = Array.from({ length: layers }, () => transformerBlock(width, 4, sizes))
    const head = [make.layerNorm(width), make.linear(width, vocabulary, { bias: false })]
    const network = chained([...blocks, ...head])
    const [x, y] = [ids('x', vocabulary, batch * time), ids('y', vocabulary, batch * time)]
    const loss = () => {
      const embedded = tf.add(tf.reshape(tf.gather(tokens, x), [batch, time, width]), positions)
      return crossEntropy(network(tf.reshape(embedded, [-1, width])), y, vocabulary)
    }
    return [{ loss, optimizer: tf.train.adam(3e-4) }]
  }

  /** What a function makes, and the weights that came into being meanwhile. */
  function counted(fn) {
    const before = new Set(Object.values(tf.engine().registeredVariables))
    const made = fn()
    const after = Object.values(tf.engine().registeredVariables)
    return [made, after.filter((each) => !before.has(each))]
  }

  function generator() {
    const growing = (from, to, how) => [make.grow(from, to, how), make.batchNorm(to), tf.relu]
    const twice = (size) => ({ size, stride: 2, pad: 'same' })
    return chained([
      ...growing(100, 512, { size: 4, stride: 1, pad: 'valid' }),
      ...growing(512, 256, twice(8)),
      ...growing(256, 128, twice(16)),
      ...growing(128, 64, twice(32)),
      ...[make.grow(64, 3, twice(64)), tf.tanh],
    ])
  }

  function discriminator() {
    const leaky = (x) => tf.leakyRelu(x, 0.2)
    const halving = { stride: 2, pad: 1 }
    const shrinking = (from, to) => [make.conv(from, to, 4, halving), make.batchNorm(to), leaky]
    return chained([
      ...[make.conv(3, 64, 4, halving), leaky],
      ...[...shrinking(64, 128), ...shrinking(128, 256), ...shrinking(256, 512)],
      ...[make.conv(512, 1, 4), flat],
    ])
  }

  function dcgan({ batch }) {
    const [make, made] = counted(generator)
    const [judge, judged] = counted(discriminator)
    const [real, noise] = [numbers('x', batch, 64, 64, 3), numbers('noise', batch, 1, 1, 100)]
    const mean = (x) => tf.mean(tf.softplus(x))
    const adam = () => tf.train.adam(2e-4, 0.5, 0.999)
    const ofJudge = () => {
      const fake = make(noise)
      return tf.add(mean(tf.neg(judge(real))), mean(judge(fake)))
    }
    return [
      { loss: ofJudge, optimizer: adam(), weights: judged },
      { loss: () => mean(tf.neg(judge(make(noise)))), optimizer: adam(), weights: made },
    ]
  }

  function vae({ batch }) {
    const encoder = chained([make.linear(784, 400), tf.relu])
    const [toMean, toLog] = [make.linear(400, 20), make.linear(400, 20)]
    const decoder = chained([make.linear(20, 400), tf.relu, make.linear(400, 784)])
    const [x, noise] = [tf.abs(numbers('x', batch, 784)), numbers('noise', batch, 20)]
    const loss = () => {
      const hidden = encoder(x)
      const [mean, log] = [toMean(hidden), toLog(hidden)]
      const logits = decoder(tf.add(mean, tf.mul(tf.exp(tf.div(log, 2)), noise)))
      const pixels = tf.sum(tf.sub(tf.softplus(logits), tf.mul(logits, x)), -1)
      const apart = tf.sub(tf.add(tf.exp(log), tf.square(mean)), tf.add(log, 1))
      return tf.mean(tf.add(pixels, tf.div(tf.sum(apart, -1), 2)))
    }
    return [{ loss, optimizer: tf.train.adam(1e-3) }]
  }

  function mlp({ batch, depth = 2, width = 512 }) {
    const hidden = Array.from({ length: depth }, (_, i) => [
      make.linear(i === 0 ? 784 : width, width),
      tf.relu,
    ])
    const network = chained([...hidden.flat(), make.linear(width, 10)])
    const [x, y] = [numbers('x', batch, 784), ids('y', 10, batch)]
    return [{ loss: () => crossEntropy(network(x), y, 10), optimizer: tf.train.adam(1e-3) }]
  }

  return { mlp, lenet, resnet18, 'char-lstm': charLstm, gpt, dcgan, vae }
}

/** A function that makes a training step of a spec. */
export function stepsOf(tf, turned) {
  complete(tf, turned)
  return (spec) => {
    const model = models(tf, turned)[spec.model]
    if (!model) throw new Unsupported(`no model ${spec.model}`)
    const parts = model(spec)
    const run = () => {
      for (const { loss, optimizer, weights } of parts) {
        const value = tf.tidy(() => optimizer.minimize(loss, true, weights))
        value.dataSync()
        value.dispose()
      }
    }
    return { run, close: () => tf.disposeVariables() }
  }
}
