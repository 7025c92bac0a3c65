/**
 * The models in jax-js, as they are fastest there: compiled, convolutions as sums of products, one for each place of the filters
 * (its own take some ten times as long), embeddings as products of ones and zeros (the gradient of `take` does not compile), cells written out, since
 * there is no scan. Corrections of Adam's bias, running statistics and decay of weights are left out.
 */
import { integers, uniform } from './numbers-drawn.mjs'
import { Unsupported } from './serve.mjs'

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)

/** Layers: the shapes of their weights, and functions of an input and of all weights, which they take theirs from. */
function layersOf({ numpy: np, nn }) {
  /** Weights `[fan, …]`, or filled with a value. */
  const drawn = (...shape) => ({ shape })
  const filled = (value, size) => ({ shape: [size], value })

  /** What each place of the filters sees: `[N, out, out, C]`, kernel² times. */
  function seen(x, { kernel, stride, pads, out }) {
    const [batch, size, , from] = x.shape
    const blocks = out + Math.ceil(kernel / stride) - 1
    const [high, wide] = pads.map((pad) => [pad, blocks * stride - size - pad])
    const padded = np
      .pad(x, [[0, 0], high, wide, [0, 0]])
      .reshape([batch, blocks, stride, blocks, stride, from])
    const range = (start) => [Math.floor(start / stride), Math.floor(start / stride) + out]
    const places = Array.from({ length: kernel * kernel }, (_, at) => {
      const [i, j] = [Math.floor(at / kernel), at % kernel]
      return padded.ref.slice([], range(i), i % stride, range(j), j % stride, [])
    })
    padded.dispose()
    return places
  }

  const product = (x, w) => {
    const { shape } = x
    return np.matmul(x.reshape([-1, shape.at(-1)]), w).reshape([...shape.slice(0, -1), -1])
  }

  /** Places by the filters' weights `[kernel²·C, to]`. */
  function filtered(places, weights) {
    const w = np.unstack(weights.reshape([places.length, -1, weights.shape[1]]), 0)
    return places.map((place, i) => product(place, w[i])).reduce((sum, part) => sum.add(part))
  }

  const conv = (from, to, kernel, { stride = 1, pad = 0, bias = false } = {}) => ({
    weights: [drawn(kernel * kernel * from, to), ...(bias ? [filled(0, to)] : [])],
    call(x, take) {
      const out = Math.floor((x.shape[1] + 2 * pad - kernel) / stride) + 1
      const y = filtered(seen(x, { kernel, stride, pads: [pad, pad], out }), take())
      return bias ? y.add(take()) : y
    },
  })

  /** Twice the size by filters of 4: each of four places between is a convolution by filters of 2. */
  const grow = (from, to) => ({
    weights: [0, 1, 2, 3].map(() => drawn(4 * from, to)),
    call(x, take) {
      const [batch, size] = x.shape
      const places = [0, 1, 2, 3].map((at) => {
        const pads = [1 - (at >> 1), 1 - (at & 1)]
        return filtered(seen(x.ref, { kernel: 2, stride: 1, pads, out: size }), take())
      })
      x.dispose()
      return np
        .stack(places, 3)
        .reshape([batch, size, size, 2, 2, to])
        .transpose([0, 1, 3, 2, 4, 5])
        .reshape([batch, 2 * size, 2 * size, to])
    },
  })

  const norm = (size, axes) => ({
    weights: [filled(1, size), filled(0, size)],
    call: (x, take) => nn.standardize(x, axes).mul(take()).add(take()),
  })

  return {
    drawn,
    product,
    conv,
    grow,
    linear: (from, to, { bias = true } = {}) => ({
      weights: [drawn(from, to), ...(bias ? [filled(0, to)] : [])],
      call: (x, take) => (bias ? product(x, take()).add(take()) : product(x, take())),
    }),
    batchNorm: (size) => norm(size, [0, 1, 2]),
    layerNorm: (size) => norm(size, -1),
    plain: (call) => ({ weights: [], call }),
  }
}

