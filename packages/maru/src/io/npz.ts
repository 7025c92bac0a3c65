/** NumPy's npz format: a zip archive of npy files. */
import { FormatError } from '../base/error.ts'
import { quote } from './json-scanner.ts'
import { decodeNpy, encodeNpy } from './npy.ts'
import type { RawTensor } from './raw-tensor.ts'
import { unzip, zip } from './zip.ts'

const SUFFIX = '.npy'

/**
 * Reads the bytes of an npz file: its arrays by name.
 *
 * Needs `fflate`, which is installed beside maru unless optional dependencies are left out.
 *
 * @throws FormatError when the archive or an array in it is damaged, or holds what is no array
 */
export async function decodeNpz(bytes: Uint8Array): Promise<Map<string, RawTensor>> {
  const arrays = new Map<string, RawTensor>()
  for (const [name, file] of await unzip('npz', bytes)) {
    if (!name.endsWith(SUFFIX)) throw new FormatError('npz.name', { name: quote(name) })
    arrays.set(name.slice(0, -SUFFIX.length), decodeNpy(file))
  }
  return arrays
}

/**
 * Writes tensors as the bytes of an npz file, as `numpy.savez` does, or `savez_compressed`.
 *
 * @throws ValueError for tensors that an npy file cannot hold
 */
export function encodeNpz(
  tensors: ReadonlyMap<string, RawTensor>,
  { compress = false }: { readonly compress?: boolean } = {},
): Promise<Uint8Array> {
  const files = [...tensors].map(([name, tensor]) => [name + SUFFIX, encodeNpy(tensor)] as const)
  return zip(new Map(files), { compress })
}
