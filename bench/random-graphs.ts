/**
 * Random graphs, and the gradients of every fourth: the reference against WebAssembly, fused and not, within
 * what rounding allows; two threads against one, machine code against WebAssembly, and recordings, in which
 * constants are worked out once, bit for bit.
 * `npx tsx --conditions=source bench/random-graphs.ts [graphs] [seed]`
 */
import fc from 'fast-check'
import { compile, useDevice } from 'maru'
import { addDevice } from '../packages/maru/src/backend/devices.ts'
import { WasmBackend } from '../packages/maru/src/backend/wasm/backend.ts'
import type { Tensor } from '../packages/maru/src/index.ts'
import {
  apart,
  gradientsOf,
  instructions,
  outputsOf,
  SEED,
  scaleOf,
  shape,
} from '../packages/maru/test/ops/agreement.ts'
import { valuesOn } from '../packages/maru/test/ops/calls.ts'
import { build, type Instruction } from '../packages/maru/test/ops/graphs.ts'
import type { Values } from '../packages/maru/test/ops/row.ts'

const count = Number(process.argv[2] ?? 5000)
const seed = Number(process.argv[3] ?? SEED)
/** Every n-th graph is differentiated. */
const GRADIENTS_EVERY = 4
/** Reports that are printed. */
const MOST_REPORTS = 20

const split = { shortWork: 0, splitWork: 0 }
const backends = [
  new WasmBackend({ name: 'fused', threads: 1, machine: 'never' }),
  new WasmBackend({ name: 'unfused', threads: 1, machine: 'never', fuse: false }),
  new WasmBackend({ name: 'two threads', threads: 2, machine: 'never', ...split }),
  new WasmBackend({ name: 'machine code', threads: 1, machineWork: 0, ...split }),
]
for (const backend of backends) addDevice(backend)
for (const backend of backends) await backend.ready()
const machine = backends.some((backend) => backend.name === 'machine code' && backend.machine)
const exact = machine ? ['two threads', 'machine code'] : ['two threads']

interface Case {
  readonly make: () => { readonly tensors: readonly Tensor[]; readonly text: string }
  readonly names: readonly string[]
  readonly allowed: readonly number[]
}

function valuesOf(from: number[], program: readonly Instruction[]): Case {
  const make = () => {
    const { values, text } = build(from, program)
    return { tensors: outputsOf(values).map(({ tensor }) => tensor), text }
  }
  const outputs = outputsOf(build(from, program).values)
  return {
    make,
    names: outputs.map(({ name }) => name),
    allowed: outputs.map(({ error }) => 2 * error),
  }
}

async function slopesOf(from: number[], program: readonly Instruction[]): Promise<Case> {
  const make = () => {
    const { gradients, text } = gradientsOf(from, program)
    return { tensors: gradients, text }
  }
  useDevice('reference')
  const { names, gradients } = gradientsOf(from, program)
  const scale = await scaleOf(gradients)
  return {
    make,
    names: names.map((name) => `the gradient of ${name}`),
    allowed: names.map(() => 1e-5 * scale),
  }
}

const failed = new Map<string, number>()
let compared = 0

function fail(what: string, detail: string): void {
  const before = failed.get(what) ?? 0
  failed.set(what, before + 1)
  if (before < MOST_REPORTS) console.log(`${what}: ${detail}`)
}

async function check({ make, names, allowed }: Case, graph: number): Promise<void> {
  const on = async (device: string): Promise<Values[] | undefined> => {
    useDevice(device)
    const { tensors, text } = make()
    return valuesOn(device, tensors).catch((error) => {
      fail(`an error on ${device}`, `graph ${graph}: ${error}\n${text}`)
      return undefined
    })
  }
  const recorded = async (device: string): Promise<Values[] | undefined> => {
    useDevice(device)
    const run = compile(() => make().tensors)
    // The second run is given what the first one left behind.
    await run()
    return valuesOn(device, await run()).catch((error) => {
      fail(`an error on ${device}, recorded`, `graph ${graph}: ${error}\n${make().text}`)
      return undefined
    })
  }
  const [want, fused] = [await on('reference'), await on('fused')]
  const unfused = await on('unfused')
  const compare = (
    what: string,
    got: Values[] | undefined,
    to: Values[] | undefined,
    bits: boolean,
  ) => {
    names.forEach((name, i) => {
      const [a, b] = [got?.[i], to?.[i]]
      if (!a || !b) return
      compared++
      const same = a.data.every((value, at) => Object.is(value, b.data[at]))
      const wrong = bits ? (same ? undefined : 'other bits') : apart(a, b, allowed[i] ?? 0)
      if (wrong) fail(what, `graph ${graph}: ${name} is ${wrong}\n${make().text}`)
    })
  }
  compare('fused against the reference', fused, want, false)
  compare('unfused against the reference', unfused, want, false)
  for (const device of exact) compare(`${device} against one, bits`, await on(device), fused, true)
  const last = exact.at(-1) ?? 'fused'
  compare('recorded, bits', await recorded(last), fused, true)
}

const start = performance.now()
const graphs = fc.sample(fc.tuple(shape, instructions), { seed, numRuns: count })
let gradients = 0
for (const [graph, [from, program]] of graphs.entries()) {
  await check(valuesOf(from, program), graph)
  if (graph % GRADIENTS_EVERY === 0) {
    await check(await slopesOf(from, program), graph)
    gradients++
  }
  if (graph % 500 === 499) console.log(`${graph + 1} graphs`)
}
const total = [...failed.values()].reduce((sum, each) => sum + each, 0)
for (const [what, times] of failed) console.log(`${what}: ${times} failed`)
const seconds = ((performance.now() - start) / 1000).toFixed(0)
const code = machine ? 'with machine code' : 'no machine code here'
console.log(
  `${count} graphs of seed ${seed}, ${gradients} of them differentiated, ${compared} comparisons, ${code}: ${total} failed, ${seconds} s`,
)
process.exit(total > 0 ? 1 : 0)
