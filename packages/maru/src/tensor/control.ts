/** Loops and branches on the device: `scan`, `whileLoop`, `cond`. */

import { expectFunction, expectOptions } from '../base/argument.ts'
import { DTypeError, ShapeError, TraceError, ValueError } from '../base/error.ts'
import { at, type Sizes, sameShape } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import { close, order } from '../graph/closed.ts'
import { makeLiteral, makeNode, type Node } from '../graph/node.ts'
import type { Primitive, Spec } from '../graph/primitive.ts'
import { withValues } from '../primitives/control.ts'
import * as p from '../primitives/index.ts'
import { resultOf } from '../primitives/several.ts'
import { placeholder } from '../primitives/source.ts'
import { recordInside } from '../runtime/trace.ts'
import { concat } from './create.ts'
import { nodeOf } from './nodes.ts'
import { withFold } from './random.ts'
import { Tensor } from './tensor.ts'
import { flatten, type Loose, like, type Rebuild, type Tree } from './tree.ts'

function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor
}

interface Flat {
  readonly tensors: readonly Tensor[]
  readonly rebuild: Rebuild
}

function flat(op: string, value: unknown): Flat {
  const found = flatten(value, isTensor)
  if (!found) throw new ValueError('control.tree', { op, got: typeof value })
  return found
}

function wrap(nodes: readonly Node[]): Tensor[] {
  return nodes.map((node) => new Tensor(node))
}

/** Records `body` and gives its result as a flat list. */
function traced(op: string, body: () => unknown): Flat {
  const result = recordInside(body)
  if (result instanceof Promise) {
    result.catch(() => {})
    throw new TraceError('trace.async', {})
  }
  return flat(op, result)
}

/** Throws unless what a turn gives fits what it takes. */
function expectSame(op: string, given: readonly Spec[], next: readonly Spec[]): void {
  if (given.length !== next.length) {
    throw new ShapeError('control.count', { op, wanted: given.length, got: next.length })
  }
  given.forEach((spec, index) => {
    const { shape, dtype } = next[index] ?? spec
    if (!sameShape(shape, spec.shape)) {
      throw new ShapeError('control.shape', { op, index, wanted: spec.shape, got: shape })
    }
    if (dtype !== spec.dtype) {
      throw new DTypeError('control.dtype', { op, index, wanted: spec.dtype, got: dtype })
    }
  })
}

function nodesOf({ tensors }: Flat): Node[] {
  return tensors.map(({ node }) => node)
}

export interface ScanOptions {
  /** Number of turns, where there is no sequence to count. */
  readonly length?: number
  /** From the last element to the first. Stacked results keep the order of the sequence. */
  readonly reverse?: boolean
  /**
   * Keep the carry of every √T-th turn only and compute the others again for the gradient: memory
   * grows with √T instead of T, for one more pass forward.
   */
  readonly checkpoint?: boolean
}

/**
 * A loop over a sequence: `[carry, yₜ] = body(carry, xₜ, t)` for every t, as one node.
 *
 * The body is recorded once. What it reads from outside (weights) is computed once, before the loop.
 * Gradients run the other way: they read what each turn made where that is small, or make it again from its carry.
 *
 * @shape carry any; every tensor of xs [T, ...] → the last carry, and every tensor of y as [T, ...]
 * @throws ShapeError when sequences differ in length or the carry changes its shape, DTypeError
 * when it changes its dtype
 * @example
 * const [last, sums] = scan((sum, x) => [sum.add(x), sum.add(x)], zeros([2]), ones([5, 2]))
 */