/** How weights change by gradients, with so many states beside them. */
const rules = ({ numpy: np }) => ({
  adam: (rate, decay = 0.9) => ({
    states: 2,
    change(p, g, m, v) {
      const mean = m.mul(decay).add(g.ref.mul(1 - decay))
      const square = v.mul(0.999).add(np.square(g).mul(0.001))
      const step = mean.ref.mul(rate).div(np.sqrt(square.ref).add(1e-8))
      return [p.sub(step), mean, square]
    },
  }),
  momentum: (rate) => ({
    states: 1,
    change(p, g, m) {
      const mean = m.mul(0.9).add(g)
      return [p.sub(mean.ref.mul(rate)), mean]
    },
  }),
})

/** By model: functions of a spec that give networks, their losses and data. */
function models(jax) {
  const { numpy: np, nn } = jax
  const { drawn, product, conv, grow, linear, batchNorm, layerNorm, plain } = layersOf(jax)
  const { adam, momentum } = rules(jax)

  const chained = (...layers) => ({
    weights: layers.flatMap(({ weights }) => weights),
    call: (x, take) => layers.reduce((y, layer) => layer.call(y, take), x),
  })
  const relu = plain((x) => nn.relu(x))
  const flat = plain((x) => x.reshape([x.shape[0], -1]))
  const halved = plain((x) => {
    const [batch, high, wide, size] = x.shape
    return x.reshape([batch, high / 2, 2, wide / 2, 2, size]).max([2, 4])
  })

  const numbers = (name, ...shape) => np.array(uniform(name, sizeOf(shape))).reshape(shape)
  const oneHot = (name, classes, size) =>
    nn.oneHot(np.array(integers(name, size, classes)), classes)
  const crossEntropy = (logits, y) => {
    const [rows] = y.shape
    return nn
      .logSoftmax(logits, -1)
      .mul(y)
      .sum()
      .mul(-1 / rows)
  }

  /** A classifier of images or vectors. */
  const classifier = (network, rule, x, y) => ({
    parts: [{ ...network, rule, loss: (call, [x, y]) => crossEntropy(call(x), y) }],
    data: [x, y],
  })

  function mlp({ batch, depth = 2, width = 512 }) {
    const hidden = Array.from({ length: depth }, (_, i) => linear(i === 0 ? 784 : width, width))
    const network = chained(...hidden.flatMap((layer) => [layer, relu]), linear(width, 10))
    return classifier(network, adam(1e-3), numbers('x', batch, 784), oneHot('y', 10, batch))
  }

  function lenet({ batch }) {
    const network = chained(
      ...[conv(1, 6, 5, { pad: 2, bias: true }), relu, halved],
      ...[conv(6, 16, 5, { bias: true }), relu, halved, flat],
      ...[linear(400, 120), relu, linear(120, 84), relu, linear(84, 10)],
    )
    const [x, y] = [numbers('x', batch, 28, 28, 1), oneHot('y', 10, batch)]
    return classifier(network, momentum(0.01), x, y)
  }

  function block(from, to, stride) {
    const body = chained(
      ...[conv(from, to, 3, { stride, pad: 1 }), batchNorm(to), relu],
      ...[conv(to, to, 3, { pad: 1 }), batchNorm(to)],
    )
    const projects = stride > 1 || from !== to
    const around = projects ? chained(conv(from, to, 1, { stride }), batchNorm(to)) : chained()
    return {
      weights: [...around.weights, ...body.weights],
      call: (x, take) => nn.relu(around.call(x.ref, take).add(body.call(x, take))),
    }
  }

  function resnet18({ batch }) {
    const widths = [64, 64, 128, 256, 512]
    const blocks = widths
      .slice(1)
      .flatMap((to, i) => [block(widths[i], to, i > 0 ? 2 : 1), block(to, to, 1)])
    const network = chained(
      ...[conv(3, 64, 3, { pad: 1 }), batchNorm(64), relu, ...blocks],
      ...[plain((x) => x.mean([1, 2])), linear(512, 10)],
    )
    const [x, y] = [numbers('x', batch, 32, 32, 3), oneHot('y', 10, batch)]
    return classifier(network, momentum(0.01), x, y)
  }

  /** A layer of LSTM over a list of inputs, which are multiplied at once. */
  const recurrent = (from, size) => ({
    weights: [drawn(from, 4 * size), { shape: [4 * size], value: 0 }, drawn(size, 4 * size)],
    call(inputs, take) {
      const [batch] = inputs[0].shape
      const seen = np.unstack(product(np.stack(inputs, 0), take()).add(take()), 0)
      const w = take()
      let [h, c] = [np.zeros([batch, size]), np.zeros([batch, size])]
      const outputs = seen.map((z) => {
        const [i, f, g, o] = np.split(z.add(np.matmul(h, w.ref)), 4, -1)
        c = nn
          .sigmoid(f)
          .mul(c)
          .add(nn.sigmoid(i).mul(np.tanh(g)))
        h = nn.sigmoid(o).mul(np.tanh(c.ref))
        return h.ref
      })
      for (const rest of [h, c, w]) rest.dispose()
      return outputs
    },
  })

  function charLstm({ batch, time = 64 }) {
    const network = chained(
      linear(96, 128, { bias: false }),
      plain((x) => np.unstack(x.reshape([batch, time, 128]), 1)),
      ...[recurrent(128, 256), recurrent(256, 256)],
      plain((steps) => np.stack(steps, 1).reshape([-1, 256])),
      linear(256, 96),
    )
    const [x, y] = [oneHot('x', 96, batch * time), oneHot('y', 96, batch * time)]
    return classifier(network, adam(1e-3), x, y)
  }

  function transformerBlock(width, heads, { batch, time }) {
    const attention = chained(layerNorm(width), linear(width, 3 * width))
    const projection = linear(width, width)
    const feed = chained(
      ...[layerNorm(width), linear(width, 4 * width)],
      plain((x) => nn.gelu(x, { approximate: false })),
      linear(4 * width, width),
    )
    return {
      weights: [attention, projection, feed].flatMap(({ weights }) => weights),
      call(x, take) {
        const [q, k, v] = np
          .split(attention.call(x.ref, take), 3, -1)
          .map((part) => part.reshape([batch, time, heads, width / heads]))
        const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([-1, width])
        const y = x.add(projection.call(mixed, take))
        return y.ref.add(feed.call(y, take))
      },
    }
  }

  function gpt({ batch, time = 128, layers = 4 }) {
    const [vocabulary, width] = [4096, 256]
    const positions = {
      weights: [drawn(time, width)],
      call: (x, take) => x.reshape([batch, time, width]).add(take()).reshape([-1, width]),
    }
    const blocks = Array.from({ length: layers }, () => transformerBlock(width, 4, { batch, time }))
    const network = chained(
      ...[linear(vocabulary, width, { bias: false }), positions, ...blocks],
      ...[layerNorm(width), linear(width, vocabulary, { bias: false })],
    )
    const [x, y] = [oneHot('x', vocabulary, batch * time), oneHot('y', vocabulary, batch * time)]
    return classifier(network, adam(3e-4), x, y)
  }

  function generator() {
    const twice = (from, to) => [grow(from, to), batchNorm(to), relu]
    return chained(
      ...[linear(100, 16 * 512, { bias: false }), plain((x) => x.reshape([-1, 4, 4, 512]))],
      ...[batchNorm(512), relu, ...twice(512, 256), ...twice(256, 128), ...twice(128, 64)],
      ...[grow(64, 3), plain((x) => np.tanh(x))],
    )
  }

  function discriminator() {
    const leaky = plain((x) => nn.leakyRelu(x, 0.2))
    const half = (from, to) => conv(from, to, 4, { stride: 2, pad: 1 })
    const shrink = (from, to) => [half(from, to), batchNorm(to), leaky]
    return chained(
      ...[half(3, 64), leaky, ...shrink(64, 128), ...shrink(128, 256), ...shrink(256, 512)],
      ...[conv(512, 1, 4), flat],
    )
  }

  function dcgan({ batch }) {
    const [make, judge] = [generator(), discriminator()]
    const rule = adam(2e-4, 0.5)
    const mean = (x) => nn.softplus(x).mean()
    const ofJudge = (judge, [real, noise], make) => {
      const fake = make(noise)
      return mean(judge(real).mul(-1)).add(mean(judge(fake)))
    }
    const ofMaker = (make, [real, noise], judge) => {
      real.dispose()
      return mean(judge(make(noise)).mul(-1))
    }
    return {
      parts: [
        { ...judge, rule, loss: ofJudge, other: 1 },
        { ...make, rule, loss: ofMaker, other: 0 },
      ],
      data: [numbers('x', batch, 64, 64, 3), numbers('noise', batch, 100)],
    }
  }

  function vae({ batch }) {
    const encoder = chained(linear(784, 400), relu)
    const [toMean, toLog] = [linear(400, 20), linear(400, 20)]
    const decoder = chained(linear(20, 400), relu, linear(400, 784))
    const layers = [encoder, toMean, toLog, decoder]
    const network = {
      weights: layers.flatMap(({ weights }) => weights),
      call([x, noise], take) {
        const hidden = encoder.call(x.ref, take)
        const [mean, log] = [toMean.call(hidden.ref, take), toLog.call(hidden, take)]
        const code = mean.ref.add(np.exp(log.ref.mul(0.5)).mul(noise))
        const logits = decoder.call(code, take)
        const pixels = nn.softplus(logits.ref).sub(logits.mul(x)).sum(-1)
        const apart = np.exp(log.ref).add(np.square(mean)).sub(log).sub(1).sum(-1)
        return pixels.add(apart.mul(0.5)).mean()
      },
    }
    const [x, noise] = [np.abs(numbers('x', batch, 784)), numbers('noise', batch, 20)]
    const loss = (call, data) => call(data)
    return { parts: [{ ...network, rule: adam(1e-3), loss }], data: [x, noise] }
  }

  return { mlp, lenet, resnet18, 'char-lstm': charLstm, gpt, dcgan, vae }
}

