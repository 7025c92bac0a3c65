/** The race of optimisers in `examples/race`, as a page's visitor sees it. */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packed } from '../package/packed.ts'
import { findChromium } from './chromium.ts'
import { type Site, serve } from './serve.ts'

const SLOW_MS = 240_000
const PAGE = join(import.meta.dirname, '../../../../examples/race')
const found = await findChromium()
const missing = 'missing' in found ? found.missing : undefined
if (missing) console.warn(`SKIPPED: no race was run, ${missing}`)

describe.skipIf(missing)('the race in Chromium', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let site: Site
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    const { project } = await packed()
    if ('launch' in found) browser = await found.launch()
    site = await serve([PAGE, project], { isolated: false })
    page = await browser.newPage()
    page.on('console', (line) => complaints.push(`${line.type()}: ${line.text()}`))
    page.on('pageerror', ({ message }) => complaints.push(message))
    await page.goto(site.url)
  }, SLOW_MS)
  afterAll(async () => {
    await browser?.close()
    site?.close()
  })

  test('[G0.3] Beale, Rosenbrock, a saddle and a ravine are run to the end', async () => {
    const step = page.locator('#step')
    await expect.poll(() => step.textContent(), { timeout: SLOW_MS }).toBe('300 of 300 steps')
    expect(await page.locator('figcaption').allTextContents()).toEqual([
      'beale',
      'rosenbrock',
      'saddle',
      'ravine',
    ])
    const names = ['SGD', 'momentum', 'Nesterov', 'Adagrad', 'RMSprop', 'Adam']
    expect(await page.locator('th').allTextContents()).toEqual([1, 2, 3, 4].flatMap(() => names))
    const heights = (await page.locator('td').allTextContents()).map(Number)
    const starts = [14.203125, 24.2, 1 - 1e-6, 58].flatMap((start) => names.map(() => start))
    expect(heights).toHaveLength(24)
    for (const [i, height] of heights.entries()) expect(height).toBeLessThan(starts[i]!)
  })

  test('[G0.3] trails are drawn on every course', async () => {
    const coloured: number[] = await page.evaluate(`
      [...document.querySelectorAll('canvas')].map((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        let count = 0
        for (let at = 0; at < data.length; at += 4) {
          if (Math.max(...data.slice(at, at + 3)) - Math.min(...data.slice(at, at + 3)) > 60) count++
        }
        return count
      })`)
    expect(coloured).toHaveLength(4)
    for (const count of coloured) expect(count).toBeGreaterThan(100)
  })

  test('it can be run again, and nothing was said on the console', async () => {
    await page.locator('button').click()
    const step = page.locator('#step')
    await expect.poll(() => step.textContent(), { timeout: SLOW_MS }).toMatch(/^[1-9]?[0-9] of/)
    expect(complaints).toEqual([])
  })
})
