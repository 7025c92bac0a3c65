/** Models on disk: a readable definition and a file of weights. */
import { FormatError } from '../base/error.ts'
import { makeFolder, readFileBytes, writeFileAtomic } from '../io/files.ts'
import { decodeNpz } from '../io/npz.ts'
import { decodePytorch } from '../io/pytorch.ts'
import { decodeTensors, encodeTensors, tensorsOf } from '../io/tensors.ts'
import { buildEmpty, define } from '../nn/definition.ts'
import type { Module } from '../nn/module.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type CardFacts, modelCard } from './card.ts'

const FORMAT = 'maru-model'
const VERSION = 1
const MAX_DEFINITION_BYTES = 16 * 1024 * 1024
const MAX_WEIGHT_BYTES = 4 * 1024 * 1024 * 1024

/** The bytes of a state dict in the safetensors format. */
export function encodeWeights(model: Module): Promise<Uint8Array> {
  return encodeTensors(model.stateDict())
}

/** A state dict from bytes in the safetensors format, which need not be trusted. */
export function decodeWeights(bytes: Uint8Array): Map<string, Tensor> {
  return decodeTensors(bytes)
}

/**
 * Writes `model.safetensors`, `README.md` and, last, `model.json` into a folder, each whole or not at all.
 *
 * What stops between the two leaves a new folder without a model, and an old one with the new
 * weights under the old definition: models of different networks want folders of their own.
 *
 * @throws ValueError when the model has layers of its own, FormatError when the folder cannot be written
 */
export async function saveModel(
  folder: string,
  model: Module,
  { card = {} }: { readonly card?: CardFacts } = {},
): Promise<void> {
  const definition = { format: FORMAT, version: VERSION, model: define(model) }
  const text = `${JSON.stringify(definition, null, 2)}\n`
  const weights = await encodeWeights(model)
  await makeFolder(folder)
  await writeFileAtomic(`${folder}/model.safetensors`, weights)
  await writeFileAtomic(`${folder}/README.md`, new TextEncoder().encode(modelCard(model, card)))
  await writeFileAtomic(`${folder}/model.json`, new TextEncoder().encode(text))
}

/**
 * Weights by name from a file of another library's, which need not be trusted: safetensors, npz, or what
 * PyTorch's `torch.save` made of a state dict. What the file begins with tells, and of zip archives the name.
 *
 * @throws FormatError for other files, damaged ones, and elements that maru lacks
 * @example await model.loadStateDict(await readWeights('resnet18.pt'))
 */
export async function readWeights(path: string): Promise<Map<string, Tensor>> {
  const bytes = await readFileBytes(path, { maxBytes: MAX_WEIGHT_BYTES })
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (!isZip) return decodeWeights(bytes)
  const raw = await (path.endsWith('.npz') ? decodeNpz(bytes) : decodePytorch(bytes))
  return tensorsOf(raw)
}

/**
 * The model that a folder holds, in evaluation mode. The files are data: nothing in them is run.
 *
 * @throws FormatError when they are missing, damaged, or name what maru does not have
 */
export async function loadModel(folder: string): Promise<Module> {
  const text = await readFileBytes(`${folder}/model.json`, { maxBytes: MAX_DEFINITION_BYTES })
  const definition = parseDefinition(new TextDecoder().decode(text))
  const weights = await readFileBytes(`${folder}/model.safetensors`, { maxBytes: MAX_WEIGHT_BYTES })
  const state = decodeWeights(weights)
  // A network larger than its weights is refused before it takes memory.
  const elements = [...state.values()].reduce((sum, { size }) => sum + size, 0)
  const model = buildEmpty(definition, elements)
  await model.loadStateDict(state)
  return model.eval()
}

function parseDefinition(text: string): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw new FormatError('definition.json', {}, cause)
  }
  const record = typeof parsed === 'object' && parsed !== null ? parsed : {}
  const fields = new Map<string, unknown>(Object.entries(record))
  if (fields.get('format') !== FORMAT) {
    throw new FormatError('definition.format', { wanted: FORMAT })
  }
  if (fields.get('version') !== VERSION) {
    throw new FormatError('definition.version', {
      got: String(fields.get('version')),
      version: VERSION,
    })
  }
  return fields.get('model')
}
