/** How random graphs are drawn, what is read of them, and when two devices agree. */
import fc from 'fast-check'
import type { Sizes } from '../../src/base/shape.ts'
import type { Node } from '../../src/graph/node.ts'
import { grad, Tensor } from '../../src/index.ts'
import type { Value } from './builder.ts'
import { valuesOn } from './calls.ts'
import { build, type Instruction, lossOf } from './graphs.ts'
import type { Values } from './row.ts'

export const SEED = 20261120

const choice = fc.noBias(fc.nat(999))
export const instructions: fc.Arbitrary<Instruction[]> = fc.array(
  fc.tuple(choice, choice, choice, choice),
  {
    minLength: 5,
    maxLength: 30,
    size: 'max',
  },
)
/** Mostly small; seldom none, now and then more than 16 lanes. */
const SIZES: Record<number, number> = { 0: 0, 6: 1, 12: 21, 18: 7, 24: 2 }
export const shape: fc.Arbitrary<number[]> = fc.array(
  fc.noBias(fc.nat(29)).map((n) => SIZES[n] ?? n % 6),
  { maxLength: 3 },
)

/** What is read of a graph: the last value, and about a third of the others. */
export function outputsOf(values: readonly Value[]): Value[] {
  return values.filter((_, i) => i === values.length - 1 || (i * 7) % 3 === 0)
}

export function apart(got: Values, want: Values, allowed: number): string | undefined {
  if (got.dtype !== want.dtype || `${got.shape}` !== `${want.shape}`) return 'another spec'
  const at = got.data.findIndex((value, i) => !(Math.abs(value - (want.data[i] ?? 0)) <= allowed))
  return at < 0 ? undefined : `${got.data[at]} at ${at}, not ${want.data[at]} ± ${allowed}`
}

/** Every node below some others that is not known yet. */
function below(roots: readonly Tensor[]): Node[] {
  const seen = new Set<Node>()
  const enter = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.inputs.forEach(enter)
  }
  for (const { node } of roots) enter(node)
  return [...seen]
}

export function gradientsOf(
  from: Sizes,
  program: readonly Instruction[],
): { names: string[]; gradients: readonly Tensor[]; text: string } {
  const { leaves, values, text } = build(from, program)
  const wrt = leaves.filter(({ tensor }) => tensor.dtype === 'float32')
  const gradients = grad(
    lossOf(outputsOf(values)),
    wrt.map(({ tensor }) => tensor),
  )
  return { names: wrt.map(({ name }) => name), gradients, text }
}

/** Largest number on the way to the gradients: what rounding is relative to. */
export async function scaleOf(gradients: readonly Tensor[]): Promise<number> {
  const nodes = below(gradients).filter(({ dtype, literal }) => dtype === 'float32' && !literal)
  const all = await valuesOn(
    'reference',
    nodes.map((node) => new Tensor(node)),
  )
  return all.reduce(
    (most, { data }) => data.reduce((largest, value) => Math.max(largest, Math.abs(value)), most),
    1,
  )
}
