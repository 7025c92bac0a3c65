/**
 * A side of a contraction → panels in a thread's own memory: `[panel][k][width]`, each panel so many lines
 * side by side. The value is computed on the way, so transposed, windowed and fused operands are packed
 * like plain ones.
 *
 * Vectors run along the lines, or along k and are turned, whichever lies closer in memory. One may
 * reach beyond the end of its run: what it writes there is written again by what belongs there.
 */
import { factorOf } from './index-expr.ts'
import { collapseSide, type Expr, eachPart, type Side } from './kernel.ts'
import { type BufferSizes, Lowering, SLACK_BYTES } from './lowering.ts'
import { isAffine } from './operands.ts'
import { advance, least, place, runEnd } from './positions.ts'
import { LINE, type Scalar, type Vector } from './vector.ts'

type Variable = Scalar & { readonly k: 'get' }

type Load = Expr & { readonly kind: 'load' }

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
/** Narrow panels that are written at a time; some beyond the last may be written, too. */
export const PANELS = 4
/** Most runs that a vector is put together of. */
const MOST_PIECES = 3
/** What it costs to begin a run, and to turn an element, in loads. */
const [RUN_WORK, TURN_WORK] = [4, 0.3]

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
    const pieces = this.#pieces()
    const beside = !turned && pieces > 0
    // narrow panels are written several at a time, since memory is read by lines of more elements
    const panels = beside && this.#width === b.lanes ? PANELS : 1
    const lines = panels * this.#width
    b.loop(panel, it.lines[1], 1, () => {
      const end = least(b, b.add(panel, lines), it.lines[1])
      const one = { ...it, at, lines: [panel, end] } as const
      if (turned) this.#turned(one)
      else if (beside) this.#beside(one, { pieces, vectors: lines / b.lanes, apart: panelBytes })
      else this.#straight(one)
      b.set(at, b.add(at, b.mul(panelBytes, panels)))
      b.set(panel, b.add(panel, lines - 1))
    })
  }

  #context(inner: number): Lowering {
    const { batch, lines, summed } = this.#side
    const { b } = this.#root
    return new Lowering(b.lanes, [...batch, ...lines, ...summed], inner, this.#sizes, this.#root)
  }

  /** Whether vectors along k are less work than those along the lines. */
  #turns(): boolean {
    const { lines, summed } = this.#side
    if (summed.length === 0) return false
    const pieces = this.#pieces()
    const begun = pieces > 0 ? 0 : RUN_WORK / (lines.at(-1) ?? 1)
    const across = this.#work(this.#lineAxis, lines, pieces) + begun
    const along = this.#work(this.#sumAxis, summed) + RUN_WORK / (summed.at(-1) ?? 1)
    return along + TURN_WORK < across
  }

  /** Rough work for an element, in loads, where vectors run along the last of some loops, or lie in `pieces` runs. */
  #work(axis: number, loops: readonly number[], pieces = 0): number {
    const { lanes } = this.#root.b
    const run = loops.at(-1) ?? 1
    if (loops.length === 0 || !this.#context(axis).vectorizable(this.#side.value)) return 2
    const vectors = pieces > 0 ? pieces / lanes : Math.ceil(run / lanes) / run
    let work = vectors
    eachPart(this.#side.value, (part) => {
      if (part.kind !== 'load') return
      const near = Math.abs(factorOf(part.offset, axis)) <= 1
      work += near ? vectors : vectors * lanes * 1.5
    })
    return work
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

  // Vectors along the lines

  #straight(it: Packed): void {
    const { batch, lines, summed, value } = this.#side
    const l = this.#context(lines.length === 0 ? -1 : this.#lineAxis)
    const { b } = l
    const [first, end] = it.lines
    const row = this.#width * BYTES
    place(l, it.batch, { first: 0, extents: batch })
    const line = b.variable(first)
    b.loop(line, end, 1, () => {
      place(l, line, { first: batch.length, extents: lines })
      const stop = runEnd(l, line, { axis: this.#lineAxis, extents: lines, end })
      const column = b.variable(b.scalar('shl', b.sub(line, first), 2))
      const to = b.variable(b.add(it.at, column))
      const start = lines.length === 0 ? b.variable(0) : b.variable(l.coordinate(this.#lineAxis))
      const limit = b.variable(b.add(start, b.sub(stop, line)))
      place(l, it.summed[0], { first: this.#lineAxis + 1, extents: summed })
      const k = b.variable(it.summed[0])
      b.loop(k, it.summed[1], 1, () => {
        l.enterRow()
        l.hoist(value)
        this.#run(l, { start, limit, to, room: b.sub(row, column) })
        advance(l, this.#lineAxis + 1, summed)
        b.set(to, b.add(to, row))
      })
      b.set(line, b.sub(stop, 1))
    })
  }

  /** In how many runs along the lines a vector may lie; 0 where those are packed one after the other. */
  #pieces(): number {
    const { lines, value } = this.#side
    const { lanes } = this.#root.b
    const last = lines.at(-1) ?? 1
    if (lines.length === 0 || !this.#mayReach(this.#lineAxis)) return 0
    if (!this.#context(this.#lineAxis).vectorizable(value)) return 0
    if (lines.length === 1 || last % lanes === 0) return 1
    const pieces = lanes % last === 0 ? lanes / last : Math.ceil((lanes - 1) / last) + 1
    return pieces > MOST_PIECES ? 0 : pieces
  }

  /** All vectors of some lines at each step of k; those beyond the last line are the first again. */
  #beside(
    it: Packed,
    { pieces, vectors: count, apart }: { pieces: number; vectors: number; apart: Scalar },
  ): void {
    const { b } = this.#root
    const perPanel = this.#width / b.lanes
    const vectors = Array.from({ length: count }, (_, i) => {
      const within = (i % perPanel) * b.lanes * BYTES
      const panel = b.mul(apart, Math.floor(i / perPanel))
      const to = i < perPanel ? undefined : b.variable(panel)
      return { to, within, pieces: this.#piecesOf(it, i * b.lanes, pieces) }
    })
    const [head] = vectors[0]?.pieces ?? []
    if (!head) throw new RangeError('a panel without vectors')
    const to = b.variable(it.at)
    this.#eachRun(head.l, it, (at, limit) => {
      const steps = this.#sumBases(head.l)
      b.loop(at, limit, 1, () => {
        for (const { to: panel, within, pieces } of vectors) {
          const value = pieces.reduce<Vector | undefined>((before, piece) => {
            const own = this.#piece(piece, head.l, steps)
            return before && piece.before ? b.select(piece.before, before, own) : own
          }, undefined)
          const goal = panel ? b.add(to, panel) : to
          if (value) b.store('full', 'f32', b.add(goal, within), value)
        }
        for (const [{ dtype, offset }, step] of steps) {
          const stride = factorOf(offset, this.#sumAxis)
          if (stride !== 0) b.set(step, b.add(step, head.l.bytes(dtype, head.l.integer(stride))))
        }
        b.set(to, b.add(to, this.#width * BYTES))
      })
    })
  }

  /** Runs along the last loop of k; between them the others are moved on. */
  #eachRun(l: Lowering, it: Packed, body: (at: Variable, limit: Variable) => void): void {
    const { b } = l
    const { summed } = this.#side
    const first = this.#lineAxis + 1
    place(l, it.summed[0], { first, extents: summed })
    const at = summed.length === 0 ? b.variable(0) : l.coordinate(this.#sumAxis)
    const k = b.variable(it.summed[0])
    b.loop(k, it.summed[1], 1, () => {
      const limit = least(b, l.integer(summed.at(-1) ?? 1), b.add(at, b.sub(it.summed[1], k)))
      b.set(k, b.sub(b.add(k, b.sub(limit, at)), 1))
      body(at, limit)
      b.set(at, 0)
      advance(l, first, summed.slice(0, -1))
    })
  }

  /** The runs that a vector lies in, each at the place where its first lane would be. */
  #piecesOf(it: Packed, ahead: number, count: number): Piece[] {
    const { b } = this.#root
    const { batch, lines } = this.#side
    const [first, end] = it.lines
    const run = this.#root.integer(lines.at(-1) ?? 1)
    const start = b.variable(b.add(first, ahead))
    /** Lanes of the runs before. */
    let lanes: Variable | undefined
    return Array.from({ length: count }, () => {
      const l = this.#context(this.#lineAxis)
      const line = b.variable(b.add(start, lanes ?? 0))
      b.when(b.scalar('geS', line, end), () => b.set(line, first))
      place(l, it.batch, { first: 0, extents: batch })
      place(l, line, { first: batch.length, extents: lines })
      const at = l.coordinate(this.#lineAxis)
      const before = lanes && b.let(b.binary('i32.lt', { k: 'lanes' }, { k: 'splat', of: lanes }))
      const next = b.variable(lanes ? b.add(lanes, run) : b.sub(run, at))
      if (lanes) b.set(at, b.sub(at, lanes))
      lanes = next
      return { l, before, bases: this.#lineBases(l) }
    })
  }

  #piece({ l, bases }: Piece, head: Lowering, steps: ReadonlyMap<Load, Scalar>): Vector {
    const { b } = l
    const { summed, value } = this.#side
    summed.forEach((_, s) => {
      l.coordinates[this.#lineAxis + 1 + s] = head.coordinate(this.#lineAxis + 1 + s)
    })
    l.enterRow()
    for (const [load, base] of bases) l.setBase(load, b.add(base, steps.get(load) ?? 0))
    l.hoist(value)
    l.enterBody()
    return l.evaluate(value, 'full')
  }

  /** Loads whose offsets are sums of multiples of loop variables. */
  #affineLoads(): Load[] {
    const loads: Load[] = []
    eachPart(this.#side.value, (part) => {
      if (part.kind !== 'load') return
      if (isAffine(part.offset)) loads.push(part)
    })
    return loads
  }

  /** What of their addresses stays the same along k, without the innermost loop's part. */
  #lineBases(l: Lowering): Map<Load, Scalar> {
    return new Map(
      this.#affineLoads().map((load) => {
        const { buffer, dtype, offset } = load
        const terms = offset.terms.filter(({ atom }) => {
          return Number(atom) <= this.#lineAxis && atom !== l.inner
        })
        const kept = l.scalar({ constant: offset.constant, terms })
        return [load, l.b.variable(l.byteAddress(buffer, dtype, kept))]
      }),
    )
  }

  /** What of them moves with k, likewise. */
  #sumBases(l: Lowering): Map<Load, Variable> {
    return new Map(
      this.#affineLoads().map((load) => {
        const { dtype, offset } = load
        const terms = offset.terms.filter(({ atom }) => {
          return Number(atom) > this.#lineAxis && atom !== l.inner
        })
        return [load, l.b.variable(l.bytes(dtype, l.scalar({ constant: 0, terms })))]
      }),
    )
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
  #onLine(it: Packed, group: Scalar, i: number): Turning {
    const { batch, lines } = this.#side
    const l = this.#context(this.#sumAxis)
    const { b } = l
    place(l, it.batch, { first: 0, extents: batch })
    const line = least(b, b.add(group, i), b.sub(it.lines[1], 1))
    place(l, line, { first: batch.length, extents: lines })
    return { l, bases: this.#lineBases(l) }
  }

  #columns(contexts: readonly Turning[], it: Packed, to: Variable): void {
    const [head] = contexts
    if (!head) throw new RangeError('no lines')
    const { l } = head
    this.#eachRun(l, it, (at, limit) => {
      const steps = this.#sumBases(l)
      for (const { l: each, bases } of contexts) {
        this.#side.summed.forEach((_, i) => {
          const loop = this.#lineAxis + 1 + i
          each.coordinates[loop] = l.coordinate(loop)
        })
        each.enterRow()
        for (const [load, base] of bases) each.setBase(load, l.b.add(base, steps.get(load) ?? 0))
        each.hoist(this.#side.value)
      }
      this.#along(contexts, { at, limit, to })
    })
  }

  /** How far behind the lines that are turned together the next ones lie, where each is in other lines of the caches. */
  #distances(): (readonly [Load, Scalar])[] {
    const { b } = this.#root
    if (!b.fetches) return []
    return this.#affineLoads().flatMap((load) => {
      const apart = factorOf(load.offset, this.#lineAxis)
      const next = this.#root.bytes(load.dtype, this.#root.integer(apart * b.lanes))
      return Math.abs(apart) < LINE ? [] : [[load, b.variable(next)] as const]
    })
  }

  #along(
    contexts: readonly Turning[],
    { at, limit, to }: { at: Variable; limit: Variable; to: Variable },
  ): void {
    const { b } = this.#root
    const row = this.#width * BYTES
    const next = this.#distances()
    const block = (form: 'full' | 'one'): void => {
      for (const { l } of contexts) l.enterBody()
      for (const { l } of contexts) {
        for (const [load, by] of next) {
          if (l.hasPlace(load)) b.fetch(b.add(l.placeOf(load), by), { written: false })
        }
      }
      const values = contexts.map(({ l }): Vector => l.evaluate(this.#side.value, form))
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
  }
}

/** A line that is turned with others, and what of its loads' addresses stays the same along k. */
interface Turning {
  readonly l: Lowering
  readonly bases: ReadonlyMap<Load, Scalar>
}

/** A run that a vector lies in, likewise, and a mask of the lanes that lie in runs before it. */
interface Piece extends Turning {
  readonly before: Vector | undefined
}
