/** Sums of products in Einstein's notation. */

import { ShapeError, ValueError } from '../base/error.ts'
import { at, type Sizes } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import type { Node } from '../graph/node.ts'
import * as p from '../primitives/index.ts'
import { diagonalNode } from './arrange.ts'
import { expectOneDType } from './linalg.ts'
import { apply, binary, nodeOf, numeric, reshapeNode } from './nodes.ts'
import { sumNode } from './reduce.ts'
import { Tensor } from './tensor.ts'

/** A label: a letter of the equation, or a number for an axis of its ellipsis, counted from the end. */
type Label = string | number

/** A node whose axes have labels, each at most once. */
interface Term {
  readonly node: Node
  readonly labels: readonly Label[]
}

/** What an equation says: letters of each operand, and of the result unless it leaves them out. */
interface Equation {
  readonly text: string
  readonly operands: readonly string[]
  readonly result: string | undefined
}

const ELLIPSIS = '...'

/**
 * Sum of products by labels: axes of one label are one index, and what the result lacks is summed.
 *
 *     einsum('bij,bjk->bik', a, b)[b, i, k] = Σⱼ a[b, i, j] · b[b, j, k]
 *
 * Letters are axes, `...` stands for any number of leading ones, which broadcast, and a letter twice in
 * one operand is its diagonal. Without `->` the result has the letters that appear once, in
 * alphabetical order. Axes of size 1 broadcast. Products are taken in pairs, the
 * smallest result first.
 *
 * @dtype all operands the same; bools count as int32
 * @throws ValueError for an equation that cannot be read, ShapeError when sizes do not fit it
 * @example einsum('ii->i', x) // the diagonal
 * @example einsum('i,j->ij', a, b) // the outer product
 */
export function einsum(equation: string, ...tensors: readonly [Tensor, ...Tensor[]]): Tensor {
  const given = tensors.map((each: unknown) => numeric(nodeOf('einsum', each)))
  const parsed = parse(equation, given.length)
  const [first] = given
  for (const node of given) expectOneDType('einsum', first ?? node, node)
  const all = given.map((node, i) => labelled(parsed, i, node))
  const sizes = sizesOf(parsed, all)
  const result = resultLabels(parsed, all)
  const terms = all.map((term) => withoutBroadcast(withoutRepeats(parsed, term), sizes))
  return new Tensor(contracted(terms, result, sizes))
}

function parse(equation: string, count: number): Equation {
  const text = (typeof equation === 'string' ? equation : showAny(equation)).replaceAll(' ', '')
  const [left = '', result, ...more] = text.split('->')
  const operands = left.split(',')
  const good = [...operands, result ?? ''].every((each) =>
    /^[A-Za-z]*(\.{3})?[A-Za-z]*$/.test(each),
  )
  if (!good || more.length > 0) throw new ValueError('einsum.equation', { equation: text })
  if (operands.length !== count) {
    throw new ValueError('einsum.operands', { equation: text, expected: operands.length, count })
  }
  for (const [i, letter] of [...(result ?? '').replace(ELLIPSIS, '')].entries()) {
    const repeated = result?.replace(ELLIPSIS, '').indexOf(letter) !== i
    if (repeated || !left.includes(letter)) {
      throw new ValueError('einsum.result', { equation: text, letter })
    }
  }
  return { text, operands, result }
}

/** Labels of an operand's axes. */
function labelled({ text, operands }: Equation, i: number, node: Node): Term {
  const letters = operands[i] ?? ''
  const [before = '', after] = letters.split(ELLIPSIS)
  const free = node.shape.length - letters.replace(ELLIPSIS, '').length
  if (after === undefined ? free !== 0 : free < 0) {
    throw new ShapeError('einsum.rank', { equation: text, letters, shape: node.shape })
  }
  return { node, labels: [...before, ...countdown(free), ...(after ?? '')] }
}

/** Labels of an ellipsis: `count … 1`, so that the last axes of all operands are one. */
function countdown(count: number): number[] {
  return Array.from({ length: count }, (_, i) => count - i)
}

/** Size of each label; 1 gives way to any other. */
function sizesOf({ text }: Equation, terms: readonly Term[]): Map<Label, number> {
  const sizes = new Map<Label, number>()
  for (const { node, labels } of terms) {
    for (const [axis, label] of labels.entries()) {
      const size = at(node.shape, axis)
      const known = sizes.get(label) ?? 1
      if (known !== 1 && size !== 1 && known !== size) {
        const letter = typeof label === 'number' ? ELLIPSIS : label
        throw new ShapeError('einsum.sizes', { equation: text, letter, a: known, b: size })
      }
      sizes.set(label, known === 1 ? size : known)
    }
  }
  return sizes
}

function resultLabels({ operands, result }: Equation, terms: readonly Term[]): Label[] {
  const all = terms.flatMap(({ labels }) => labels)
  const wide = countdown(Math.max(0, ...all.filter((label) => typeof label === 'number')))
  if (result !== undefined) {
    const [before = '', after] = result.split(ELLIPSIS)
    return [...before, ...(after === undefined ? [] : wide), ...(after ?? '')]
  }
  const letters = [...operands.join('').replaceAll('.', '')]
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
  return [...wide, ...once.sort()]
}

