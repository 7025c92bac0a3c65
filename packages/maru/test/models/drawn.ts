/** Weights and inputs of the fixture, as `tools/oracle/models.py` draws them: a hash of name and position. */
import { sizeOf } from '../../src/base/shape.ts'
import { type Tensor, tensor } from '../../src/index.ts'
import type { Module } from '../../src/nn/index.ts'

function seedOf(name: string): number {
  let hash = 0x811c9dc5
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193) >>> 0
  return hash
}

function mixed(seed: number, i: number): number {
  let h = (Math.imul(i, 0x9e3779b9) + seed) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0
  return (h ^ (h >>> 16)) >>> 0
}

/** Numbers uniform in ±scale. */
export function numbers(name: string, shape: readonly number[], scale = 1): Tensor {
  const [seed, values] = [seedOf(name), new Float32Array(sizeOf(shape))]
  const factor = Math.fround(scale)
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.fround((mixed(seed, i) >>> 8) * 2 ** -23 - 1) * factor
  }
  return tensor(values, shape)
}

/** Integers below a bound. */
export function ids(name: string, shape: readonly number[], below: number): Tensor {
  const seed = seedOf(name)
  return tensor(
    Int32Array.from({ length: sizeOf(shape) }, (_, i) => mixed(seed, i) % below),
    shape,
  )
}

/** Gives every parameter, in order: ±1/√fanIn to weights, 1 to factors of norms, 0 to the rest. */
export async function drawn<M extends Module>(model: M): Promise<M> {
  const state = model.stateDict()
  for (const [i, [path, parameter]] of [...model.namedParameters()].entries()) {
    const shape: readonly number[] = parameter.cell.shape
    const name = [...state.keys()][i]!
    const values =
      shape.length > 1
        ? numbers(`p${i}`, shape, 1 / Math.sqrt(sizeOf(shape) / shape[0]!))
        : tensor(new Float32Array(sizeOf(shape)).fill(path.endsWith('weight') ? 1 : 0), shape)
    state.set(name, values)
  }
  await model.loadStateDict(state)
  return model
}
