/** Gradients: central differences in float64 define them; PyTorch and every device must agree. */
import { describe, expect, test } from 'vitest'
import { isFloat } from '../../src/base/dtype.ts'
import { compile, grad, type Tensor, tensor, useDevice } from '../../src/index.ts'
import {
  type Call,
  callsOf,
  devices,
  differences,
  resultOf,
  tensorOf,
  toleranceOf,
  torchCalls,
  valuesOn,
} from './calls.ts'
import { stream } from './draw.ts'
import { withLines } from './lines.ts'
import type { Row, Values } from './row.ts'
import { table } from './table.ts'

/** Of central differences: truncation and rounding both stay near 1e-10. */
const STEP = 2 ** -16
/** Of a difference quotient, relative to the largest element of the gradient. */
const RELATIVE = 1e-6

const rows = table.map((row) => [withLines(row.name), row] as const)
const differentiable = rows.filter(([, { gradient }]) => !hasNone(gradient))
const flat = rows.filter(([, { gradient }]) => hasNone(gradient))

function hasNone(gradient: Row['gradient']): gradient is { readonly none: string } {
  return typeof gradient === 'object' && 'none' in gradient
}

/** A tensor of numbers between -1 and 1 that depend on a name, like another in shape and dtype. */
function weightsLike({ node: { shape, dtype }, size }: Tensor, name: string): Tensor {
  const from = stream('weights', name)
  const data = Array.from({ length: size }, () => (from.integer(129) - 64) / 64)
  return tensor(data, shape, { dtype })
}

/** A scalar function of a call's float inputs, the others held fast. */
type Scalar = (...inputs: readonly Tensor[]) => Tensor

interface Problem {
  readonly title: string
  readonly at: readonly Values[]
  readonly loss: Scalar
}

/** The product of a call's result with fixed weights. */
function problemOf(call: Call): Problem {
  const floats = call.inputs.filter(({ dtype }) => isFloat(dtype))
  const loss: Scalar = (...given) => {
    const rest = [...given]
    const inputs = call.inputs.map((each) =>
      isFloat(each.dtype) ? (rest.shift() ?? tensorOf(each)) : tensorOf(each),
    )
    const result = resultOf(call, inputs).cast(floats[0]?.dtype ?? 'float32')
    return result.mul(weightsLike(result, call.title)).sum()
  }
  return { title: call.title, at: floats, loss }
}

/** The product of a problem's gradient with fixed directions: its gradient is of second order. */
function projected({ title, at, loss }: Problem): Problem {
  const projection: Scalar = (...inputs) =>
    grad(loss(...inputs), inputs)
      .map((part, i) => part.mul(weightsLike(part, `${title} ${i}`)).sum())
      .reduce((sum, part) => sum.add(part))
  return { title: `${title}, second order`, at, loss: projection }
}

function moved({ data, ...spec }: Values, by: (i: number) => number): Values {
  return { ...spec, data: data.map((value, i) => value + by(i)) }
}

/** `(f(x + hd) − f(x − hd)) / 2h` with x all inputs and d given for each element. */
async function slope(
  run: (...inputs: Tensor[]) => Promise<Tensor>,
  at: readonly Values[],
  direction: (input: number, element: number) => number,
  step: number,
): Promise<number> {
  const value = async (sign: number): Promise<number> => {
    const inputs = at.map((each, i) => tensorOf(moved(each, (k) => sign * step * direction(i, k))))
    return (await run(...inputs)).item()
  }
  return ((await value(1)) - (await value(-1))) / (2 * step)
}

/** Where a gradient is not what difference quotients say, element by element. */
async function checkElements({ title, at, loss }: Problem, step: number): Promise<string[]> {
  const run = compile(loss)
  const inputs = at.map(tensorOf)
  const gradients = await valuesOn('reference', grad(loss(...inputs), inputs))
  const most = Math.max(1, ...gradients.flatMap(({ data }) => data.map(Math.abs)))
  const wrong: string[] = []
  for (const [i, { data }] of gradients.entries()) {
    for (const [k, got] of data.entries()) {
      const want = await slope(run, at, (j, l) => (i === j && k === l ? 1 : 0), step)
      if (Math.abs(got - want) <= RELATIVE * most) continue
      wrong.push(`${title}: ${got} at ${k} of input ${i}, the slope is ${want}`)
    }
  }
  return wrong
}

/** The same along two directions that move every element. */
async function checkDirections({ title, at, loss }: Problem): Promise<string[]> {
  const run = compile(loss)
  const inputs = at.map(tensorOf)
  const gradients = await valuesOn('reference', grad(loss(...inputs), inputs))
  const most = Math.max(1, ...gradients.flatMap(({ data }) => data.map(Math.abs)))
  const wrong: string[] = []
  for (const name of ['one', 'other']) {
    const directions = inputs.map((each, i) => weightsLike(each, `${title} ${name} ${i}`))
    const along = await valuesOn('reference', directions)
    const want = await slope(run, at, (i, k) => along[i]?.data[k] ?? 0, STEP)
    let got = 0
    gradients.forEach(({ data }, i) => {
      data.forEach((value, k) => {
        got += value * (along[i]?.data[k] ?? 0)
      })
    })
    if (!(Math.abs(got - want) <= 10 * RELATIVE * most)) {
      wrong.push(`${title}: ${got} along the ${name} direction, the slope is ${want}`)
    }
  }
  return wrong
}

