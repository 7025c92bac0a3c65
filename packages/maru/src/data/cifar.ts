/** The CIFAR files, in their binary version: for each image its labels, then red, green and blue planes. */
import { FormatError } from '../base/error.ts'
import { decodeText, filesOf, readFirst, readUnpacked } from './bytes.ts'
import { ImageDataset } from './images.ts'

/** A training and a test set. */
export interface Cifar {
  readonly train: ImageDataset
  readonly test: ImageDataset
}

interface CifarOptions {
  /** Names of the classes; as many as labels may be. CIFAR-10's unless given. */
  readonly classes?: readonly string[]
  /** Bytes before an image, of which the last is its label: 1 for CIFAR-10, 2 for CIFAR-100. */
  readonly labelBytes?: 1 | 2
}

const SHAPE = [3, 32, 32] as const
const PIXELS = 3 * 32 * 32

const CIFAR10 = [
  ...['airplane', 'automobile', 'bird', 'cat', 'deer'],
  ...['dog', 'frog', 'horse', 'ship', 'truck'],
]

/**
 * Images of the bytes of one file, pixels in [0, 1].
 *
 * @throws FormatError when the size is no whole number of images, or a label names no class
 * @see Krizhevsky 2009, "Learning multiple layers of features from tiny images"
 */
export function parseCifar(
  bytes: Uint8Array,
  { classes = CIFAR10, labelBytes = 1 }: CifarOptions = {},
): ImageDataset {
  const record = labelBytes + PIXELS
  if (bytes.length % record !== 0)
    throw new FormatError('cifar.size', { size: bytes.length, record })
  const count = bytes.length / record
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const label = bytes[i * record + labelBytes - 1] ?? 0
    if (label >= classes.length) {
      throw new FormatError('cifar.label', { i, label, classes: classes.length })
    }
    labels[i] = label
  }
  const images = new Float32Array(count * PIXELS)
  for (let i = 0; i < count; i++) {
    const from = i * record + labelBytes
    for (let k = 0; k < PIXELS; k++) images[i * PIXELS + k] = (bytes[from + k] ?? 0) / 255
  }
  return new ImageDataset({ images, labels, shape: SHAPE, classes })
}

/**
 * Reads a folder of CIFAR-10 or CIFAR-100 in their binary version, files plain or with `.gz`.
 *
 * Files that begin with `data_batch` or `train` are for training, those that begin with `test` for
 * testing; parts of the sets do as well. A folder with `fine_label_names.txt` is CIFAR-100's.
 *
 * @throws FormatError when files are missing, or are not what they claim to be
 * @example const { train, test } = await readCifar('cifar-10-batches-bin')
 */
export async function readCifar(folder: string): Promise<Cifar> {
  const names = await filesOf(folder)
  const fine = await readFirst(folder, ['fine_label_names.txt'])
  const coarse = await readFirst(folder, ['batches.meta.txt'])
  const given = fine ?? coarse
  const options: CifarOptions = {
    labelBytes: fine ? 2 : 1,
    classes: given ? namesOf(given) : CIFAR10,
  }
  const part = async (pattern: RegExp, name: string): Promise<ImageDataset> => {
    const found = names.filter((each) => pattern.test(each))
    if (found.length === 0) throw missing(folder, names, name)
    const files: Uint8Array[] = []
    for (const each of found) files.push(await readUnpacked(`${folder}/${each}`))
    return joined(files.map((bytes) => parseCifar(bytes, options)))
  }
  return {
    train: (await part(/^(data_batch|train).*\.bin(\.gz)?$/, 'data_batch_1.bin')).as('train'),
    test: (await part(/^test.*\.bin(\.gz)?$/, 'test_batch.bin')).as('test'),
  }
}

function namesOf(bytes: Uint8Array): string[] {
  const lines = decodeText(bytes).split(/\r?\n/)
  return lines.map((line) => line.trim()).filter((line) => line !== '')
}

/** The version for Python is a pickle, which nothing here will open. */
function missing(folder: string, names: readonly string[], name: string): FormatError {
  const pickled = names.find((each) => /^(data_batch_\d|test_batch|train|test|meta)$/.test(each))
  if (pickled) return new FormatError('cifar.pickle', { folder, name: pickled })
  return new FormatError('cifar.missing', { folder, name })
}

function joined(parts: readonly ImageDataset[]): ImageDataset {
  const [first] = parts
  if (first && parts.length === 1) return first
  const count = parts.reduce((sum, { length }) => sum + length, 0)
  const images = new Float32Array(count * PIXELS)
  const labels = new Int32Array(count)
  let at = 0
  for (const part of parts) {
    images.set(part.images, at * PIXELS)
    labels.set(part.labels, at)
    at += part.length
  }
  return new ImageDataset({ images, labels, shape: SHAPE, classes: first?.classes ?? [] })
}
