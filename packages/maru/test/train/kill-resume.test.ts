import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../../../bench/kill-resume.ts', import.meta.url))

test('[M6.4] training that is killed at random moments goes on, and ends with the same bits', async () => {
  const args = [
    '--conditions=source',
    '--import',
    import.meta.resolve('tsx'),
    SCRIPT,
    '--kills',
    '3',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { kills, faults, bits } = JSON.parse(stdout)
  expect({ kills, faults }).toEqual({ kills: 3, faults: [] })
  expect(bits).toMatch(/^[0-9a-f]{64}$/)
})
