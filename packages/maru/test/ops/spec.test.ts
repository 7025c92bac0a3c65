/** What was inferred is what is computed: shape, dtype and range of every node on the way. */
import { describe, expect, test } from 'vitest'
import { dtypes, presented } from '../../src/base/dtype.ts'
import { sizeOf } from '../../src/base/shape.ts'
import type { Node } from '../../src/graph/node.ts'
import { realize, Tensor, useDevice } from '../../src/index.ts'
import { callsOf, devices, resultOf } from './calls.ts'
import { table } from './table.ts'

/** The nodes that compute a tensor, leaves left out. */
function nodesOf({ node: root }: Tensor): Node[] {
  const seen = new Set<Node>()
  const enter = (node: Node): void => {
    if (seen.has(node) || node.op.trait === 'source') return
    seen.add(node)
    node.inputs.forEach(enter)
  }
  enter(root)
  // those with several results are not values; what is picked from them is
  return [...seen].filter(({ results }) => !results)
}

/** What is wrong with a computed node. */
async function check({ op, shape, dtype }: Node, value: Tensor): Promise<string[]> {
  const title = `${op.name} -> [${shape}] ${dtype}`
  const data = await value.data()
  const { make, coerce } = dtypes[dtype]
  if (data.constructor !== presented(dtype, make(0)).constructor)
    return [`${title}: a ${data.constructor.name}`]
  if (data.length !== sizeOf(shape)) return [`${title}: ${data.length} elements`]
  const foreign = data.find((element: number) => !Object.is(coerce(element), element))
  return foreign === undefined ? [] : [`${title}: an element is ${foreign}`]
}

describe.each(devices)('on %s', (device) => {
  test.each(table.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    useDevice(device)
    const nodes = callsOf(row).flatMap((call) => nodesOf(resultOf(call)))
    const values = nodes.map((node) => new Tensor(node))
    await realize(...values)
    const wrong = await Promise.all(nodes.map((node, i) => check(node, values[i]!)))
    expect(wrong.flat()).toEqual([])
  })
})
