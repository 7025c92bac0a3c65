/** Networks by name, and models on disk. */
export { decodeWeights, encodeWeights, loadModel, saveModel } from './files.ts'
export { type LeNet5Options, lenet5 } from './lenet.ts'
