/** Prints what the library weighs: lines per folder, primitives, public exports, bundled bytes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild' // comes with tsx
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGE = join(ROOT, 'packages/maru')
const SRC = join(PACKAGE, 'src')
const LONG_LINES = 400

const lineCount = (path: string): number => readFileSync(path, 'utf8').split('\n').length - 1
const row = (name: string, value: number | string): void =>
  console.log(`${name.padEnd(32)}${String(value).padStart(9)}`)

function reportLines(): void {
  const folders = new Map<string, number>()
  const long: [path: string, lines: number][] = []
  for (const path of readdirSync(SRC, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue
    const lines = lineCount(join(SRC, path))
    const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'
    folders.set(folder, (folders.get(folder) ?? 0) + lines)
    if (lines > LONG_LINES) long.push([path, lines])
  }
  console.log('lines')
  for (const [folder, lines] of folders) row(`  src/${folder}`, lines)
  row(
    '  all',
    [...folders.values()].reduce((sum, lines) => sum + lines, 0),
  )
  for (const [path, lines] of long) console.log(`  warning: src/${path} has ${lines} lines`)
}

async function reportPrimitives(): Promise<void> {
  const registry = join(SRC, 'primitives/index.ts')
  if (!existsSync(registry)) return
  row('primitives', Object.keys(await import(pathToFileURL(registry).href)).length)
}

/** The entry files behind the package's subpaths that exist, by subpath. */
function entries(): Map<string, string> {
  const { exports }: { exports: Record<string, string | { source: string }> } = JSON.parse(
    readFileSync(join(PACKAGE, 'package.json'), 'utf8'),
  )
  return new Map(
    Object.entries(exports).flatMap(([subpath, target]) => {
      const path = typeof target === 'string' ? '' : join(PACKAGE, target.source)
      return existsSync(path) ? [[subpath, path] as const] : []
    }),
  )
}

function reportExports(): void {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const program = ts.createProgram([...entries().values()], options)
  const checker = program.getTypeChecker()
  console.log('public exports')
  for (const [subpath, path] of entries()) {
    const file = program.getSourceFile(path)
    const symbol = file && checker.getSymbolAtLocation(file)
    row(`  ${subpath}`, symbol ? checker.getExportsOfModule(symbol).length : 0)
  }
}

async function reportBytes(): Promise<void> {
  console.log('minified, gzip')
  for (const [subpath, path] of entries()) {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      external: ['node:*'],
    })
    const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0)
    row(`  ${subpath}`, `${(bytes / 1024).toFixed(1)} KB`)
  }
}

reportLines()
await reportPrimitives()
reportExports()
await reportBytes()