function problems(row: Row): Problem[] {
  return callsOf(row, 'float64')
    .filter(({ drawn }) => drawn)
    .map(problemOf)
}

describe('the gradient is the slope of', () => {
  test.each(differentiable)('%s', async (_, row) => {
    useDevice('reference')
    const step =
      typeof row.gradient === 'object' && 'step' in row.gradient ? row.gradient.step : STEP
    const wrong: string[] = []
    for (const problem of problems(row)) wrong.push(...(await checkElements(problem, step)))
    expect(wrong).toEqual([])
  })
})

describe('the gradient of the gradient is the slope of the gradient of', () => {
  const curved = differentiable.filter(([, { gradient }]) => gradient === 'differences')
  test.each(curved)('%s', async (_, row) => {
    useDevice('reference')
    const wrong: string[] = []
    for (const problem of problems(row)) wrong.push(...(await checkDirections(projected(problem))))
    expect(wrong).toEqual([])
  })
})

describe('the gradient is zero of', () => {
  test.each(flat)('%s', async (_, row) => {
    for (const call of callsOf(row, 'float32')) {
      const { at, loss } = problemOf(call)
      const inputs = at.map(tensorOf)
      if (row.results.float32 === 'refused' || inputs.length === 0) continue
      const gradients = await valuesOn('reference', grad(loss(...inputs), inputs))
      expect(gradients.flatMap(({ data }) => data).filter((value) => value !== 0)).toEqual([])
    }
  })
})

describe.each(devices)('on %s', (device) => {
  test.each(differentiable)("the gradient of %s is PyTorch's", async (_, row) => {
    const known = torchCalls(row).filter(({ entry }) => entry.grads)
    const wanted = known.map(({ entry }) => entry.grads?.map((each) => each ?? undefined) ?? [])
    const gradients = known.map(({ entry, call }, i) => {
      const inputs = call.inputs.map(tensorOf)
      const loss = resultOf(call, inputs).mul(tensorOf(entry.cotangent!)).sum()
      return grad(
        loss,
        inputs.filter((_, k) => wanted[i]?.[k]),
      )
    })
    const got = await valuesOn(device, gradients.flat())
    const titles = known.flatMap(({ call }, i) => gradients[i]!.map(() => call.title))
    const want = wanted.flat().filter((each) => each !== undefined)
    const wrong = want.flatMap((each, i) =>
      differences(titles[i]!, got[i]!, each, toleranceOf(row, 'float32'), 'alike'),
    )
    expect(wrong).toEqual([])
  })
})

describe.each(devices.slice(1))("%s has the reference's gradient", (device) => {
  test.each(differentiable)('of %s', async (_, row) => {
    const calls = callsOf(row, 'float32').filter(({ drawn }) => drawn)
    const gradients = (): Tensor[] =>
      calls.map(problemOf).flatMap(({ at, loss }) => {
        const inputs = at.map(tensorOf)
        return grad(loss(...inputs), inputs)
      })
    const want = await valuesOn('reference', gradients())
    const got = await valuesOn(device, gradients())
    const wrong = want.flatMap((each, i) =>
      differences(row.name, got[i]!, each, toleranceOf(row, 'float32'), 'alike'),
    )
    expect(wrong).toEqual([])
  })
})

/** A product of matrices that has another rank once its elements are rounded. */
const FRAGILE = 'of rank two'
/** Spacing of the dtype's values at 1. */
const spacing = { float16: 2 ** -10, bfloat16: 2 ** -7 } as const

describe.each(['float16', 'bfloat16'] as const)('in %s', (dtype) => {
  describe.each(devices)('on %s', (device) => {
    test.each(differentiable)(
      "the gradient of %s is float32's, but for roundings",
      async (_, row) => {
        const calls = callsOf(row, dtype).filter(
          ({ drawn, title }) => drawn && !title.endsWith(FRAGILE),
        )
        const gradientsOf = (as: 'float32' | typeof dtype): Tensor[] =>
          calls.flatMap((call) => {
            const inputs = call.inputs.map((each) =>
              each.dtype === dtype ? { ...each, dtype: as } : each,
            )
            const { at, loss } = problemOf({ ...call, inputs })
            const given = at.map(tensorOf)
            return grad(loss(...given), given)
          })
        const want = await valuesOn('reference', gradientsOf('float32'))
        const got = await valuesOn(device, gradientsOf(dtype))
        expect(got.map((each) => each.dtype)).toEqual(want.map(() => dtype))
        const wrong = want.flatMap(({ data, shape }, i) => {
          const most = Math.max(1, ...data.map(Math.abs))
          const tolerance = { relative: 0, absolute: 4 * spacing[dtype] * most, reason: '' }
          return differences(row.name, got[i]!, { dtype, shape, data }, tolerance, 'alike')
        })
        expect(wrong).toEqual([])
      },
    )
  })
})
