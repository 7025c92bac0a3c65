/** What the last moves have told about curvature: the memory of L-BFGS. */
import { dtypes } from '../base/dtype.ts'
import { ValueError } from '../base/error.ts'
import { assign } from '../runtime/realize.ts'
import { arange, concat, parameter, stack, tensor } from '../tensor/create.ts'
import { Dial } from '../tensor/dial.ts'
import { type Parameter, realize, type Tensor } from '../tensor/tensor.ts'
import { type SavedStates, scalar } from './minimizer.ts'

/** A direction that leads down. */
export interface Direction {
  readonly vector: Tensor
  /** The loss's derivative along it. */
  readonly slope: number
  /** The largest magnitude in it. */
  readonly largest: number
}

/** Pairs whose product is less tell nothing certain of curvature. */
const LEAST = 1e-10
/** Pairs that memory begins with; it grows by doubling, so that programs are few. */
const FIRST_ROOM = 4

/** The vectors of pairs, s in the first half of the rows and y in the second. */
class PairRows {
  readonly room: number
  readonly rows: Parameter
  readonly #row = new Dial(0)

  /** Room for pairs, of which some are there. @shape s, y [pairs, size] */
  constructor(room: number, s: Tensor, y: Tensor) {
    const [count = 0, size = 0] = s.node.shape
    const { dtype } = s
    this.room = room
    this.rows = parameter(dtypes[dtype].make(2 * room * size), [2 * room, size], dtype)
    if (count === 0) return
    const widths: [number, number][] = [
      [0, room - count],
      [0, 0],
    ]
    const both: Tensor = concat([s.pad(widths), y.pad(widths)])
    assign(this.rows.cell, both.node)
  }

  /** Stores a pair at the next realisation. */
  set(row: number, s: Tensor, y: Tensor): void {
    this.#row.value = row
    const at = arange(2 * this.room).reshape([2 * this.room, 1])
    const own = this.#row.tensor('int32')
    const isS = at.equal(own)
    const isY = at.equal(own.add(this.room))
    assign(this.rows.cell, isS.where(s, isY.where(y, this.rows)).node)
  }

  /** The same pairs in more room. */
  grown(room: number): PairRows {
    const rows: Tensor = this.rows
    return new PairRows(room, rows.slice(0, 0, this.room), rows.slice(0, this.room))
  }
}

type Products = Map<number, Map<number, number>>

/**
 * Pairs of moves s and of what the gradient changed along them, y, and the direction that they imply.
 *
 * The two loops of L-BFGS run on the host over the vectors' products with each other, so that the device
 * is asked for two contractions a direction, whatever the number of pairs.
 *
 * @see Nocedal & Wright 2006, algorithm 7.4
 * @see Chen, Wang & Zhou 2014, "Large-scale L-BFGS using MapReduce"
 */
export class CurvaturePairs {
  readonly #most: number
  #memory: PairRows | undefined
  /** Rows of the pairs, oldest first. */
  #order: number[] = []
  /** sᵢ·yⱼ and yᵢ·yⱼ by rows. */
  readonly #sy: Products = new Map()
  readonly #yy: Products = new Map()

  constructor(most: number) {
    this.#most = most
  }

