/** Where batches come from, and how a batch reaches a compiled step. */
import { ValueError } from '../base/error.ts'
import { showAny } from '../base/show.ts'
import type { Role } from '../data/dataset.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { Tree } from '../tensor/tree.ts'

/** The usual batch: what a loader hands out unless told otherwise. */
export interface Supervised {
  /** [N, ...] */
  readonly inputs: Tensor
  /** [N, ...], class ids or values. */
  readonly labels: Tensor
}

/**
 * Batches, gone through anew in every epoch: a `DataLoader`, an array, an object with a generator.
 *
 * With `state` and `restore`, training can be resumed within an epoch; without them the batches before
 * the place are gone through again.
 */
export type Loader<B> = (Iterable<B> | AsyncIterable<B>) & {
  /** Batches of an epoch; infinity or nothing where that is not known. */
  readonly length?: number | undefined
  readonly batchSize?: number | undefined
  /** What the batches are made of; a set that is marked as one for testing is not trained on. */
  readonly dataset?: { readonly role?: Role | undefined } | undefined
  /** The place behind the batches handed out so far, as JSON. */
  state?(): unknown
  restore?(state: never): void
}

/** The tensors of a batch, and the way back. */
export interface Parts<B> {
  readonly tensors: readonly Tensor[]
  /** Equal for batches of equal structure, whatever the shapes. */
  readonly structure: string
  rebuild(tensors: readonly Tensor[]): B
}

/**
 * Takes a batch apart into tensors, as arguments of a compiled step. What is no tensor cannot be one:
 * it stays out, and reading it from the rebuilt batch says so.
 *
 * @throws ValueError when there is no tensor in it
 */
export function partsOf<B>(batch: B): Parts<B> {
  const tensors: Tensor[] = []
  const { structure, rebuild } = visit(batch, 'batch', tensors)
  if (tensors.length === 0) throw new ValueError('fit.batch', { got: showAny(batch) })
  // what was taken apart is put together again
  return { tensors, structure, rebuild: (list) => rebuild(list) as B }
}

interface Visited {
  readonly structure: string
  readonly rebuild: (tensors: readonly Tensor[]) => Tree
}

function visit(value: unknown, name: string, tensors: Tensor[]): Visited {
  if (value instanceof Tensor) {
    const position = tensors.push(value) - 1
    return { structure: 'T', rebuild: (list) => list[position] }
  }
  if (Array.isArray(value) && value.some((each) => each instanceof Tensor)) {
    const items = value.map((each, i) => visit(each, `${name}[${i}]`, tensors))
    const structure = `[${items.map((each) => each.structure).join()}]`
    return { structure, rebuild: (list) => items.map((each) => each.rebuild(list)) }
  }
  if (typeof value === 'object' && value !== null && isPlain(value)) {
    const fields = Object.entries(value).map(
      ([key, each]) => [key, visit(each, key, tensors)] as const,
    )
    const structure = fields.map(([key, each]) => `${JSON.stringify(key)}:${each.structure}`)
    return { structure: `{${structure.join()}}`, rebuild: (list) => rebuilt(fields, list) }
  }
  const refuse = (): never => {
    throw new ValueError('fit.column', { name, got: showAny(value) })
  }
  return { structure: '-', rebuild: value === undefined ? () => undefined : refuse }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** An object whose fields are put together when they are read. */
function rebuilt(
  fields: readonly (readonly [string, Visited])[],
  list: readonly Tensor[],
): { readonly [name: string]: Tree } {
  const made: Record<string, Tree> = {}
  for (const [key, { rebuild }] of fields) {
    Object.defineProperty(made, key, { get: () => rebuild(list), enumerable: true })
  }
  return made
}

/** Samples of a batch: the size of its first tensor's first axis. */
export function samplesOf([first]: readonly Tensor[]): number {
  return first?.node.shape[0] ?? 1
}
