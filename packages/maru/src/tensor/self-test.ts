/** `selfTest`: whether this machine computes what it should, for those who report a fault. */
import type { Backend } from '../backend/backend.ts'
import { openDevice } from '../backend/devices.ts'
import { type DataArray, dtypes, presented } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { VERSION } from '../base/version.ts'
import { type Captured, capture } from '../runtime/capture.ts'
import { device, memory } from '../runtime/engine.ts'
import { programFor } from '../runtime/programs.ts'
import { assign, cellLeaf } from '../runtime/realize.ts'
import { fromHost, parameter } from './create.ts'
import { grad } from './grad.ts'
import { crossEntropy } from './loss.ts'
import { realize, type Tensor } from './tensor.ts'

/** One check of a self-test. */
export interface Check {
  readonly name: string
  /** What was wrong; nothing when all is well. */
  readonly fault: string | undefined
  readonly ms: number
}

/** What `selfTest` found; as text it is what to paste into a report. */
export class SelfTest {
  readonly version: string = VERSION
  readonly device: string
  readonly features: readonly string[]
  /** Engine, system and number of processors. */
  readonly host: string
  readonly checks: readonly Check[]

  constructor({ name, features = [] }: Backend, checks: readonly Check[]) {
    this.device = name
    this.features = features
    this.host = hostText()
    this.checks = checks
  }

  static {
    // How Node's console shows it.
    const inspect = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(SelfTest.prototype, inspect, { value: SelfTest.prototype.toString })
  }

  /** Whether every check passed. */
  get ok(): boolean {
    return this.checks.every(({ fault }) => fault === undefined)
  }

  toString(): string {
    const { version, features, host, checks } = this
    const passed = checks.filter(({ fault }) => fault === undefined).length
    const width = Math.max(...checks.map(({ name }) => name.length))
    const lines = checks.map(({ name, fault, ms }) => {
      const time = `${ms.toFixed(1)} ms`.padStart(9)
      return `${fault === undefined ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)} ${time}  ${fault ?? ''}`
    })
    const device = [this.device, ...features].join(', ')
    return [
      `maru ${version} on ${device}; ${host}`,
      ...lines.map((line) => line.trimEnd()),
      `${passed} of ${checks.length} checks passed`,
    ].join('\n')
  }
}

/**
 * Checks in a second or two that the device in use computes what the definitions say: every kind of
 * kernel against the reference, the same bits again, and steps in constant memory. It throws nothing;
 * what it prints is what a report of a fault needs.
 *
 * @example console.log(await selfTest())
 */
export async function selfTest(): Promise<SelfTest> {
  const checks: Check[] = []
  const check = async (name: string, fault: () => Promise<string | undefined>): Promise<void> => {
    const start = performance.now()
    const found = await fault().catch((error: unknown) => String(error))
    checks.push({ name, fault: found, ms: performance.now() - start })
  }
  for (const [name, outputs] of Object.entries(graphs)) {
    await check(name, () => compareWithReference(graphOf(outputs())))
  }
  await check('the same bits again', () =>
    repeat(graphOf([values(96, 200).matmul(values(200, 96))])),
  )
  await check('steps in constant memory', stepInPlace)
  return new SelfTest(device(), checks)
}

/** Numbers between -1 and 1 that are equal everywhere, and of no order. */
function values(...shape: number[]): Tensor {
  const data = new Float32Array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = ((i * 7919) % 2003) / 1001.5 - 1
  return fromHost(data, shape, 'float32')
}

