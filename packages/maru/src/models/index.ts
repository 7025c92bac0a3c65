/** Networks by name, and models on disk. */

export { type AlexNetOptions, alexnet } from './alexnet.ts'
export { type CharLstmOptions, charLstm } from './char-lstm.ts'
export { type Dcgan, type DcganOptions, dcgan } from './dcgan.ts'
export { decodeWeights, encodeWeights, loadModel, saveModel } from './files.ts'
export { GPT, type GptOptions } from './gpt.ts'
export { type LeNet5Options, lenet5 } from './lenet.ts'
export { type MlpOptions, mlp } from './mlp.ts'
export { cifarResNet, type ResNetOptions, resnet18 } from './resnet.ts'
export { type SampleOptions, sample } from './sample.ts'
export { type ElboOptions, type Posterior, VAE, type VaeOptions } from './vae.ts'
export { type VggOptions, vgg } from './vgg.ts'
