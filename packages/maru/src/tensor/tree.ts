/** Tensors in arrays and objects, as functions take and return them. */
import type { Tensor } from './tensor.ts'

/** Tensors, alone or in arrays and objects. */
export type Tree = Tensor | undefined | readonly Tree[] | { readonly [name: string]: Tree }

type Loose1<T> = T extends Tensor ? Tensor : T
type Loose2<T> = T extends Tensor ? Tensor : { [K in keyof T]: Loose1<T[K]> }

/** The same structure with tensors of unknown shape, as deep as people write it. */
export type Loose<T> = T extends Tensor ? Tensor : { [K in keyof T]: Loose2<T[K]> }

/** A rebuilt structure under the type of the one that it was taken from. */
export function like<L>(rebuilt: Tree): L {
  return rebuilt as unknown as L
}

/** What puts a list of tensors back into the structure that they came from. */
export type Rebuild = (tensors: readonly Tensor[]) => Tree

/** The tensors of a structure in order, and the way back; `undefined` for anything else. */
export function flatten(
  value: unknown,
  isTensor: (value: unknown) => value is Tensor,
): { readonly tensors: Tensor[]; readonly rebuild: Rebuild } | undefined {
  const tensors: Tensor[] = []
  const build = (part: unknown): Rebuild | undefined => {
    if (part === undefined) return () => undefined
    if (isTensor(part)) {
      const position = tensors.push(part) - 1
      return (list) => list[position]
    }
    if (Array.isArray(part)) {
      const inner = part.map(build)
      if (!inner.every((each) => each !== undefined)) return undefined
      return (list) => inner.map((each) => each(list))
    }
    if (typeof part !== 'object' || part === null) return undefined
    if (Object.getPrototypeOf(part) !== Object.prototype) return undefined
    const entries = Object.entries(part).map(([name, each]) => [name, build(each)] as const)
    if (!entries.every(([, each]) => each !== undefined)) return undefined
    return (list) => Object.fromEntries(entries.map(([name, each]) => [name, each?.(list)]))
  }
  const rebuild = build(value)
  return rebuild && { tensors, rebuild }
}
