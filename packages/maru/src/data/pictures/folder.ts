/** A folder of pictures, a folder within for each class. */
import { FormatError } from '../../base/error.ts'
import { readFileBytes } from '../../io/files.ts'
import { type Dataset, expectIndex, type Role } from '../dataset.ts'
import type { Sample } from '../record.ts'
import { decodePicture, type ImageOptions, imageOf, type PictureOptions } from './picture.ts'

const MOST_BYTES = 2 ** 28
const ENDINGS = /\.(png|jpe?g|webp|gif|pgm|ppm|pnm)$/i

export interface ImageFolderOptions extends ImageOptions, PictureOptions {
  readonly role?: Role
}

/**
 * Pictures of a folder as images; the names of the folders within are the classes, sorted.
 *
 * Pictures are read and decoded when they are asked for. Batches need images of one size: give
 * `size`, or a transform that makes them so. What cannot be read is found by `describe`.
 *
 * @example
 * const pets = await ImageFolder.open('pets', { size: [64, 64] })
 * const { train, test } = split(pets, { train: 0.8, test: 0.2 }, { stratify: pets.labels })
 */
export class ImageFolder implements Dataset<Sample> {
  readonly paths: readonly string[]
  readonly labels: Int32Array
  readonly classes: readonly string[]
  readonly role: Role | undefined
  readonly #options: ImageFolderOptions

  private constructor(
    files: readonly { readonly path: string; readonly label: number }[],
    classes: readonly string[],
    options: ImageFolderOptions,
  ) {
    this.paths = files.map(({ path }) => path)
    this.labels = Int32Array.from(files, ({ label }) => label)
    this.classes = classes
    this.role = options.role
    this.#options = options
  }

  /** @throws FormatError when there is no such folder, or no picture in folders within it */
  static async open(folder: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
    const classes = (await entriesOf(folder)).filter(({ folder }) => folder).map(({ name }) => name)
    const files: { path: string; label: number }[] = []
    for (const [label, name] of classes.entries()) {
      for (const entry of await entriesOf(`${folder}/${name}`)) {
        const picture = !entry.folder && ENDINGS.test(entry.name)
        if (picture) files.push({ path: `${folder}/${name}/${entry.name}`, label })
      }
    }
    if (files.length === 0) throw new FormatError('folder.empty', { folder })
    return new ImageFolder(files, classes, options)
  }

  get length(): number {
    return this.paths.length
  }

  /** @throws FormatError when the picture cannot be read */
  async at(i: number): Promise<Sample> {
    const path = this.paths[expectIndex('ImageFolder', i, this.length)] ?? ''
    const bytes = await readFileBytes(path, { maxBytes: MOST_BYTES })
    try {
      const picture = await decodePicture(bytes, this.#options)
      return { input: imageOf(picture, this.#options), label: this.labels[i] ?? 0 }
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause
      const [reason = ''] = cause.message.split('\n')
      throw new FormatError('folder.picture', { path, reason }, cause)
    }
  }
}

interface Entry {
  readonly name: string
  readonly folder: boolean
}

/** What is in a folder, sorted by name; links are not followed. */
async function entriesOf(path: string): Promise<Entry[]> {
  const { readdir } = await import('node:fs/promises')
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .filter(({ name }) => !name.startsWith('.'))
      .map((entry) => ({ name: entry.name, folder: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new FormatError('file.read', { path, reason }, cause)
  }
}
