/** What a backend says that it can do. The compiler asks this record, never a backend. */
import type { DType } from '../base/dtype.ts'

export interface Target {
  readonly name: string
  /** 32-bit lanes of a vector; 0 where kernels are not compiled and every node is interpreted. */
  readonly lanes: number
  /** Element types of compiled kernels; nodes with others are interpreted. */
  readonly dtypes: ReadonlySet<DType>
  /** Whether one kernel may compute several nodes. */
  readonly fuse: boolean
}
