/** Values that are used twice, again and again: a graph of n nodes with 2ⁿ paths is compiled in n steps. */
import { expect, test } from 'vitest'
import { tensor, useDevice } from '../../src/index.ts'

test.each(['wasm', 'wasm-unfused', 'reference'])('on %s, values are shared', async (device) => {
  useDevice(device)
  const x = tensor([1, -1, 0, 1, -1])
  let squares = x
  for (let i = 0; i < 60; i++) squares = squares.mul(squares)
  expect([...(await squares.data())]).toEqual([1, 1, 0, 1, 1])
  let guarded = x
  for (let i = 0; i < 60; i++)
    guarded = guarded
      .pad([[0, 1]])
      .slice(0, 0, 5)
      .mul(guarded)
  expect([...(await guarded.sum().data())]).toEqual([4])
})
