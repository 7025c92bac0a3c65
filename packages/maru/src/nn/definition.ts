/** A network as data: a readable description that can be stored, compared, edited and built again. */
import { FormatError, ValueError } from '../base/error.ts'
import { MOST_ELEMENTS, within } from './init.ts'
import * as layers from './layers.ts'
import { Layer, type Module } from './module.ts'
import { brief, isRecord, Settings } from './settings.ts'

/** One layer: its type, its settings, and what it contains. */
export interface Definition {
  readonly type: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly layers?: readonly Definition[]
}

/** A layer that can be written to a definition and built from one. */
interface LayerClass {
  build(settings: Settings, inner: readonly Module[]): Module
}

/** What a definition may name: nothing else can be read from a file. */
const registry: { readonly [type: string]: LayerClass } = layers

/** Deepest nesting that is read from a file. */
const DEEPEST = 64

/** The definition of a network of built-in layers. @throws ValueError when it contains others */
export function define(model: Module): Definition {
  const type = Object.keys(registry).find((name) => Object.is(registry[name], model.constructor))
  if (type === undefined || !(model instanceof Layer)) {
    const known = Object.keys(registry)
    throw new ValueError('definition.custom', { type: model.constructor.name, known })
  }
  const inner = model.parts().map(define)
  const settings = model.config()
  return {
    type,
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
    ...(inner.length > 0 ? { layers: inner } : {}),
  }
}

/**
 * Builds a network from a definition that need not be trusted: types come from a closed set, and
 * nothing in it is run.
 *
 * @throws FormatError for unknown layers, settings of the wrong kind, or more than 2³⁰ parameters
 */
export function build(definition: unknown): Module {
  return within({ most: MOST_ELEMENTS, drawn: true }, () => layerOf(definition, 0))
}

/** The same with zeros for parameters, of which there may be `most`: values will be loaded. */
export function buildEmpty(definition: unknown, most: number): Module {
  return within({ most, drawn: false }, () => layerOf(definition, 0))
}

function layerOf(definition: unknown, depth: number): Module {
  if (depth > DEEPEST) throw new FormatError('definition.deep', { deepest: DEEPEST })
  if (!isRecord(definition) || typeof definition.type !== 'string') {
    throw new FormatError('definition.layer', { got: brief(definition) })
  }
  const { type, settings, layers: inner = [] } = definition
  const layer = Object.hasOwn(registry, type) ? registry[type] : undefined
  if (!layer) throw new FormatError('definition.type', { type, known: Object.keys(registry) })
  if (!Array.isArray(inner)) throw new FormatError('definition.layer', { got: brief(inner) })
  const parts = inner.map((part) => layerOf(part, depth + 1))
  return layer.build(new Settings(type, settings), parts)
}
