/** Formats that are left to others: JPEG, WebP and GIF, by sharp in Node, by the page's decoder elsewhere. */
import { FormatError } from '../../base/error.ts'
import type { NdArray } from '../record.ts'

interface Decoded {
  readonly data: Uint8Array
  readonly info: { readonly width: number; readonly height: number; readonly channels: number }
}

/** What is used of sharp. */
interface Pipeline {
  toColourspace(space: 'srgb'): Pipeline
  raw(): Pipeline
  toBuffer(options: { readonly resolveWithObject: true }): Promise<Decoded>
}

type Sharp = (
  bytes: Uint8Array,
  options: { readonly limitInputPixels: number; readonly failOn: 'error' },
) => Pipeline

interface Builtins {
  readonly getBuiltinModule?: (name: string) => unknown
}

interface Modules {
  createRequire(url: string): (name: string) => unknown
}

/** The format that the first bytes tell of. */
export function foreignFormat(bytes: Uint8Array): 'JPEG' | 'WebP' | 'GIF' | undefined {
  const text = (from: number, to: number): string =>
    String.fromCharCode(...bytes.subarray(from, to))
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'JPEG'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'WebP'
  return text(0, 4) === 'GIF8' ? 'GIF' : undefined
}

/** @throws FormatError when nothing here can decode it, or it is damaged or too large */
export async function decodeForeign(
  bytes: Uint8Array,
  { format, maxPixels }: { readonly format: string; readonly maxPixels: number },
): Promise<NdArray<Uint8Array>> {
  const sharp = findSharp()
  try {
    if (sharp) {
      const options = { limitInputPixels: maxPixels, failOn: 'error' } as const
      const pipeline = sharp(bytes, options).toColourspace('srgb').raw()
      const { data, info } = await pipeline.toBuffer({ resolveWithObject: true })
      return { data: Uint8Array.from(data), shape: [info.height, info.width, info.channels] }
    }
    if (typeof createImageBitmap === 'function') return await decodeInPage(bytes, maxPixels)
  } catch (cause) {
    if (cause instanceof FormatError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FormatError('picture.damaged', { format, reason }, cause)
  }
  throw new FormatError('picture.peer', { format })
}

/** Required in a way that neither a bundler nor a browser sees: from the user's folder, or from here. */
function findSharp(): Sharp | undefined {
  const { process } = globalThis as { process?: Builtins & { cwd?: () => string } }
  const modules = process?.getBuiltinModule?.('node:module') as Modules | undefined
  for (const from of [import.meta.url, `file://${process?.cwd?.()}/`]) {
    try {
      // sharp exports its function
      return modules?.createRequire(from)('sharp') as Sharp | undefined
    } catch {}
  }
  return undefined
}

async function decodeInPage(bytes: Uint8Array, maxPixels: number): Promise<NdArray<Uint8Array>> {
  const bitmap = await createImageBitmap(new Blob([bytes.slice()]))
  const { width, height } = bitmap
  if (width * height > maxPixels) {
    throw new FormatError('picture.large', { width, height, maxPixels })
  }
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context?.drawImage(bitmap, 0, 0)
  const data = context?.getImageData(0, 0, width, height).data ?? []
  return { data: Uint8Array.from(data), shape: [height, width, 4] }
}
