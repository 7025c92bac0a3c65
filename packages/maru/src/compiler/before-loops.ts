/** Sides of contractions that are the same in every turn of a loop, as weights are: packed before it. */
import { Sides } from './once.ts'
import { type Body, isMoving, type PlannedBuffer, rootOf, type Step, touches } from './steps.ts'

/** Steps in order, and what they work on. */
interface Planned {
  readonly steps: readonly Step[]
  readonly buffers: PlannedBuffer[]
  /** Buffers that are a leaf's in truth. */
  readonly aliases: ReadonlyMap<number, number>
}

/** Turns from which packing for all of them is less work than for each. */
const FEWEST_TURNS = 4
/** Lines among which what packing a side costs matters beside the products. */
const MOST_LINES = 128

/** The steps, with what loops over contractions read packed in front of the outermost loop in which it stays. */
export function packedBeforeLoops({ steps, ...planned }: Planned): readonly Step[] {
  const within = (body: Body): Body => {
    return { ...body, steps: packedBeforeLoops({ ...planned, steps: body.steps }) }
  }
  return steps.flatMap((step): readonly Step[] => {
    switch (step.kind) {
      case 'loop': {
        const [before, loop] = step.count < FEWEST_TURNS ? [[], step] : packedBefore(step, planned)
        return [...before, { ...loop, bodies: [within(loop.bodies[0])] }]
      }
      case 'while':
      case 'branch':
        return [{ ...step, bodies: [within(step.bodies[0]), within(step.bodies[1])] }]
      default:
        return [step]
    }
  })
}

type Loop = Step & { readonly kind: 'loop' }

/** What packs for a loop, and the loop that reads it. */
function packedBefore(loop: Loop, planned: Omit<Planned, 'steps'>): readonly [Step[], Loop] {
  const { buffers, aliases } = planned
  const truly = (buffer: number): number => aliases.get(buffer) ?? buffer
  const changing = new Set([...touches(loop, buffers).writes].map(truly))
  const sides = new Sides(planned, {
    holds(buffer) {
      return !isMoving(buffers, buffer) && !changing.has(truly(rootOf(buffers, buffer)))
    },
    // numbers are bound before a run
    isLiteral: () => true,
    mostLines: MOST_LINES,
    // such are small, and near while they are wanted
    inBatches: false,
  })
  const [body] = loop.bodies
  const packed = { ...body, steps: body.steps.map((step) => sides.packedIn(step)) }
  return [sides.steps, { ...loop, bodies: [packed] }]
}
