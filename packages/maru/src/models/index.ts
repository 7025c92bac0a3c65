/** Networks by name, models on disk, and classifiers of features. */
export { type AlexNetOptions, alexnet } from './alexnet.ts'
export { type CardFacts, modelCard } from './card.ts'
export { type CharLstmOptions, charLstm } from './char-lstm.ts'
export { Classifier, type Features, type ScoreOptions } from './classifier.ts'
export { type Dcgan, type DcganOptions, dcgan } from './dcgan.ts'
export { decodeWeights, encodeWeights, loadModel, readWeights, saveModel } from './files.ts'
export { Gan, type GanLossOptions, type GanOptions } from './gan.ts'
export { GoogLeNet, type GoogLeNetOptions, type InceptionWidths, inception } from './googlenet.ts'
export { GPT, type GptOptions } from './gpt.ts'
export { type LeNet5Options, lenet5 } from './lenet.ts'
export { LogisticRegression, type LogisticRegressionOptions } from './logistic.ts'
export { type MlpOptions, mlp } from './mlp.ts'
export {
  GaussianNB,
  type GaussianNBOptions,
  MultinomialNB,
  type MultinomialNBOptions,
} from './naive-bayes.ts'
export { KNeighborsClassifier, type KNeighborsOptions } from './neighbors.ts'
export { cifarResNet, type ResNetOptions, resnet18 } from './resnet.ts'
export { type SampleOptions, sample } from './sample.ts'
export { type ElboOptions, type IwaeOptions, type Posterior, VAE, type VaeOptions } from './vae.ts'
export { type VggOptions, vgg } from './vgg.ts'
