/** Every op: one row. A method of `Tensor` or a function on tensors without a row fails a test. */
import type { Row } from './row.ts'
import { activations } from './rows/activation.ts'
import { arithmetics } from './rows/arithmetic.ts'
import { arrangements, pixels } from './rows/arrange.ts'
import { binary } from './rows/binary.ts'
import { bits } from './rows/bitwise.ts'
import { convolutions } from './rows/conv.ts'
import { creation } from './rows/create.ts'
import { decompositions } from './rows/decomposition.ts'
import { sums } from './rows/einsum.ts'
import { elementwise } from './rows/elementwise.ts'
import { transforms } from './rows/fourier.ts'
import { grids } from './rows/grids.ts'
import { indexing } from './rows/indexing.ts'
import { losses } from './rows/loss.ts'
import { scoreLosses } from './rows/loss-scores.ts'
import { functions } from './rows/math.ts'
import { movements } from './rows/movement.ts'
import { normalised } from './rows/normalised.ts'
import { normalisations } from './rows/normalize.ts'
import { pools } from './rows/pool.ts'
import { products } from './rows/products.ts'
import { random } from './rows/random.ts'
import { folds } from './rows/reduce.ts'
import { resizes } from './rows/resize.ts'
import { orders } from './rows/sort.ts'
import { statistics } from './rows/statistics.ts'
import { windows } from './rows/window.ts'

/** All rows. */
export const table: readonly Row[] = [
  ...binary,
  ...elementwise,
  ...functions,
  ...arithmetics,
  ...bits,
  ...activations,
  ...folds,
  ...normalised,
  ...losses,
  ...scoreLosses,
  ...movements,
  ...products,
  ...indexing,
  ...windows,
  ...orders,
  ...transforms,
  ...decompositions,
  ...creation,
  ...random,
  ...grids,
  ...arrangements,
  ...pixels,
  ...statistics,
  ...sums,
  ...convolutions,
  ...pools,
  ...resizes,
  ...normalisations,
]
