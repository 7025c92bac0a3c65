/** Results: PyTorch's, the ones that rows state, and the same on every device. */
import { describe, expect, test } from 'vitest'
import {
  callsOf,
  devices,
  differences,
  resultOf,
  tensorOf,
  toleranceOf,
  torchCalls,
  valuesOn,
} from './calls.ts'
import { withLines } from './lines.ts'
import { table } from './table.ts'

const rows = table.map((row) => [withLines(row.name), row] as const)

describe.each(devices)('on %s', (device) => {
  test.each(rows)("PyTorch's values of %s", async (_, row) => {
    const calls = torchCalls(row)
    const got = await valuesOn(
      device,
      calls.map(({ call }) => resultOf(call)),
    )
    const wrong = calls.flatMap(({ entry, call }, i) =>
      differences(call.title, got[i]!, entry.output, toleranceOf(row, entry.output.dtype)),
    )
    expect(wrong).toEqual([])
  })

  test.each(rows)('%s gives the values of its samples', async (_, row) => {
    const calls = callsOf(row).filter(({ gives }) => gives)
    const got = await valuesOn(
      device,
      calls.map((call) => resultOf(call)),
    )
    const wrong = calls.flatMap(({ title, gives = [] }, i) => {
      const { dtype, shape } = got[i]!
      const want = { dtype, shape, data: gives }
      return differences(title, got[i]!, want, toleranceOf(row, dtype))
    })
    expect(wrong).toEqual([])
  })
})

describe.each(devices.slice(1))('%s agrees with the reference', (device) => {
  test.each(rows)('on %s', async (_, row) => {
    const calls = callsOf(row)
    const inputs = calls.map((call) => call.inputs.map(tensorOf))
    const results = () => calls.map((call, i) => resultOf(call, inputs[i]))
    const want = await valuesOn('reference', results())
    const got = await valuesOn(device, results())
    const wrong = calls.flatMap(({ title }, i) =>
      differences(title, got[i]!, want[i]!, toleranceOf(row, want[i]!.dtype)),
    )
    expect(wrong).toEqual([])
  })
})
