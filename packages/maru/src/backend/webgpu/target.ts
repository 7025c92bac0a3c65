/** What WebGPU runs kernels on: invocations of one lane, one unit of work each. */
import type { Target } from '../../compiler/target.ts'

export const target: Target = {
  name: 'webgpu',
  lanes: 1,
  dtypes: new Set(['float32', 'int32', 'uint8', 'bool']),
  fuse: true,
}

/** Invocations of a workgroup. */
export const WORKGROUP = 64
/** Workgroups that every device takes along an axis. */
const MOST_WORKGROUPS = 65535

/** Workgroups along x and y that run at least so many units. */
export function workgroups(units: number): readonly [x: number, y: number] {
  const all = Math.ceil(units / WORKGROUP)
  const y = Math.ceil(all / MOST_WORKGROUPS)
  return [Math.ceil(all / Math.max(1, y)), y]
}
