/** maru: tensors, gradients and compiled functions. Layers, optimisers and data are subpaths. */
export type { DType } from './base/dtype.ts'
export {
  AnomalyError,
  DataError,
  DeviceError,
  DTypeError,
  FormatError,
  IndexError,
  MaruError,
  MemoryError,
  ShapeError,
  StaleError,
  TraceError,
  ValueError,
} from './base/error.ts'
export { manualSeed } from './base/seed.ts'
export { detectAnomaly } from './runtime/anomaly.ts'
export { type Holder, type MemoryReport, memory, useDevice } from './runtime/engine.ts'
export { startTrace, stopTrace } from './runtime/timeline.ts'
export type { EluOptions, GeluOptions } from './tensor/activation.ts'
export type { ScaleOptions } from './tensor/arithmetic.ts'
export { type Distance, type FgsmOptions, fgsm, type PgdOptions, pgd } from './tensor/attack.ts'
export { scaledDotProductAttention } from './tensor/attention.ts'
export { compile } from './tensor/compile.ts'
export { cond, type ScanOptions, scan, whileLoop } from './tensor/control.ts'
export {
  arange,
  type CreateOptions,
  concat,
  dim,
  full,
  type NestedInput,
  ones,
  stack,
  tensor,
  zeros,
} from './tensor/create.ts'
export { Dial } from './tensor/dial.ts'
export { einsum } from './tensor/einsum.ts'
export { Explanation, explain, type KernelReport } from './tensor/explain.ts'
export {
  type CustomContext,
  checkpoint,
  customGradient,
  grad,
  hvp,
  jvp,
  valueAndGrad,
  vjp,
} from './tensor/grad.ts'
export { type GradcheckOptions, gradcheck } from './tensor/gradcheck.ts'
export {
  eye,
  fullLike,
  linspace,
  logspace,
  meshgrid,
  onesLike,
  zerosLike,
} from './tensor/grids.ts'
export { embedding } from './tensor/indexing.ts'
export * from './tensor/loss.ts'
export type { NanToNumOptions } from './tensor/math.ts'
export {
  type BernoulliOptions,
  bernoulli,
  type CategoricalOptions,
  categorical,
  type ExponentialOptions,
  exponential,
  type NormalOptions,
  normal,
  type RandintOptions,
  type RandomOptions,
  randint,
  type TruncatedNormalOptions,
  truncatedNormal,
  type UniformOptions,
  uniform,
} from './tensor/random.ts'
export {
  type GammaOptions,
  gamma,
  type PoissonOptions,
  poisson,
  type RandpermOptions,
  randperm,
} from './tensor/random-rejection.ts'
export { type Check, SelfTest, selfTest } from './tensor/self-test.ts'
export { type Nested, Parameter, realize, Tensor } from './tensor/tensor.ts'
export type { Loose, Tree } from './tensor/tree.ts'
export { type VmapOptions, vmap } from './tensor/vmap.ts'
