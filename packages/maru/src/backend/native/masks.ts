/** Which vectors of a kernel only tell lanes apart, and can be masks of bits where a machine has those. */
import type { Statement, Vector, VectorFunction } from '../../compiler/vector.ts'
import { isComparison, isLogic } from './operations.ts'

/** Whether a value is a mask, given which locals are. */
export function isMask(it: Vector, isMaskLocal: (local: number) => boolean): boolean {
  switch (it.k) {
    case 'vget':
      return isMaskLocal(it.local)
    case 'unary':
      return it.op === 'not' && isMask(it.a, isMaskLocal)
    case 'binary':
      if (isComparison(it.op)) return true
      return isLogic(it.op) && isMask(it.a, isMaskLocal) && isMask(it.b, isMaskLocal)
    default:
      return false
  }
}

/** The locals that masks alone are assigned to. */
export function masksIn({ body }: VectorFunction): ReadonlySet<number> {
  const assigned = new Map<number, Vector[]>()
  const visit = (statements: readonly Statement[]): void => {
    for (const it of statements) {
      if (it.s === 'vset') assigned.set(it.local, [...(assigned.get(it.local) ?? []), it.value])
      else if (it.s === 'if' || it.s === 'loop') visit(it.body)
    }
  }
  visit(body)
  const found = new Set(assigned.keys())
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const [local, values] of assigned) {
      if (!values.every((value) => isMask(value, (other) => found.has(other)))) found.delete(local)
    }
  }
  return found
}
