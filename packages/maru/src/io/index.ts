export { makeFolder, readFileBytes, writeFileAtomic } from './files.ts'
export {
  decodeSafetensors,
  encodeSafetensors,
  type RawTensor,
  type Safetensors,
  type SafetensorsLimits,
  type StoredDType,
} from './safetensors.ts'
