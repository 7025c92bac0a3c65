/** The MNIST files, and data sets that share their format, as training and test sets. */
import { FormatError } from '../base/error.ts'
import { readFirst } from './bytes.ts'
import { type IdxArray, parseIdx } from './idx.ts'
import { ImageDataset } from './images.ts'

/** A training and a test set. */
export interface Mnist {
  readonly train: ImageDataset
  readonly test: ImageDataset
  /** Whether the training files were there; if not, `train` is the first 4/5 of the test files. */
  readonly complete: boolean
}

/**
 * Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
 * `t10k-labels-idx1-ubyte` from a folder, each plain or with `.gz`; the hyphen before `idx` may be a dot.
 *
 * Where only the t10k files are there, their first 8,000 images become the training set and the
 * last 2,000 the test set, and `complete` is false.
 *
 * @throws FormatError when files are missing, or are not what they claim to be
 * @example const { train, test } = await readMnist('mnist')
 */
export async function readMnist(folder: string): Promise<Mnist> {
  const train = await readPair(folder, 'train')
  const test = await readPair(folder, 't10k')
  if (!test) throw new FormatError('mnist.missing', { folder, name: 't10k-images-idx3-ubyte' })
  if (train) return { train: train.as('train'), test: test.as('test'), complete: true }
  const cut = Math.floor(test.length * 0.8)
  return {
    train: test.subset(0, cut).as('train'),
    test: test.subset(cut, test.length).as('test'),
    complete: false,
  }
}

async function readPair(folder: string, part: 'train' | 't10k'): Promise<ImageDataset | undefined> {
  const images = await readEither(folder, `${part}-images`, 'idx3-ubyte')
  const labels = await readEither(folder, `${part}-labels`, 'idx1-ubyte')
  if (!images && !labels) return undefined
  if (!images || !labels) {
    const name = images ? `${part}-labels-idx1-ubyte` : `${part}-images-idx3-ubyte`
    throw new FormatError('mnist.missing', { folder, name })
  }
  return labelled(part, images, labels)
}

/** The first of a file's usual names that exists. */
async function readEither(
  folder: string,
  stem: string,
  kind: string,
): Promise<IdxArray | undefined> {
  const names = [`${stem}-${kind}`, `${stem}.${kind}`].flatMap((name) => [name, `${name}.gz`])
  const bytes = await readFirst(folder, names)
  return bytes && parseIdx(bytes)
}

const CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

function labelled(part: string, images: IdxArray, labels: IdxArray): ImageDataset {
  const [count, height, width] = images.shape
  const pixels = images.data
  if (!(pixels instanceof Uint8Array) || images.shape.length !== 3) {
    throw new FormatError('mnist.images', { part, shape: images.shape })
  }
  if (!(labels.data instanceof Uint8Array) || labels.shape.length !== 1) {
    throw new FormatError('mnist.labels', { part, shape: labels.shape })
  }
  if (count !== labels.data.length) {
    throw new FormatError('mnist.count', { part, images: count, labels: labels.data.length })
  }
  const strange = labels.data.findIndex((label) => label >= CLASSES.length)
  if (strange >= 0) {
    throw new FormatError('mnist.label', { part, i: strange, label: labels.data[strange] })
  }
  const values = new Float32Array(pixels.length)
  for (let i = 0; i < values.length; i++) values[i] = (pixels[i] as number) / 255
  return new ImageDataset({
    images: values,
    labels: Int32Array.from(labels.data),
    shape: [1, height ?? 0, width ?? 0],
    classes: CLASSES,
  })
}
