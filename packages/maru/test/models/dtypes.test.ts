/** Weights of every dtype: in the file as they are stored, and back. */
import { expect, test } from 'vitest'
import { type DType, dtypes, presented, storeAs } from '../../src/base/dtype.ts'
import { useDevice } from '../../src/index.ts'
import { decodeSafetensors } from '../../src/io/index.ts'
import { decodeWeights, encodeWeights } from '../../src/models/index.ts'
import { Module } from '../../src/nn/index.ts'
import { parameter } from '../../src/tensor/create.ts'
import { storedData } from '../../src/tensor/tensor.ts'

const names = Object.keys(dtypes) as DType[]
const values = [1, 0, -0, 2 ** -24, Number.POSITIVE_INFINITY, -2.71, 7, 100]

class Holder extends Module {
  constructor() {
    super()
    for (const dtype of names) {
      Object.assign(this, { [dtype]: parameter(storeAs(dtype, values), [2, 4], dtype) })
    }
  }

  override forward<T>(x: T): T {
    return x
  }
}

test.each(['reference', 'wasm'])('weights of every dtype survive on %s', async (device) => {
  useDevice(device)
  const model = new Holder()
  const bytes = await encodeWeights(model)
  const { tensors } = decodeSafetensors(bytes)
  const state = decodeWeights(bytes)
  for (const dtype of names) {
    const host = storeAs(dtype, values)
    expect(tensors.get(dtype)?.dtype).toBe(dtype)
    expect(tensors.get(dtype)?.bytes.length).toBe(8 * dtypes[dtype].bytes)
    const back = state.get(dtype)!
    expect(back.dtype).toBe(dtype)
    expect(await storedData(back)).toEqual(host)
    expect(await back.data()).toEqual(presented(dtype, host))
  }
  const again = new Holder()
  await again.loadStateDict(state)
  expect(await encodeWeights(again)).toEqual(bytes)
})
