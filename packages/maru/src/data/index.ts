/** Data sets and loaders. */
export type { BatchPlace, Recipe } from './assemble.ts'
export { type Collate, collate, type PaddingColumns, padSequences } from './collate.ts'
export { type Dataset, expectTrainable, type IterableDataset, type Role } from './dataset.ts'
export { generateDigits } from './digits.ts'
export { type IdxArray, parseIdx, readIdx } from './idx.ts'
export { ImageDataset } from './images.ts'
export { DataLoader, type LoaderOptions, type LoaderState } from './loader.ts'
export { type Mnist, readMnist } from './mnist.ts'
export type {
  Batch,
  Collated,
  Column,
  NdArray,
  Sample,
  Stackable,
  TensorBatch,
  Tensors,
} from './record.ts'
