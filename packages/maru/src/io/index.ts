/** Files: what is written whole, and formats of tensors. */
export { makeFolder, readFileBytes, writeFileAtomic } from './files.ts'
export { decodeNpy, encodeNpy } from './npy.ts'
export { decodeNpz, encodeNpz } from './npz.ts'
export { decodePytorch } from './pytorch.ts'
export type { RawTensor, StoredDType } from './raw-tensor.ts'
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsLimits,
} from './safetensors.ts'
