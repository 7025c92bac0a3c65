/** Scatter kernels → vector IR. The work is cut by places, so that no two parts write to one. */
import { factorOf, mentions } from './index-expr.ts'
import { collapseScatter, type ScatterKernel } from './kernel.ts'
import { type BufferSizes, type Form, type Lowered, Lowering } from './lowering.ts'
import type { Scalar } from './vector.ts'
import { emitElementwise } from './vector-ops.ts'

/**
 * Parts that the places are cut into at most, for each goes over all indices once, and elements that a
 * part has at least: few for threads, many for the invocations of a GPU.
 */
const cuts = { threads: { most: 64, least: 4096 }, invocations: { most: 4096, least: 1 } } as const

type Variable = Scalar & { readonly k: 'get' }

/** The code of a scatter for a machine with this many lanes. */
export function lowerScatter(source: ScatterKernel, lanes: number, sizes: BufferSizes): Lowered {
  const kernel = collapseScatter(source)
  const inner = kernel.extents.length - 1
  const lowering = new Lowering(lanes, kernel.extents, inner, sizes)
  return new ScatterLowering(kernel, lowering).lower(sizes(kernel.store.buffer))
}

class ScatterLowering {
  readonly #kernel: ScatterKernel
  readonly #l: Lowering
  /** Elements side by side that one index sends to places side by side; 1 if there are none. */
  readonly #row: number

  constructor(kernel: ScatterKernel, lowering: Lowering) {
    const { inner } = lowering
    const { extents, guard, store } = kernel
    this.#kernel = kernel
    this.#l = lowering
    const inRows =
      inner >= 0 && !mentions(guard.value, inner) && factorOf(store.offset, inner) === 1
    this.#row = inRows ? (extents[inner] ?? 1) : 1
  }

  lower(size: number): Lowered {
    const l = this.#l
    const { b } = l
    const { most, least } = b.lanes === 1 ? cuts.invocations : cuts.threads
    const unit = Math.ceil(Math.max(size / most, least) / this.#row) * this.#row
    const step = l.integer(unit)
    const from = b.variable(b.mul(b.begin, step))
    const to = b.variable(b.mul(b.end, step))
    const count = b.variable(b.sub(to, from))
    const { inner } = l
    const isMine = (place: Scalar): Scalar => b.scalar('ltU', b.sub(place, from), count)
    this.#over(0, inner, from, to, () => {
      l.enterRow()
      if (this.#row > 1) this.#wholeRow(isMine)
      else this.#elements(isMine)
    })
    return l.finish(Math.ceil(size / unit))
  }

  /** Loops over the variables up to, but not including, `stop`; the first only where places are ours. */
  #over(variable: number, stop: number, from: Variable, to: Variable, body: () => void): void {
    if (variable >= stop) {
      body()
      return
    }
    const { b, affine } = this.#l
    const { extents, store } = this.#kernel
    const counter = b.variable(0)
    const end = b.variable(this.#l.integer(extents[variable] ?? 1))
    const step = factorOf(store.offset, variable)
    const { constant, terms } = store.offset
    const rest = { constant, terms: terms.filter(({ atom }) => atom !== variable) }
    const [low, high] = affine.range(rest)
    if (variable === 0 && low >= 0 && high < step) {
      const by = this.#l.integer(step)
      const after = b.variable(b.scalar('divS', b.sub(b.add(to, by), 1), by))
      b.set(counter, b.scalar('divS', from, by))
      b.when(b.scalar('ltS', after, end), () => b.set(end, after))
    }
    this.#l.coordinates[variable] = counter
    b.loop(counter, end, 1, () => this.#over(variable + 1, stop, from, to, body))
  }

  /** A row that one index places. */
  #wholeRow(isMine: (place: Scalar) => Scalar): void {
    const l = this.#l
    const { b, inner } = l
    const { extents, guard, store } = this.#kernel
    const exists = l.condition([guard])
    const place = b.variable(l.scalar(store.offset, inner))
    b.when(b.scalar('and', exists, isMine(place)), () => {
      l.hoist(store.value)
      const base = b.variable(l.byteAddress(store.buffer, store.dtype, place))
      const at = b.variable(0)
      l.coordinates[inner] = at
      const forms: Form[] = l.vectorizable(store.value) ? ['full', 'one'] : ['one']
      for (const form of forms) {
        b.loop(at, l.integer(extents[inner] ?? 1), form === 'full' ? b.lanes : 1, () => {
          l.enterBody()
          this.#put(form, b.add(base, l.bytes(store.dtype, at)))
        })
      }
    })
  }

  /** Elements with an index each, one after the other: a place may be another's. */
  #elements(isMine: (place: Scalar) => Scalar): void {
    const l = this.#l
    const { b, inner } = l
    const { extents, guard, store } = this.#kernel
    const element = (): void => {
      l.enterBody()
      const exists = l.condition([guard])
      const place = b.variable(l.scalar(store.offset))
      b.when(b.scalar('and', exists, isMine(place)), () =>
        this.#put('one', l.byteAddress(store.buffer, store.dtype, place)),
      )
    }
    if (inner < 0) {
      element()
      return
    }
    l.hoistIndex(guard.value)
    l.hoistIndex(store.offset)
    l.hoist(store.value)
    const at = b.variable(0)
    l.coordinates[inner] = at
    b.loop(at, l.integer(extents[inner] ?? 1), 1, element)
  }

  #put(form: Form, address: Scalar): void {
    const { store, combine } = this.#kernel
    const { dtype } = store
    const { b } = this.#l
    const value = this.#l.evaluate(store.value, form)
    const at = b.variable(address)
    if (!combine) {
      this.#l.store(form, dtype, at, value)
      return
    }
    const old = this.#l.stored(form, dtype, at)
    const made = emitElementwise(b, combine, [old, value], [dtype, dtype], dtype, {})
    this.#l.store(form, dtype, at, b.let(made))
  }
}
