/** Tensors out of files that `torch.save` wrote: data alone, no code is run. */
import { FormatError } from '../base/error.ts'
import { quote } from './json-scanner.ts'
import { type Pickled, readPickle } from './pickle.ts'
import { elementBytes, type RawTensor, type StoredDType, sizeInBytes } from './raw-tensor.ts'
import { unzip } from './zip.ts'

const FORMAT = 'pytorch'
/** Memory that one tensor may take beside ten times the file: strides of 0 repeat elements. */
const ROOM_BYTES = 64 * 1024 * 1024
const GROWTH = 10
/** Levels of dicts and lists that names are joined through. */
const DEEPEST = 64
const MOST_PLACES = 1_000_000

const storages: { readonly [name: string]: StoredDType } = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
}

/** The elements of one or more tensors. */
class Storage {
  readonly dtype: StoredDType
  readonly bytes: Uint8Array

  constructor(dtype: StoredDType, bytes: Uint8Array) {
    this.dtype = dtype
    this.bytes = bytes
  }
}

/** A tensor among other values. */
class Found {
  readonly tensor: RawTensor

  constructor(tensor: RawTensor) {
    this.tensor = tensor
  }
}

/**
 * Reads the tensors of a `.pt` or `.pth` file of PyTorch 1.6 or later.
 *
 * Dicts and lists in dicts are walked, and names joined by dots: `state_dict.layer.0.weight`; numbers and
 * texts beside the tensors are left out. The pickle in the file is read by a machine of its own that
 * knows tensors, dicts and lists, and refuses every other class by name. Needs `fflate`, as `decodeNpz`.
 *
 * @throws FormatError for damaged files, files of older versions, and whole models: save their `state_dict()`
 * @example
 * const weights = await decodePytorch(new Uint8Array(await file.arrayBuffer()))
 */
export async function decodePytorch(bytes: Uint8Array): Promise<Map<string, RawTensor>> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw new FormatError('pytorch.version', {})
  const files = await unzip(FORMAT, bytes)
  const path = [...files.keys()].find((name) => name.endsWith('/data.pkl'))
  const pickle = path && files.get(path)
  if (!pickle) throw new FormatError('pytorch.pickle', {})
  const folder = path.slice(0, -'data.pkl'.length)
  const order = files.get(`${folder}byteorder`)
  if (order && new TextDecoder().decode(order) !== 'little')
    throw new FormatError('pytorch.order', {})
  const limit = ROOM_BYTES + GROWTH * bytes.length
  const value = readPickle(pickle, {
    format: FORMAT,
    calls: new Map([
      ['collections.OrderedDict', dictOf],
      ['torch._utils._rebuild_tensor_v2', (args) => tensorOf(args, limit)],
      ['torch._utils._rebuild_parameter', ([tensor]) => tensor],
      ['torch.Size', ([sizes]) => sizes],
    ]),
    constants: new Set(Object.keys(storages).map((name) => `torch.${name}`)),
    persistent: (id) => storageOf(id, (key) => files.get(`${folder}data/${key}`)),
  })
  return collect(value)
}

function dictOf(args: readonly Pickled[]): Map<Pickled, Pickled> {
  const dict = new Map<Pickled, Pickled>()
  const [pairs] = args
  for (const pair of Array.isArray(pairs) ? pairs : []) {
    if (Array.isArray(pair)) dict.set(pair[0], pair[1])
  }
  return dict
}

/** `('storage', torch.FloatStorage, '0', 'cpu', 12)` */
function storageOf(id: Pickled, fileOf: (key: string) => Uint8Array | undefined): Storage {
  const [kind, named, key, , count]: readonly Pickled[] = Array.isArray(id) ? id : []
  const name = typeof named === 'object' && named && 'name' in named ? String(named.name) : ''
  const dtype = storages[name.slice('torch.'.length)]
  const bytes = typeof key === 'string' ? fileOf(key) : undefined
  if (kind !== 'storage' || !dtype || !bytes) {
    throw new FormatError('pytorch.storage', { name: quote(String(key)) })
  }
  if (bytes.length !== Number(count) * elementBytes[dtype]) {
    throw new FormatError('pytorch.storage.size', {
      name: quote(String(key)),
      size: bytes.length,
      count: String(count),
      dtype,
    })
  }
  return new Storage(dtype, bytes)
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, …)` */
function tensorOf(args: readonly Pickled[], limit: number): Found {
  const [storage, offset, shape, strides] = args
  const isCount = (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
  const isCounts = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every(isCount)
  if (
    !(storage instanceof Storage) ||
    !isCount(offset) ||
    !isCounts(shape) ||
    !isCounts(strides) ||
    strides.length !== shape.length
  ) {
    throw new FormatError('pytorch.tensor', {})
  }
  const { dtype, bytes } = storage
  const width = elementBytes[dtype]
  const size = sizeInBytes(dtype, shape)
  const last = shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), offset)
  const inside = size === 0 || (last + 1) * width <= bytes.length
  if (size === undefined || size > limit || !inside) {
    throw new FormatError('pytorch.bounds', { shape, strides, offset, size: bytes.length / width })
  }
  const data = size === 0 ? new Uint8Array(0) : gathered(bytes, { shape, strides, offset, width })
  return new Found({ dtype, shape, bytes: data })
}

interface View {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  readonly width: number
}

/** The elements of a view, side by side. */
function gathered(bytes: Uint8Array, { shape, strides, offset, width }: View): Uint8Array {
  const count = shape.reduce((product, dim) => product * dim, 1)
  let dense = 1
  const isDense = shape.reduceRight((so, dim, axis) => {
    const fits = so && (dim === 1 || strides[axis] === dense)
    dense *= dim
    return fits
  }, true)
  if (isDense) return bytes.slice(offset * width, (offset + count) * width)
  const out = new Uint8Array(count * width)
  for (let to = 0; to < count; to++) {
    let [rest, from] = [to, offset]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const dim = shape[axis] ?? 1
      from += (rest % dim) * (strides[axis] ?? 0)
      rest = Math.floor(rest / dim)
    }
    out.set(bytes.subarray(from * width, (from + 1) * width), to * width)
  }
  return out
}

/** Tensors of dicts and lists under their paths, each place visited once by a name. */
function collect(root: Pickled): Map<string, RawTensor> {
  const tensors = new Map<string, RawTensor>()
  let visits = 0
  const visit = (value: Pickled, path: string, depth: number): void => {
    // What is remembered may be put into several lists, which may be put into several …
    if (depth > DEEPEST || ++visits > MOST_PLACES) {
      throw new FormatError('pytorch.deep', { deepest: DEEPEST, most: MOST_PLACES })
    }
    if (value instanceof Found) {
      if (tensors.has(path)) throw new FormatError('pytorch.twice', { name: quote(path) })
      tensors.set(path, value.tensor)
      return
    }
    const entries = value instanceof Map ? value : Array.isArray(value) ? value.entries() : []
    for (const [key, item] of entries) {
      visit(item, path === '' ? String(key) : `${path}.${String(key)}`, depth + 1)
    }
  }
  visit(root, '', 0)
  return tensors
}
