/** Graphs made into programs that nobody runs: what the compiler decided, to be looked at. */
import { openDevice } from '../../src/backend/devices.ts'
import { compile } from '../../src/compiler/compile.ts'
import { launchesOf, type Program } from '../../src/compiler/program.ts'
import type { Spec } from '../../src/graph/primitive.ts'
import { Tensor, tensor } from '../../src/index.ts'
import { type Captured, capture } from '../../src/runtime/capture.ts'
import { cellLeaf } from '../../src/runtime/realize.ts'
import { recordGraph } from '../../src/runtime/recording.ts'

/** A leaf of zeros. */
export function given(...shape: number[]): Tensor {
  return tensor(new Float32Array(shape.reduce((size, dim) => size * dim, 1)), shape)
}

/** The graph below some tensors. */
export function graphOf(...outputs: readonly Tensor[]): Captured {
  return capture(
    outputs.map(({ node }) => node),
    [],
    cellLeaf,
  )
}

/** The graph of what a function computes from inputs, and of what it stores in parameters. */
export function graphOfStep(
  specs: readonly Spec[],
  step: (...inputs: Tensor[]) => readonly Tensor[],
): Captured {
  const { graph } = recordGraph(specs, (inputs) =>
    step(...inputs.map((node) => new Tensor(node))).map(({ node }) => node),
  )
  return graph
}

export function programOf(graph: Captured, device = 'wasm'): Program {
  return compile(graph, openDevice(device).target)
}

/** A line for each launch. */
export function launches(graph: Captured, device = 'wasm'): string[] {
  return launchesOf(programOf(graph, device).body).map((launch) =>
    launch.kind === 'code' ? launch.label : launch.kind,
  )
}
