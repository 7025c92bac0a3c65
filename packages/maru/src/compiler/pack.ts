/**
 * A side of a contraction → panels in a thread's own memory: `[panel][k][width]`, each panel so many lines
 * side by side. The value is computed on the way, so transposed, windowed and fused operands are packed
 * like plain ones.
 *
 * Vectors run along the lines, or along k and are turned, whichever lies closer in memory. One may
 * reach beyond the end of its run: what it writes there is written again by what belongs there.
 */
import { factorOf } from './index-expr.ts'
import { collapseSide, eachPart, type Side } from './kernel.ts'
import { type BufferSizes, Lowering, SLACK_BYTES } from './lowering.ts'
import type { Scalar, Vector } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

/** What to pack, and the address to pack it to. */
export interface Packed {
  readonly batch: Scalar
  readonly lines: readonly [from: Scalar, to: Scalar]
  readonly summed: readonly [from: Scalar, to: Scalar]
  readonly at: Scalar
}

const BYTES = 4
/** What vectors may read beside what they were asked for. */
const MOST_BESIDE = SLACK_BYTES / 4

export class Packing {
  readonly #side: Side
  readonly #width: number
  readonly #root: Lowering
  readonly #sizes: BufferSizes
  readonly #lineAxis: number
  readonly #sumAxis: number

  constructor(side: Side, root: Lowering, { width, sizes }: { width: number; sizes: BufferSizes }) {
    this.#side = collapseSide(side)
    this.#width = width
    this.#root = root
    this.#sizes = sizes
    this.#lineAxis = this.#side.batch.length + this.#side.lines.length - 1
    this.#sumAxis = this.#lineAxis + this.#side.summed.length
  }

