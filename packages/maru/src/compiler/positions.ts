/** Positions in several loops at once, counted as one number. */
import type { Lowering } from './lowering.ts'
import type { Scalar, VectorBuilder } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

/** From one position to before another. */
export type Range = readonly [from: Scalar, to: Scalar]

/** The smaller of two. */
export function least(b: VectorBuilder, a: Scalar, c: Scalar): Variable {
  const smaller = b.variable(a)
  b.when(b.scalar('ltS', c, smaller), () => b.set(smaller, c))
  return smaller
}

/** Sets the coordinates of loops, the first of which is loop `first`, to a position in them. */
export function place(
  l: Lowering,
  flat: Scalar,
  { first, extents }: { readonly first: number; readonly extents: readonly number[] },
): void {
  const { b } = l
  let rest = flat
  for (let i = extents.length - 1; i >= 0; i--) {
    const size = l.integer(extents[i] ?? 1)
    l.coordinates[first + i] = b.variable(i === 0 ? rest : b.scalar('remS', rest, size))
    if (i > 0) rest = b.variable(b.scalar('divS', rest, size))
  }
}

/** Adds one to the last coordinate of some loops, the first of which is loop `first`, and carries. */
export function advance(l: Lowering, first: number, extents: readonly number[]): void {
  const { b } = l
  const last = extents.length - 1
  if (last < 0) return
  const at = l.coordinate(first + last)
  b.set(at, b.add(at, 1))
  if (last === 0) return
  b.when(b.scalar('geS', at, l.integer(extents[last] ?? 1)), () => {
    b.set(at, 0)
    advance(l, first, extents.slice(0, -1))
  })
}

/** Where a run along the last of some loops ends that begins at a position whose coordinates are set. */
export function runEnd(
  l: Lowering,
  from: Scalar,
  {
    axis,
    extents,
    end,
  }: { readonly axis: number; readonly extents: readonly number[]; readonly end: Scalar },
): Variable {
  const { b } = l
  if (extents.length <= 1) return b.variable(end)
  const left = b.sub(l.integer(extents.at(-1) ?? 1), l.coordinate(axis))
  return least(b, b.add(from, left), end)
}
