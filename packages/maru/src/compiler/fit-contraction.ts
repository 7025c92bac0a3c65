/** The kernels of a contraction: one, or several of which each computes results a stride apart. */
import { sizeOf } from '../base/shape.ts'
import { type Contracting, Fitting, type Whole } from './contraction.ts'
import { bordering } from './frames.ts'
import { factorOf } from './index-expr.ts'
import type { ContractKernel, LoopKernel } from './kernel.ts'
import { isAffine, type Means, Operands } from './operands.ts'
import { backwards, type Progression, progressions, stepsFor, together } from './phases.ts'

/** Most work of a sum over products, as a share of that of the products alone; where it is slow by itself, too. */
const [MOST_WORK, MOST_SLOW_WORK] = [1.3, 2]
/** Columns, and rows, from which on such a sum is worth it; fewer rows, where each is of few products. */
const [FEWEST_LINES, MOST_TERMS_PER_ROW] = [16, 4]

/** Whether sums over products are not much more work than the products, and keep their form. */
function pays({ node, fold, result }: Contracting, parts: readonly Fitting[]): boolean {
  if (!fold) return sizeOf(result.shape) <= sizeOf(node.shape)
  const [whole] = parts
  const { roles } = whole ?? {}
  if (!whole || !roles) return false
  const terms = whole.extents.slice(whole.first.summed)
  const before = sizeOf(node.shape) * sizeOf(terms)
  const work = parts.reduce((sum, { extents }) => sum + sizeOf(extents), 0)
  const [rows, columns] = [roles.rows, roles.columns].map((loops) => whole.sizeOf(loops))
  const few = Math.min(FEWEST_LINES, sizeOf(terms) / MOST_TERMS_PER_ROW)
  const broad = (rows ?? 0) >= few && (columns ?? 0) >= FEWEST_LINES
  const slow = parts.length > 1 || few < FEWEST_LINES
  return broad && work <= (slow ? MOST_SLOW_WORK : MOST_WORK) * before
}

/** Parts of the result for which every index is a sum of multiples of loops; `undefined` if there are none. */
function cut(it: Whole, whole: Fitting): readonly Fitting[] | undefined {
  const { indices } = whole
  if (indices.every(isAffine)) return [whole]
  const steps = stepsFor(indices, whole.extents.length)
  if (!steps || !it.fold || steps.slice(whole.first.summed).some((step) => step > 1)) {
    return undefined
  }
  const part = ([from, to]: [number, number?]): Progression[][] | undefined =>
    progressions(steps.slice(from, to), whole.extents.slice(from, to))
  const phases = part([0, whole.first.fold])
  const classes = part([whole.first.fold, whole.first.summed])
  if (!phases || !classes) return undefined
  const parts: Fitting[] = []
  for (const phase of phases) {
    const all = classes.map((each) => new Fitting(it, [...phase, ...each]))
    if (all.some(({ extents }) => extents.slice(0, whole.first.fold).includes(0))) continue
    const [some, ...more] = all.filter(({ demand, extents }) => {
      return demand?.never === false && !extents.includes(0)
    })
    if (more.length > 0) return undefined
    parts.push(some ?? new Fitting(it, [...phase, ...nothing(whole, steps)]))
  }
  return parts.every((part) => part.indices.every(isAffine)) ? parts : undefined
}

/** Turns of the fold's loops of which there are none. */
function nothing({ extents, first }: Fitting, steps: readonly number[]): Progression[] {
  return steps.slice(first.fold, first.summed).map((step, i) => {
    return { first: step * (extents[first.fold + i] ?? 0), step, count: 0 }
  })
}

/**
 * The same with those loops of the fold backwards along which an operand would be read backwards, as
 * windows are that find what they were copied from: processors fetch ahead in one direction only.
 */
function ascending(it: Whole, part: Fitting): Fitting {
  const { first, indices, turns } = part
  const back = (loop: number): boolean => indices.some((index) => factorOf(index, loop) < 0)
  const inFold = (loop: number): boolean => loop >= first.fold && loop < first.summed
  const turned = turns.map((each, loop) => (inFold(loop) && back(loop) ? backwards(each) : each))
  return turned.every((each, loop) => each === turns[loop]) ? part : new Fitting(it, turned)
}

/** The kernels that compute a result from a contraction; `undefined` where it has to be by itself. */
export function fitContraction(
  it: Contracting,
  means: Means,
): readonly (ContractKernel | LoopKernel)[] | undefined {
  const kernels = fitted(it, means)
  return kernels && it.frame ? [...kernels, ...bordering(it.frame, it.buffer)] : kernels
}

function fitted(
  it: Contracting,
  means: Means,
): readonly (ContractKernel | LoopKernel)[] | undefined {
  const whole: Whole = { ...it, means, operands: new Operands(means) }
  const parts = cut(whole, new Fitting(whole))?.map((part) => ascending(whole, part))
  if (!parts || !pays(it, parts)) return undefined
  const readings = parts
    .filter(({ extents }) => !extents.includes(0))
    .flatMap((part) => part.readings ?? [])
  for (const node of it.node.inputs) {
    whole.operands.settle(readings.filter(({ ask }) => ask.node === node))
  }
  const [only, ...more] = parts
  if (only && more.length === 0) {
    const kernel = only.kernel()
    return kernel && [kernel]
  }
  const { dtype, shape } = it.result
  const kernels: ContractKernel[] = []
  const placing = parts.flatMap((part) => {
    if (part.extents.includes(0)) return part.placing(undefined) ?? []
    const own = means.allocate(dtype, part.sizeOf([...shape.keys()]))
    const kernel = part.kernel(own)
    if (kernel) kernels.push(kernel)
    return (kernel && part.placing(own)) ?? []
  })
  return placing.length === parts.length ? [...kernels, ...together(placing)] : undefined
}