  /** Takes a pair in, in the place of the oldest if there are many, unless it tells nothing. */
  async add(s: Tensor, y: Tensor): Promise<void> {
    const curvature = await s.mul(y).sum().item()
    if (!(curvature > LEAST)) return
    const [row, room] = this.#nextRow()
    const memory = this.#roomFor(room, s)
    memory.set(row, s, y)
    const rows: Tensor = memory.rows
    const products = await rows.matmul(stack([s, y], 1)).data()
    this.#order = [...this.#order.filter((each) => each !== row), row]
    const at = (i: number, column: number): number => products[2 * i + column] ?? 0
    for (const other of this.#order) {
      put(this.#sy, other, row, at(other, 1))
      put(this.#sy, row, other, at(memory.room + other, 0))
      put(this.#yy, other, row, at(memory.room + other, 1))
      put(this.#yy, row, other, at(memory.room + other, 1))
    }
  }

  /** Where the inverse Hessian that the pairs imply sends the gradient: `−H·g`. */
  async direction(gradient: Tensor): Promise<Direction> {
    const memory = this.#memory
    const vector = memory ? await this.#combined(gradient, memory) : gradient.neg()
    const stats = stack([vector.mul(gradient).sum(), vector.abs().max()])
    await realize(vector, stats)
    const [slope = 0, largest = 0] = await stats.data()
    return { vector, slope, largest }
  }

  async #combined(gradient: Tensor, { room, rows }: PairRows): Promise<Tensor> {
    const products = await rows.matmul(gradient).data()
    const { own, s, y } = this.#coefficients(
      (row) => products[row] ?? 0,
      (row) => products[room + row] ?? 0,
    )
    const weights = new Float64Array(2 * room)
    for (const [row, weight] of s) weights[row] = weight
    for (const [row, weight] of y) weights[room + row] = weight
    const mixed = tensor(weights, [2 * room])
      .cast(gradient.dtype)
      .matmul(rows)
    return gradient.mul(own).add(mixed)
  }

  /** The two loops, on coefficients of the vectors that the direction is made of. */
  #coefficients(
    sg: (row: number) => number,
    yg: (row: number) => number,
  ): { own: number; s: Map<number, number>; y: Map<number, number> } {
    const sy = (i: number, j: number): number => this.#sy.get(i)?.get(j) ?? 0
    const yy = (i: number, j: number): number => this.#yy.get(i)?.get(j) ?? 0
    const newest = this.#order.at(-1) ?? 0
    const scale = sy(newest, newest) / yy(newest, newest)
    const alpha = new Map<number, number>()
    for (const i of [...this.#order].reverse()) {
      let product = sg(i)
      for (const [j, a] of alpha) product -= a * sy(i, j)
      alpha.set(i, product / sy(i, i))
    }
    const s = new Map<number, number>()
    for (const i of this.#order) {
      let product = yg(i)
      for (const [j, a] of alpha) product -= a * yy(i, j)
      product *= scale
      // y·s of pairs that were already added back
      for (const [j, weight] of s) product -= weight * sy(j, i)
      s.set(i, product / sy(i, i) - (alpha.get(i) ?? 0))
    }
    const y = new Map([...alpha].map(([row, a]) => [row, scale * a]))
    return { own: -scale, s, y }
  }

  /** The pairs where they lie, their order, and their products with each other. */
  saved(): Map<string, Tensor> {
    const memory = this.#memory
    const { length: count } = this.#order
    const states = new Map([['room', scalar(memory?.room ?? 0)]]).set('pairs', scalar(count))
    if (!memory) return states
    const table = (products: Products): Tensor => {
      const rows = this.#order.map((i) => this.#order.map((j) => products.get(i)?.get(j) ?? 0))
      return tensor(Float64Array.from(rows.flat()), [count, count])
    }
    states.set('vectors', memory.rows.snapshot())
    states.set('order', tensor(Float64Array.from(this.#order), [count]))
    return states.set('sy', table(this.#sy)).set('yy', table(this.#yy))
  }

  /** Takes back what was saved of vectors of a size. */
  async restore(states: SavedStates, size: number): Promise<void> {
    const [room, count] = [await states.count('room'), await states.count('pairs')]
    if (room === 0) {
      this.#memory = undefined
      this.#order = []
      return
    }
    const vectors = states.get('vectors', [2 * room, size])
    const [sy, yy] = [states.get('sy', [count, count]), states.get('yy', [count, count])]
    const order = [...(await states.get('order', [count]).data())]
    for (const row of order) {
      if (Number.isInteger(row) && row >= 0 && row < room) continue
      const range = { got: row, low: 0, high: room - 1 }
      throw new ValueError('value.range', { op: 'loadStateDict', name: 'order', ...range })
    }
    this.#memory = new PairRows(room, vectors.slice(0, 0, room), vectors.slice(0, room))
    this.#order = order
    await fillTable(this.#sy, sy, order)
    await fillTable(this.#yy, yy, order)
  }

  #nextRow(): readonly [row: number, room: number] {
    const room = this.#memory?.room ?? 0
    const count = this.#order.length
    if (count < room) return [count, room]
    const most = Math.min(this.#most, Math.max(FIRST_ROOM, 2 * room))
    return room < most ? [count, most] : [this.#order[0] ?? 0, room]
  }

  #roomFor(room: number, like: Tensor): PairRows {
    const memory = this.#memory
    if (memory?.room === room) return memory
    const none: Tensor = like.reshape([1, -1]).slice(0, 0, 0)
    this.#memory = memory ? memory.grown(room) : new PairRows(room, none, none)
    return this.#memory
  }
}

function put(table: Products, i: number, j: number, value: number): void {
  const row = table.get(i) ?? new Map<number, number>()
  table.set(i, row.set(j, value))
}

async function fillTable(table: Products, values: Tensor, order: readonly number[]): Promise<void> {
  table.clear()
  const { length: count } = order
  for (const [at, value] of (await values.data()).entries()) {
    put(table, order[Math.floor(at / count)] ?? 0, order[at % count] ?? 0, value)
  }
}
