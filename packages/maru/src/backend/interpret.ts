/** Runs one primitive by its own definition, on any memory that the host can view. */
import { dtypes, type HostArray } from '../base/dtype.ts'
import type { InterpretLaunch, Operand, ProgramBuffer } from '../compiler/program.ts'
import type { HostTensor } from '../graph/primitive.ts'

/** Executes an interpreted launch; `view` gives a buffer's elements in place. */
export function interpret(
  launch: InterpretLaunch,
  buffers: readonly ProgramBuffer[],
  parameters: readonly number[],
  view: (buffer: number) => HostArray,
): void {
  const tensor = (buffer: number): HostTensor => {
    const { dtype, shape } = buffers[buffer] ?? { dtype: 'float32', shape: [] }
    return { dtype, shape, data: view(buffer) }
  }
  const operand = (input: Operand): HostTensor => {
    if (input.kind === 'buffer') return tensor(input.buffer)
    const data = dtypes[input.dtype].make(1)
    data[0] = parameters[input.index] ?? 0
    return { dtype: input.dtype, shape: [], data }
  }
  const { op, attrs } = launch
  const inputs = launch.inputs.map(operand)
  const outs = launch.outputs.map(tensor)
  // A definition may walk along axes where there is nothing to write.
  if (outs.every(({ data }) => data.length === 0)) return
  const [out] = outs
  if ('results' in op) op.evaluate(inputs, attrs, outs)
  else if (out) op.evaluate(inputs, attrs, out)
}