export function scan<C extends Tree, X extends Tree, Y extends Tree>(
  body: (carry: Loose<C>, x: Loose<X>, t: Tensor) => readonly [C, Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [Loose<C>, Loose<Y>] {
  expectFunction('scan', 'body', body)
  const start = flat('scan', init)
  const sequences = flat('scan', xs)
  const length = lengthOf(sequences.tensors, expectOptions('scan', options).length)
  const chunk = Math.ceil(Math.sqrt(length))
  const run = options.checkpoint && chunk > 1 ? chunked : plain
  const { carry, stacks } = run(
    {
      body: (carries, elements, t) => {
        const carry = like<Loose<C>>(start.rebuild(carries))
        const x = like<Loose<X>>(sequences.rebuild(elements))
        const returned = withFold(t, () => body(carry, x, t))
        if (!Array.isArray(returned)) {
          throw new ValueError('control.tree', { op: 'scan', got: typeof returned })
        }
        return { carry: flat('scan', returned[0]), stacks: flat('scan', returned[1]) }
      },
      length,
      reverse: options.reverse ?? false,
    },
    start.tensors,
    sequences.tensors,
  )
  return [like<Loose<C>>(start.rebuild(carry)), like<Loose<Y>>(stacks.rebuild(stacks.tensors))]
}

function lengthOf(sequences: readonly Tensor[], asked: number | undefined): number {
  const lengths = sequences.map(({ node }) => {
    if (node.shape.length === 0) throw new ShapeError('scan.scalar', {})
    return at(node.shape, 0)
  })
  const length = asked ?? lengths[0]
  if (length === undefined || !Number.isSafeInteger(length) || length < 0) {
    throw new ValueError('scan.length', { got: showAny(length) })
  }
  for (const each of lengths) {
    if (each !== length) throw new ShapeError('scan.lengths', { a: length, b: each })
  }
  return length
}

interface Loop {
  readonly body: (
    carries: readonly Tensor[],
    elements: readonly Tensor[],
    t: Tensor,
  ) => { readonly carry: Flat; readonly stacks: Flat }
  readonly length: number
  readonly reverse: boolean
}

interface Looped {
  readonly carry: readonly Tensor[]
  readonly stacks: Flat
}

function plain(
  { body, length, reverse }: Loop,
  start: readonly Tensor[],
  sequences: readonly Tensor[],
): Looped {
  const turn = placeholder({ shape: [], dtype: 'int32' })
  const carries = start.map(({ node }) => placeholder(node))
  const elements = sequences.map(({ node: { shape, dtype } }) =>
    placeholder({ shape: shape.slice(1), dtype }),
  )
  let structure: Flat | undefined
  const { tensors } = traced('scan', () => {
    const { carry, stacks } = body(wrap(carries), wrap(elements), new Tensor(turn))
    expectSame('scan', carries, nodesOf(carry))
    structure = stacks
    return [...carry.tensors, ...stacks.tensors]
  })
  const outputs = tensors.map(({ node }) => node)
  if (outputs.length === 0) throw new ValueError('control.none', { op: 'scan' })
  const { graphs, captured } = close([turn, ...carries, ...elements], [outputs], placeholder)
  const inputs = [...start, ...sequences].map(({ node }) => node)
  const attrs = {
    body: graphs[0] && withValues(graphs[0], carries.length, elements.length),
    carries: carries.length,
    sequences: elements.length,
    length,
    reverse,
  }
  const node = makeNode(p.scan as Primitive, [...inputs, ...captured], attrs)
  const results = wrap(outputs.map((_, index) => resultOf(node, index)))
  const rebuild = structure?.rebuild ?? (() => undefined)
  return {
    carry: results.slice(0, carries.length),
    stacks: { tensors: results.slice(carries.length), rebuild },
  }
}

/** A loop over chunks of √T turns, each a loop: only the carries between chunks are kept. */
function chunked(loop: Loop, start: readonly Tensor[], sequences: readonly Tensor[]): Looped {
  const { body, length, reverse } = loop
  const size = Math.ceil(Math.sqrt(length))
  const count = Math.floor(length / size)
  const whole = count * size
  const part = (from: number, to: number): Tensor[] =>
    sequences.map((each) => each.slice(0, from, to))
  const shifted =
    (by: Tensor | number): Loop['body'] =>
    (carries, elements, t) =>
      body(carries, elements, t.add(by))
  const chunks = (carry: readonly Tensor[]): Looped =>
    plain(
      {
        body: (carries, elements, k) => {
          const inner = plain(
            { body: shifted(k.mul(size)), length: size, reverse },
            carries,
            elements,
          )
          const rebuild: Rebuild = (tensors) => tensors
          return { carry: { tensors: inner.carry, rebuild }, stacks: inner.stacks }
        },
        length: count,
        reverse,
      },
      carry,
      part(0, whole).map((each) => each.reshape([count, size, ...each.node.shape.slice(1)])),
    )
  const rest = (carry: readonly Tensor[]): Looped =>
    plain({ body: shifted(whole), length: length - whole, reverse }, carry, part(whole, length))
  const [first, second] = reverse ? [rest, chunks] : [chunks, rest]
  const one = first(start)
  const two = second(one.carry)
  const [main, tail] = reverse ? [two, one] : [one, two]
  const tensors = main.stacks.tensors.map((stack, i) => {
    const flatShape: Sizes = [whole, ...stack.node.shape.slice(2)]
    return concat([stack.reshape(flatShape), tail.stacks.tensors[i] ?? stack])
  })
  return { carry: two.carry, stacks: { tensors, rebuild: main.stacks.rebuild } }
}

/**
 * `while (condition(carry)) carry = body(carry)` on the device, as one node.
 *
 * It has no gradient, since nobody knows beforehand how much there would be to keep: use `scan`. Random
 * numbers that are drawn in it differ from turn to turn.
 *
 * @throws ShapeError, DTypeError when the carry changes, or the condition is not one bool
 * @example
 * const [n] = whileLoop(([n]) => n.less(100), ([n]) => [n.mul(2)], [tensor(3)]) // 192
 */
export function whileLoop<C extends Tree>(
  condition: (carry: Loose<C>) => Tensor,
  body: (carry: Loose<C>) => C,
  init: C,
): Loose<C> {
  expectFunction('whileLoop', 'condition', condition)
  expectFunction('whileLoop', 'body', body)
  const start = flat('whileLoop', init)
  const carries = start.tensors.map(({ node }) => placeholder(node))
  const turn = placeholder({ shape: [], dtype: 'int32' })
  const inTurn = (run: (carry: Loose<C>) => unknown): Node[] => {
    const given = like<Loose<C>>(start.rebuild(wrap(carries)))
    return nodesOf(traced('whileLoop', () => withFold(new Tensor(turn), () => run(given))))
  }
  const test = inTurn(condition)
  expectSame('whileLoop', [{ shape: [], dtype: 'bool' }], test)
  const next = inTurn(body)
  expectSame('whileLoop', carries, next)
  if (next.length === 0) throw new ValueError('control.none', { op: 'whileLoop' })
  // Turns are counted where draws depend on their number.
  const all = order([...test, ...next], new Set([turn, ...carries]))
  const counts = all.some(({ inputs }) => inputs.includes(turn))
  const first = counts ? [makeLiteral(p.literal, 0, 'int32')] : []
  const counted = counts ? [new Tensor(turn).add(1).node] : []
  const places = counts ? [turn, ...carries] : carries
  const { graphs, captured } = close(places, [test, [...counted, ...next]], placeholder)
  const attrs = { condition: graphs[0], body: graphs[1], carries: places.length }
  const inputs = [...first, ...nodesOf(start), ...captured]
  const node = makeNode(p.repeat as Primitive, inputs, attrs)
  const results = next.map((_, index) => resultOf(node, counted.length + index))
  return like<Loose<C>>(start.rebuild(wrap(results)))
}

/**
 * `condition ? yes(inputs) : no(inputs)` on the device: only the one that is taken runs.
 *
 * For a choice at every index use `condition.where(a, b)`, which computes both.
 *
 * @throws ShapeError, DTypeError when the two give different results, or the condition is not one bool
 * @example
 * const y = cond(x.sum().greater(0), (x) => x.log(), (x) => x.exp(), x)
 */
export function cond<I extends Tree, R extends Tree>(
  condition: Tensor,
  yes: (inputs: Loose<I>) => R,
  no: (inputs: Loose<I>) => R,
  inputs: I,
): Loose<R> {
  expectSame('cond', [{ shape: [], dtype: 'bool' }], [nodeOf('cond', condition)])
  expectFunction('cond', 'yes', yes)
  expectFunction('cond', 'no', no)
  const given = flat('cond', inputs)
  const bound = given.tensors.map(({ node }) => placeholder(node))
  const arg = (): Loose<I> => like<Loose<I>>(given.rebuild(wrap(bound)))
  const first = traced('cond', () => yes(arg()))
  const second = traced('cond', () => no(arg()))
  expectSame('cond', nodesOf(first), nodesOf(second))
  if (first.tensors.length === 0) throw new ValueError('control.none', { op: 'cond' })
  const { graphs, captured } = close(bound, [nodesOf(first), nodesOf(second)], placeholder)
  const args = [condition.node, ...nodesOf(given), ...captured]
  const node = makeNode(p.branch as Primitive, args, { yes: graphs[0], no: graphs[1] })
  return like<Loose<R>>(first.rebuild(wrap(first.tensors.map((_, i) => resultOf(node, i)))))
}
