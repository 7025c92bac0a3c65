/** Random graphs: the reference, the compiler with fusion and the compiler without must agree. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Sizes } from '../../src/base/shape.ts'
import type { Node } from '../../src/graph/node.ts'
import { grad, Tensor } from '../../src/index.ts'
import type { Value } from './builder.ts'
import { devices, valuesOn } from './calls.ts'
import { build, type Instruction, lossOf } from './graphs.ts'
import type { Values } from './row.ts'

const SEED = 20261120

const choice = fc.noBias(fc.nat(999))
const instructions = fc.array(fc.tuple(choice, choice, choice, choice), {
  minLength: 5,
  maxLength: 30,
  size: 'max',
})
/** Mostly small; seldom none, now and then more than 16 lanes. */
const SIZES: Record<number, number> = { 0: 0, 6: 1, 12: 21, 18: 7, 24: 2 }
const shape = fc.array(
  fc.noBias(fc.nat(29)).map((n) => SIZES[n] ?? n % 6),
  { maxLength: 3 },
)

/** What is read of a graph: the last value, and about a third of the others. */
function outputsOf(values: readonly Value[]): Value[] {
  return values.filter((_, i) => i === values.length - 1 || (i * 7) % 3 === 0)
}

function apart(got: Values, want: Values, allowed: number): string | undefined {
  if (got.dtype !== want.dtype || `${got.shape}` !== `${want.shape}`) return 'another spec'
  const at = got.data.findIndex((value, i) => !(Math.abs(value - (want.data[i] ?? 0)) <= allowed))
  return at < 0 ? undefined : `${got.data[at]} at ${at}, not ${want.data[at]} ± ${allowed}`
}

function report(what: string, device: string, text: string): Error {
  return new Error(`on ${device}: ${what}\n${text}`)
}

async function agrees(from: Sizes, program: readonly Instruction[]): Promise<void> {
  const results: Values[][] = []
  for (const device of devices) {
    const graph = build(from, program)
    const outputs = outputsOf(graph.values)
    const tensors = outputs.map(({ tensor }) => tensor)
    const got = await valuesOn(device, tensors).catch((error) => {
      throw report(String(error), device, graph.text)
    })
    results.push(got)
    outputs.forEach(({ name, error }, i) => {
      const wrong = apart(got[i]!, results[0]![i]!, 2 * error)
      if (wrong) throw report(`${name} is ${wrong}`, device, graph.text)
    })
  }
}

test('500 graphs have one value on every device', async () => {
  const property = fc.asyncProperty(shape, instructions, agrees)
  await fc.assert(property, { seed: SEED, numRuns: 500 })
})

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

function gradientsOf(from: Sizes, program: readonly Instruction[]) {
  const { leaves, values, text } = build(from, program)
  const wrt = leaves.filter(({ tensor }) => tensor.dtype === 'float32')
  const gradients = grad(
    lossOf(outputsOf(values)),
    wrt.map(({ tensor }) => tensor),
  )
  return { names: wrt.map(({ name }) => name), gradients, text }
}

/** Largest number on the way to the gradients: what rounding is relative to. */
async function scaleOf(gradients: readonly Tensor[]): Promise<number> {
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

async function gradientsAgree(from: Sizes, program: readonly Instruction[]): Promise<void> {
  const { gradients, text } = gradientsOf(from, program)
  const scale = await scaleOf(gradients)
  const want = await valuesOn('reference', gradients)
  for (const device of devices.slice(1)) {
    const again = gradientsOf(from, program)
    const got = await valuesOn(device, again.gradients).catch((error) => {
      throw report(String(error), device, text)
    })
    again.names.forEach((name, i) => {
      const wrong = apart(got[i]!, want[i]!, 1e-5 * scale)
      if (wrong) throw report(`the gradient of ${name} is ${wrong}`, device, text)
    })
  }
}

test('150 graphs have one gradient on every device', async () => {
  const property = fc.asyncProperty(shape, instructions, gradientsAgree)
  await fc.assert(property, { seed: SEED, numRuns: 150 })
})

test('the graphs use most of their instructions', () => {
  const sizes = fc.sample(fc.tuple(shape, instructions), { seed: SEED, numRuns: 100 })
  const used = sizes.map(([from, program]) => build(from, program).values.length / program.length)
  expect(used.reduce((sum, share) => sum + share, 0) / used.length).toBeGreaterThan(0.8)
})
