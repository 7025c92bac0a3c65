/** Features by hand: what was measured of images and texts before networks learned to. */
export {
  type ColorHistogramOptions,
  colorHistogram,
  type EdgeHistogramOptions,
  edgeHistogram,
  lbp,
  sobel,
} from './histograms.ts'
export { type BlockNorm, type HogOptions, hog } from './hog.ts'
export type { GridOptions, Image, Slopes } from './image.ts'
export { type FeatureMatrix, featureMatrix } from './matrix.ts'
export { PCA, StandardScaler } from './projection.ts'
export { logMelSpectrogram, type MelOptions, type MfccOptions, mfcc } from './sound.ts'
export { type SparseParts, SparseRows } from './sparse.ts'
export { CountVectorizer, TfidfVectorizer, type VectorizerOptions } from './text.ts'