/** The diagonals of labels that stand at several axes of one operand. */
function withoutRepeats(equation: Equation, { node, labels }: Term): Term {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis)
  const label = labels[second]
  if (label === undefined) return { node, labels }
  const first = labels.indexOf(label)
  const [a, b] = [at(node.shape, first), at(node.shape, second)]
  if (a !== b) {
    throw new ShapeError('einsum.sizes', { equation: equation.text, letter: String(label), a, b })
  }
  const rest = labels.filter((_, axis) => axis !== first && axis !== second)
  const diagonal = diagonalNode(node, first, second, 0)
  return withoutRepeats(equation, { node: diagonal, labels: [...rest, label] })
}

/** Without the axes of size 1 that stand for larger ones: another operand has those. */
function withoutBroadcast({ node, labels }: Term, sizes: ReadonlyMap<Label, number>): Term {
  const keep = labels.map((label, axis) => at(node.shape, axis) === sizes.get(label))
  return {
    node: reshapeNode(
      node,
      node.shape.filter((_, axis) => keep[axis]),
    ),
    labels: labels.filter((_, axis) => keep[axis]),
  }
}

/** The product of all terms, two at a time: always those whose product is smallest. */
function contracted(
  given: readonly Term[],
  result: readonly Label[],
  sizes: ReadonlyMap<Label, number>,
): Node {
  const terms = [...given]
  while (terms.length > 1) {
    const [i, j] = cheapest(terms, result, sizes)
    const [b] = terms.splice(j, 1)
    const [a] = terms.splice(i, 1)
    if (!a || !b) throw new RangeError('a pair of two terms')
    const needed = new Set([...result, ...terms.flatMap(({ labels }) => labels)])
    terms.push(product(a, b, needed, terms.length === 0 ? result : undefined))
  }
  const [last] = terms
  if (!last) throw new RangeError('at least one term')
  const { node, labels } = summed(last, new Set(result))
  const axes = result.map((label) => labels.indexOf(label))
  return axes.every((axis, i) => axis === i) ? node : apply(p.permute, [node], { axes })
}

function cheapest(
  terms: readonly Term[],
  result: readonly Label[],
  sizes: ReadonlyMap<Label, number>,
): [number, number] {
  const elements = (labels: Iterable<Label>): number =>
    [...labels].reduce((size: number, label) => size * (sizes.get(label) ?? 1), 1)
  const pairs = terms.flatMap((b, j) =>
    terms.slice(0, j).map((a, i) => {
      const others = terms.filter((_, k) => k !== i && k !== j).flatMap(({ labels }) => labels)
      const needed = new Set([...result, ...others])
      const all = new Set([...a.labels, ...b.labels])
      const left = [...all].filter((label) => needed.has(label))
      return { i, j, size: elements(left), work: elements(all) }
    }),
  )
  const best = pairs.reduce((least, pair) =>
    pair.size < least.size || (pair.size === least.size && pair.work < least.work) ? pair : least,
  )
  return [best.i, best.j]
}

/** A term summed over all labels but the needed ones. */
function summed({ node, labels }: Term, needed: ReadonlySet<Label>): Term {
  const axes = [...labels.keys()].filter((axis) => !needed.has(labels[axis] ?? ''))
  const kept = node.shape.filter((_, axis) => !axes.includes(axis))
  return {
    node: axes.length === 0 ? node : reshapeNode(sumNode(node, axes), kept),
    labels: labels.filter((label) => needed.has(label)),
  }
}

/** The product of two terms, summed over what is not needed. */
function product(
  left: Term,
  right: Term,
  needed: ReadonlySet<Label>,
  order: readonly Label[] | undefined,
): Term {
  const a = summed(left, new Set([...needed, ...right.labels]))
  const b = summed(right, new Set([...needed, ...a.labels]))
  const union = [...new Set([...a.labels, ...b.labels])]
  const labels = order ?? union.filter((label) => needed.has(label))
  if (labels.length === union.length) {
    const factors = [a, b].map((term) => ({ node: aligned(term, labels) }))
    return { node: binary(p.mul, factors[0], factors[1]), labels }
  }
  const number = (list: readonly Label[]): number[] => list.map((label) => union.indexOf(label))
  const attrs = { a: number(a.labels), b: number(b.labels), out: number(labels) }
  return { node: apply(p.contract, [a.node, b.node], attrs), labels }
}

/** A term's axes in the order of a list of labels, size 1 for those that it lacks. */
function aligned({ node, labels }: Term, order: readonly Label[]): Node {
  const axes = order.map((label) => labels.indexOf(label)).filter((axis) => axis >= 0)
  const sorted = apply(p.permute, [node], { axes })
  const shape: Sizes = order.map((label) =>
    labels.includes(label) ? at(node.shape, labels.indexOf(label)) : 1,
  )
  return reshapeNode(sorted, shape)
}
