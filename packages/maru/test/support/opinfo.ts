/** PyTorch's own list of ops, and which op of the table each of its names stands for. */
import { readFileSync } from 'node:fs'
import { table } from '../ops/table.ts'

function readNames(): readonly string[] {
  const url = new URL('../ops/fixtures/opinfo-names.json', import.meta.url)
  const { entries }: { entries: string[] } = JSON.parse(readFileSync(url, 'utf8'))
  return entries
}

/** Names of PyTorch's OpInfo database. */
export const opInfoNames: readonly string[] = readNames()

/** Names that are another word for an op here, or one of its options. */
export const aliases: Readonly<Record<string, string>> = {
  __radd__: 'add',
  __rand__: 'bitwiseAnd',
  __rdiv__: 'div',
  __rmatmul__: 'matmul',
  __rmod__: 'remainder',
  __rmul__: 'mul',
  __ror__: 'bitwiseOr',
  __rpow__: 'pow',
  __rsub__: 'sub',
  __rxor__: 'bitwiseXor',
  amax: 'max',
  amin: 'min',
  bfloat16: 'cast',
  bitwise_left_shift: 'shiftLeft',
  bitwise_right_shift: 'shiftRight',
  bool: 'cast',
  broadcast_to: 'expand',
  byte: 'cast',
  cat: 'concat',
  char: 'cast',
  column_stack: 'stack',
  constant_pad_nd: 'pad',
  double: 'cast',
  eq: 'equal',
  expand_as: 'expand',
  fill: 'full',
  fliplr: 'flip',
  flipud: 'flip',
  float: 'cast',
  ge: 'greaterEqual',
  gt: 'greater',
  H: 'transpose',
  half: 'cast',
  hstack: 'concat',
  index_select: 'take',
  inner: 'matmul',
  int: 'cast',
  le: 'lessEqual',
  'linalg.eigvalsh': 'eigh',
  'linalg.inv': 'inverse',
  'linalg.matrix_norm': 'norm',
  'linalg.solve_triangular': 'triangularSolve',
  'linalg.svdvals': 'svd',
  'linalg.vector_norm': 'norm',
  logical_not: 'not',
  long: 'cast',
  lt: 'less',
  mH: 'transpose',
  mm: 'matmul',
  msort: 'sort',
  mT: 'transpose',
  multinomial: 'categorical',
  mv: 'matmul',
  ne: 'notEqual',
  'nn.functional._scaled_dot_product_attention': 'scaledDotProductAttention',
  'nn.functional.upsample_bilinear': 'interpolate',
  'nn.functional.upsample_nearest': 'interpolate',
  pinverse: 'pinv',
  positive: 'abs',
  rand_like: 'uniform',
  randint_like: 'randint',
  randn: 'normal',
  randn_like: 'normal',
  ravel: 'flatten',
  reshape_as: 'reshape',
  rsub: 'sub',
  short: 'cast',
  T: 'transpose',
  t: 'transpose',
  take_along_dim: 'takeAlongAxis',
  tile: 'repeat',
  true_divide: 'div',
  vdot: 'matmul',
  view: 'reshape',
  view_as: 'reshape',
  vstack: 'concat',
}

/** Why names have no op, where the reason is not that nobody has written it. */
const reasons: readonly (readonly [reason: string, names: RegExp])[] = [
  [
    'complex numbers are pairs of real ones here, not a dtype',
    /^(angle|chalf|complex|conj|conj_physical|imag|isreal|polar|real|resolve_conj|resolve_neg|sgn|view_as_complex|view_as_real)$|hfft/,
  ],
  ['sparse tensors', /^sparse\.|^to_sparse$/],
  ['masked tensors: `where` and a fold do the same', /^masked\./],
  [
    'views, strides and storage: tensors here are values, and arrangements cost nothing',
    /^(as_strided|as_strided_scatter|clone|contiguous|empty|empty_like|narrow_copy|new_.*|resize_|resize_as_|to|zero_)$/,
  ],
  ['user-written CUDA kernels', /^jiterator/],
  ['superseded in PyTorch itself', /^(lu|lu_solve|lu_unpack|symeig|geqrf|qr|native_.*|renorm)$/],
]

const camel = (name: string): string =>
  name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const rows = new Map(table.map(({ name }) => [name.toLowerCase(), name]))
const byOracle = new Map(
  table.flatMap(({ name, oracle }) => ('torch' in oracle ? [[oracle.torch, name] as const] : [])),
)

/** The op of the table that a name of PyTorch stands for. */
export function opFor(name: string): string | undefined {
  // The same word means another thing there.
  if (/^(masked|sparse)\./.test(name)) return undefined
  const last = name.slice(name.lastIndexOf('.') + 1)
  const spoken = camel(last)
  const own = rows.get(spoken.toLowerCase()) ?? byOracle.get(spoken) ?? byOracle.get(last)
  const other = Object.hasOwn(aliases, name) ? aliases[name] : undefined
  return own ?? (other && rows.get(other.toLowerCase()))
}

/** Names without an op here, by the reason. */
export function unmapped(): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const name of opInfoNames) {
    if (opFor(name) !== undefined) continue
    const family = name.includes('.') ? `, ${name.slice(0, name.lastIndexOf('.'))}` : ''
    const reason = reasons.find(([, names]) => names.test(name))?.[0] ?? `not yet${family}`
    groups.set(reason, [...(groups.get(reason) ?? []), name])
  }
  return groups
}
