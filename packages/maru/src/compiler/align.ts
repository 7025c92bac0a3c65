/** How the loops of two kernels belong together, by one place in memory that both go over. */
import { type IndexExpr, variable } from './index-expr.ts'
import type { LoopKernel } from './kernel.ts'

/** A part of one loop of each kernel: `⌊variable / stride⌋ mod extent`. */
interface Piece {
  readonly extent: number
  readonly first: { readonly variable: number; readonly stride: number }
  readonly second: { readonly variable: number; readonly stride: number }
}

/** A loop with the step that it makes through memory. */
interface Stride {
  readonly variable: number
  readonly extent: number
  readonly factor: number
}

/** Loops of both kernels together, and each kernel's variables as expressions of theirs. */
export interface Alignment {
  readonly extents: readonly number[]
  readonly folded: readonly number[]
  readonly first: readonly IndexExpr[]
  readonly second: readonly IndexExpr[]
}

/** The loops of one iteration or more that make an offset, the longest step first. */
function stridesOf(offset: IndexExpr, extents: readonly number[]): Stride[] | undefined {
  const strides: Stride[] = []
  for (const { atom, factor } of offset.terms) {
    if (typeof atom !== 'number' || factor <= 0) return undefined
    const extent = extents[atom] ?? 1
    if (extent > 1) strides.push({ variable: atom, extent, factor })
  }
  return strides.sort((a, b) => b.factor - a.factor)
}

/** Row-major steps for loops in this order. */
function rowMajor(variables: readonly number[], extents: readonly number[]): Stride[] {
  let factor = 1
  const strides = variables.toReversed().map((variable): Stride => {
    const extent = extents[variable] ?? 1
    const stride = { variable, extent, factor }
    factor *= extent
    return stride
  })
  return strides.reverse()
}

/** Splits loops until those of both kernels make the same steps; the shortest step first. */
function pieces(first: readonly Stride[], second: readonly Stride[]): Piece[] | undefined {
  const found: Piece[] = []
  const cursors = [first, second].map((list) => ({ list, at: list.length - 1, stride: 1 }))
  const [a, b] = cursors
  if (!a || !b) return undefined
  for (;;) {
    const [x, y] = [a.list[a.at], b.list[b.at]]
    if (!x || !y) return x || y ? undefined : found
    if (x.factor * a.stride !== y.factor * b.stride) return undefined
    const [left, right] = [x.extent / a.stride, y.extent / b.stride]
    const extent = Math.min(left, right)
    if (Math.max(left, right) % extent !== 0) return undefined
    found.push({
      extent,
      first: { variable: x.variable, stride: a.stride },
      second: { variable: y.variable, stride: b.stride },
    })
    for (const [cursor, rest] of [[a, left] as const, [b, right] as const]) {
      if (rest === extent) {
        cursor.at--
        cursor.stride = 1
      } else cursor.stride *= extent
    }
  }
}

function unpaired(kernel: LoopKernel, paired: ReadonlySet<number>): number[] {
  const extents = [...kernel.extents, ...kernel.folded]
  return [...extents.keys()].filter((i) => !paired.has(i) && (extents[i] ?? 1) > 1)
}

/**
 * Loops for both kernels, where the first goes over memory by `offsets[0]` and the second by `offsets[1]`.
 * A loop is an inner one if a kernel that folds folds over it; a second kernel that folds nothing, has no
 * inner loops and `depends` on the first belongs to the outer ones. `undefined`: they do not belong together.
 */
export function align(
  first: LoopKernel,
  second: LoopKernel,
  offsets: readonly [IndexExpr, IndexExpr],
  depends: boolean,
): Alignment | undefined {
  const [a, b] = [first, second].map(({ extents, folded }) => [...extents, ...folded])
  if (!a || !b || offsets[0].constant !== offsets[1].constant) return undefined
  const [x, y] = [stridesOf(offsets[0], a), stridesOf(offsets[1], b)]
  const common = x && y && pieces(x, y)
  if (!common) return undefined
  const restOf = (kernel: LoopKernel, side: 'first' | 'second'): number[] =>
    unpaired(kernel, new Set(common.map((piece) => piece[side].variable)))
  const [left, right] = [restOf(first, 'first'), restOf(second, 'second')]
  const maps = depends && second.passes.length === 0
  const outerOnly = maps && right.length === 0 && left.length > 0
  const rest = outerOnly ? [] : pieces(rowMajor(left, a), rowMajor(right, b))
  return rest && combined([...common, ...rest], [first, second], outerOnly ? left : [])
}

/** `alone`: inner loops of the first kernel that the second does not have. */
function combined(
  all: readonly Piece[],
  [first, second]: readonly [LoopKernel, LoopKernel],
  alone: readonly number[],
): Alignment | undefined {
  const [folds, folding] = [first, second].map(({ passes }) => passes.length > 0)
  const isInner = ({ first: a, second: b }: Piece): boolean | undefined => {
    const [x, y] = [a.variable >= first.extents.length, b.variable >= second.extents.length]
    if (folds && folding) return x === y ? x : undefined
    return folds ? x : y
  }
  const sorted = all.toSorted((p, q) => {
    return p.first.variable - q.first.variable || q.first.stride - p.first.stride
  })
  const inner = sorted.filter((piece) => isInner(piece) === true)
  const outer = sorted.filter((piece) => isInner(piece) === false)
  if (inner.length + outer.length < all.length) return undefined
  if (alone.some((it) => it < first.extents.length) || (alone.length > 0 && inner.length > 0)) {
    return undefined
  }
  const sizes = [...first.extents, ...first.folded]
  const folded = [...inner.map(({ extent }) => extent), ...alone.map((it) => sizes[it] ?? 1)]
  const loops = [...outer, ...inner]
  const expressions = (kernel: LoopKernel, side: 'first' | 'second'): IndexExpr[] =>
    [...kernel.extents, ...kernel.folded].map((_, own) => {
      const terms = loops.flatMap((piece, i) => {
        const { variable: of, stride } = piece[side]
        return of === own ? variable(i).terms.map((term) => ({ ...term, factor: stride })) : []
      })
      terms.sort((p, q) => (p.key < q.key ? -1 : 1))
      return { constant: 0, terms }
    })
  const left = expressions(first, 'first')
  alone.forEach((it, i) => {
    left[it] = variable(loops.length + i)
  })
  return {
    extents: outer.map(({ extent }) => extent),
    folded,
    first: left,
    second: expressions(second, 'second'),
  }
}
