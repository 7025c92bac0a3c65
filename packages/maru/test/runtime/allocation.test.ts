/** Memory that runs out at any allocation of a training step: the step is as if it had not been. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import {
  compile,
  crossEntropy,
  MemoryError,
  manualSeed,
  type Tensor,
  tensor,
  useDevice,
} from '../../src/index.ts'
import { Conv2d, Flatten, Linear, ReLU, Sequential } from '../../src/nn/index.ts'
import { Adam } from '../../src/optim/index.ts'

/** More allocations than a step makes. */
const MOST = 100

/** The allocation, counted from now, that fails; none at 0. Says whether it came to it. */
function failAt(device: string, n: number): { readonly reached: () => boolean; stop(): void } {
  const backend = openDevice(device)
  const { allocate } = backend
  let count = 0
  backend.allocate = (bytes) => {
    if (++count === n) {
      const use = { asked: bytes, free: 0, live: backend.memory().live, arena: 0 }
      throw new MemoryError('memory.out', use)
    }
    return allocate.call(backend, bytes)
  }
  return {
    reached: () => n > 0 && count >= n,
    stop() {
      backend.allocate = allocate
    },
  }
}

interface Training {
  readonly step: () => Promise<unknown>
  readonly steps: () => number
  readonly values: () => Promise<number[][]>
  /** Reads that make the next step write to buffers of its own. */
  readonly look: () => void
}

/** A small network on pictures of a side; `rows` of them give it a program of its own. */
function training(way: 'eager' | 'compiled', rows: number, side: number): Training {
  manualSeed(7)
  const model = new Sequential(
    new Conv2d(1, 3, 3),
    new ReLU(),
    new Flatten(),
    new Linear(3 * (side - 2) * (side - 2), 10),
  )
  const optimizer = new Adam(model.parameters(), { lr: 0.01 })
  const pixels = Float32Array.from({ length: rows * side * side }, (_, i) => ((i * 7) % 23) / 23)
  const x = tensor(pixels, [rows, 1, side, side])
  const y = tensor(Int32Array.from({ length: rows }, (_, i) => (i * 3) % 10))
  const learn = (images: Tensor, labels: Tensor): Tensor => {
    const loss = crossEntropy(model.call(images), labels)
    void optimizer.step(loss)
    return loss
  }
  const replayed = compile(learn)
  const eager = (): Promise<unknown> => optimizer.step(crossEntropy(model.call(x), y))
  return {
    step: way === 'compiled' ? () => replayed(x, y) : eager,
    steps: () => optimizer.steps,
    values: () =>
      Promise.all(optimizer.parameters.map(async (each) => [...(await each.snapshot().data())])),
    look: () => {
      for (const each of optimizer.parameters) each.snapshot()
    },
  }
}

async function expectWorking(): Promise<void> {
  expect(await tensor([1, 2]).add(1).data()).toEqual(Float32Array.of(2, 3))
}

/** Steps taken before the one that fails. */
const moments = [
  ['the first step', 0],
  ['a later step', 2],
] as const

// A batch of pictures of 28 by 28 is too large to stay on the host.
describe.each([
  ['wasm', 28],
  ['reference', 4],
])('on %s', (device, side) => {
  beforeEach(() => useDevice(device))
  afterEach(() => useDevice('wasm'))

  describe.each(['eager', 'compiled'] as const)('%s', (way) => {
    test.each(moments)('%s fails at every allocation', async (_, before) => {
      let n = 1
      for (; n < MOST; n++) {
        const rows = (side === 28 ? 24 : 1) + n
        const run = training(way, rows, side)
        for (let i = 0; i < before; i++) await run.step()
        if (before > 0) run.look()
        const values = await run.values()
        const failing = failAt(device, n)
        const outcome = await run.step().then(
          () => undefined,
          (error: unknown) => error,
        )
        failing.stop()
        if (!failing.reached()) break
        expect(outcome, `allocation ${n}`).toBeInstanceOf(MemoryError)
        await expectWorking()
        expect(run.steps()).toBe(before)
        expect(await run.values(), `parameters after allocation ${n}`).toEqual(values)
        await run.step()
        await run.step()
        const calm = training(way, rows, side)
        for (let i = 0; i < before + 2; i++) await calm.step()
        expect(await run.values(), `two steps after allocation ${n}`).toEqual(await calm.values())
      }
      expect(n, 'allocations of the step').toBeGreaterThan(2)
      expect(n).toBeLessThan(MOST)
    })
  })
})
