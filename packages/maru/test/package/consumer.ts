/** What the declarations promise to the compiler of whoever installs the package. */
import { compile, crossEntropy, type Tensor, zeros } from 'maru'
import { DataLoader, generateDigits } from 'maru/data'
import { decodeSafetensors, type Safetensors } from 'maru/io'
import { lenet5 } from 'maru/models'
import { Conv2d, GRU, Linear, MaxPool2d, Module, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'
import { Accuracy, type History, Trainer } from 'maru/train'

export const product: Tensor<[2, 4]> = zeros([2, 3]).matmul(zeros([3, 4]))
// @ts-expect-error the inner lengths differ
zeros([2, 3]).matmul(zeros([4, 5]))

const model = lenet5()
const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
const digits = generateDigits(100)
const loader = new DataLoader(digits, { batchSize: 10 })

export const labels: Tensor[] = [...loader].map((batch) => batch.labels)
const metrics = { accuracy: new Accuracy() }
const trainer = new Trainer(model, { optimizer, loss: crossEntropy, metrics })
export const history: History = await trainer.fit(loader, { epochs: 1 })
export const accuracy: number = (await trainer.evaluate(loader)).metrics.accuracy
export const logits: Tensor<[8, 10]> = new Sequential(new Linear(4, 10)).call(zeros([8, 4]))
export const layers: readonly [Linear, Conv2d, GRU, MaxPool2d] = [
  new Linear(4, 10, { bias: false }),
  new Conv2d(1, 6, [5, 3], { stride: 2 }),
  new GRU(3, 4, { bidirectional: true }),
  new MaxPool2d(2),
]
export const made: Tensor[] = [layers[0].call(zeros([8, 4])), layers[1].call(zeros([1, 1, 8, 8]))]
class Distance extends Module {
  readonly embed = new Linear(4, 2)
  forward(x: Tensor, y: Tensor): Tensor {
    return this.embed.call(x).sub(this.embed.call(y)).square().sum(-1)
  }
}
const distance = new Distance()
export const distances: Tensor = distance.call(zeros([8, 4]), zeros([8, 4]))
// @ts-expect-error it takes two
distance.call(zeros([8, 4]))
// @ts-expect-error in a sequence there is one
new Sequential(new Linear(4, 4), distance)
export const step: (x: Tensor | number, y: Tensor | number) => Promise<Tensor> = compile(
  (x: Tensor, y: Tensor) => crossEntropy(x, y),
)
export const read = (bytes: Uint8Array): Safetensors => decodeSafetensors(bytes)
