/** Loading in threads: in processes of their own, since threads here would not know TypeScript. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ValueError } from '../../src/base/error.ts'
import { DataLoader, generateDigits, StreamDataset } from '../../src/data/index.ts'

const run = promisify(execFile)
const SCRIPT = join(import.meta.dirname, 'workers/run.ts')

/** What happened in each scenario with so many workers, one after another in one process. */
async function results(asked: readonly string[], env: object = {}): Promise<unknown[]> {
  const args = ['--conditions=source', '--import', import.meta.resolve('tsx'), SCRIPT, ...asked]
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, ...env },
    timeout: 100_000,
  })
  return JSON.parse(stdout)
}

const SAME = ['source', 'gathered', 'kept', 'resume']

describe('workers', () => {
  test('0, 1 and 2 of them make the same batches', async () => {
    const asked = SAME.flatMap((scenario) => [0, 1, 2].map((count) => `${scenario}:${count}`))
    const found = (await results(asked)) as unknown[][]
    for (let at = 0; at < found.length; at += 3) {
      const [alone, one, two] = found.slice(at, at + 3)
      expect(alone!.length).toBeGreaterThan(5)
      expect([asked[at], one]).toEqual([asked[at], alone])
      expect([asked[at], two]).toEqual([asked[at], alone])
    }
  })

  test('an error names the sample, and the next loop goes on', async () => {
    const wanted = ['DataError', 'data.sample', { index: 13, reason: 'thirteen' }]
    const seen = await results(['fail:0', 'fail:2'], { UNLUCKY: 'throw' })
    for (const each of seen) expect(each).toEqual([[6], [6], wanted, [6], [6], wanted])
  })

  test('one that ends names the sample; another takes its place', async () => {
    const fields = { samples: '13', reason: 'it exited with code 7' }
    const wanted = ['DataError', 'worker.died', fields]
    const [seen] = await results(['fail:1'], { UNLUCKY: 'exit' })
    expect(seen).toEqual([[6], [6], wanted, [6], [6], wanted])
  })

  test('a module that serves another set is found out; they count among the cores', async () => {
    const [threads, error] = await results(['cores:1', 'mismatch:1'])
    expect(error).toEqual(['DataError', 'worker.length', { got: 12, length: 40 }])
    const [before, meanwhile, after] = threads as number[]
    expect(meanwhile).toBe(Math.max(1, before! - 1))
    expect(after).toBe(before)
  })

  const module = new URL('./workers/source.ts', import.meta.url)
  test.each([
    [
      'a negative count',
      () => new DataLoader(generateDigits(1), { workers: { count: -1, module } }),
    ],
    ['half a worker', () => new DataLoader(generateDigits(1), { workers: { count: 0.5, module } })],
    [
      'no module',
      () =>
        new DataLoader(generateDigits(1), { workers: { count: 1, module: undefined as never } }),
    ],
    [
      'an iterable set',
      () => new DataLoader(new StreamDataset([1]), { workers: { count: 1, module } }),
    ],
  ])('refuse %s', (_, act) => expect(act).toThrow(ValueError))
})
