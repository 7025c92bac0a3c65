/** One hostile call: made from a good one, run on the device, and judged. */
import { type DataArray, dtypes, presented } from '../../src/base/dtype.ts'
import { type Sizes, sizeOf } from '../../src/base/shape.ts'
import { order } from '../../src/graph/closed.ts'
import type { Node } from '../../src/graph/node.ts'
import { MaruError, MemoryError, type Tensor, tensor } from '../../src/index.ts'
import { stream } from '../ops/draw.ts'
import { functionOf, type Good, subjects, tensorsIn } from './subjects.ts'
import { changed, hostileTensor, hostileValue, once, pick, show } from './values.ts'

/** Bytes that no wasm memory can hold: a result of as many must be refused. */
const BEYOND = 2 ** 32
/** Elements that a call may compute; what is larger is recorded and checked, but not run. */
const MOST_WORK = 2 ** 18
/** Seconds of computing after which a call counts as hanging. */
const MOST_SECONDS = 1

const all = subjects()

/** Call number `i` of a seed, with the changes of it that `keep` names. */
export function hostile(seed: number, i: number, keep?: readonly number[]): Good {
  const from = stream('hostile', seed, i)
  const [, calls] = pick(from, all)
  let call = pick(from, calls)
  const count = from.integer(4)
  for (let change = 0; change < count; change++) {
    if (!keep || keep.includes(change)) call = worse(call, seed, i, change)
  }
  return call
}

/** The call with one thing about it changed. */
function worse({ name, self, args }: Good, ...path: number[]): Good {
  const from = stream('change', ...path)
  const at = from.integer(args.length + 1)
  switch (from.integer(8)) {
    case 0:
      return { name, self, args: args.slice(0, -1) }
    case 1:
      return { name, self, args: [...args, hostileValue(from)] }
    case 2:
    case 3:
      if (self) return { name, self: hostileTensor(from, self), args }
  }
  if (at === args.length && self && once(from, 2)) {
    return { name, self: hostileTensor(from, self), args }
  }
  return { name, self, args: args.toSpliced(at, 1, changed(from, args[at])) }
}

/** Roughly how many elements a graph computes. */
function workOf(roots: readonly Tensor[]): number {
  const ready = new Set<Node>()
  return order(
    roots.map(({ node }) => node),
    ready,
  ).reduce((sum, node) => sum + workOfNode(node), 0)
}

function workOfNode({ op, attrs, inputs, shape, results }: Node): number {
  const size = (sizes: Sizes): number => Math.max(1, sizeOf(sizes))
  const [a, b] = inputs
  if (op.trait === 'reduce' && a) return size(shape) * size(op.domain(attrs, a.shape))
  if (op.trait === 'contract' && a && b) {
    const labels = op.labels(attrs)
    const sizes = new Map<number, number>()
    for (const [axis, label] of labels.a.entries()) sizes.set(label, a.shape[axis] ?? 1)
    for (const [axis, label] of labels.b.entries()) sizes.set(label, b.shape[axis] ?? 1)
    return size([...sizes.values()])
  }
  const own = (results ?? [{ shape }]).reduce((sum, each) => sum + size(each.shape), 0)
  if (op.trait !== 'routine' && op.trait !== 'bundle') return own
  return inputs.reduce((sum, each) => sum + size(each.shape) * 64, own)
}

function bytesOf({ node: { shape, dtype } }: Tensor): number {
  return sizeOf(shape) * dtypes[dtype].bytes
}

/**
 * What is wrong with an error; nothing if it is one of ours and says which op it is about. What comes
 * from the run of a program is about one of the ops that the called one is made of.
 */
function judgeError(name: string | undefined, error: unknown): string | undefined {
  if (!(error instanceof MaruError)) {
    const { stack } = error as Error
    return `not one of our errors: ${stack?.split('\n').slice(0, 6).join('\n') ?? error}`
  }
  if (name === undefined || error instanceof MemoryError) return undefined
  const [first = ''] = error.message.split('\n')
  const words = first.split(/[^A-Za-z0-9]+/)
  return words.includes(name) ? undefined : `the message does not name ${name}: ${first}`
}

async function judgeValue(result: Tensor): Promise<string | undefined> {
  const { shape, dtype } = result.node
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    return `a shape [${shape}]`
  }
  const data = await result.data<DataArray>()
  if (data.length !== sizeOf(shape)) return `${data.length} elements for [${shape}]`
  const expected = presented(dtype, dtypes[dtype].make(0)).constructor
  return data.constructor === expected ? undefined : `${data.constructor.name} for ${dtype}`
}

function perform({ name, self, args }: Good): unknown {
  if (!self) return functionOf(name)?.(...args)
  return (Reflect.get(self, name) as (...args: unknown[]) => unknown).apply(self, [...args])
}

/** Runs one call; says what is wrong with its outcome. */
async function outcome(call: Good): Promise<string | undefined> {
  const start = process.cpuUsage()
  let stage: string | undefined = call.name
  try {
    const results = tensorsIn(perform(call))
    stage = undefined
    if (workOf(results) > MOST_WORK) {
      const beyond = results.find((each) => bytesOf(each) > BEYOND)
      await beyond?.data()
      return beyond && `${bytesOf(beyond)} bytes were computed`
    }
    for (const result of results) {
      const wrong = await judgeValue(result)
      if (wrong) return wrong
    }
  } catch (error) {
    return judgeError(stage, error)
  } finally {
    const { user, system } = process.cpuUsage(start)
    if (user + system > MOST_SECONDS * 1e6) slow.push(`${(user + system) / 1e6} s: ${code(call)}`)
  }
  return undefined
}

/** Calls that computed for too long. */
export const slow: string[] = []

export function code({ name, self, args }: Good): string {
  return `${self ? `${show(self)}.` : ''}${name}(${args.map(show).join(', ')})`
}

/** Call number `i` of a seed: nothing if all is well, else what went wrong and the smallest such call. */
export async function attack(seed: number, i: number): Promise<string | undefined> {
  const wrong = await outcome(hostile(seed, i))
  if (!wrong) return undefined
  let keep = [0, 1, 2]
  let smallest = wrong
  for (const each of keep) {
    const fewer = keep.filter((other) => other !== each)
    const still = await outcome(hostile(seed, i, fewer))
    if (still) [keep, smallest] = [fewer, still]
  }
  return `${code(hostile(seed, i, keep))}\n  ${smallest}`
}

/** A computation whose result is known: what a call has damaged shows here. */
export async function canary(): Promise<boolean> {
  const x = tensor(
    Float32Array.from({ length: 96 }, (_, i) => (i % 7) - 3),
    [8, 12],
  )
  const product = x.matmul(x.transpose()).relu().sum(1)
  const counted = x.less(0).cast('int32').sum()
  const got = [...(await product.data()), ...(await counted.data())]
  const want = [109, 81, 69, 89, 75, 81, 66, 109, 42]
  return got.length === want.length && got.every((value, i) => value === want[i])
}
