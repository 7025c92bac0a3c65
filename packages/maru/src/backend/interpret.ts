/** Runs one primitive by its own definition, on any memory that the host can view. */
import { elementOf, type HostArray, presented, storeAs } from '../base/dtype.ts'
import type { InterpretLaunch, Operand, ProgramBuffer } from '../compiler/program.ts'
import { evaluateOp, roomFor } from '../graph/evaluate.ts'
import type { HostTensor, Spec } from '../graph/primitive.ts'
import { Int64Numbers } from './int64.ts'

/** Executes an interpreted launch; `view` gives a buffer's elements in place. */
export function interpret(
  { op, attrs, inputs, outputs }: InterpretLaunch,
  buffers: readonly ProgramBuffer[],
  parameters: readonly number[],
  view: (buffer: number) => HostArray,
): void {
  const specOf = (buffer: number): Spec => buffers[buffer] ?? { dtype: 'float32', shape: [] }
  const stored = inputs.flatMap((input) => (input.kind === 'buffer' ? view(input.buffer) : []))
  const long = new Int64Numbers(stored.filter((array) => array instanceof BigInt64Array))
  const operand = (input: Operand): HostTensor => {
    if (input.kind === 'buffer') {
      const { dtype, shape } = specOf(input.buffer)
      const elements = presented(dtype, view(input.buffer))
      const data = elements instanceof BigInt64Array ? long.decode(elements) : elements
      return { dtype, shape, data }
    }
    const room = roomFor({ dtype: input.dtype, shape: [] })
    room.data[0] = elementOf(input.dtype, parameters[input.index] ?? 0)
    return room
  }
  const outs = outputs.map((buffer): HostTensor => {
    const [spec, data] = [specOf(buffer), view(buffer)]
    return isEncoded(data) ? roomFor(spec) : { dtype: spec.dtype, shape: spec.shape, data }
  })
  // A definition may walk along axes where there is nothing to write.
  if (outs.every(({ data }) => data.length === 0)) return
  evaluateOp(op, attrs, inputs.map(operand), outs)
  outs.forEach(({ dtype, data }, i) => {
    const into = view(outputs[i] ?? -1)
    if (into instanceof BigInt64Array) long.encode(data, into)
    else if (into instanceof Uint16Array) storeAs(dtype, data, into)
  })
}

/** Whether elements are stored as something else than their numbers. */
function isEncoded(array: HostArray): array is Uint16Array | BigInt64Array {
  return array instanceof Uint16Array || array instanceof BigInt64Array
}
