/** Units that no sample wakes. */
import { ValueError } from '../base/error.ts'
import { activations } from '../nn/activations.ts'
import { capture, modulesByPath } from '../nn/capture.ts'
import type { Module } from '../nn/module.ts'
import { compile } from '../tensor/compile.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Loader } from './batches.ts'
import type { Callback } from './events.ts'

/** An activation layer's units, along the second axis of what it makes. */
export interface UnitCount {
  /** Path of the layer. */
  readonly name: string
  readonly layer: string
  readonly units: number
  /** Which of them are 0 for every sample, at every place. */
  readonly dead: readonly number[]
}

/** Batches of which the inputs are looked at. */
export type InputLoader = Loader<{ readonly inputs: Tensor }>

/**
 * Which units of a network's activations are 0 for all samples of a loader, exactly: a unit that one sample of the last batch
 * wakes is not dead. Such a unit has no gradient, so it stays as it is.
 *
 * The network predicts meanwhile (dropout is off, nothing is updated), and is in its mode again afterwards.
 *
 * @throws ValueError when there is no batch
 * @see Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models"
 * @example for (const { name, dead, units } of await deadUnits(model, loader)) console.log(name, dead.length, units)
 */
export function deadUnits(model: Module, loader: InputLoader): Promise<UnitCount[]> {
  return countIn(model)(loader)
}

/**
 * Tells of dead units after every epoch in which their number has changed, as a notice of kind `deadUnits`.
 *
 * @example callbacks: [watchDeadUnits(new DataLoader(train, { batchSize: 256 }))]
 */
export function watchDeadUnits(loader: InputLoader): Callback {
  let count: ReturnType<typeof countIn> | undefined
  let before = 0
  return {
    async onEpochEnd(_, fit) {
      count ??= countIn(fit.model)
      const layers = (await count(loader)).filter(({ dead }) => dead.length > 0)
      const now = layers.reduce((sum, { dead }) => sum + dead.length, 0)
      if (now !== before) {
        const found = layers.map(({ name, dead }) => [name, dead.length])
        await fit.notice('deadUnits', { count: now, layers: Object.fromEntries(found) })
      }
      before = now
    },
  }
}

function countIn(model: Module): (loader: InputLoader) => Promise<UnitCount[]> {
  const modules = [...modulesByPath(model)].filter(([, module]) =>
    Object.hasOwn(activations, module.constructor.name),
  )
  const watched = capture(
    model,
    modules.map(([name]) => name),
  )
  const look = compile((inputs: Tensor): { readonly [name: string]: Tensor } => {
    const { maps } = watched(inputs)
    return Object.fromEntries([...maps].map(([name, made]) => [name, awake(made)]))
  })
  return async (loader) => {
    const alive = new Map<string, boolean[]>()
    let batches = 0
    const mode = model.training
    model.eval()
    try {
      for await (const { inputs } of loader) {
        batches++
        for (const [name, flags] of Object.entries(await look(inputs))) {
          const known = alive.get(name) ?? []
          const fresh = await flags.data()
          alive.set(
            name,
            Array.from(fresh, (flag, unit) => known[unit] === true || flag !== 0),
          )
        }
      }
    } finally {
      model.train(mode)
    }
    if (batches === 0) throw new ValueError('data.empty', { op: 'deadUnits' })
    return modules.flatMap(([name, module]) => {
      const flags = alive.get(name)
      if (!flags) return []
      const dead = [...flags.keys()].filter((unit) => flags[unit] === false)
      return [{ name, layer: module.describe(), units: flags.length, dead }]
    })
  }
}

/** Whether a unit is other than 0 anywhere in a batch: 1 or 0. @shape [n, units, ...] → [units] */
function awake(made: Tensor): Tensor {
  const others = [...made.node.shape.keys()].filter((axis) => axis !== 1)
  return made.notEqual(0).cast('float32').sum(others).greater(0).cast('float32')
}
