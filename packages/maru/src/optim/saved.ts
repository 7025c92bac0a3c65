/** State that is read back, by name. */
import { ShapeError, ValueError } from '../base/error.ts'
import { sameShape } from '../base/shape.ts'
import type { LoadResult } from '../nn/module.ts'
import { assign } from '../runtime/realize.ts'
import { type Parameter, realize, type Tensor } from '../tensor/tensor.ts'

type Named<T> = ReadonlyMap<string, T>

/**
 * What a dict lacks, and what nobody has a place for.
 *
 * @param counts names of scalars that are not states
 */
export function expectStates(
  dict: Named<Tensor>,
  states: Named<Parameter>,
  { counts, strict }: { readonly counts: readonly string[]; readonly strict: boolean },
): LoadResult {
  const known = [...states.keys(), ...counts]
  const missing = known.filter((name) => !dict.has(name))
  const unexpected = [...dict.keys()].filter((name) => !known.includes(name))
  if (strict && missing.length + unexpected.length > 0) {
    throw new ValueError('state.names', { missing, unexpected })
  }
  for (const name of known) {
    const wanted = states.get(name)?.node.shape ?? []
    const got = dict.get(name)?.node.shape ?? wanted
    if (!sameShape(wanted, got)) throw new ShapeError('state.shape', { name, got, wanted })
  }
  return { missing, unexpected }
}

/** Stores what a dict has for states. */
export async function takeStates(dict: Named<Tensor>, states: Named<Parameter>): Promise<void> {
  for (const [name, state] of states) {
    const value: Tensor | undefined = dict.get(name)
    if (value) assign(state.cell, value.cast(state.dtype).node)
  }
  await realize()
}
