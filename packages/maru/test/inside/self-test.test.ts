/** The self-test passes here, and does not where a device computes wrongly. */
import { readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import { VERSION } from '../../src/base/version.ts'
import { selfTest, useDevice } from '../../src/index.ts'

afterEach(() => {
  vi.restoreAllMocks()
  useDevice('wasm')
})

test.each(['wasm', 'wasm-unfused', 'reference'])('all is well on %s', async (device) => {
  useDevice(device)
  const report = await selfTest()
  expect(report.checks.filter(({ fault }) => fault)).toEqual([])
  expect([report.ok, report.device]).toEqual([true, device])
  expect(String(report)).toMatch(/^maru \d.* on wasm|reference.*; Node v/)
})

test('wrong values, other bits and faults are told', async () => {
  useDevice('wasm')
  const device = openDevice('wasm')
  const run = device.run.bind(device)
  let calls = 0
  vi.spyOn(device, 'run').mockImplementation(async (prepared, bindings) => {
    await run(prepared, bindings)
    calls++
    if (calls === 2) throw new Error('the device is gone')
    const [first] = bindings.outputs
    if (first && !('device' in first)) first[0] = 1000 + calls
  })
  const report = await selfTest()
  expect(report.ok).toBe(false)
  const faults = new Map(report.checks.map(({ name, fault }) => [name, fault]))
  expect(faults.get('arithmetic')).toMatch(/^result 0 \(\w+\) at 0: 1001, expected /)
  expect(faults.get('functions')).toBe('Error: the device is gone')
  expect(faults.get('the same bits again')).toBe('run 2 gave other bits than the first')
  expect(String(report)).toContain('FAIL  arithmetic')
})

test('the version is the package’s', () => {
  const file = new URL('../../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  expect(VERSION).toBe(version)
})
