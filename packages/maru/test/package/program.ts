/** What a user writes, run from the packed package in Node and in a browser; the bits must be the same. */
import { compile, crossEntropy, manualSeed, memory, type Tensor, zeros } from 'maru'
import { DataLoader, generateDigits } from 'maru/data'
import { Flatten, Linear, ReLU, Sequential } from 'maru/nn'
import { Adam } from 'maru/optim'

const STEPS = 40

export interface Report {
  readonly device: string
  readonly losses: readonly number[]
  /** SHA-256 of all weights after the last step. */
  readonly weights: string
}

/** What a timer of 60 Hz noticed while a network was trained. */
export interface Watched extends Report {
  /** Steps of the timer. */
  readonly ticks: number
  /** Milliseconds of the whole, and of the longest time between two steps of the timer. */
  readonly ms: number
  readonly gap: number
}

interface Options {
  readonly width?: number
  readonly batch?: number
  /** Called when the data are there. */
  readonly begin?: () => void
}

/** Trains a small network on generated digits. */
export async function train({ width = 32, batch = 16, begin }: Options = {}): Promise<Report> {
  manualSeed(1)
  const digits = generateDigits(STEPS * batch, { seed: 1 })
  const hidden = new Linear(784, width)
  const model = new Sequential(new Flatten(), hidden, new ReLU(), new Linear(width, 10))
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 })
  const step = compile((x, y) => {
    const loss = crossEntropy(model.call(x), y)
    optimizer.step(loss)
    return loss
  })
  const losses: number[] = []
  begin?.()
  for (const { inputs, labels } of new DataLoader(digits, { batchSize: batch, shuffle: true })) {
    losses.push(await (await step(inputs, labels)).item())
  }
  const parts: BlobPart[] = []
  for (const value of model.stateDict().values()) parts.push((await value.data()).slice().buffer)
  const bytes = await new Blob(parts).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const weights = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { device: memory().device, losses, weights }
}

/** Trains a network whose steps take longer than a frame. */
export async function trainWatched(): Promise<Watched> {
  let [ticks, gap, last] = [0, 0, 0]
  let timer: ReturnType<typeof setInterval> | undefined
  let start = 0
  const tick = (): void => {
    const now = performance.now()
    ticks++
    gap = Math.max(gap, now - last)
    last = now
  }
  const begin = (): void => {
    start = last = performance.now()
    timer = setInterval(tick, 1000 / 60)
  }
  const report = await train({ width: 512, batch: 256, begin })
  clearInterval(timer)
  return { ...report, ticks, gap, ms: performance.now() - start }
}

/** Two matrices that fit when `columns` is 4. */
export function multiply(columns: number): Tensor {
  return zeros([2, columns]).matmul(zeros([4, 5])) // the user's line
}
