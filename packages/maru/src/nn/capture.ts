/** What the layers inside a network make. */
import { ValueError } from '../base/error.ts'
import { Parameter, type Tensor } from '../tensor/tensor.ts'
import { applied, type Module } from './module.ts'

/** A network's result, and what was made on the way to it. */
export interface Captured {
  readonly output: Tensor
  /** What each layer made, by path, in the order of application; of several applications the last. */
  readonly maps: ReadonlyMap<string, Tensor>
}

/** Every module inside one, by path; itself as ''. */
export function modulesByPath(model: Module, path = ''): Map<string, Module> {
  const found = new Map([[path, model]])
  for (const [name, child] of model.children()) {
    for (const [inner, module] of modulesByPath(child, path ? `${path}.${name}` : name)) {
      found.set(inner, module)
    }
  }
  return found
}

/** Weights of two axes or more that a module has itself, by the module's path. */
export function weightsByPath(model: Module): Map<string, Parameter> {
  const weights = new Map<string, Parameter>()
  for (const [path, module] of modulesByPath(model)) {
    const weight: unknown = Reflect.get(module, 'weight')
    if (weight instanceof Parameter && weight.cell.shape.length >= 2) weights.set(path, weight)
  }
  return weights
}

/**
 * A network that gives the maps of its layers besides its result, which is the same as without.
 *
 * @param names paths of layers, `layers.0.body`, as `namedParameters` has them before the parameter
 * @throws ValueError for a path that leads to no layer
 * @see Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901
 * @example const { output, maps } = capture(model, ['0', '3'])(images)
 */
export function capture(
  model: Module,
  names: readonly string[],
): (x: Tensor, ...rest: readonly unknown[]) => Captured {
  const modules = modulesByPath(model)
  const missing = names.filter((name) => !modules.has(name))
  if (missing.length > 0) {
    throw new ValueError('capture.names', { missing, known: [...modules.keys()] })
  }
  return (x, ...rest) => {
    const maps = new Map<string, Tensor>()
    const ends = names.map((name) => {
      return modules.get(name)?.onCall((_, made) => {
        maps.delete(name)
        maps.set(name, made)
      })
    })
    try {
      return { output: applied(model, x, rest), maps }
    } finally {
      for (const end of ends) end?.()
    }
  }
}
