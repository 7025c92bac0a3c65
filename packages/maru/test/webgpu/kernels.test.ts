/**
 * The kernels that WebAssembly runs, on a WebGPU device, against the reference.
 *
 * WGSL promises less than IEEE 754: subnormal numbers may count as zero, quotients are within 2.5 ulp,
 * and multiply-adds may round once or twice. A fold is one chain here, and 16 lanes on a processor.
 */
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { sizeOf } from '../../src/base/shape.ts'
import { Stream } from '../../src/base/threefry.ts'
import {
  cond,
  full,
  grad,
  scan,
  type Tensor,
  tensor,
  useDevice,
  whileLoop,
} from '../../src/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { kernels } from '../backend/kernels.ts'
import { callsOf, differences, resultOf, tensorOf, toleranceOf, valuesOn } from '../ops/calls.ts'
import { build, type Instruction, lossOf } from '../ops/graphs.ts'
import { table } from '../ops/table.ts'
import { closeWebGpu, openWebGpu } from './adapter.ts'
import { Machine } from './machine.ts'
import { storesBy, valuesBy } from './run.ts'

const found = await openWebGpu()
const missing = 'missing' in found ? found.missing : undefined
if (missing) console.warn(`SKIPPED: no kernel was run by WebGPU, ${missing}`)
afterAll(() => closeWebGpu(found))

const isSubnormal = (value: number): boolean => value !== 0 && Math.abs(value) < 2 ** -126

/** Sums of some hundred products of either sign, in another order and with quotients of 2.5 ulp. */
const near = { relative: 2e-6, absolute: 5e-6, reason: 'chains, and quotients' }

/** For sums of so many products of numbers in ±2: rounded at each addition, their errors deviate by 5.6e-8·n. */
const boundOf = (terms?: number) =>
  terms === undefined
    ? near
    : { relative: (near.relative * terms) / 100, absolute: 6 * 5.6e-8 * terms, reason: 'chains' }

