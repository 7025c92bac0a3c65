/** A static file server as a page's author would run one. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
}

/** What gives a page `SharedArrayBuffer`. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

export interface Site {
  /** Ends with a slash. */
  readonly url: string
  readonly close: () => void
}

/** Serves the folders over each other to this machine, `index.html` at `/`. */
export async function serve(
  folders: readonly string[],
  { isolated }: { readonly isolated: boolean },
): Promise<Site> {
  const server = createServer(async ({ url = '/' }, response) => {
    // a URL's path has no `..` left
    const path = decodeURI(new URL(url, 'http://page').pathname).replace(/\/$/, '/index.html')
    const type = TYPES[extname(path)]
    const bytes = type ? await firstOf(folders, path) : undefined
    const headers = { 'content-type': type ?? 'text/plain', ...(isolated ? ISOLATION : {}) }
    response.writeHead(bytes ? 200 : 404, headers).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

async function firstOf(folders: readonly string[], path: string): Promise<Buffer | undefined> {
  for (const folder of folders) {
    const bytes = await readFile(join(folder, path)).catch(() => undefined)
    if (bytes) return bytes
  }
  return undefined
}
