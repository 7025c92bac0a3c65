import { describe, expect, test } from 'vitest'
import { ShapeError } from '../../src/base/error.ts'
import * as optim from '../../src/optim/index.ts'
import { tensor } from '../../src/tensor/create.ts'
import { grad } from '../../src/tensor/grad.ts'

const { beale, branin, doubleWell, monkeySaddle, ravine, rosenbrock, saddle } = optim
const all = [beale, branin, doubleWell, monkeySaddle, ravine, rosenbrock, saddle]

const at = (landscape: optim.Landscape, point: readonly number[]) => {
  const x = tensor([...point], [point.length], { dtype: 'float64' })
  const value = landscape.evaluate(x)
  const [slope] = grad(value, [x])
  return { value: value.item(), slope: slope!.array() as Promise<number[]> }
}

describe.each(all)('$name', (landscape) => {
  const { start, minima, lowest } = landscape

  test('its lowest places have the lowest value and no slope', async () => {
    for (const place of minima) {
      const { value, slope } = at(landscape, place)
      expect(await value).toBeCloseTo(lowest, 12)
      for (const each of await slope) expect(Math.abs(each)).toBeLessThan(1e-9)
    }
    expect(minima.length === 0).toBe(lowest === Number.NEGATIVE_INFINITY)
  })

  test('nothing near them, nor far away, is lower', async () => {
    const points: number[][] = []
    for (let x = -5; x <= 10; x += 0.25) for (let y = -5; y <= 15; y += 0.25) points.push([x, y])
    const values = await landscape
      .evaluate(tensor(points, [points.length, 2], { dtype: 'float64' }))
      .data()
    expect(values).toHaveLength(points.length)
    const least = Math.min(...(values as Float64Array))
    if (minima.length > 0) expect(least).toBeGreaterThanOrEqual(lowest - 1e-12)
    else expect(least).toBeLessThan(-10)
  })

  test('searches begin where there is a slope', async () => {
    const slope = await at(landscape, start).slope
    expect(Math.hypot(...slope)).toBeGreaterThan(0.01)
  })

  test('refuses points of another width', () => {
    expect(() => landscape.evaluate(tensor([1]))).toThrow(ShapeError)
  })
})

test('published values', async () => {
  expect(await at(rosenbrock, [-1.2, 1]).value).toBeCloseTo(24.2, 12)
  expect(await at(rosenbrock, [0, 0, 0]).value).toBe(2)
  expect(await at(beale, [0, 0]).value).toBe(14.203125)
  expect(await at(branin, [0, 0]).value).toBeCloseTo(55.60211264227026, 12)
  expect(await at(monkeySaddle, [2, 1]).value).toBe(2)
})
