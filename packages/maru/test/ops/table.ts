/** Every op: one row. A method of `Tensor` or a function on tensors without a row fails a test. */
import type { Row } from './row.ts'
import { binary } from './rows/binary.ts'
import { creation } from './rows/create.ts'
import { decompositions } from './rows/decomposition.ts'
import { elementwise } from './rows/elementwise.ts'
import { transforms } from './rows/fourier.ts'
import { indexing } from './rows/indexing.ts'
import { movements } from './rows/movement.ts'
import { normalised } from './rows/normalised.ts'
import { products } from './rows/products.ts'
import { folds } from './rows/reduce.ts'
import { orders } from './rows/sort.ts'
import { windows } from './rows/window.ts'

/** All rows. */
export const table: readonly Row[] = [
  ...binary,
  ...elementwise,
  ...folds,
  ...normalised,
  ...movements,
  ...products,
  ...indexing,
  ...windows,
  ...orders,
  ...transforms,
  ...decompositions,
  ...creation,
]
