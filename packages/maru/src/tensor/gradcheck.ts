/** Gradients against finite differences. */
import { isFloat } from '../base/dtype.ts'
import { DTypeError, ShapeError, ValueError } from '../base/error.ts'
import { readAs } from '../runtime/realize.ts'
import { compile } from './compile.ts'
import { fromHost } from './create.ts'
import { grad } from './grad.ts'
import { Parameter, type Tensor } from './tensor.ts'

export interface GradcheckOptions {
  /** Half the distance between the two points of a difference quotient, 2⁻¹⁶ unless given. */
  readonly eps?: number
  /**
   * How far an element may be from its quotient, beside the largest element of all gradients, or 1 where that
   * is less. 1e-7 for float64, 1e-4 for float32, and 1e-2 for 16-bit floats unless given.
   */
  readonly tolerance?: number
}

const TOLERANCE = { float64: 1e-7, float32: 1e-4, float16: 1e-2, bfloat16: 1e-2 } as const

/**
 * Checks the gradients of a function, element by element, against central differences
 *
 *     (f(x + eps·eᵢ) − f(x − eps·eᵢ)) / (2·eps)
 *
 * which are computed in float64 on copies of the tensors; the gradients are those of the tensors as they are.
 * Parameters may be among them, and the function may read those by itself; other tensors of floats that it
 * multiplies with come as inputs, too. It must be smooth at the point and draw no random numbers. Two values
 * are computed for every element: small tensors are enough.
 *
 * @returns the largest difference, on the scale of `tolerance`
 * @throws ValueError where one is beyond the tolerance or not finite; DTypeError for tensors of no float
 *   type, ShapeError when the result is no scalar
 * @see PyTorch's torch.autograd.gradcheck
 * @example await gradcheck((x) => mseLoss(model.call(x), y), [x, ...model.parameters()]) // 3e-8
 */
export async function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { eps = 2 ** -16, tolerance }: GradcheckOptions = {},
): Promise<number> {
  const bounds = inputs.map(({ dtype }) => {
    if (!isFloat(dtype)) throw new DTypeError('gradcheck.dtype', { dtype })
    return tolerance ?? TOLERANCE[dtype as keyof typeof TOLERANCE]
  })
  const loss = fn(...inputs)
  if (loss.size !== 1) throw new ShapeError('gradcheck.scalar', { shape: loss.node.shape })
  const gradients = await Promise.all(grad(loss.sum(), inputs).map(numbersOf))
  const points = await Promise.all(inputs.map(numbersOf))
  const value = movedValue(fn, inputs, points)
  const largest = gradients.reduce((most, each) => each.reduce(larger, most), 1)
  let most = 0
  for (const [input, gradient] of gradients.entries()) {
    for (const [element, got] of gradient.entries()) {
      const above = await value(input, element, eps)
      const below = await value(input, element, -eps)
      const expected = (above - below) / (2 * eps)
      const error = Math.abs(got - expected) / largest
      if (!(error <= (bounds[input] ?? 0))) {
        throw new ValueError('gradcheck.differs', { input, element, got, expected })
      }
      most = Math.max(most, error)
    }
  }
  return most
}

function larger(most: number, element: number): number {
  return Math.max(most, Math.abs(element))
}

async function numbersOf(x: Tensor): Promise<Float64Array> {
  return Float64Array.from(await x.data(), Number)
}

/** The function's value in float64 with one element moved. */
function movedValue(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  points: readonly Float64Array[],
): (input: number, element: number, by: number) => Promise<number> {
  const run = compile((...moved: Tensor[]) => {
    const cells = inputs.flatMap((each, i) => {
      const node = moved[i]?.node
      return each instanceof Parameter && node ? [[each.cell, node] as const] : []
    })
    return readAs(new Map(cells), () => fn(...moved))
  })
  return async (input, element, by) => {
    const moved = points.map((point, i) => {
      const values = Float64Array.from(point)
      if (i === input) values[element] = (values[element] ?? 0) + by
      return fromHost(values, inputs[i]?.node.shape ?? [], 'float64')
    })
    return (await run(...moved)).item()
  }
}