/** A graph for each kind of kernel; odd sizes, so that whole vectors and their rests occur. */
const graphs: { readonly [name: string]: () => readonly Tensor[] } = {
  arithmetic: () => {
    const x = values(13, 37)
    return [x.mul(3).add(values(37)).relu().sub(x), x.div(x.square().add(0.5)), x.floor()]
  },
  functions: () => {
    const x = values(101).mul(4)
    return [x.exp(), x.square().add(0.1).log(), x.sin(), x.tanh(), x.sigmoid(), x.gelu()]
  },
  views: () => {
    const x = values(6, 7, 8)
    return [
      x.transpose().flip(0).slice(0, 1, 6).add(1),
      x.reshape([14, 24]).pad([
        [1, 2],
        [0, 3],
      ]),
    ]
  },
  folds: () => {
    const x = values(19, 45)
    return [x.sum(0), x.mean(1), x.max(1), x.argmax(0), x.softmax(), x.sum()]
  },
  contractions: () => [
    values(33, 17).matmul(values(17, 29)),
    values(3, 17, 5)
      .transpose()
      .matmul(values(3, 17, 6)),
  ],
  'windows and convolution': () => {
    const image = values(2, 3, 11, 9)
    return [image.conv2d(values(4, 3, 3, 3), { padding: 1, stride: 2 }), image.maxPool2d(3)]
  },
  'integers and bools': () => {
    const whole = values(50).mul(100).cast('int32')
    return [whole.mul(whole).add(7), whole.greater(0), whole.cast('uint8'), whole.cast('float32')]
  },
  gradients: () => {
    const [x, w] = [values(3, 1, 10, 10), values(2, 1, 3, 3)]
    const logits: Tensor = x.conv2d(w).relu().maxPool2d(2).flatten(1).matmul(values(32, 10))
    const labels = fromHost(Int32Array.of(0, 9, 4), [3], 'int32')
    return grad(crossEntropy(logits, labels), [x, w])
  },
}

function graphOf(outputs: readonly Tensor[]): Captured {
  return capture(
    outputs.map(({ node }) => node),
    [],
    cellLeaf,
  )
}

/** Runs a graph on a device of one's choice, all its values on the host. */
async function runOn(backend: Backend, graph: Captured): Promise<DataArray[]> {
  const leaves = graph.leaves.map(({ leaf }) => {
    const host = leaf?.kind === 'data' ? leaf.data.host : undefined
    if (!host) throw new RangeError('a leaf is not on the host')
    return host
  })
  const parameters = graph.parameters.map(({ literal }) => literal ?? 0)
  const outputs = graph.outputs.map(({ dtype, shape }) => dtypes[dtype].make(sizeOf(shape)))
  await backend.run(programFor(graph, backend).prepared, { leaves, parameters, outputs })
  return outputs.map((stored, i) => presented(graph.outputs[i]?.dtype ?? 'float32', stored))
}

/** Largest difference that another order of roundings explains. */
const TOLERANCE = 1e-4

async function compareWithReference(graph: Captured): Promise<string | undefined> {
  const expected = await runOn(openDevice('reference'), graph)
  const got = await runOn(device(), graph)
  for (const [i, wanted] of expected.entries()) {
    for (const [at, element] of wanted.entries()) {
      const [value, other] = [Number(element), Number(got[i]?.[at])]
      if (Math.abs(other - value) <= TOLERANCE * (1 + Math.abs(value))) continue
      return `result ${i} (${graph.outputs[i]?.op.name}) at ${at}: ${other}, expected ${value}`
    }
  }
  return undefined
}

async function repeat(graph: Captured): Promise<string | undefined> {
  const first = await runOn(device(), graph)
  for (let i = 0; i < 5; i++) {
    const again = await runOn(device(), graph)
    const same = first.every((value, k) => value.every((x, at) => Object.is(x, again[k]?.[at])))
    if (!same) return `run ${i + 2} gave other bits than the first`
  }
  return undefined
}

/** Halves a parameter again and again. */
async function stepInPlace(): Promise<string | undefined> {
  const [size, steps] = [50_000, 20]
  const p = parameter(new Float32Array(size).fill(1), [size], 'float32')
  const step = async (): Promise<number> => {
    const current: Tensor = p
    assign(p.cell, current.mul(0.5).node)
    await realize()
    return memory().live
  }
  const before = await step()
  let after = before
  for (let i = 1; i < steps; i++) after = await step()
  const [value] = await p.data()
  if (value !== 1 / (1 << steps)) return `${steps} halvings of 1 gave ${value}`
  return after > before ? `memory grew by ${after - before} bytes in ${steps} steps` : undefined
}

interface Host {
  readonly process?: {
    readonly version?: string
    readonly platform?: string
    readonly arch?: string
  }
  readonly navigator?: { readonly userAgent?: string; readonly hardwareConcurrency?: number }
}

function hostText(): string {
  const { process, navigator } = globalThis as Host
  const node = process?.version
    ? `Node ${process.version}, ${process.platform} ${process.arch}`
    : (navigator?.userAgent ?? 'unknown host')
  const processors = navigator?.hardwareConcurrency
  return processors ? `${node}, ${processors} processors` : node
}
