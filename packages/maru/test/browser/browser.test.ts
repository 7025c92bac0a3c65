/** The packed package in a page, by import map, without a bundler. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Packed, packed, trainInNode } from '../package/packed.ts'
import type { Report, Watched } from '../package/program.ts'
import { findChromium } from './chromium.ts'
import { type Site, serve } from './serve.ts'

const SLOW_MS = 240_000
/** Between two ticks of the timer that tells whether a page lives. */
const FRAME_MS = 1000 / 60
const PAGE = join(import.meta.dirname, 'page')
const found = await findChromium()
const missing = 'missing' in found ? found.missing : undefined
if (missing) console.warn(`SKIPPED: nothing was tested in a browser, ${missing}`)

const PAGES = [
  { name: 'a page isolated by COOP and COEP', isolated: true },
  { name: 'a page without these headers', isolated: false },
]

const title = `in Chromium${missing ? `: skipped, ${missing}` : ''}`

describe.skipIf(missing)(title, { timeout: SLOW_MS }, () => {
  let here: Packed
  let inNode: Report
  let browser: Browser
  /** Weights that the pages trained. */
  const watched = new Set<string>()

  beforeAll(async () => {
    here = await packed()
    if ('launch' in found)
      [inNode, browser] = await Promise.all([trainInNode(here.project), found.launch()])
  }, SLOW_MS)
  afterAll(() => browser?.close())

  describe.each(PAGES)('$name', ({ isolated }) => {
    let site: Site
    let page: Page
    const complaints: string[] = []
    const thrown: string[] = []

    beforeAll(async () => {
      site = await serve([PAGE, here.project], { isolated })
      page = await browser.newPage()
      page.on('console', (line) => complaints.push(`${line.type()}: ${line.text()}`))
      page.on('pageerror', ({ message }) => thrown.push(message))
      page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
      await page.goto(site.url)
    }, SLOW_MS)
    afterAll(async () => {
      await page?.close()
      site?.close()
    })

    test('it is the page that it should be', async () => {
      expect(await page.evaluate('crossOriginIsolated')).toBe(isolated)
      expect(await page.evaluate('typeof process')).toBe('undefined')
    })

    test('every module that the import map names loads', async () => {
      const names = Object.keys(importMap())
      await page.evaluate(`Promise.all(${JSON.stringify(names)}.map((name) => import(name)))`)
      expect(names).toEqual(subpaths(here))
    })

    test('it trains to the bits of Node', async () => {
      const code = `import('./program.js').then((program) => program.train())`
      const report: Report = await page.evaluate(code)
      expect(report.device).toBe('wasm')
      expect(Math.max(...report.losses.slice(-5))).toBeLessThan(
        Math.min(...report.losses.slice(0, 5)),
      )
      expect(report).toEqual(inNode)
    })

    test('the page lives while steps are computed: a timer has its turn in more than every fourth frame', async () => {
      const code = `import('./program.js').then((program) => program.trainWatched())`
      const { ticks, ms, gap, weights }: Watched = await page.evaluate(code)
      console.log(
        `${ticks} steps of a 60 Hz timer in ${ms.toFixed(0)} ms, at most ${gap.toFixed(0)} apart`,
      )
      expect(ticks).toBeGreaterThan(ms / FRAME_MS / 4)
      const cores: number = await page.evaluate('navigator.hardwareConcurrency')
      expect(page.workers()).toHaveLength(isolated && cores > 1 ? cores : 0)
      watched.add(weights)
      expect([...watched]).toHaveLength(1)
    })

    test('workers of a loader make the batches that the page makes', async () => {
      const load = (count: number): Promise<number[]> =>
        page.evaluate(`import('./source.js').then(({ load }) => load(${count}))`)
      const alone = await load(0)
      expect(alone).toHaveLength(2 * 40 * (144 + 1))
      const before = page.workers().length
      expect(await load(2)).toEqual(alone)
      await expect.poll(() => page.workers().length).toBe(before)
    })

    test('an error names the line of its user in a module', async () => {
      const message = await messageOf(page, `(await import('./program.js')).multiply(3)`)
      const line = userLine(join(here.project, 'program.js'))
      expect(message).toContain('matmul')
      expect(message).toContain(`\n  at: ${site.url}program.js:${line}`)
    })

    test('an error names the line of its user in the page', async () => {
      await page.locator('button').click()
      await expect.poll(() => thrown.length).toBeGreaterThan(0)
      const line = userLine(join(PAGE, 'index.html'))
      expect(thrown).toEqual([expect.stringContaining(`\n  at: ${site.url}:${line}`)])
    })

    test('globalThis.MARU sets the language', async () => {
      const code = `globalThis.MARU = { MARU_LANG: 'ko' };
        try { (await import('./program.js')).multiply(3) } finally { delete globalThis.MARU }`
      expect(await messageOf(page, code)).toMatch(/다르다.*\n {2}위치: /)
    })

    test('nothing was said on the console and every request was answered', () => {
      expect(complaints).toEqual([])
    })
  })
})

function importMap(): Record<string, string> {
  const [, json] = /<script type="importmap">(.*?)<\/script>/s.exec(
    readFileSync(join(PAGE, 'index.html'), 'utf8'),
  )!
  return JSON.parse(json!).imports
}

/** What the package exports, as an import map spells it. */
function subpaths({ project }: Packed): string[] {
  const { exports } = JSON.parse(
    readFileSync(join(project, 'node_modules/maru/package.json'), 'utf8'),
  )
  const paths = Object.keys(exports).filter((path) => path !== './package.json')
  return paths.map((path) => path.replace('.', 'maru')).sort()
}

/** Message of the error that the statements throw in the page. */
function messageOf(page: Page, code: string): Promise<string> {
  return page.evaluate(
    `(async () => { try { ${code} } catch (error) { return error.message } return 'no error' })()`,
  )
}

/** Number of the line that is marked in a file. */
function userLine(path: string): number {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.findIndex((line) => line.includes("// the user's line")) + 1
}
