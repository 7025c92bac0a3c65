/** What kernels that differ in buffers and parameters alone have in common, and each one's own part. */
import { Recent } from '../base/recent.ts'
import { sizeOf } from '../base/shape.ts'
import { valuesIn } from './index-expr.ts'
import { type Expr, type Kernel, type Pass, type Store, storesOf } from './kernel.ts'
import { type Likeness, likenessOf, type Numbers, type Told } from './likeness.ts'
import { eachLoad, loadsOf, type PlannedBuffer } from './steps.ts'

/** Characters of texts after which forms that were not met since are forgotten. */
const MOST_TEXT = 1 << 20

/** What alike kernels have in common. */
export class Form {
  readonly id: number
  /** The first of them, by whose numbers the others are told. */
  readonly kernel: Kernel
  readonly likeness: Likeness
  /** Elements of each of its buffers. */
  readonly sizes: readonly number[]
  /** Positions of the buffers that are read, and written. */
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /**
   * Whether it is told from others by its text alone. Values in indices have numbers of their own, which
   * say in one program which of them are the same.
   */
  readonly isPlain: boolean

  constructor(kernel: Kernel, likeness: Told, sizes: readonly number[]) {
    this.id = nextId++
    this.kernel = kernel
    this.likeness = likeness
    this.sizes = sizes
    const { reads, writes } = touched(kernel)
    const position = (buffer: number): number => likeness.buffers.indexOf(buffer)
    this.reads = [...reads].map(position)
    this.writes = [...writes].map(position)
    this.isPlain = likeness.isPlain && kernel.kind !== 'scatter'
  }
}

let nextId = 0
const forms = new Recent<Form>(MOST_TEXT)

/** The form of a kernel, made if this is the first one of it; one that was forgotten is another one now. */
function formOf(kernel: Kernel, likeness: Told, sizes: (buffer: number) => number): Form {
  const { text, buffers } = likeness
  const known = forms.get(text)
  if (known) return known
  const form = new Form(kernel, likeness, buffers.map(sizes))
  forms.set(text, form)
  return form
}

/** A kernel: its form, and buffers and parameters of its own in the place of the form's. */
export class Bound {
  readonly form: Form
  readonly buffers: readonly number[]
  readonly parameters: readonly number[]
  #kernel: Kernel | undefined

  constructor(form: Form, { buffers, parameters }: Numbers, kernel?: Kernel) {
    this.form = form
    this.buffers = buffers
    this.parameters = parameters
    this.#kernel = kernel
  }

  /** A kernel of a plan with these buffers. */
  static of(kernel: Kernel, buffers: readonly PlannedBuffer[]): Bound {
    const sizes = (buffer: number): number => sizeOf(buffers[buffer]?.shape ?? [])
    const likeness = likenessOf(kernel, sizes)
    return new Bound(formOf(kernel, likeness, sizes), likeness, kernel)
  }

  /** The kernel with its own numbers, written out when somebody asks. */
  get kernel(): Kernel {
    this.#kernel ??= renumbered(this.form, this)
    return this.#kernel
  }

  /** Its own buffer in the place of one that the form's kernel names. */
  own(buffer: number): number {
    return need(this.buffers, this.form.likeness.buffers.indexOf(buffer))
  }

  get reads(): readonly number[] {
    return this.form.reads.map((position) => need(this.buffers, position))
  }

  get writes(): readonly number[] {
    return this.form.writes.map((position) => need(this.buffers, position))
  }
}

function need(list: readonly number[], position: number): number {
  const found = list[position]
  if (found === undefined) throw new RangeError('a number is not of the kernel')
  return found
}

/** Buffers that a kernel reads and writes. */
function touched(kernel: Kernel): { readonly reads: Set<number>; readonly writes: Set<number> } {
  const reads = new Set<number>()
  const writes = new Set<number>()
  const read = (value: Expr): void => eachLoad(value, ({ buffer }) => reads.add(buffer))
  if (kernel.kind === 'loops') {
    for (const { buffer } of loadsOf(kernel)) reads.add(buffer)
    for (const { buffer } of storesOf(kernel)) writes.add(buffer)
    return { reads, writes }
  }
  const { store } = kernel
  writes.add(store.buffer)
  read(store.value)
  if (kernel.kind === 'contract') {
    read(kernel.a.value)
    read(kernel.b.value)
    if (kernel.sums !== undefined) writes.add(kernel.sums)
  } else {
    reads.add(store.buffer)
    for (const index of [store.offset, kernel.guard.value]) {
      for (const { value } of valuesIn(index)) read(value)
    }
  }
  return { reads, writes }
}

/** The kernel of a plain form with other numbers: what it shares stays shared. */
function renumbered({ kernel, likeness }: Form, to: Numbers): Kernel {
  const buffer = (number: number): number => need(to.buffers, likeness.buffers.indexOf(number))
  const done = new Map<Expr, Expr>()
  const rewrite = (expr: Expr): Expr => {
    const known = done.get(expr)
    if (known) return known
    let out = expr
    if (expr.kind === 'load') out = { ...expr, buffer: buffer(expr.buffer) }
    else if (expr.kind === 'op') out = { ...expr, args: expr.args.map(rewrite) }
    else if (expr.kind === 'guarded') out = { ...expr, value: rewrite(expr.value) }
    else if (expr.kind === 'parameter') {
      out = { ...expr, index: need(to.parameters, likeness.parameters.indexOf(expr.index)) }
    }
    done.set(expr, out)
    return out
  }
  const valued = <T extends { readonly value: Expr }>(it: T): T => {
    return { ...it, value: rewrite(it.value) }
  }
  const stored = (store: Store): Store => ({ ...valued(store), buffer: buffer(store.buffer) })
  switch (kernel.kind) {
    case 'loops': {
      const passes = kernel.passes.map(({ folds, stores }): Pass => {
        return { folds: folds.map(valued), stores: stores.map(stored) }
      })
      const own = { ...kernel, passes, stores: kernel.stores.map(stored) }
      return kernel.scratch ? { ...own, scratch: kernel.scratch.map(buffer) } : own
    }
    case 'contract': {
      const { a, b, store, sums } = kernel
      const own = { ...kernel, a: valued(a), b: valued(b), store: stored(store) }
      return sums === undefined ? own : { ...own, sums: buffer(sums) }
    }
    case 'scatter':
      throw new RangeError('the form of a scatter is not plain')
  }
}
