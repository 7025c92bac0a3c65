/** What networks are made of: modules that hold parameters and other modules. */
import { MaruError, ShapeError, ValueError } from '../base/error.ts'
import { sameShape } from '../base/shape.ts'
import type { Shape } from '../base/types/dim.ts'
import type { LayerOut, ShapeFn, ShapeMapped } from '../base/types/layer.ts'
import { setFrozen } from '../graph/cell.ts'
import { inLayer, isNoting } from '../graph/origin.ts'
import { assign } from '../runtime/realize.ts'
import { castNode } from '../tensor/nodes.ts'
import { Parameter, realize, State, type Tensor } from '../tensor/tensor.ts'
import type { Arg, Out } from '../tensor/typing.ts'
import type { ReceptiveField } from './receptive-field.ts'

/** What the `forward` of a module takes after the tensor. */
type RestOf<L> = L extends {
  forward(x: never, ...rest: infer R extends readonly unknown[]): Tensor
}
  ? R
  : []

/** Names that a state dict lacked, and names that the model has no place for. */
export interface LoadResult {
  readonly missing: readonly string[]
  readonly unexpected: readonly string[]
}

/** Which parameters are meant: a pattern of their paths, or a function. */
export type ParameterMatch = RegExp | ((name: string, parameter: Parameter) => boolean)

/** A module for which one tensor is enough. */
export interface UnaryModule extends Module {
  forward(x: Tensor): Tensor
}

/** Is told what a module was applied to and what it made. */
export type ModuleWatch = (input: Tensor, output: Tensor) => void

/**
 * A part of a network: fields that are parameters or modules are found by themselves.
 *
 * Authors write `forward`; users call `call`, which binds named sizes of forward's signature.
 *
 * @example
 * class Mlp extends Module {
 *   readonly hidden = new Linear(784, 128)
 *   readonly out = new Linear(128, 10)
 *   forward(x: Tensor<['batch', 784]>) { return this.out.call(this.hidden.call(x).relu()) }
 * }
 */
export abstract class Module {
  /** Whether layers behave as in training; set by `train` and `eval`. */
  training = true

  /** What it computes of a tensor, and of whatever else its author lets it take. */
  abstract forward(x: Tensor, ...rest: never[]): Tensor

  /** Applies the module; what its `forward` takes besides follows. */
  call<L extends Module, S extends Shape>(
    this: L,
    x: Arg<LayerOut<L, S>, S>,
    ...rest: RestOf<L>
  ): Out<LayerOut<L, S>> {
    const made = applied(this, x as Tensor, rest)
    return made as Out<LayerOut<L, S>>
  }

  /**
   * Tells `seen` of every application to come: the tensor that `forward` took, and the one that it made.
   *
   * @returns what ends it
   */
  onCall(seen: ModuleWatch): () => void {
    const all = watches.get(this) ?? new Set()
    watches.set(this, all.add(seen))
    return () => all.delete(seen)
  }

