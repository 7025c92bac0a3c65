/** Every TypeScript block in the READMEs and the docs runs as it stands. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const run = promisify(execFile)
// Inside the repository, so that `maru` resolves as it does for its own examples.
const scripts = join(ROOT, 'node_modules/.cache/maru-docs')
mkdirSync(scripts, { recursive: true })
const folder = mkdtempSync(join(tmpdir(), 'maru-docs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
]
/** Acceptance lines that a page's programs show by running. */
const proves: Readonly<Record<string, string>> = {
  'docs/own-optimiser.md': ' [G10.3]',
  'docs/rule-or-learned.md': ' [A13.1]',
}
const blocks = pages.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code], i): [string, string] => [
    `${page} block ${i + 1}${proves[page] ?? ''}`,
    code ?? '',
  ])
})

describe('documentation runs', () => {
  test.each(blocks)('%s', { timeout: 120_000 }, async (name, code) => {
    const file = join(scripts, `${name.replace(/\W+/g, '-')}.mts`)
    writeFileSync(file, code)
    const args = ['--conditions=source', '--import', import.meta.resolve('tsx'), file]
    const { stdout } = await run(process.execPath, args, { cwd: folder })
    expect(stdout.length).toBeGreaterThan(0)
  })

  test('both READMEs show the same programs', () => {
    const of = (page: string): string[] =>
      blocks.filter(([name]) => name.startsWith(`${page} `)).map(([, code]) => code)
    expect(of('README.ko.md')).toEqual(of('README.md'))
    expect(of('README.md').length).toBeGreaterThan(0)
  })
})
