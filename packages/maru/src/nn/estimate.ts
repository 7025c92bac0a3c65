/** What a network costs, told before anything of it is allocated. */
import { dtypes } from '../base/dtype.ts'
import { expectInteger, sizeOf } from '../base/shape.ts'
import { compile } from '../compiler/compile.ts'
import { costOf } from '../compiler/cost.ts'
import type { Program, ProgramNode } from '../compiler/program.ts'
import type { Node } from '../graph/node.ts'
import { device } from '../runtime/engine.ts'
import { withoutWrites } from '../runtime/realize.ts'
import { recordGraph } from '../runtime/recording.ts'
import { grad } from '../tensor/grad.ts'
import { Tensor } from '../tensor/tensor.ts'
import { type Activity, activityOf } from './activity.ts'
import { build, type Definition } from './definition.ts'
import { within } from './init.ts'
import { applied, Module } from './module.ts'

export interface EstimateOptions {
  /** Whether a step of training is estimated, forward and back, rather than a prediction. */
  readonly training?: boolean
  /** Tensors of every parameter's size that the optimiser keeps: 2 for Adam, 1 for momentum; 2 unless given. */
  readonly moments?: number
  /** Element type of the input, float32 unless given. */
  readonly dtype?: 'float32' | 'int32'
}

/** Sizes of a network and of one run of it. */
export interface Estimate {
  /** Exact number of learned numbers. */
  readonly parameters: number
  /** Operations of one run, each as many as it costs in additions; a multiply-add is two. */
  readonly flops: number
  readonly bytes: {
    readonly parameters: number
    /** Of the optimiser's state; 0 for a prediction. */
    readonly optimizer: number
    /** What lies between the layers at the same time, by the plan that the program would run with. */
    readonly activations: number
    /** Input, output and, in training, gradients that are kept to the end. */
    readonly results: number
    readonly total: number
  }
}

/**
 * Parameters, operations and memory of a network for an input of a shape. The network is put together without its
 * values, its program is planned as for a run, and nothing is computed: a network that does not fit the machine can be
 * asked for, too.
 *
 * @param network a definition, or a function that makes the network; one that is there is measured as well
 * @shape input with its batch, [32, 3, 224, 224]
 * @throws ShapeError when the input does not fit the network, FormatError for a definition that is none
 * @example estimate(() => vgg(16), [1, 3, 224, 224]).bytes.total // 0.6 GB
 */
export function estimate(
  network: Definition | Module | (() => Module),
  input: readonly number[],
  { training = false, moments = 2, dtype = 'float32' }: EstimateOptions = {},
): Estimate {
  expectInteger('estimate', 'moments', moments, 0)
  const model = withoutWrites(() => {
    if (network instanceof Module) return network
    const make = typeof network === 'function' ? network : (): Module => build(network)
    return within({ most: Number.POSITIVE_INFINITY, drawn: false, stored: false }, make)
  })
  const program = programOf(model, { shape: [...input], dtype }, training)
  const parameters = model.parameters()
  const own = parameters.reduce((sum, { size, dtype }) => sum + size * dtypes[dtype].bytes, 0)
  const sizes = {
    parameters: own,
    optimizer: training ? moments * own : 0,
    activations: program.arenaBytes,
    results: sizeOf(input) * dtypes[dtype].bytes + outputBytes(program),
  }
  const total = Object.values(sizes).reduce((sum, each) => sum + each, 0)
  const flops = flopsIn(program.body, program)
  return { parameters: model.parameterCount, flops, bytes: { ...sizes, total } }
}

interface Spec {
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
}

function programOf(model: Module, spec: Spec, training: boolean): Program {
  const mode = model.training
  model.train(training)
  try {
    const body = ([input]: readonly Node[]): readonly Node[] => {
      // a placeholder for each spec
      const made = applied(model, new Tensor(input as Node))
      if (!training) return [made.node]
      const loss: Tensor = made.sum()
      return grad(loss, model.parameters()).map(({ node }) => node)
    }
    const { graph } = withoutWrites(() => recordGraph([spec], body))
    return compile(graph, device().target)
  } finally {
    model.train(mode)
  }
}

function outputBytes({ buffers }: Program): number {
  const outputs = buffers.filter(({ place }) => place.kind === 'output')
  return outputs.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * dtypes[dtype].bytes, 0)
}

/** Operations of a tree: of a loop as often as it turns, of a branch those of the dearer one. */
function flopsIn(body: readonly ProgramNode[], program: Program): number {
  return body.reduce((sum, node) => {
    if (node.kind === 'launch') return sum + costOf(node.launch, program.buffers).flops
    if (node.kind === 'loop') return sum + node.count * flopsIn(node.body, program)
    if (node.kind === 'while') {
      return sum + flopsIn(node.condition, program) + flopsIn(node.body, program)
    }
    return sum + Math.max(flopsIn(node.yes, program), flopsIn(node.no, program))
  }, 0)
}

/** How much a network can hold, and how much of it is in use. */
export interface Capacity extends Pick<Estimate, 'parameters' | 'flops'> {
  /** Share of the elements behind ReLUs that are not 0, of all such layers together; NaN where there are none. */
  readonly active: number
  /** The same for each of them. */
  readonly layers: readonly Activity[]
}

/**
 * Size of a network, and which part of its ReLUs a batch sets off.
 *
 * @shape x as the model takes it
 * @throws ShapeError when the input does not fit
 * @example const { parameters, flops, active } = await capacity(model, images)
 */
export async function capacity(model: Module, x: Tensor): Promise<Capacity> {
  const { parameters, flops } = estimate(model, x.node.shape, {
    dtype: x.dtype === 'int32' ? 'int32' : 'float32',
  })
  const layers = (await activityOf(model, x)).filter(({ layer }) => /^ReLU6?\(/.test(layer))
  const share = layers.reduce((sum, { zeros, size }) => sum + (1 - zeros) * size, 0)
  const size = layers.reduce((sum, { size }) => sum + size, 0)
  return { parameters, flops, active: share / size, layers }
}
