/** Trained models in `runs/`: none takes the place of another. */
import { mkdir } from 'node:fs/promises'
import { FormatError, MaruError } from '../base/error.ts'
import { DataLoader, type Dataset } from '../data/index.ts'
import { makeFolder } from '../io/files.ts'
import { encodeWeights, loadModel, saveModel } from '../models/index.ts'
import { define, type Module } from '../nn/index.ts'

export interface Saved {
  readonly folder: string
  /** Size of the weights. */
  readonly kilobytes: number
}

/**
 * Saves a model and reads it again. The folder is the first of `runs/name`, `runs/name-2`, … that is
 * new, or that holds the same bits already.
 *
 * @throws FormatError when no folder can be made, or what is read differs in any bit
 */
export async function save(model: Module, samples: Dataset, name: string): Promise<Saved> {
  const kilobytes = Math.round((await encodeWeights(model)).length / 1000)
  await makeFolder('runs')
  for (let i = 1; ; i++) {
    const folder = `runs/${name}${i === 1 ? '' : `-${i}`}`
    if (await isNew(folder)) {
      await saveModel(folder, model)
      if (!(await same(model, await loadModel(folder), samples))) {
        throw new FormatError('cli.reload', { folder })
      }
      return { folder, kilobytes }
    }
    if (await holds(folder, model, samples)) return { folder, kilobytes }
  }
}

/** Makes a folder unless there is one. */
async function isNew(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    if (reason === 'EEXIST') return false
    throw new FormatError('file.folder', { path: folder, reason }, cause)
  }
}

/** Whether a folder holds this very model, rather than another, a damaged one or something else. */
async function holds(folder: string, model: Module, samples: Dataset): Promise<boolean> {
  try {
    return await same(model, await loadModel(folder), samples)
  } catch (error) {
    if (error instanceof MaruError) return false
    throw error
  }
}

/** Whether definitions, weights and answers are the same bits. */
async function same(a: Module, b: Module, samples: Dataset): Promise<boolean> {
  if (JSON.stringify(define(a)) !== JSON.stringify(define(b))) return false
  if (Buffer.compare(await encodeWeights(a), await encodeWeights(b)) !== 0) return false
  return Buffer.compare(await answer(a, samples), await answer(b, samples)) === 0
}

/** The bytes of a model's logits for the first samples. */
async function answer(model: Module, samples: Dataset): Promise<Uint8Array> {
  const [batch] = new DataLoader(samples, { batchSize: 100 })
  if (!batch) return new Uint8Array()
  const { buffer } = await model.forward(batch.inputs).data()
  return new Uint8Array(buffer)
}
