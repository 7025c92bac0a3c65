/** Gives virtual registers real ones, the busiest first; what finds none lives in the stack frame. */
import type { Code, Instruction, Operand, Register, RegisterKind } from './instruction.ts'

/** Where a virtual register lives: in a real one, or in a slot of the frame. */
export type Home = { readonly register: number } | { readonly slot: number }

/** The real registers that may be given out. */
export type Supply = { readonly [K in RegisterKind]: readonly number[] }

/** Homes by the register's id, and how many slots of each kind there are. */
export interface Allocation {
  /** Registers that hold vectors beside the code, by their index, from the beginning. */
  readonly constants: ReadonlyMap<number, number>
  readonly homes: readonly (Home | undefined)[]
  readonly slots: { readonly [K in RegisterKind]: number }
}

/** How much busier each loop around an instruction makes it. */
const LOOP_WEIGHT = 8

/** From the first write to the last read; an instruction reads at its even moment, writes at its odd. */
interface Lifetime {
  readonly of: Register
  readonly start: number
  end: number
  uses: number
  /** Registers that instructions copy it from or to: sharing with them saves a move. */
  readonly near: Set<number>
}

/** The registers that an instruction reads. */
function reads(instruction: Instruction): Register[] {
  const registerOf = (operand: Operand): Register | undefined => {
    if (operand.k === 'memory') return operand.at
    return operand.k === 'register' ? operand : undefined
  }
  return instruction.from.flatMap((operand) => registerOf(operand) ?? [])
}

/**
 * Lifetimes in order of their beginning. What is alive when a loop is entered and is touched within
 * stays alive to its end, since the next turn may read it.
 */
function lifetimes({ instructions, loops }: Code): Lifetime[] {
  const found = new Map<number, Lifetime>()
  const byBegin = loops.toSorted((a, b) => a.begin - b.begin)
  let around: typeof byBegin = []
  let entered = 0
  let inner = 0
  const touch = (of: Register, moment: number): Lifetime => {
    const life = found.get(of.id) ?? { of, start: moment, end: moment, uses: 0, near: new Set() }
    found.set(of.id, life)
    const loop = around.find(({ begin }) => 2 * begin > life.start)
    life.end = Math.max(life.end, loop ? 2 * loop.end + 1 : moment)
    life.uses += LOOP_WEIGHT ** (around.length + inner)
    return life
  }
  instructions.forEach((instruction, i) => {
    around = around.filter(({ end }) => end >= i)
    for (let next = byBegin[entered]; next?.begin === i; next = byBegin[entered]) {
      around.push(next)
      entered++
    }
    // a tile has a loop inside
    inner = instruction.op === 'tile' ? 2 : 0
    const read = reads(instruction).map((register) => touch(register, 2 * i))
    const { to } = instruction
    if (!to) return
    const written = touch(to, 2 * i + 1)
    for (const life of read) {
      if (life.of.kind !== to.kind || life === written) continue
      life.near.add(to.id)
      written.near.add(life.of.id)
    }
  })
  return [...found.values()]
}

function overlap(a: Lifetime, b: Lifetime): boolean {
  return a.start <= b.end && b.start <= a.end
}

/** How much a register is worth to it: uses by the time that they are spread over. */
function density({ start, end, uses }: Lifetime): number {
  return uses / (end - start + 1)
}

export function allocate(code: Code, supply: Supply): Allocation {
  const homes: (Home | undefined)[] = []
  const slots = { integer: 0, vector: 0, mask: 0 }
  const none = (): Map<number, Lifetime[]> => new Map()
  const held = { integer: none(), vector: none(), mask: none() }
  const tiles = code.instructions.flatMap(({ op }, i) => (op === 'tile' ? [2 * i] : []))
  for (const life of lifetimes(code).sort((a, b) => density(b) - density(a))) {
    const { kind } = life.of
    if (kind === 'vector' && tiles.some((at) => life.start < at && at < life.end)) {
      homes[life.of.id] = { slot: slots.vector++ }
      continue
    }
    const near = [...life.near].flatMap((id) => {
      const home = homes[id]
      return home && 'register' in home ? home.register : []
    })
    const isFree = (register: number): boolean =>
      !held[kind].get(register)?.some((other) => overlap(life, other))
    const register = near.find(isFree) ?? supply[kind].find(isFree)
    if (register === undefined) {
      homes[life.of.id] = { slot: slots[kind]++ }
    } else {
      homes[life.of.id] = { register }
      const residents = held[kind].get(register)
      if (residents) residents.push(life)
      else held[kind].set(register, [life])
    }
  }
  // a tile leaves nothing in them
  const spare = tiles.length === 0 ? supply.vector : []
  return { homes, slots, constants: keep(constantsOf(code), spare, held.vector) }
}

/** A vector beside the code, and the moment up to which it is read. */
interface Constant {
  readonly index: number
  end: number
  uses: number
}

/** Those that loops read, the busiest first. */
function constantsOf({ instructions, loops }: Code): Constant[] {
  const found = new Map<number, Constant>()
  instructions.forEach(({ from }, i) => {
    for (const operand of from) {
      if (operand.k !== 'data') continue
      const { index } = operand
      const around = loops.filter(({ begin, end }) => begin <= i && i <= end)
      const known = found.get(index) ?? { index, end: 0, uses: 0 }
      known.end = Math.max(known.end, 2 * i, ...around.map(({ end }) => 2 * end + 1))
      known.uses += LOOP_WEIGHT ** around.length
      found.set(index, known)
    }
  })
  const read = [...found.values()].filter(({ uses }) => uses >= LOOP_WEIGHT)
  return read.sort((a, b) => b.uses - a.uses)
}

/** Gives constants the registers that nothing else wants so early: each saves a load at every turn. */
function keep(
  constants: readonly Constant[],
  registers: readonly number[],
  held: ReadonlyMap<number, readonly Lifetime[]>,
): Map<number, number> {
  const kept = new Map<number, number>()
  const left = new Set(registers)
  for (const { index, end } of constants) {
    const register = [...left].find((it) => !held.get(it)?.some(({ start }) => start <= end))
    if (register === undefined) continue
    left.delete(register)
    kept.set(index, register)
  }
  return kept
}
