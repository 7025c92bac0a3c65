/** The Chromium that this machine has, if it has one. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** A test talks to its own pages only. */
const FLAGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
]

function executable(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync)
}

/** Starts the browser, or says why it cannot. */
export async function findChromium(): Promise<
  { readonly launch: () => Promise<Browser> } | { readonly missing: string }
> {
  const executablePath = executable()
  if (!executablePath) return { missing: `no ${NAMES.join(', ')} in PATH` }
  const playwright = await import('playwright-core').catch(() => undefined)
  if (!playwright) return { missing: 'playwright-core is not installed' }
  const options = { executablePath, headless: true, args: FLAGS }
  return { launch: () => playwright.chromium.launch(options) }
}
