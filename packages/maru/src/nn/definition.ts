/** A network as data: a readable description that can be stored, compared, edited and built again. */
import { FormatError, ValueError } from '../base/error.ts'
import type { Pool2dOptions } from '../base/types/window.ts'
import type { Conv2dSettings } from './conv.ts'
import * as layers from './layers.ts'
import { Layer, type Module } from './module.ts'

/** One layer: its type, its settings, and what it contains. */
export interface Definition {
  readonly type: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly layers?: readonly Definition[]
}

/** How each layer is made from its settings; a layer that is not here cannot be read from a file. */
type Build = (settings: Readings, inner: readonly Module[]) => Module

const builders: { readonly [T in keyof typeof layers]: Build } = {
  Linear: (s) =>
    new layers.Linear(s.integer('inFeatures'), s.integer('outFeatures'), { bias: s.flag('bias') }),
  Conv2d: (s) =>
    new layers.Conv2d(
      s.integer('inChannels'),
      s.integer('outChannels'),
      s.pair('kernelSize'),
      s.window(),
    ),
  MaxPool2d: (s) => new layers.MaxPool2d(s.pair('kernelSize'), s.pool()),
  AvgPool2d: (s) => new layers.AvgPool2d(s.pair('kernelSize'), s.pool()),
  MinPool2d: (s) => new layers.MinPool2d(s.pair('kernelSize'), s.pool()),
  Flatten: (s) => new layers.Flatten(s.integer('startAxis'), s.integer('endAxis')),
  ReLU: () => new layers.ReLU(),
  Tanh: () => new layers.Tanh(),
  Sigmoid: () => new layers.Sigmoid(),
  Softmax: (s) => new layers.Softmax(s.integer('axis')),
  Sequential: (_, inner) => new layers.Sequential<readonly Module[]>(...inner),
}

/** Deepest nesting that is read from a file. */
const DEEPEST = 64

type Pair = number | readonly [number, number]

/** Settings from outside, read with their types checked. */
class Readings {
  readonly #type: string
  readonly #values: ReadonlyMap<string, unknown>

  constructor(type: string, values: unknown) {
    this.#type = type
    if (values !== undefined && !isRecord(values)) throw this.#wrong('settings', values)
    this.#values = new Map(Object.entries(values ?? {}))
  }

  #wrong(name: string, got: unknown): FormatError {
    return new FormatError('definition.setting', {
      type: this.#type,
      name,
      got: JSON.stringify(got) ?? 'nothing',
    })
  }

  integer(name: string): number {
    const value = this.#values.get(name)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    throw this.#wrong(name, value)
  }

  flag(name: string): boolean {
    const value = this.#values.get(name)
    if (typeof value === 'boolean') return value
    throw this.#wrong(name, value)
  }

  pair(name: string): Pair {
    return this.#asPair(name, this.#values.get(name))
  }

  #asPair(name: string, value: unknown): Pair {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    if (Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)) {
      return [Number(value[0]), Number(value[1])]
    }
    throw this.#wrong(name, value)
  }

  /** Options of pools: those of convolutions that mean something there. */
  pool(): Pool2dOptions {
    const { padding, ...rest } = this.window()
    const { bias, groups, ...options } = rest
    if (padding === 'same' || bias !== undefined || groups !== undefined) {
      throw this.#wrong('options', this.#values.get('options'))
    }
    return padding === undefined ? options : { ...options, padding }
  }

  /** Options of convolutions; unknown ones are refused. */
  window(): Conv2dSettings {
    const value = this.#values.get('options')
    if (!isRecord(value)) throw this.#wrong('options', value)
    const options: { -readonly [K in keyof Conv2dSettings]: Conv2dSettings[K] } = {}
    for (const [name, setting] of Object.entries(value)) {
      if (name === 'bias' && typeof setting === 'boolean') options.bias = setting
      else if (name === 'padding' && setting === 'same') options.padding = setting
      else if (name === 'groups' && typeof setting === 'number') options.groups = setting
      else if (name === 'stride' || name === 'padding' || name === 'dilation') {
        options[name] = this.#asPair(name, setting)
      } else throw this.#wrong(name, setting)
    }
    return options
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The definition of a network of built-in layers. @throws ValueError when it contains others */
export function define(model: Module): Definition {
  const type = model.constructor.name
  const known = Object.hasOwn(builders, type) && model instanceof Layer
  if (!known) throw new ValueError('definition.custom', { type, known: Object.keys(builders) })
  const inner = [...model.children()].map(([, child]) => define(child))
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
 * @throws FormatError for unknown layers or settings of the wrong kind
 */
export function build(definition: unknown, depth = 0): Module {
  if (depth > DEEPEST) throw new FormatError('definition.deep', { deepest: DEEPEST })
  if (!isRecord(definition) || typeof definition.type !== 'string') {
    throw new FormatError('definition.layer', {
      got: JSON.stringify(definition)?.slice(0, 80) ?? 'nothing',
    })
  }
  const { type } = definition
  if (!isBuilder(type)) {
    throw new FormatError('definition.type', { type, known: Object.keys(builders) })
  }
  const inner = definition.layers ?? []
  if (!Array.isArray(inner))
    throw new FormatError('definition.layer', { got: JSON.stringify(inner) })
  const parts = inner.map((part) => build(part, depth + 1))
  return builders[type](new Readings(type, definition.settings), parts)
}

function isBuilder(type: string): type is keyof typeof builders {
  return Object.hasOwn(builders, type)
}
