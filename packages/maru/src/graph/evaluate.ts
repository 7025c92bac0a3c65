/** Primitives by their own definitions, on numbers: what every result goes through before it is a value. */
import { dtypes, isHalf, numbersOf } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { type Attrs, type HostTensor, type Primitive, type Spec, selects } from './primitive.ts'

/** A tensor to write a result to. */
export function roomFor({ shape, dtype }: Spec): HostTensor {
  return { shape, dtype, data: numbersOf(dtype, sizeOf(shape)) }
}

/**
 * Runs an op. Results of 16-bit floats are rounded; int64 is exact, or refused.
 *
 * @throws ValueError where an op computes with an int64 beyond ±(2^53 − 1), or gives one
 */
export function evaluateOp(
  op: Primitive,
  attrs: Attrs,
  inputs: readonly HostTensor[],
  outs: readonly HostTensor[],
): void {
  const careful = !selects(op, attrs)
  if (careful) for (const input of inputs) expectExact(op, input)
  if (careful && isSum(op) && outs.some(({ dtype }) => dtype === 'int64')) {
    // Where the terms' magnitudes add up to a number that is exact, no partial sum was rounded.
    const totals = outs.map(roomFor)
    run(op, attrs, inputs.map(magnitudes), totals)
    for (const total of totals) expectExact(op, total)
  }
  run(op, attrs, inputs, outs)
  if (careful) for (const out of outs) settle(op, out)
}

function run(
  op: Primitive,
  attrs: Attrs,
  inputs: readonly HostTensor[],
  outs: readonly HostTensor[],
): void {
  const [out] = outs
  if ('results' in op) op.evaluate(inputs, attrs, outs)
  else if (out) op.evaluate(inputs, attrs, out)
}

function settle(op: Primitive, out: HostTensor): void {
  expectExact(op, out)
  if (!isHalf(out.dtype)) return
  const { coerce } = dtypes[out.dtype]
  for (let i = 0; i < out.data.length; i++) out.data[i] = coerce(out.data[i] ?? 0)
}

function expectExact(op: Primitive, { dtype, data }: HostTensor): void {
  if (dtype !== 'int64') return
  for (const value of data) {
    if (!Number.isSafeInteger(value)) throw new ValueError('int64.range', { op: op.name })
  }
}

/** Whether many terms are added up before there is a result. */
function isSum(op: Primitive): boolean {
  // Routines on integers that do not select are sums along an axis.
  return op.trait !== 'elementwise' && op.trait !== 'source'
}

function magnitudes(tensor: HostTensor): HostTensor {
  if (tensor.dtype !== 'int64') return tensor
  return { ...tensor, data: Float64Array.from(tensor.data, Math.abs) }
}