  /** Modules in fields of this one, lists included, by name. */
  *children(): Generator<[name: string, child: Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) yield [name, value]
      if (!Array.isArray(value)) continue
      for (const [i, item] of value.entries()) {
        if (item instanceof Module) yield [this.childName(name, i), item]
      }
    }
  }

  /** Name of a module in a list. */
  protected childName(field: string, index: number): string {
    return `${field}.${index}`
  }

  /** Every parameter with its path, `layer.weight`; PyTorch's names, camelCase included. */
  *namedParameters(prefix = ''): Generator<[name: string, parameter: Parameter]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Parameter) yield [prefix + name, value]
    }
    for (const [name, child] of this.children()) yield* child.namedParameters(`${prefix}${name}.`)
  }

  /** Every kept tensor that is not learned, such as a running mean, with its path. */
  *namedBuffers(prefix = ''): Generator<[name: string, buffer: State]> {
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof State && !(value instanceof Parameter)) yield [prefix + name, value]
    }
    for (const [name, child] of this.children()) yield* child.namedBuffers(`${prefix}${name}.`)
  }

  /** Every parameter, each once. */
  parameters(): Parameter[] {
    return [...new Set([...this.namedParameters()].map(([, parameter]) => parameter))]
  }

  /** Number of elements in all parameters. */
  get parameterCount(): number {
    return this.parameters().reduce((sum, { size }) => sum + size, 0)
  }

  /**
   * Parameters that optimisers leave as they are from now on, all or those that match; nothing else changes, so
   * layers with running statistics may want `eval()`, too.
   *
   * @param match of a parameter's path, `layers.0.weight`, or of the parameter itself
   * @throws ValueError when none matches
   * @example model.freeze(/^features/)
   */
  freeze(match?: ParameterMatch): this {
    for (const { cell } of this.#matching('freeze', match)) setFrozen(cell, true)
    return this
  }

  /** Parameters that optimisers change again, all or those that match. @throws ValueError when none matches */
  unfreeze(match?: ParameterMatch): this {
    for (const { cell } of this.#matching('unfreeze', match)) setFrozen(cell, false)
    return this
  }

  #matching(op: string, match: ParameterMatch = /^/): Parameter[] {
    const named = [...this.namedParameters()]
    const found = named.filter(([name, parameter]) =>
      match instanceof RegExp ? name.search(match) >= 0 : match(name, parameter),
    )
    if (found.length > 0 || named.length === 0) return found.map(([, parameter]) => parameter)
    throw new ValueError('freeze.match', {
      op,
      match: String(match),
      names: named.map(([name]) => name),
    })
  }

  /** Training behaviour, here and below. */
  train(on = true): this {
    this.training = on
    for (const [, child] of this.children()) child.train(on)
    return this
  }

  /** Behaviour for prediction, here and below. */
  eval(): this {
    return this.train(false)
  }

  /**
   * The values of parameters and buffers by name, as they are now: later steps do not change them.
   *
   * Names are written as PyTorch writes them, `running_mean` for `runningMean`.
   */
  stateDict(): Map<string, Tensor> {
    const state = new Map<string, Tensor>()
    for (const [name, kept] of this.#kept()) state.set(snakeCase(name), kept.snapshot())
    return state
  }

  /**
   * Takes values by name.
   *
   * @throws ValueError for missing or unexpected names when `strict`; ShapeError for other shapes.
   *   Nothing is changed then.
   */
  async loadStateDict(
    state: ReadonlyMap<string, Tensor>,
    { strict = true }: { readonly strict?: boolean } = {},
  ): Promise<LoadResult> {
    const own = new Map([...this.#kept()].map(([name, kept]) => [snakeCase(name), kept]))
    const missing = [...own.keys()].filter((name) => !state.has(name))
    const unexpected = [...state.keys()].filter((name) => !own.has(name))
    if (strict && missing.length + unexpected.length > 0) {
      throw new ValueError('state.names', { missing, unexpected })
    }
    for (const [name, value] of state) {
      const wanted = own.get(name)?.node.shape
      if (wanted && !sameShape(wanted, value.node.shape)) {
        throw new ShapeError('state.shape', { name, got: value.node.shape, wanted })
      }
    }
    for (const [name, value] of state) {
      const kept = own.get(name)
      if (kept) assign(kept.cell, castNode(value.node, kept.dtype))
    }
    await realize()
    return { missing, unexpected }
  }

  *#kept(): Generator<[name: string, kept: State]> {
    yield* this.namedParameters()
    yield* this.namedBuffers()
  }

  /**
   * What a place of the result sees of the input: layers that look through windows say so.
   *
   * @throws ValueError unless it is known
   */
  sees(): ReceptiveField {
    throw new ValueError('receptive.unknown', { layer: this.describe() })
  }

  /** One line about the module's own settings, as in `Linear(784, 10)`. */
  describe(): string {
    return `${this.constructor.name}()`
  }
}

/** What a module makes of a tensor; reports of what went wrong in it name its path. */
export function applied(module: Module, x: Tensor, rest: readonly unknown[] = []): Tensor {
  const made: Tensor = inModule(module, () => Reflect.apply(module.forward, module, [x, ...rest]))
  for (const seen of watches.get(module) ?? []) seen(x, made)
  return made
}

/** Where in the modules around it an error has come from. */
interface Place {
  readonly innermost: Module
  /** The module that it has come up to, and the path from there. */
  readonly module: Module
  readonly path: string
}

const places = new WeakMap<MaruError, Place>()

/** Notes that an error has come out of a module: it names the path from the outermost one. */
function locate(error: unknown, module: Module): void {
  if (!(error instanceof MaruError)) return
  const place = places.get(error)
  if (!place) {
    places.set(error, { innermost: module, module, path: '' })
    return
  }
  if (place.module === module) return
  const name = [...module.children()].find(([, child]) => child === place.module)?.[0]
  const path = [name, place.path].filter(Boolean).join('.')
  places.set(error, { ...place, module, path })
  if (path) error.setLayer(`${path}, ${place.innermost.describe()}`)
}

/** Who wants to know of a module's applications. */
const watches = new WeakMap<Module, Set<ModuleWatch>>()

/** Runs `body` as the application of a module. */
export function inModule<T>(module: Module, body: () => T): T {
  try {
    return noted(module, body)
  } catch (error) {
    locate(error, module)
    throw error
  }
}

function noted<T>(module: Module, body: () => T): T {
  if (!isNoting()) return body()
  const nameIn = (outer: object | undefined): string => {
    const siblings = outer instanceof Module ? [...outer.children()] : []
    return siblings.find(([, child]) => child === module)?.[0] ?? ''
  }
  return inLayer(module, nameIn, body)
}

/** `runningMean` → `running_mean`: names on disk are PyTorch's. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** A built-in layer: its effect on shapes is the shape function F, and its settings are data. */
export abstract class Layer<F extends ShapeFn> extends Module implements ShapeMapped<F> {
  declare readonly '~shapeFn': F

  /** The settings that make an equal layer, as JSON. */
  abstract config(): Readonly<Record<string, unknown>>

  /** Layers that it was given; those that it makes itself follow from its settings. */
  parts(): readonly Module[] {
    return []
  }

  /** As the constructor is called, options by name: `Conv2d(1, 6, 5, padding 2)`. */
  override describe(): string {
    const words = Object.entries(this.config()).flatMap(([name, value]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return wordsOf(name, value, '')
      }
      return Object.entries(value).flatMap(([option, each]) => wordsOf(option, each, `${option} `))
    })
    return `${this.constructor.name}(${words.join(', ')})`
  }
}

/** Flags that are on unless told otherwise; the others are off. */
const usual: ReadonlySet<string> = new Set([
  'affine',
  'bias',
  'countIncludePad',
  'elementwiseAffine',
  'resetAfter',
  'trackRunningStats',
])

/** A setting in words; a flag that stands as usual is not worth one. */
function wordsOf(name: string, value: unknown, label: string): string[] {
  if (typeof value === 'boolean') {
    return value === usual.has(name) ? [] : [value ? name : `no ${name}`]
  }
  return [label + inWords(value)]
}

function inWords(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(inWords).join(', ')}]` : String(value)
}
