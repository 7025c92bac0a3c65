/** Whole programs whose types must come out as written; read by the compiler, never run. */
import { concat, dim, type Tensor, tensor, zeros } from 'maru'
import {
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
  Softmax,
  Tanh,
} from 'maru/nn'

type Identical<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where the value's type is exactly `Expected`. */
declare function expectType<Expected>(): <Actual>(
  value: Actual,
  ...proof: Identical<Actual, Expected> extends true ? [] : [{ got: Actual; want: Expected }]
) => void

const unknown: Tensor = tensor([[1, 2]])
const size = Number('5')

// a module with a name in its signature

class Mlp extends Module {
  readonly first = new Linear(784, 256)
  readonly last = new Linear(256, 10)

  override forward(x: Tensor<['batch', 784]>): Tensor<['batch', 10]> {
    return this.last.call(this.first.call(x).relu()).softmax()
  }
}

const mlp = new Mlp()
expectType<Tensor<[32, 10]>>()(mlp.call(zeros([32, 784])))
expectType<Tensor<[number, 10]>>()(mlp.call(zeros([size, 784])))
expectType<Tensor>()(mlp.call(unknown))
// @ts-expect-error the last axis is not 784
mlp.call(zeros([32, 785]))
// @ts-expect-error a module that a name was written for takes that name only
mlp.forward(zeros([32, 784]))

class Pairwise extends Module {
  override forward(x: Tensor<['n', 'n', 'd']>): Tensor<['d', 'n']> {
    return x.sum(0).transpose()
  }
}
expectType<Tensor<[5, 3]>>()(new Pairwise().call(zeros([3, 3, 5])))
expectType<Tensor<[5, 3]>>()(new Pairwise().call(zeros([3, size, 5])))
expectType<Tensor<[5, 3]>>()(new Pairwise().call(zeros([size, 3, 5])))
// @ts-expect-error n is 3 and also 4
new Pairwise().call(zeros([3, 4, 5]))

class Attention extends Module {
  readonly query = new Linear(768, 768)
  readonly key = new Linear(768, 768)
  readonly value = new Linear(768, 768)
  readonly out = new Linear(768, 768)

  override forward(x: Tensor<['batch', 'time', 768]>): Tensor<['batch', 'time', 768]> {
    const [batch, time] = x.shape
    const q = this.query.call(x).reshape([batch, time, 12, 64]).transpose(1, 2)
    const k = this.key.call(x).reshape([batch, time, 12, 64]).transpose(1, 2)
    const v = this.value.call(x).reshape([batch, time, 12, 64]).transpose(1, 2)
    const scores = q.matmul(k.transpose()).mul(1 / 8)
    expectType<Tensor<['batch', 12, 'time', 'time']>>()(scores)
    const mixed = scores.softmax(-1).matmul(v).transpose(1, 2).reshape([batch, time, -1])
    return this.out.call(mixed)
  }
}
expectType<Tensor<[4, 128, 768]>>()(new Attention().call(zeros([4, 128, 768])))

class Wrong extends Module {
  readonly first = new Linear(784, 256)
  readonly last = new Linear(128, 10)

  override forward(x: Tensor<['batch', 784]>): Tensor {
    // @ts-expect-error 256 features go into a layer for 128
    return this.last.call(this.first.call(x))
  }
}
expectType<Tensor>()(new Wrong().call(zeros([2, 784])))

// names come from values

const batch = dim('batch', 32)
const time = dim('time', 128)
expectType<number>()(batch + 0)
expectType<Tensor<['batch', 784]>>()(zeros([batch, 784]))
expectType<Tensor<['batch', 'time', 8]>>()(zeros([batch, time, 2]).matmul(zeros([2, 8])))
expectType<Tensor<['batch', 28, 28]>>()(zeros([batch, 784]).reshape([batch, -1, 28]))
expectType<Tensor<['batch', 784]>>()(zeros([batch, 28, 28]).reshape([-1, 784]))
expectType<Tensor<['batch', 784]>>()(zeros([batch, 28, 28]).flatten(1))
expectType<Tensor<['batch', 784]>>()(zeros([batch, 784]).add(zeros([1, 784])))
expectType<Tensor<[number, 784]>>()(zeros([batch * 2, 784]))
// @ts-expect-error two names are two sizes
zeros([batch, 784]).add(zeros([time, 784]))
// @ts-expect-error a name is not a number
zeros([batch, 784]).add(zeros([32, 784]))

// nothing is said of what is not known