/** Weights of a part and the states of its rule. */
function started({ numpy: np }, { weights, rule }) {
  const own = weights.map(({ shape, value }, i) => {
    if (value !== undefined) return np.full(shape, value)
    return np.array(uniform(`p${i}`, sizeOf(shape), 1 / Math.sqrt(shape[0]))).reshape(shape)
  })
  const states = Array.from({ length: rule.states }, () =>
    weights.map(({ shape }) => np.zeros(shape)),
  )
  return [own, ...states]
}

/** A compiled step of one part: of its weights and states, the other part's weights, and data. */
function stepOf({ jit, valueAndGrad }, { call, rule, loss, other }, parts) {
  /** Every call of a network takes all its weights anew. */
  const calling = (it, weights) => (x) => {
    let next = 0
    return it.call(x, () => weights[next++].ref)
  }
  const both = valueAndGrad((own, others, data) => {
    const rival = other === undefined ? undefined : calling(parts[other], others)
    const value = loss(calling({ call }, own), data, rival)
    for (const each of [...own, ...others]) each.dispose()
    return value
  })
  return jit(([own, ...states], others, data) => {
    const [value, slopes] = both(
      own.map((each) => each.ref),
      others,
      data,
    )
    const next = own.map((each, i) => {
      return rule.change(each, slopes[i], ...states.map((state) => state[i]))
    })
    return [value, [own, ...states].map((_, part) => next.map((each) => each[part]))]
  })
}

/** A function that makes a training step of a spec. */
export function stepsOf(jax) {
  const { blockUntilReady } = jax
  return async (spec) => {
    const model = models(jax)[spec.model]
    if (!model) throw new Unsupported(`no model ${spec.model}`)
    const { parts, data } = model(spec)
    await blockUntilReady(data)
    const state = []
    for (const part of parts) state.push(await blockUntilReady(started(jax, part)))
    const steps = parts.map((part) => stepOf(jax, part, parts))
    const refs = (arrays) => arrays.map((each) => each.ref)
    return {
      async run() {
        for (const [i, { other }] of parts.entries()) {
          const others = other === undefined ? [] : refs(state[other][0])
          const [value, next] = steps[i](state[i], others, refs(data))
          state[i] = await blockUntilReady(next)
          await value.data()
        }
      },
      close: () => [state, data].flat(3).forEach((each) => void each.dispose()),
    }
  }
}
