/** Finds the graph below the requested nodes, and a key that equal graphs share. */
import { StaleError } from '../base/error.ts'
import type { CompileInput } from '../compiler/schedule.ts'
import type { Cell } from '../graph/cell.ts'
import { type Node, specSignature } from '../graph/node.ts'

/** A graph to run: what the compiler needs, and the identity by which a program is found again. */
export interface Captured extends CompileInput {
  readonly key: Int32Array
  readonly hash: number
}

/** A cell and the node whose value it will take. */
export interface Write {
  readonly cell: Cell
  readonly node: Node
}

/** Words in keys that no signature or position can be mistaken for. */
const LEAF = -1
const CELL = -2
const OUTPUT = -3
const WRITE = -4
const STEADY = -5

/**
 * Walks the graph once: inputs before users, leaves and parameters numbered by first visit. `repeats`: it is
 * to run again and again, so that leaves which stay are told.
 */
export function capture(
  outputs: readonly Node[],
  writes: readonly Write[],
  leafOf: (cell: Cell) => Node,
  repeats = false,
): Captured {
  const written = new Set(writes.map(({ cell }) => cell))
  const steady = repeats ? new Set<number>() : undefined
  const nodes: Node[] = []
  const leaves: Node[] = []
  const parameters: Node[] = []
  const position = new Map<Node, number>()
  const key: number[] = []
  const place = (node: Node): void => {
    position.set(node, position.size)
    // A value is a value, whatever it was computed by.
    key.push(isValue(node) ? specSignature(node) : node.signature)
    if (!isReady(node)) {
      for (const input of node.inputs) key.push(position.get(input) ?? 0)
      nodes.push(node)
    } else if (isNumber(node)) {
      parameters.push(node)
    } else {
      expectCurrent(node)
      key.push(!node.data && node.leaf?.kind === 'cell' ? CELL : LEAF)
      if (steady && stays(node, written)) {
        key.push(STEADY)
        steady.add(leaves.length)
      }
      leaves.push(node)
    }
  }
  // A stack of its own: graphs are deeper than the engine's allows.
  const enter = (root: Node): number => {
    const path = [root]
    for (let node = path.at(-1); node; node = path.at(-1)) {
      const next = isReady(node) ? undefined : node.inputs.find((input) => !position.has(input))
      if (next) {
        path.push(next)
        continue
      }
      if (!position.has(node)) place(node)
      path.pop()
    }
    return position.get(root) ?? 0
  }
  for (const node of outputs) key.push(OUTPUT, enter(node))
  const stored = writes.map(({ cell, node }) => {
    const leaf = leafOf(cell)
    key.push(WRITE, enter(node), enter(leaf))
    return { node, leaf: leaves.indexOf(leaf) }
  })
  const words = Int32Array.from(key)
  const hash = hashOf(words)
  return { nodes, leaves, parameters, outputs, writes: stored, steady, key: words, hash }
}

/** Whether a leaf's value is the same whenever its graph runs, unless somebody stores another in its cell. */
function stays({ data, leaf }: Node, written: ReadonlySet<Cell>): boolean {
  if (data || leaf?.kind === 'data') return true
  return leaf?.kind === 'cell' && !written.has(leaf.cell)
}

/** Whether a node is a value already. */
function isValue({ data, leaf }: Node): boolean {
  return data !== undefined || (leaf !== undefined && leaf.kind !== 'slot')
}

/** Whether a node is a number that is bound at each run: a literal or a slot. */
export function isNumber({ data, leaf, literal }: Node): boolean {
  return data === undefined && (literal !== undefined || leaf?.kind === 'slot')
}

/** Whether nothing has to be computed for a node. */
export function isReady(node: Node): boolean {
  return isValue(node) || isNumber(node)
}

/** Throws when a node reads a version of a cell that has been replaced. */
export function expectCurrent(node: Node): void {
  const { leaf } = node
  if (node.data || leaf?.kind !== 'cell' || leaf.version === leaf.cell.version) return
  throw new StaleError('stale.read', {
    shape: leaf.cell.shape,
    behind: leaf.cell.version - leaf.version,
  })
}

/** FNV-1a over the words. */
function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193)
  return hash
}