expectType<Tensor>()(unknown.matmul(zeros([2, 3])))
expectType<Tensor>()(zeros([2, 3]).matmul(unknown))
expectType<Tensor>()(
  unknown
    .add(zeros([2, 3]))
    .sum(7)
    .permute([3, 1]),
)
expectType<Tensor<[2, 3]>>()(unknown.reshape([2, 3]))
expectType<Tensor>()(zeros([2, 3]).sum(size))
expectType<Tensor>()(zeros([2, 3]).reshape([2, 3] as number[]))
expectType<Tensor>()(zeros([2, 3] as number[]))
expectType<Tensor>()(zeros(unknown.shape))
const parts: Tensor<[2, 3]>[] = [zeros([2, 3])]
expectType<Tensor>()(concat(parts))
expectType<Tensor>()(concat([zeros([2, 3]), ...parts]))
expectType<Tensor>()(zeros([2, 3]).sum(size > 1 ? 0 : 1))
expectType<Tensor<[number, number]>>()(zeros([2, 3]).transpose(size > 1 ? 0 : 1, -1))
expectType<Tensor<[2, 5]>>()(zeros([2, size]).matmul(zeros([3, 5])))
expectType<Tensor<[2, number]>>()(zeros([2, 3]).matmul(zeros([3, size])))
expectType<Tensor<[2, 3]>>()(zeros([size, 3]).add(zeros([2, 3])))
expectType<Tensor<[number, 6, number, number]>>()(
  new Conv2d(3, 6, 5).call(zeros([size, 3, size, size])),
)
expectType<readonly number[]>()(unknown.shape)
expectType<readonly [32, number]>()(zeros([32, size]).shape)

function takes(x: Tensor<[number, 784]>): Tensor {
  return x
}
takes(zeros([32, 784]))
takes(unknown)
// @ts-expect-error 785 is not 784
takes(zeros([32, 785]))
// @ts-expect-error a size known at run time only must be claimed with as()
const exact: Tensor<[32, 784]> = zeros([size, 784])
expectType<Tensor<[32, 784]>>()(exact)
expectType<Tensor<[32, 784]>>()(zeros([size, 784]).as([32, 784]))

// layers in a row

const lenet = new Sequential(
  new Conv2d(1, 6, 5, { padding: 2 }),
  new Tanh(),
  new MaxPool2d(2),
  new Conv2d(6, 16, 5),
  new Tanh(),
  new MaxPool2d(2),
  new Flatten(),
  new Linear(400, 120),
  new Tanh(),
  new Linear(120, 84),
  new Tanh(),
  new Linear(84, 10),
)
expectType<Tensor<[64, 10]>>()(lenet.call(zeros([64, 1, 28, 28])))
expectType<Tensor<[number, 10]>>()(lenet.call(zeros([size, 1, 28, 28])))
expectType<Tensor<[2, 10]>>()(new Sequential(mlp, new Softmax(-1)).call(zeros([2, 784])))
expectType<Tensor<[2, 5]>>()(
  new Sequential(new Sequential(new Linear(3, 4), new ReLU()), new Linear(4, 5)).call(
    zeros([2, 3]),
  ),
)
// @ts-expect-error 32 x 32 pixels leave 576 features for a layer of 400
lenet.call(zeros([64, 1, 32, 32]))
// @ts-expect-error 512 features go into a layer for 256
new Sequential(new Linear(784, 512), new ReLU(), new Linear(256, 10))
// @ts-expect-error 10 is not a layer
new Sequential(new Linear(784, 512), 10)

class Fixed extends Module {
  override forward(x: Tensor<[32, 10]>): Tensor<[32]> {
    return x.sum(1)
  }
}
expectType<Tensor<[32]>>()(new Sequential(mlp, new Fixed()).call(zeros([32, 784])))
// @ts-expect-error a batch of 16 comes to a layer for 32
new Sequential(mlp, new Fixed()).call(zeros([16, 784]))

const modules: Module[] = [mlp, lenet, new Linear(2, 3)]
expectType<Tensor>()(new Sequential(...modules).call(zeros([2, 3])))
expectType<Tensor>()(modules.map((module) => module.call(unknown))[0] ?? unknown)

class Untyped extends Module {
  override forward(x: Tensor): Tensor {
    return x.relu()
  }
}
expectType<Tensor>()(new Untyped().call(zeros([2, 3])))

// generic code: one parameter on both sides is one size

class Bottleneck<In extends number, Hidden extends number> extends Module {
  readonly down: Linear<In, Hidden>
  readonly up: Linear<Hidden, In>

  constructor(inFeatures: In, hidden: Hidden) {
    super()
    this.down = new Linear(inFeatures, hidden)
    this.up = new Linear(hidden, inFeatures)
  }

  override forward(x: Tensor<['batch', In]>): Tensor<['batch', In]> {
    return this.up.call(this.down.call(x).relu()).add(x)
  }

  asSequential(x: Tensor<['batch', In]>): Tensor<['batch', In]> {
    return new Sequential(this.down, new ReLU(), this.up).call(x)
  }

  product(x: Tensor<['batch', In]>, weight: Tensor<[In, Hidden]>): Tensor<['batch', In]> {
    return x.matmul(weight).matmul(weight.transpose())
  }

  wrong(x: Tensor<['batch', In]>): Tensor {
    // @ts-expect-error `up` takes Hidden features
    return this.up.call(x)
  }
}
expectType<Tensor<[32, 784]>>()(new Bottleneck(784, 64).call(zeros([32, 784])))

function project<Batch extends readonly (number | string)[]>(
  x: Tensor<[...Batch, 784]>,
): Tensor<[...Batch, 10]> {
  return new Linear(784, 10).call(x.add(zeros([784])))
}
expectType<Tensor<[2, 3, 10]>>()(project(zeros([2, 3, 784])))
