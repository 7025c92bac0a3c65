/** What the declarations promise to the compiler of whoever installs the package. */
import { compile, crossEntropy, type Tensor, zeros } from 'maru'
import { DataLoader, generateDigits } from 'maru/data'
import { decodeSafetensors, type Safetensors } from 'maru/io'
import { lenet5 } from 'maru/models'
import { Linear, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'
import { type Evaluation, evaluate, fit } from 'maru/train'

export const product: Tensor<[2, 4]> = zeros([2, 3]).matmul(zeros([3, 4]))
// @ts-expect-error the inner lengths differ
zeros([2, 3]).matmul(zeros([4, 5]))

const model = lenet5()
const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
const digits = generateDigits(100)
const loader = new DataLoader(digits, { batchSize: 10 })

export const labels: Tensor[] = [...loader].map((batch) => batch.labels)
export const losses: number[] = await fit(model, optimizer, loader, { epochs: 1 })
export const tested: Evaluation = await evaluate(model, digits)
export const logits: Tensor<[8, 10]> = new Sequential(new Linear(4, 10)).call(zeros([8, 4]))
export const step: (x: Tensor | number, y: Tensor | number) => Promise<Tensor> = compile(
  (x: Tensor, y: Tensor) => crossEntropy(x, y),
)
export const read = (bytes: Uint8Array): Safetensors => decodeSafetensors(bytes)
