import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/tensor/compile.ts'
import { cond } from '../../src/tensor/control.ts'
import { parameter, tensor } from '../../src/tensor/create.ts'
import { grad } from '../../src/tensor/grad.ts'
import type { Parameter, Tensor } from '../../src/tensor/tensor.ts'

const EXAMPLE = fileURLToPath(new URL('../../../../examples/four-levels.ts', import.meta.url))

test('[N7.1] one program at four levels has one loss', async () => {
  const tiny = ['--epochs', '2', '--samples', '300', '--json']
  const args = ['--conditions=source', '--import', import.meta.resolve('tsx'), EXAMPLE, ...tiny]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { levels, largestDifference } = JSON.parse(stdout)
  expect(Object.keys(levels)).toEqual(['sequential', 'subclass', 'functions', 'ops'])
  expect(largestDifference).toBeLessThan(1e-6)
  expect(levels.ops[1]).toBeLessThan(levels.ops[0])
})

describe('[N7.2] a branch that depends on data', () => {
  /** JavaScript's own `if`, on a value that was read. */
  async function eager(x: Tensor): Promise<Tensor> {
    const isLarge = (await x.sum().item()) > 1
    return isLarge ? x.square().sum() : x.mul(-3).sum()
  }
  const staged = (x: Tensor): Tensor =>
    cond(
      x.sum().greater(1),
      (large): Tensor => large.square().sum(),
      (small): Tensor => small.mul(-3).sum(),
      x,
    )

  test.each([[[2, 3]], [[-2, 1]], [[0.5, 0.5]], [[1, 0.25]]])('of %j', async (values) => {
    const x = tensor(values)
    const wanted = await (await eager(x)).item()
    expect(await staged(x).item()).toBe(wanted)
    const compiled = compile(staged)
    expect(await (await compiled(x)).item()).toBe(wanted)
    // one recording takes either way
    expect(await (await compiled(x.neg())).item()).toBe(await (await eager(x.neg())).item())
  })

  test('has the gradient of the branch that is taken', async () => {
    for (const values of [
      [2, 3],
      [-2, 1],
    ]) {
      const x: Parameter = parameter(Float32Array.from(values), [2], 'float32')
      const [wanted] = grad(await eager(x), [x])
      const compiled = compile((unused: Tensor) => grad(staged(x).add(unused.mul(0)), [x]))
      const [got] = await compiled(tensor(0))
      expect(await got?.array()).toEqual(await wanted?.array())
    }
  })

  test('a bare `if` on a tensor that is compiled says what to use', async () => {
    const wrong = compile((x: Tensor) => (Number(x.sum()) > 1 ? x : x.neg()))
    await expect(wrong(tensor([1, 2]))).rejects.toMatchObject({ key: 'trace.branch' })
  })
})
