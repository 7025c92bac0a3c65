/** Runs graphs on a WebGPU device, one buffer being all of their memory. */
import { bytesOf } from '../../src/backend/backend.ts'
import { interpret } from '../../src/backend/interpret.ts'
import { target } from '../../src/backend/webgpu/target.ts'
import { dtypes, type HostArray } from '../../src/base/dtype.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { compile } from '../../src/compiler/compile.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import { type Argument, laneWord } from '../../src/compiler/lowering.ts'
import {
  type InterpretLaunch,
  type Launch,
  type Program,
  type ProgramBuffer,
  type ProgramNode,
  type View,
  viewOffset,
} from '../../src/compiler/program.ts'
import { type Vector, VectorBuilder } from '../../src/compiler/vector.ts'
import type { Cell } from '../../src/graph/cell.ts'
import { Tensor } from '../../src/index.ts'
import { type Captured, isReady } from '../../src/runtime/capture.ts'
import { recordGraph } from '../../src/runtime/recording.ts'
import { graphOf } from '../graph/programs.ts'
import type { Values } from '../ops/row.ts'
import type { Machine } from './machine.ts'

const ALIGNMENT = 256

/** A program, and the memory that its buffers have places in. */
class Bench {
  readonly program: Program
  readonly memory: ArrayBuffer
  readonly #addresses: number[] = []
  readonly #parameters: readonly number[]

  constructor(graph: Captured) {
    this.program = compile(graph, target)
    let top = 0
    for (const { dtype, shape, place } of this.program.buffers) {
      // A view comes after what it is a part of.
      this.#addresses.push(place.kind === 'view' ? this.#address(place, 0) : top)
      if (place.kind === 'view') continue
      top += Math.ceil((sizeOf(shape) * dtypes[dtype].bytes) / ALIGNMENT + 1) * ALIGNMENT
    }
    this.memory = new ArrayBuffer(top + ALIGNMENT)
    // so that what is read beside a buffer, or before it was written, does not pass for a zero
    new Uint8Array(this.memory).fill(0x55)
    this.#parameters = graph.parameters.map(
      ({ literal, leaf }) => literal ?? (leaf?.kind === 'slot' ? leaf.slot.value : 0),
    )
    graph.leaves.forEach(({ leaf }, index) => {
      const data = leaf?.kind === 'cell' ? leaf.cell.data : undefined
      const host = leaf?.kind === 'data' ? leaf.data.host : data?.host
      if (host) bytesOf(this.at('leaf', index)).set(bytesOf(host))
    })
  }

  #address(view: View, turn: number): number {
    return this.#addresses[view.of]! + viewOffset(view, turn)
  }

  /** Brings views to where they are at a turn of a loop. */
  move(views: readonly number[], turn: number): void {
    for (const view of views) {
      const { place } = this.program.buffers[view]!
      if (place.kind === 'view') this.#addresses[view] = this.#address(place, turn)
    }
  }

  view(buffer: number): HostArray {
    const { dtype, shape } = this.program.buffers[buffer]!
    return dtypes[dtype].array(this.memory, this.#addresses[buffer]!, sizeOf(shape))
  }

  word(argument: Argument): number {
    if (argument.kind === 'integer') return argument.value
    if (argument.kind === 'address') return this.#addresses[argument.buffer]!
    return laneWord(argument.dtype, this.#parameters[argument.index]!)
  }

  interpret(launch: InterpretLaunch): void {
    interpret(launch, this.program.buffers, this.#parameters, (buffer) => this.view(buffer))
  }

  /** The buffer of a leaf or of an output. */
  at(kind: 'leaf' | 'output', index: number): HostArray {
    const isIt = ({ place }: ProgramBuffer): boolean =>
      kind === 'leaf'
        ? place.kind === kind && place.leaf === index
        : place.kind === kind && place.output === index
    return this.view(this.program.buffers.findIndex(isIt))
  }
}

/** One run of a program. What is not a kernel of ours is done by the host. */
class Run {
  readonly #machine: Machine
  readonly #bench: Bench
  readonly #memory: GPUBuffer

  constructor(machine: Machine, bench: Bench) {
    this.#machine = machine
    this.#bench = bench
    this.#memory = machine.buffer(bench.memory)
  }

  async finish(): Promise<void> {
    await this.#read()
    this.#memory.destroy()
  }

  #read(): Promise<void> {
    return this.#machine.read(this.#memory, this.#bench.memory)
  }

  async body(nodes: readonly ProgramNode[]): Promise<void> {
    for (const node of nodes) await this.#node(node)
  }

  async #node(node: ProgramNode): Promise<void> {
    switch (node.kind) {
      case 'launch':
        return this.#launch(node.launch)
      case 'loop':
        for (let turn = 0; turn < node.count; turn++) {
          this.#bench.move(node.views, turn)
          await this.body(node.body)
        }
        return
      case 'while':
        await this.body(node.condition)
        while (await this.#holds(node.predicate)) {
          await this.body(node.body)
          await this.body(node.condition)
        }
        return
      case 'branch':
        return this.body((await this.#holds(node.predicate)) ? node.yes : node.no)
    }
  }

  async #holds(predicate: number): Promise<boolean> {
    await this.#read()
    return this.#bench.view(predicate)[0] !== 0
  }

  async #launch(launch: Launch): Promise<void> {
    const bench = this.#bench
    if (launch.kind === 'code') {
      const { code, units, arguments: args } = lowered(launch.alike, 1)
      const words = args.map((argument) => bench.word(argument))
      await this.#machine.dispatch(code, units, words, this.#memory)
      return
    }
    await this.#read()
    if (launch.kind === 'interpret') bench.interpret(launch)
    else bytesOf(bench.view(launch.to)).set(bytesOf(bench.view(launch.from)))
    this.#machine.write(this.#memory, bench.memory)
  }
}

