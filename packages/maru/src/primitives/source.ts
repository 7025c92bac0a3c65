/** Where values come from: leaves, literals and index counters. */
import type { DType } from '../base/dtype.ts'
import { at, type Sizes } from '../base/shape.ts'
import { makeLeaf, type Node } from '../graph/node.ts'
import type { Source, Spec } from '../graph/primitive.ts'
import { eachIndex, expectKind } from './build.ts'

function noSpec(name: string): () => never {
  return () => {
    throw new RangeError(`${name}: its spec is given when it is made`)
  }
}

/** A value from outside the graph: data, a cell's version, a slot, an argument of `compile`. */
export const leaf: Source = {
  trait: 'source',
  source: 'leaf',
  name: 'leaf',
  infer: noSpec('leaf'),
  evaluate: noSpec('leaf'),
}

/** An input of a closed graph. */
export function placeholder({ shape, dtype }: Spec): Node {
  return makeLeaf(leaf, { kind: 'bound' }, { shape, dtype })
}

/** One number, written in the program. */
export const literal: Source = {
  trait: 'source',
  source: 'literal',
  name: 'literal',
  infer: noSpec('literal'),
  evaluate: noSpec('literal'),
}

/** The index along one axis: `out[..., i, ...] = i`. */
export const iota: Source<{
  readonly shape: Sizes
  readonly axis: number
  readonly dtype: DType
}> = {
  trait: 'source',
  source: 'iota',
  name: 'iota',
  infer(_, { shape, dtype }) {
    expectKind('arange', dtype, 'number')
    return { shape, dtype }
  },
  evaluate(_, { shape, axis }, out) {
    at(shape, axis)
    eachIndex(shape, (index, flat) => {
      out.data[flat] = at(index, axis)
    })
  },
}
