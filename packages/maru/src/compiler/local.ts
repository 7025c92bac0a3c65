/** A kernel with several passes tidied up: what nobody reads is not stored, what is equal is computed once. */
import { canonical } from '../base/canonical.ts'
import { dtypes } from '../base/dtype.ts'
import { stridesOf } from '../base/shape.ts'
import { dot, type Guard } from '../graph/indexing.ts'
import { goesByRows } from './direction.ts'
import { Affine, type IndexExpr, keyOf, variable } from './index-expr.ts'
import {
  type Expr,
  type LoopKernel,
  type Pass,
  type Store,
  storesOf,
  withReplaced,
} from './kernel.ts'
import { loadsOf } from './steps.ts'

/** Bytes of an element that a lane is stored as, without narrowing. */
const LANE_BYTES = 4

/**
 * The kernel without stores to buffers that nobody else reads, unless its own later passes do: those keep
 * no more than a row.
 */
export function trimmed(kernel: LoopKernel, isLocal: (buffer: number) => boolean): LoopKernel {
  if (kernel.passes.length === 0) return kernel
  const shared = withShared(withoutDead(kernel, isLocal))
  const passes = shared.passes.filter(({ folds, stores }) => folds.length + stores.length > 0)
  const local = passes.flatMap(({ stores }) => stores.filter(({ buffer }) => isLocal(buffer)))
  const scratch = local.filter(({ dtype }) => dtypes[dtype].bytes === LANE_BYTES)
  const whole = { ...shared, passes }
  if (scratch.length === 0 || !goesByRows(whole)) return whole
  return inRows(
    whole,
    scratch.map(({ buffer }) => buffer),
  )
}

function withoutDead(kernel: LoopKernel, isLocal: (buffer: number) => boolean): LoopKernel {
  const read = new Set(loadsOf(kernel).map(({ buffer }) => buffer))
  const wanted = ({ buffer }: Store): boolean => read.has(buffer) || !isLocal(buffer)
  const passes = kernel.passes.map((pass): Pass => {
    return { ...pass, stores: pass.stores.filter(wanted) }
  })
  const less = { ...kernel, passes, stores: kernel.stores.filter(wanted) }
  return storesOf(less).length < storesOf(kernel).length ? withoutDead(less, isLocal) : less
}

/** The kernel with buffers addressed by the position in a row alone. */
function inRows(kernel: LoopKernel, scratch: readonly number[]): LoopKernel {
  const { extents, folded } = kernel
  const affine = new Affine([...extents, ...folded])
  const inner = folded.map((_, i) => variable(extents.length + i))
  const offset = dot(affine, inner, stridesOf(folded))
  const known = new Map<Expr, Expr>()
  for (const load of loadsOf(kernel)) {
    if (scratch.includes(load.buffer)) known.set(load, { ...load, offset })
  }
  const moved = withReplaced(kernel, known)
  const passes = moved.passes.map((pass): Pass => {
    const stores = pass.stores.map((store) =>
      scratch.includes(store.buffer) ? { ...store, offset } : store,
    )
    return { ...pass, stores }
  })
  return { ...moved, passes, scratch }
}

/** The kernel with one expression for all that are equal. */
function withShared(kernel: LoopKernel): LoopKernel {
  const sharing = new Sharing()
  const share = <T extends { readonly value: Expr }>(it: T): T => {
    return { ...it, value: sharing.share(it.value) }
  }
  const passes = kernel.passes.map(({ folds, stores }): Pass => {
    return { folds: folds.map(share), stores: stores.map(share) }
  })
  return { ...kernel, passes, stores: kernel.stores.map(share) }
}

class Sharing {
  readonly #byText = new Map<string, Expr>()
  readonly #numbers = new Map<Expr, number>()
  readonly #done = new Map<Expr, Expr>()

  share(expr: Expr): Expr {
    const done = this.#done.get(expr)
    if (done) return done
    const own = this.#withShared(expr)
    const text = this.#text(own)
    const shared = this.#byText.get(text) ?? own
    this.#byText.set(text, shared)
    if (!this.#numbers.has(shared)) this.#numbers.set(shared, this.#numbers.size)
    this.#done.set(expr, shared)
    return shared
  }

  #withShared(expr: Expr): Expr {
    if (expr.kind === 'op') return { ...expr, args: expr.args.map((arg) => this.share(arg)) }
    return expr.kind === 'guarded' ? { ...expr, value: this.share(expr.value) } : expr
  }

  /** Equal for equal expressions, whose parts are shared already. */
  #text(expr: Expr): string {
    const number = (part: Expr): number => this.#numbers.get(part) ?? -1
    switch (expr.kind) {
      case 'parameter':
        return `parameter ${expr.index} ${expr.dtype}`
      case 'folded':
        return `folded ${expr.fold} ${expr.dtype}`
      case 'index':
        return `index ${keyOf(expr.index)} ${expr.dtype}`
      case 'load':
        return `load ${expr.buffer} ${keyOf(expr.offset)} ${guardsText(expr.guards)}`
      case 'guarded':
        return `guarded ${number(expr.value)} ${guardsText(expr.guards)} ${expr.fill} ${Object.is(expr.fill, -0)}`
      case 'op': {
        const { op, attrs, args, dtype } = expr
        return `${op.name} ${canonical(attrs)} ${args.map(number).join()} ${dtype}`
      }
    }
  }
}

function guardsText(guards: readonly Guard<IndexExpr>[]): string {
  return guards.map(({ value, bound }) => `${keyOf(value)}<${bound}`).join()
}