describe.skipIf(missing)(`by WebGPU${missing ? `: skipped, ${missing}` : ''}`, () => {
  const machine = 'device' in found ? new Machine(found.device) : undefined
  const by = (tensors: readonly Tensor[]) => valuesBy(machine!, tensors)

  describe.each(['float32', 'int32', 'uint8', 'bool'] as const)('%s', (dtype) => {
    const rows = table.filter(({ results }) => results[dtype] !== 'refused')

    test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, row) => {
      const calls = callsOf(row, dtype).filter(
        ({ inputs }) => !inputs.some(({ data }) => data.some(isSubnormal)),
      )
      const inputs = calls.map((call) => call.inputs.map(tensorOf))
      const results = () => calls.map((call, i) => resultOf(call, inputs[i]))
      const got = await by(results())
      const want = await valuesOn('reference', results())
      const wrong = calls.flatMap(({ title }, i) =>
        differences(title, got[i]!, want[i]!, toleranceOf(row, want[i]!.dtype)),
      )
      expect(wrong).toEqual([])
    })
  })

  test.each(kernels)('%s', async (name, make, terms) => {
    const [got] = await by([make()])
    const [want] = await valuesOn('reference', [make()])
    expect(differences(name, got!, want!, boundOf(terms))).toEqual([])
  })

  test('random graphs and their gradients', async () => {
    const number = fc.noBias(fc.nat(999))
    const program = fc.array(fc.tuple(number, number, number, number), {
      minLength: 5,
      maxLength: 30,
      size: 'max',
    })
    const shape = fc.array(fc.nat({ max: 21 }), { minLength: 1, maxLength: 3 })
    const agree = async (from: number[], instructions: Instruction[]): Promise<void> => {
      const roots = () => {
        const { leaves, values, text } = build(from, instructions)
        const wrt = leaves.map(({ tensor }) => tensor).filter(({ dtype }) => dtype === 'float32')
        const gradients = grad(lossOf(values), wrt)
        return { tensors: [...values.map(({ tensor }) => tensor), ...gradients], values, text }
      }
      const { tensors, values, text } = roots()
      const got = await by(tensors)
      const want = await valuesOn('reference', roots().tensors)
      // a gradient is rounded relative to the largest number on the way, not to itself
      const size = want.flatMap(({ data }) => data).reduce((a, x) => Math.max(a, Math.abs(x)), 1)
      got.forEach((each, i) => {
        const absolute = 2 * (values[i]?.error ?? 1e-5 * size)
        const wrong = differences(`${i}`, each, want[i]!, { ...near, absolute }, 'alike')
        if (wrong.length > 0) throw new Error(`${wrong}\n${text}`)
      })
    }
    await fc.assert(fc.asyncProperty(shape, program, agree), { seed: 20261121, numRuns: 8 })
  })

  test('loops and branches', async () => {
    const roots = (): Tensor[] => {
      const steps = tensor(
        Float32Array.from({ length: 35 }, (_, i) => (i % 11) / 11 - 0.4),
        [7, 5],
      )
      const matrix = tensor(
        Float32Array.from({ length: 25 }, (_, i) => (i % 9) / 9 - 0.5),
        [5, 5],
      )
      const [last, states] = scan(
        (state, x) => {
          const next = state.reshape([1, 5]).matmul(matrix).reshape([5]).add(x).tanh()
          return [next, next]
        },
        full([5], 0.1),
        steps,
      )
      const size = whileLoop(
        (x) => x.square().sum().less(100),
        (x) => x.mul(2),
        last,
      )
      const chosen = cond(
        states.sum().less(0),
        (x) => x.exp(),
        (x) => x.neg(),
        states,
      )
      return [states, size, chosen, ...grad(chosen.sum(), [steps, matrix])]
    }
    const got = await by(roots())
    const want = await valuesOn('reference', roots())
    const wrong = got.flatMap((each, i) => differences(`result ${i}`, each, want[i]!, near))
    expect(wrong).toEqual([])
  })

  test('a step of Adam, in place', async () => {
    const learn = () => {
      const weights = new Stream(6, 'weights')
      const drawn = (...shape: number[]) => {
        const data = new Float32Array(sizeOf(shape))
        weights.fill(data, -0.5, 0.5)
        return parameter(data, shape, 'float32')
      }
      const [kernel, matrix] = [drawn(4, 1, 3, 3), drawn(64, 3)]
      const input = tensor(
        Float32Array.from({ length: 128 }, (_, i) => (i % 7) / 7),
        [2, 1, 8, 8],
      )
      const step = () => {
        const features = input.conv2d(kernel, { padding: 1 }).relu().maxPool2d(2).flatten(1)
        const loss = features.matmul(matrix).logSoftmax(1).slice(1, 0, 1).mean().neg()
        return new Adam([kernel, matrix], { lr: 0.01, weightDecay: 0.1 }).step(loss)
      }
      return { parameters: [kernel, matrix], step }
    }
    const [here, there] = [learn(), learn()]
    const stores = await storesBy(machine!, () => void here.step())
    expect(stores.size).toBe(6)
    useDevice('reference')
    await there.step()
    for (const [i, each] of there.parameters.entries()) {
      const { shape, dtype } = each
      const got = { shape, dtype, data: stores.get(here.parameters[i]!.cell)! }
      const want = { shape, dtype, data: [...(await each.data())] }
      // the first step is lr times the sign of a gradient, whose last bits count where it is small
      const near = { relative: 1e-5, absolute: 1e-6, reason: 'a root and a quotient' }
      expect(differences('parameter', got, want, near)).toEqual([])
    }
  })

  test('more units than one axis of workgroups has', async () => {
    const size = 64 * 65535 + 1000
    const data = new Float32Array(size)
    new Stream(5, 'long').fill(data, -2, 2)
    const [got] = await by([tensor(data, [size]).add(1)])
    const at = got!.data.findIndex((value, i) => value !== Math.fround((data[i] ?? 0) + 1))
    expect(at).toBe(-1)
  })
})
