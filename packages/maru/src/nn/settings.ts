/** Settings of layers as they stand in a definition, which need not be trusted. */
import { FormatError } from '../base/error.ts'
import { expectInteger } from '../base/shape.ts'
import type { Conv2dOptions, ConvOptions, Padding, Pair } from '../base/types/window.ts'

/** Options of a convolution layer. */
export interface ConvSettings extends Conv2dOptions {
  /** Add a learned constant to each channel, true unless given. */
  readonly bias?: boolean
}

/** What an option may be; the names in a record are the words that it may be. */
type OptionKind =
  | 'flag'
  | 'number'
  | 'integer'
  | 'count'
  | 'integers'
  | 'numbers'
  | 'pair'
  | 'padding'
  | 'sides'
  | 'border'
  | Readonly<Record<string, unknown>>

type OptionOf<K extends OptionKind> = K extends 'flag'
  ? boolean
  : K extends Readonly<Record<string, unknown>>
    ? keyof K
    : K extends 'integers' | 'numbers'
      ? number | readonly number[]
      : K extends 'padding'
        ? Border
        : K extends 'sides'
          ? Padding
          : K extends 'border'
            ? Border2d
            : K extends 'pair'
              ? Pair
              : number

/** Widths around axes, or how they follow from a kernel. */
type Border = NonNullable<ConvOptions['padding']>

type Border2d = NonNullable<Conv2dOptions['padding']>

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

  /** Numbers, one or several. */
  numbers(name: string): number | readonly number[] {
    const value = this.#values.get(name)
    if (Array.isArray(value) && value.every(Number.isFinite)) return value.map(Number)
    return this.number(name)
  }

  /** The border of a convolution: widths, widths on either side, or a rule. */
  padding(name: string): Border {
    const value = this.#values.get(name)
    if (value === 'same' || value === 'valid' || value === 'full' || value === 'causal') {
      return value
    }
    return this.sides(name)
  }

  /** Widths, one or several, or those on either side of each axis. */
  sides(name: string): Padding {
    const value = this.#values.get(name)
    const apart = Array.isArray(value) && value.some(Array.isArray)
    return apart ? this.pairs(name) : this.integers(name)
  }

  pairs(name: string): (readonly [number, number])[] {
    const value = this.#values.get(name)
    if (!Array.isArray(value)) throw this.#wrong(name, value)
    return value.map((each) => {
      const pair = Array.isArray(each) ? this.#asPair(name, each) : undefined
      if (typeof pair !== 'object') throw this.#wrong(name, value)
      return pair
    })
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

  /** The border of a convolution over height and width. */
  border(name: string): Border2d {
    const value = this.#values.get(name)
    if (value === 'same' || value === 'valid' || value === 'full') return value
    if (!Array.isArray(value) || !value.some(Array.isArray)) return this.pair(name)
    const [rows, columns, ...others] = this.pairs(name)
    if (rows && columns && others.length === 0) return [rows, columns]
    throw this.#wrong(name, value)
  }

  /** Options of convolutions over height and width; unknown ones are refused. */
  convolution(): ConvSettings {
    return this.options({
      stride: 'pair',
      padding: 'border',
      dilation: 'pair',
      groups: 'integer',
      flip: 'flag',
      winograd: 'flag',
      bias: 'flag',
    })
  }
}

/**
 * Checks sizes and the options of an op on windows, whatever the number of axes.
 *
 * @throws ValueError when one of them is not what such an op takes
 */
export function expectSizes(
  layer: string,
  sizes: Readonly<Record<string, number | readonly number[]>>,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions = {},
): void {
  for (const [name, value] of Object.entries({ ...sizes, stride, dilation, groups })) {
    for (const each of [value].flat()) expectInteger(layer, name, each, 1)
  }
  if (typeof padding === 'string') return
  for (const each of [padding].flat(2)) expectInteger(layer, 'padding', each, 0)
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