async function run(machine: Machine, graph: Captured): Promise<Bench> {
  const bench = new Bench(graph)
  const once = new Run(machine, bench)
  await once.body(bench.program.body)
  await once.finish()
  return bench
}

/** Values of tensors computed in one program. */
export async function valuesBy(machine: Machine, tensors: readonly Tensor[]): Promise<Values[]> {
  const nodes = [...new Set(tensors.map(({ node }) => node))].filter((node) => !isReady(node))
  const bench = await run(machine, graphOf(...nodes.map((node) => new Tensor(node))))
  const values = tensors.map(async (each): Promise<Values> => {
    const { node, shape, dtype } = each
    const data = isReady(node) ? await each.data() : bench.at('output', nodes.indexOf(node))
    return { shape, dtype, data: Array.from<number | bigint, number>(data, Number) }
  })
  return Promise.all(values)
}

/** What a step that is not taken would store, by cell. */
export async function storesBy(
  machine: Machine,
  step: () => void,
): Promise<ReadonlyMap<Cell, readonly number[]>> {
  const { graph, writes, before } = recordGraph([], () => {
    step()
    return []
  })
  for (const action of before) action([])
  const bench = await run(machine, graph)
  const read = (leaf: number): number[] =>
    Array.from<number | bigint, number>(bench.at('leaf', leaf), Number)
  return new Map(writes.map(({ cell }, i) => [cell, read(graph.writes[i]!.leaf)]))
}

/** A function of lanes over arrays of one length. */
export async function apply(
  machine: Machine,
  emit: (b: VectorBuilder, inputs: readonly Vector[]) => Vector,
  inputs: readonly Int32Array[],
): Promise<Int32Array> {
  const length = inputs[0]?.length ?? 0
  const b = new VectorBuilder(1)
  const i = b.variable(b.begin)
  b.loop(i, b.end, 1, () => {
    const at = (n: number) => b.add(b.arg(n), b.scalar('shl', i, 2))
    const loads = inputs.map((_, n): Vector => {
      return { k: 'load', form: 'one', element: 'i32', address: at(n) }
    })
    b.store('one', 'i32', at(inputs.length), emit(b, loads))
  })
  const words = new Int32Array((inputs.length + 1) * length)
  inputs.forEach((input, n) => {
    words.set(input, n * length)
  })
  const memory = machine.buffer(words.buffer)
  const addresses = Array.from({ length: inputs.length + 1 }, (_, n) => n * length * 4)
  await machine.dispatch(b.finish(), length, addresses, memory)
  await machine.read(memory, words.buffer)
  memory.destroy()
  return words.subarray(inputs.length * length)
}
