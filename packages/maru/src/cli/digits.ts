/** The digits that `npm start` learns to read: generated ones, or those of a folder. */
import { basename, resolve } from 'node:path'
import { generateDigits, type ImageDataset, readMnist } from '../data/index.ts'

export interface Digits {
  /** The folder, undefined for generated digits. */
  readonly folder: string | undefined
  /** One word for names of files. */
  readonly name: string
  readonly train: ImageDataset
  readonly test: ImageDataset
  /** Whether the folder lacks MNIST's training images. */
  readonly incomplete: boolean
  /** How often every image is seen unless told otherwise. */
  readonly epochs: number
}

const GENERATED = { train: 6400, test: 1600, epochs: 8 }
const EPOCHS = { small: 20, whole: 5 }

/** @throws FormatError when the folder lacks the files, or they are damaged */
export async function findDigits(folder: string | undefined): Promise<Digits> {
  if (folder === undefined) {
    const { train, test, epochs } = GENERATED
    // the seed of a run decides weights and order only, so that runs can be compared
    const all = generateDigits(train + test, { seed: 1 })
    return {
      folder,
      name: 'digits',
      train: all.subset(0, train),
      test: all.subset(train, train + test),
      incomplete: false,
      epochs,
    }
  }
  const { train, test, complete } = await readMnist(folder)
  return {
    folder,
    name: basename(resolve(folder)),
    train,
    test,
    incomplete: !complete,
    epochs: complete ? EPOCHS.whole : EPOCHS.small,
  }
}
