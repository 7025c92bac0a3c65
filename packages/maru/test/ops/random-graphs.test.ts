/** Random graphs: the reference, the compiler with fusion and the compiler without must agree. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Sizes } from '../../src/base/shape.ts'
import { apart, gradientsOf, instructions, outputsOf, SEED, scaleOf, shape } from './agreement.ts'
import { devices, valuesOn } from './calls.ts'
import { build, type Instruction } from './graphs.ts'
import type { Values } from './row.ts'

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
