/** Named tensors as the bytes of a safetensors file, and back. */
import { dtypes } from '../base/dtype.ts'
import { FormatError } from '../base/error.ts'
import { sizeOf } from '../base/shape.ts'
import { fromHost } from '../tensor/create.ts'
import { storedData, type Tensor } from '../tensor/tensor.ts'
import type { RawTensor } from './raw-tensor.ts'
import { decodeSafetensors, encodeSafetensors } from './safetensors.ts'

/** The bytes of named tensors in the safetensors format. */
export async function encodeTensors(named: ReadonlyMap<string, Tensor>): Promise<Uint8Array> {
  const tensors = new Map<string, RawTensor>()
  for (const [name, value] of named) {
    const data = await storedData(value)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    tensors.set(name, { dtype: value.dtype, shape: value.node.shape, bytes })
  }
  return encodeSafetensors(tensors, { format: 'maru' })
}

/** Named tensors from bytes in the safetensors format, which need not be trusted. */
export function decodeTensors(bytes: Uint8Array): Map<string, Tensor> {
  return tensorsOf(decodeSafetensors(bytes).tensors)
}

/** What a file holds as tensors. @throws FormatError for elements that no tensor has */
export function tensorsOf(stored: ReadonlyMap<string, RawTensor>): Map<string, Tensor> {
  const state = new Map<string, Tensor>()
  for (const [name, raw] of stored) {
    if (!Object.hasOwn(dtypes, raw.dtype)) {
      throw new FormatError('weights.dtype', { name, dtype: raw.dtype, known: Object.keys(dtypes) })
    }
    const dtype = raw.dtype as keyof typeof dtypes
    const own = raw.bytes.slice()
    state.set(
      name,
      fromHost(dtypes[dtype].array(own.buffer, 0, sizeOf(raw.shape)), raw.shape, dtype),
    )
  }
  return state
}
