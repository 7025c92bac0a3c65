/** Rows made concrete: calls with inputs, from the samples of the table or from PyTorch's fixture. */
import { readdirSync, readFileSync } from 'node:fs'
import type { DataArray, DType } from '../../src/base/dtype.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { type Tensor, tensor, useDevice } from '../../src/index.ts'
import { realize } from '../../src/tensor/tensor.ts'
import { inDType, stream } from './draw.ts'
import { domainOf, type Row, type Tolerance, type Values } from './row.ts'

export const devices = ['reference', 'wasm', 'wasm-unfused'] as const

/** One call of a row's op. */
export interface Call {
  readonly title: string
  readonly row: Row
  readonly args: object
  readonly inputs: readonly Values[]
  readonly gives: readonly number[] | undefined
  /** All inputs are from the row's domain, so that there is a gradient. */
  readonly drawn: boolean
}

/** The calls of a row's samples, the inputs that the op is about as a dtype if asked. */
export function callsOf(row: Row, dtype?: DType): Call[] {
  const own = (['float32', 'int32', 'bool'] as const).find(
    (each) => row.results[each] !== 'refused',
  )
  return row.samples.map(({ inputs, args = {}, gives, note }, at): Call => {
    const values = inputs.map((input, i): Values => {
      if ('data' in input) return input
      const domain = domainOf(row, i)
      const data = domain.numbers(stream(row.name, at, i), sizeOf(input))
      if (domain.dtype !== own || !dtype) return { shape: input, dtype: domain.dtype, data }
      return { shape: input, dtype, data: data.map((value) => inDType(value, dtype)) }
    })
    const shapes = values.map(({ shape }) => `[${shape}]`).join(' ')
    const title = `${row.name} ${shapes} ${JSON.stringify(args)} ${note ?? ''}`.trim()
    return {
      title,
      row,
      args,
      inputs: values,
      gives,
      drawn: !inputs.some((each) => 'data' in each),
    }
  })
}

/** The input of a call as a tensor. */
export function tensorOf({ data, shape, dtype }: Values): Tensor {
  return tensor(data, shape, { dtype })
}

export function resultOf({ row, args, inputs }: Call, given?: readonly Tensor[]): Tensor {
  return row.run(args, ...(given ?? inputs.map(tensorOf)))
}

/** Values of tensors computed in one program on a device. */
export async function valuesOn(device: string, tensors: readonly Tensor[]): Promise<Values[]> {
  useDevice(device)
  await realize(...tensors)
  return Promise.all(
    tensors.map(async (each) => ({
      shape: each.shape,
      dtype: each.dtype,
      data: Array.from<number | bigint, number>(await each.data<DataArray>(), Number),
    })),
  )
}

// Comparison

const exact: Tolerance = { relative: 0, absolute: 0, reason: 'integers and bools have one value' }
const tolerances: { readonly [D in DType]: Tolerance } = {
  float64: { relative: 1e-12, absolute: 1e-14, reason: 'sums in another order' },
  float32: { relative: 1e-6, absolute: 1e-7, reason: 'two ulp, and sums in another order' },
  float16: {
    relative: 2e-3,
    absolute: 1e-3,
    reason: 'two ulp: a rounding may fall on either side',
  },
  bfloat16: { relative: 1.6e-2, absolute: 8e-3, reason: 'likewise' },
  int64: exact,
  int32: exact,
  int8: exact,
  uint8: exact,
  bool: exact,
}

export function toleranceOf(row: Row, dtype: DType): Tolerance {
  return row.tolerance?.[dtype] ?? tolerances[dtype]
}

/** Whether -0 is another number than 0. */
type Zeros = 'signed' | 'alike'

function same(got: number, want: number, near: Tolerance, zeros: Zeros): boolean {
  const { relative, absolute } = near
  if (Number.isNaN(want)) return Number.isNaN(got)
  if (zeros === 'signed' && got === 0 && want === 0) return Object.is(got, want)
  return got === want || Math.abs(got - want) <= absolute + relative * Math.abs(want)
}

/** What differs between a result and what it should be, in words; empty when nothing does. */
export function differences(
  title: string,
  got: Values,
  want: Values,
  tolerance: Tolerance,
  zeros: Zeros = 'signed',
): string[] {
  if (got.dtype !== want.dtype) return [`${title}: ${got.dtype}, not ${want.dtype}`]
  if (`${got.shape}` !== `${want.shape}` || got.shape.length !== want.shape.length) {
    return [`${title}: [${got.shape}], not [${want.shape}]`]
  }
  if (got.data.length !== want.data.length) {
    return [`${title}: ${got.data.length} elements, not ${want.data.length}`]
  }
  const at = got.data.findIndex(
    (value, i) => !same(value, want.data[i] ?? Number.NaN, tolerance, zeros),
  )
  return at < 0 ? [] : [`${title}: ${got.data[at]} at ${at}, not ${want.data[at]}`]
}

// PyTorch's fixture

/** A sample of PyTorch: inputs, output, and gradients of the output's product with a cotangent. */
export interface TorchEntry {
  readonly op: string
  readonly sample: string
  readonly args: Record<string, never>
  readonly inputs: readonly Values[]
  readonly output: Values
  readonly cotangent?: Values
  readonly grads?: readonly (Values | null)[]
}

function readFixture(): TorchEntry[] {
  const folder = new URL('fixtures/', import.meta.url)
  const files = readdirSync(folder).filter((name) => name.startsWith('torch-'))
  return files.sort().flatMap((name) => readEntries(new URL(name, folder)))
}

function readEntries(url: URL): TorchEntry[] {
  const special = new Set(['NaN', 'Infinity', '-Infinity'])
  const { entries } = JSON.parse(readFileSync(url, 'utf8'), (key, value) =>
    key !== 'dtype' && special.has(value) ? Number(value) : value,
  )
  return entries
}

export const fixture: readonly TorchEntry[] = readFixture()

/** The fixture's entries for a row, with the calls that should give the same. */
export function torchCalls(row: Row): { entry: TorchEntry; call: Call }[] {
  const { oracle } = row
  if ('none' in oracle) return []
  return fixture
    .filter(({ op, sample }) => op === oracle.torch && !Object.hasOwn(oracle.skip ?? {}, sample))
    .map((entry) => {
      const args = oracle.args?.(entry.args) ?? entry.args
      const title = `${row.name}, ${entry.sample}`
      const { inputs } = entry
      return { entry, call: { title, row, args, inputs, gives: undefined, drawn: false } }
    })
}
