/** Data sets and loaders. */
export { type Batch, type Dataset, ImageDataset, type Sample } from './dataset.ts'
export { generateDigits } from './digits.ts'
export { type IdxArray, parseIdx, readIdx } from './idx.ts'
export {
  type Collate,
  DataLoader,
  type LoaderOptions,
  type LoaderState,
  type TensorBatch,
} from './loader.ts'
export { type Mnist, readMnist } from './mnist.ts'