  write(it: Packed): void {
    const b = this.#root.b
    const depth = b.variable(b.sub(it.summed[1], it.summed[0]))
    const panelBytes = b.variable(b.mul(depth, this.#width * BYTES))
    const at = b.variable(it.at)
    const panel = b.variable(it.lines[0])
    const turned = this.#turns()
    b.loop(panel, it.lines[1], 1, () => {
      const end = this.#least(b.add(panel, this.#width), it.lines[1])
      if (turned) this.#turned({ ...it, at, lines: [panel, end] })
      else this.#straight({ ...it, at, lines: [panel, end] })
      b.set(at, b.add(at, panelBytes))
      b.set(panel, b.add(panel, this.#width - 1))
    })
  }

  #context(inner: number): Lowering {
    const { batch, lines, summed } = this.#side
    const { b } = this.#root
    return new Lowering(b.lanes, [...batch, ...lines, ...summed], inner, this.#sizes, this.#root)
  }

  /** Whether neighbours along k lie closer than those along the lines. */
  #turns(): boolean {
    const { lines, summed, value } = this.#side
    if (summed.length === 0 || !this.#context(this.#sumAxis).vectorizable(value)) return false
    if (lines.length === 0) return true
    let votes = 0
    eachPart(value, (part) => {
      if (part.kind !== 'load') return
      if (Math.abs(factorOf(part.offset, this.#sumAxis)) === 1) votes++
      if (Math.abs(factorOf(part.offset, this.#lineAxis)) === 1) votes--
    })
    return votes > 0
  }

  /** Whether a vector may be read where only its first elements are wanted. */
  #mayReach(axis: number): boolean {
    let reach = 0
    eachPart(this.#side.value, (part) => {
      if (part.kind !== 'load') return
      reach = Math.max(reach, Math.abs(factorOf(part.offset, axis)) * this.#root.b.lanes * BYTES)
    })
    return reach <= MOST_BESIDE
  }

  // Positions

  #least(a: Scalar, c: Scalar): Variable {
    const { b } = this.#root
    const least = b.variable(a)
    b.when(b.scalar('ltS', c, least), () => b.set(least, c))
    return least
  }

  /** Coordinates of a position in loops that begin at an axis. */
  #place(l: Lowering, flat: Scalar, first: number, extents: readonly number[]): void {
    const { b } = l
    let rest = flat
    for (let i = extents.length - 1; i >= 0; i--) {
      const size = l.integer(extents[i] ?? 1)
      l.coordinates[first + i] = b.variable(i === 0 ? rest : b.scalar('remS', rest, size))
      if (i > 0) rest = b.variable(b.scalar('divS', rest, size))
    }
  }

  /** Adds one to the last coordinate of some loops and carries. */
  #advance(l: Lowering, first: number, extents: readonly number[]): void {
    const { b } = l
    const last = extents.length - 1
    if (last < 0) return
    const at = l.coordinate(first + last)
    b.set(at, b.add(at, 1))
    if (last === 0) return
    b.when(b.scalar('geS', at, l.integer(extents[last] ?? 1)), () => {
      b.set(at, 0)
      this.#advance(l, first, extents.slice(0, -1))
    })
  }

  /** Where a run along the last of some loops ends, that begins at a position in them. */
  #runEnd(
    l: Lowering,
    from: Scalar,
    axis: number,
    extents: readonly number[],
    end: Scalar,
  ): Variable {
    const { b } = l
    if (extents.length <= 1) return b.variable(end)
    const left = b.sub(l.integer(extents.at(-1) ?? 1), l.coordinate(axis))
    return this.#least(b.add(from, left), end)
  }

  // Vectors along the lines

  #straight(it: Packed): void {
    const { batch, lines, summed, value } = this.#side
    const l = this.#context(lines.length === 0 ? -1 : this.#lineAxis)
    const { b } = l
    const [first, end] = it.lines
    const row = this.#width * BYTES
    this.#place(l, it.batch, 0, batch)
    const line = b.variable(first)
    b.loop(line, end, 1, () => {
      this.#place(l, line, batch.length, lines)
      const stop = this.#runEnd(l, line, this.#lineAxis, lines, end)
      const column = b.variable(b.scalar('shl', b.sub(line, first), 2))
      const to = b.variable(b.add(it.at, column))
      const start = lines.length === 0 ? b.variable(0) : b.variable(l.coordinate(this.#lineAxis))
      const limit = b.variable(b.add(start, b.sub(stop, line)))
      this.#place(l, it.summed[0], this.#lineAxis + 1, summed)
      const k = b.variable(it.summed[0])
      b.loop(k, it.summed[1], 1, () => {
        l.enterRow()
        l.hoist(value)
        this.#run(l, { start, limit, to, room: b.sub(row, column) })
        this.#advance(l, this.#lineAxis + 1, summed)
        b.set(to, b.add(to, row))
      })
      b.set(line, b.sub(stop, 1))
    })
  }

  #run(
    l: Lowering,
    { start, limit, to, room }: { start: Scalar; limit: Scalar; to: Scalar; room: Scalar },
  ): void {
    const { b } = l
    const { value } = this.#side
    const bytes = b.lanes * BYTES
    const vectors = l.inner >= 0 && l.vectorizable(value)
    const at = b.variable(start)
    if (l.inner >= 0) l.coordinates[l.inner] = at
    const goal = b.variable(to)
    const full = (): void => {
      l.enterBody()
      b.store('full', 'f32', goal, l.evaluate(value, 'full'))
      b.set(goal, b.add(goal, bytes))
    }
    if (vectors) b.loop(at, limit, b.lanes, full)
    if (vectors && this.#mayReach(l.inner)) {
      // beyond the run, but within the panel's row
      const fits = b.scalar('ltS', b.sub(goal, to), b.sub(room, bytes - 1))
      b.when(b.scalar('and', b.scalar('ltS', at, limit), fits), () => {
        full()
        b.set(at, limit)
      })
    }
    b.loop(at, limit, 1, () => {
      l.enterBody()
      b.store('one', 'f32', goal, l.evaluate(value, 'one'))
      b.set(goal, b.add(goal, BYTES))
    })
  }

  // Vectors along k

  #turned(it: Packed): void {
    const { b } = this.#root
    const { lanes } = b
    const [first, end] = it.lines
    const group = b.variable(first)
    const to = b.variable(it.at)
    b.loop(group, end, 1, () => {
      const contexts = Array.from({ length: lanes }, (_, i) => this.#onLine(it, group, i))
      this.#columns(contexts, it, b.variable(to))
      b.set(to, b.add(to, lanes * BYTES))
      b.set(group, b.add(group, lanes - 1))
    })
  }

  /** One of the lines that are turned together; those beyond the last are the last. */
  #onLine(it: Packed, group: Scalar, i: number): Lowering {
    const { batch, lines } = this.#side
    const l = this.#context(this.#sumAxis)
    const { b } = l
    this.#place(l, it.batch, 0, batch)
    this.#place(l, this.#least(b.add(group, i), b.sub(it.lines[1], 1)), batch.length, lines)
    return l
  }

  #columns(contexts: readonly Lowering[], it: Packed, to: Variable): void {
    const [l] = contexts
    if (!l) throw new RangeError('no lines')
    const { b } = l
    const { summed, value } = this.#side
    const row = this.#width * BYTES
    const k = b.variable(it.summed[0])
    b.loop(k, it.summed[1], 1, () => {
      this.#place(l, k, this.#lineAxis + 1, summed)
      const stop = this.#runEnd(l, k, this.#sumAxis, summed, it.summed[1])
      const at = l.coordinate(this.#sumAxis)
      const limit = b.variable(b.add(at, b.sub(stop, k)))
      for (const each of contexts) {
        summed.forEach((_, i) => {
          each.coordinates[this.#lineAxis + 1 + i] = l.coordinate(this.#lineAxis + 1 + i)
        })
        each.enterRow()
        each.hoist(value)
      }
      const block = (form: 'full' | 'one'): void => {
        for (const each of contexts) each.enterBody()
        const values = contexts.map((each): Vector => each.evaluate(value, form))
        const turned = b.transpose(values)
        turned.slice(0, form === 'full' ? b.lanes : 1).forEach((column, i) => {
          b.store('full', 'f32', b.add(to, i * row), column)
        })
      }
      b.loop(at, limit, b.lanes, () => {
        block('full')
        b.set(to, b.add(to, b.lanes * row))
      })
      if (this.#mayReach(this.#sumAxis)) {
        b.when(b.scalar('ltS', at, limit), () => {
          block('full')
          b.set(to, b.add(to, b.mul(b.sub(limit, at), row)))
        })
      } else {
        b.loop(at, limit, 1, () => {
          block('one')
          b.set(to, b.add(to, row))
        })
      }
      b.set(k, b.sub(stop, 1))
    })
  }
}
