/**
 * What is made of kernels, and of nodes, is worked out once for all that are alike, whatever program they
 * are of: the layers of a network, and its next batch, are full of what was planned before.
 */
import { Recent } from '../base/recent.ts'
import { at, sizeOf } from '../base/shape.ts'
import { type Node, specSignature } from '../graph/node.ts'
import { Bound, type Form } from './forms.ts'
import type { Places } from './inline.ts'
import type { Kernel } from './kernel.ts'
import { numbered } from './likeness.ts'
import type { PlannedBuffer } from './steps.ts'

/** Kernels that some work made. */
interface Recipe {
  /** Buffers that it asked for, in order. */
  readonly asked: readonly PlannedBuffer[]
  /** With positions in place of numbers: among the given ones, then among those that were asked for. */
  readonly kernels: readonly Made[] | undefined
}

interface Made {
  readonly form: Form
  readonly buffers: readonly number[]
  readonly parameters: readonly number[]
}

/** Characters of keys after which recipes that were not followed since are forgotten. */
const MOST_TEXT = 1 << 20

const recipes = new Recent<Recipe>(MOST_TEXT)

/** What work is given: a key that tells all that it depends on, but for the numbers of buffers and parameters. */
export interface Given {
  readonly key: string
  readonly buffers: readonly number[]
  readonly parameters: readonly number[]
}

/**
 * The kernels that work makes, or that it made before of what was alike. It may ask for buffers, at the end
 * of the program's, and do nothing else that anybody notices. Nothing given: it is done.
 */
export function madeOnce(
  given: Given | undefined,
  buffers: PlannedBuffer[],
  work: () => readonly Kernel[] | undefined,
): readonly Bound[] | undefined {
  const known = given && recipes.get(given.key)
  if (known) return followed(known, given, buffers)
  const first = buffers.length
  const made = work()?.map((kernel) => Bound.of(kernel, buffers))
  if (given && (made ?? []).every(({ form }) => form.isPlain)) {
    const asked = buffers.slice(first)
    const position = (buffer: number): number =>
      buffer < first ? positionOf(given.buffers, buffer) : given.buffers.length + buffer - first
    const kernels = made?.map(({ form, ...own }): Made => {
      const parameters = own.parameters.map((index) => positionOf(given.parameters, index))
      return { form, buffers: own.buffers.map(position), parameters }
    })
    recipes.set(given.key, { asked, kernels })
  }
  return made
}

/** Work that uses what was not given would go wrong where that is another one, so it goes nowhere. */
function positionOf(list: readonly number[], number: number): number {
  const position = list.indexOf(number)
  if (position < 0) throw new RangeError('a kernel names what was not given')
  return position
}

function followed(
  { asked, kernels }: Recipe,
  given: Given,
  buffers: PlannedBuffer[],
): readonly Bound[] | undefined {
  const all = [...given.buffers, ...asked.map((buffer) => buffers.push(buffer) - 1)]
  const named = (list: readonly number[], positions: readonly number[]): number[] =>
    positions.map((position) => at(list, position))
  return kernels?.map(({ form, ...own }) => {
    const parameters = named(given.parameters, own.parameters)
    return new Bound(form, { buffers: named(all, own.buffers), parameters })
  })
}

/** Kernels as given, and what their buffers are parts of, if it matters; `facts` tells the work, and what else it depends on. */
export function givenKernels(
  facts: string,
  kernels: readonly Bound[],
  rootOf: (buffer: number) => number = (buffer) => buffer,
): Given | undefined {
  if (!kernels.every(({ form }) => form.isPlain)) return undefined
  const buffers = new Map<number, number>()
  const parameters = new Map<number, number>()
  const key = [facts]
  for (const kernel of kernels) {
    key.push(`|${kernel.form.id}`)
    for (const buffer of kernel.buffers) key.push(`,${numbered(buffers, buffer)}`)
    for (const index of kernel.parameters) key.push(`;${numbered(parameters, index)}`)
  }
  const given = [...buffers.keys()]
  for (const buffer of given) {
    const root = rootOf(buffer)
    if (root === buffer) continue
    const number = buffers.get(buffer)
    key.push(`|${number}<${numbered(buffers, root)}`)
  }
  return { key: key.join(''), buffers: given, parameters: [...parameters.keys()] }
}

/** What is to be planned of nodes. */
export interface Task {
  /** Tells the work, and what it depends on beside nodes. */
  readonly facts: string
  /** Nodes that are computed, each with a part of its own, wherever their values are to be. */
  readonly computed?: readonly (Node | undefined)[]
  /** A node that is read, or computed if it has no place. */
  readonly read?: Node
  /** The buffer that the result goes to. */
  readonly into: number
}

/**
 * The graph of a task down to what is in memory; nothing where values are indices, which have numbers that
 * are their program's.
 */
export function givenNodes(
  { facts, computed = [], read, into }: Task,
  places: Places,
  buffers: readonly PlannedBuffer[],
): Given | undefined {
  const seen = new Map<Node, number>()
  const held = new Map([[into, 0]])
  const parameters = new Map<number, number>()
  const elements = (buffer: number): number => sizeOf(buffers[buffer]?.shape ?? [])
  const key = [`${facts}|${elements(into)}|`]
  let plain = true
  const visit = (node: Node): void => {
    const known = seen.get(node)
    if (known !== undefined) {
      key.push(`#${known}`)
      return
    }
    seen.set(node, seen.size)
    const parameter = places.parameter(node)
    const buffer = computed.includes(node) ? undefined : places.buffer(node)
    if (parameter !== undefined) {
      key.push(`p${numbered(parameters, parameter)}:${specSignature(node)}`)
    } else if (buffer !== undefined) {
      key.push(`b${numbered(held, buffer)}:${specSignature(node)}:${elements(buffer)}`)
    } else {
      plain &&= node.op.trait !== 'index' && node.op.trait !== 'scatter'
      key.push(`(${node.signature}`)
      node.inputs.forEach(visit)
      key.push(')')
    }
  }
  for (const node of [...computed, read]) {
    if (node) visit(node)
    key.push('|')
  }
  if (!plain) return undefined
  return { key: key.join(''), buffers: [...held.keys()], parameters: [...parameters.keys()] }
}
