/**
 * Elementary functions in float64 from exactly rounded operations and bit views only.
 * `Math.exp` and its like may differ between engines; these give the same bits everywhere.
 */
export { erf, erfc, erfinv } from './error-function.ts'
export {
  cosh,
  exp,
  exp2,
  expm1,
  integerPower,
  log,
  log1p,
  log2,
  log10,
  pow,
  sigmoid,
  sinh,
  softplus,
  tanh,
} from './exponential.ts'
export { lgamma, polygamma } from './gamma.ts'
export { acos, acosh, asin, asinh, atan2, atanh } from './inverse.ts'
export { cos, sin } from './trigonometry.ts'
