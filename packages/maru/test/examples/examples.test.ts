/** The recorded experiments run, on settings so small that their figures say nothing. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../../..')
const run = promisify(execFile)
/** Files that others import. */
const SHARED = ['experiment.ts', 'learn.ts', 'sums.ts', 'text.ts']

interface Result {
  readonly experiment: string
  readonly [name: string]: unknown
}

async function output(script: string, ...more: readonly string[]): Promise<string> {
  const tiny = ['--seeds', '1', '--epochs', '1', '--samples', '120', ...more]
  const file = join(ROOT, 'examples', script)
  const args = ['--conditions=source', '--import', 'tsx', file, ...tiny]
  const { stdout, stderr } = await run(process.execPath, args, { cwd: ROOT })
  expect(stderr).toBe('')
  return stdout
}

const scripts = readdirSync(join(ROOT, 'examples')).filter(
  (name) => name.endsWith('.ts') && !SHARED.includes(name),
)

test.each(scripts)('%s tells its results as one JSON line', async (script) => {
  const result: Result = JSON.parse(await output(script, '--json'))
  expect(result.experiment).toBe(script.replace('.ts', ''))
  expect(numbersIn(result).length).toBeGreaterThan(2)
  for (const value of numbersIn(result)) expect(value).toBeTypeOf('number')
})

test('without --json it tells them in words', async () => {
  expect(await output('dropout.ts')).toMatch(/^drawn digits, 120 to train on.*\n.*seed 1: .* %/)
})

/** Everything at the ends of a tree that is no text. NaN and infinity have become null in JSON. */
function numbersIn(value: unknown): unknown[] {
  if (typeof value === 'string') return []
  if (typeof value !== 'object' || value === null) return [value]
  return Object.values(value).flatMap(numbersIn)
}
