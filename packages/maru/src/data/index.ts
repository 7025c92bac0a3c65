/** Data sets and loaders. */
export { Stream } from '../base/threefry.ts'
export type { BatchPlace, Recipe } from './assemble.ts'
export * from './augment/index.ts'
export { readText } from './bytes.ts'
export { type Cifar, parseCifar, readCifar } from './cifar.ts'
export { type Collate, collate, type PaddingColumns, padSequences } from './collate.ts'
export { ColumnDataset, type ColumnOf } from './columns.ts'
export { type Dataset, expectTrainable, type IterableDataset, type Role } from './dataset.ts'
export { type ClassCount, type Description, describe } from './describe.ts'
export { generateDigits } from './digits.ts'
export {
  type ColumnPlan,
  encodeTable,
  type PlanOptions,
  planTable,
  type RowSample,
  type TablePlan,
  type TargetPlan,
  widthOfPlan,
} from './encoder.ts'
export * from './features/index.ts'
export * from './generate/index.ts'
export { fromKeys, toJamo, toKeys } from './hangul.ts'
export { type IdxArray, parseIdx, readIdx } from './idx.ts'
export { ImageDataset } from './images.ts'
export { type FlippedLabels, flipLabels } from './labels.ts'
export { DataLoader, type LoaderOptions, type LoaderState } from './loader.ts'
export { type Mnist, readMnist } from './mnist.ts'
export { hashNgrams, type NgramOptions } from './ngrams.ts'
export { ImageFolder, type ImageFolderOptions } from './pictures/folder.ts'
export {
  decodePicture,
  type ImageOptions,
  imageOf,
  type PictureOptions,
} from './pictures/picture.ts'
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
export { parseReviews, type Reviews, readReviews, type TextSample } from './reviews.ts'
export { parseSeparated, type SeparatedOptions } from './separated.ts'
export {
  ArrayDataset,
  ConcatDataset,
  GeneratedDataset,
  MappedDataset,
  StreamDataset,
  Subset,
  ZippedDataset,
} from './sets.ts'
export { type SplitOptions, split } from './split.ts'
export {
  type Labelled,
  parseJsonLines,
  parseTable,
  readJsonLines,
  readTable,
  Table,
  type TableOptions,
} from './table.ts'
export { characters, Vocabulary, type VocabularyOptions, words } from './vocabulary.ts'
export { WindowDataset, type WindowSample } from './windows.ts'
export type { WorkerOptions } from './workers/pool.ts'
export { type Source, serve } from './workers/serve.ts'
