/** A reading that callbacks look at after every epoch. */
import { ValueError } from '../base/error.ts'
import { showAny } from '../base/show.ts'
import type { Readings } from './meter.ts'

export interface MonitorOptions {
  /** Name of the reading; `valLoss` where there is validation, else `loss`. */
  readonly monitor?: string
  /** Whether less or more of it is better. */
  readonly mode?: 'min' | 'max'
}

/** @throws ValueError when there is no such reading */
export function watched(op: string, logs: Readings, monitor: string | undefined): number {
  const name = monitor ?? ('valLoss' in logs ? 'valLoss' : 'loss')
  const value = logs[name]
  if (value === undefined)
    throw new ValueError('monitor.name', { op, name, names: Object.keys(logs) })
  return value
}

/** Whether a reading is better than another by more than `minDelta`; NaN never is. */
export function isBetter(value: number, best: number, mode: 'min' | 'max', minDelta = 0): boolean {
  if (Number.isNaN(best)) return !Number.isNaN(value)
  return mode === 'min' ? value < best - minDelta : value > best + minDelta
}

/** @throws ValueError unless it is one of the two */
export function expectMode(op: string, mode: unknown): 'min' | 'max' {
  if (mode === 'min' || mode === 'max') return mode
  throw new ValueError('monitor.mode', { op, got: showAny(mode) })
}
