/** Settings of layers as they stand in a definition, which need not be trusted. */
import { FormatError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { Conv2dOptions, Pair, Pool2dOptions } from '../base/types/window.ts'

/** Options of a convolution layer. */
export interface ConvSettings extends Omit<Conv2dOptions, 'padding'> {
  /** Zeros around the input, 0 unless given; 'same' keeps height and width at stride 1. */
  readonly padding?: Pair | 'same'
  /** Add a learned constant to each channel, true unless given. */
  readonly bias?: boolean
}

/** What an option may be; the names in a record are the words that it may be. */
type OptionKind = 'flag' | 'number' | 'integer' | 'count' | Readonly<Record<string, unknown>>

type OptionOf<K extends OptionKind> = K extends 'flag'
  ? boolean
  : K extends string
    ? number
    : keyof K

/** Most that a definition may ask to be made of one kind of part. */
const MOST_PARTS = 2 ** 16

/** One layer's settings, read with their types checked. */
export class Settings {
  readonly #type: string
  readonly #values: ReadonlyMap<string, unknown>

  constructor(type: string, values: unknown) {
    this.#type = type
    if (values !== undefined && !isRecord(values)) throw this.#wrong('settings', values)
    this.#values = new Map(Object.entries(values ?? {}))
  }

  #wrong(name: string, got: unknown): FormatError {
    return new FormatError('definition.setting', { type: this.#type, name, got: brief(got) })
  }

  /** An error for parts that the definition should have. */
  lacks(what: string): FormatError {
    return new FormatError('definition.lacks', { type: this.#type, what })
  }

  integer(name: string): number {
    const value = this.#values.get(name)
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    throw this.#wrong(name, value)
  }

  /** A number of parts to make: what a short text can ask for is bounded. */
  count(name: string): number {
    const value = this.integer(name)
    if (value >= 1 && value <= MOST_PARTS) return value
    throw this.#wrong(name, value)
  }

  number(name: string): number {
    const value = this.#values.get(name)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw this.#wrong(name, value)
  }

  /** One of the names in a record. */
  word(name: string, words: object): string {
    const value = this.#values.get(name)
    if (typeof value === 'string' && Object.hasOwn(words, value)) return value
    throw this.#wrong(name, value)
  }

  /** Whole numbers, one or several. */
  integers(name: string): number | readonly number[] {
    const value = this.#values.get(name)
    if (Array.isArray(value) && value.every(Number.isSafeInteger)) return value.map(Number)
    return this.integer(name)
  }

  /** The named options of a layer, all of which may be missing; unknown ones are refused. */
  options<const K extends Readonly<Record<string, OptionKind>>>(
    kinds: K,
  ): { [N in keyof K]?: OptionOf<K[N]> } {
    const given = this.#values.get('options') ?? {}
    if (!isRecord(given)) throw this.#wrong('options', given)
    const group = new Settings(this.#type, given)
    const entries = Object.entries(given).map(([name, value]) => {
      const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
      if (kind === undefined) throw this.#wrong(name, value)
      return [name, typeof kind === 'string' ? group[kind](name) : group.word(name, kind)] as const
    })
    // Each name has been read as its kind says.
    return Object.fromEntries(entries) as { [N in keyof K]?: OptionOf<K[N]> }
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
    const { padding, ...rest } = this.convolution()
    const { bias, groups, ...options } = rest
    if (padding === 'same' || bias !== undefined || groups !== undefined) {
      throw this.#wrong('options', this.#values.get('options'))
    }
    return padding === undefined ? options : { ...options, padding }
  }

  /** Options of convolutions; unknown ones are refused. */
  convolution(): ConvSettings {
    const value = this.#values.get('options')
    if (!isRecord(value)) throw this.#wrong('options', value)
    const options: { -readonly [K in keyof ConvSettings]: ConvSettings[K] } = {}
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

/**
 * Height and width of a window.
 *
 * @throws ValueError when it or one of its options is not what an op on windows takes
 */
export function expectWindow(
  layer: string,
  kernelSize: Pair,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvSettings,
): readonly [height: number, width: number] {
  const [height, width] = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize
  const rows = { kernelSize: [height, width], stride, dilation, groups }
  for (const [name, value] of Object.entries(rows)) {
    for (const each of [value].flat()) expectInteger(layer, name, each, 1)
  }
  if (padding !== 'same') {
    for (const each of [padding].flat()) expectInteger(layer, 'padding', each, 0)
  }
  return [height, width]
}

/** A value from a file as a message may show it; what is nested is not walked into. */
export function brief(value: unknown): string {
  if (Array.isArray(value)) return value.length > 4 ? '[…]' : `[${value.map(inList).join(', ')}]`
  return inList(value)
}

function inList(value: unknown): string {
  if (Array.isArray(value)) return '[…]'
  return isRecord(value) ? '{…}' : String(JSON.stringify(value))
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
