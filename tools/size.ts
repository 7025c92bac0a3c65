/** Prints what the library weighs: lines, primitives, public exports, flags, bundled bytes, import time. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild' // comes with tsx
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGE = join(ROOT, 'packages/maru')
const SRC = join(PACKAGE, 'src')
const LONG_LINES = 400
/** What the core should weigh at most. */
const CORE_BYTES = 100_000
/** The catalogue, which is listed by itself. */
const MESSAGES = 'base/messages.ts'
/** Processes that the import is timed in. */
const IMPORTS = 5

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

async function reportFlags(): Promise<void> {
  const { flags } = await import(pathToFileURL(join(SRC, 'base/env.ts')).href)
  row('flags', Object.keys(flags).length)
  for (const [name, { doc }] of Object.entries<{ readonly doc: string }>(flags)) {
    console.log(`  ${name.padEnd(14)}${doc}`)
  }
}

/** One entry as a single minified module, and the bytes that each file has in it. */
async function bundled(path: string): Promise<{ code: Uint8Array; files: Map<string, number> }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    outdir: tmpdir(),
    absWorkingDir: SRC,
  })
  const inputs = Object.values(metafile.outputs).flatMap((each) => Object.entries(each.inputs))
  const files = new Map(inputs.map(([file, { bytesInOutput }]) => [file, bytesInOutput]))
  return { code: outputFiles[0]?.contents ?? new Uint8Array(), files }
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

async function reportBytes(): Promise<void> {
  console.log('minified, gzip')
  for (const [subpath, path] of entries()) {
    const { code } = await bundled(path)
    row(`  ${subpath}`, kilobytes(gzipSync(code).length))
  }
}

/** What the core is made of, and how long it takes to load in a process of its own. */
async function reportCore(): Promise<void> {
  const { code, files } = await bundled(join(SRC, 'index.ts'))
  const bytes = gzipSync(code).length
  if (bytes > CORE_BYTES) console.log(`  warning: the core is above ${kilobytes(CORE_BYTES)}`)
  const folders = new Map<string, number>()
  for (const [file, size] of files) {
    const folder = file === MESSAGES ? file : file.slice(0, Math.max(0, file.indexOf('/')))
    folders.set(folder, (folders.get(folder) ?? 0) + size)
  }
  console.log('core, minified')
  for (const [folder, size] of [...folders].sort(([, a], [, b]) => b - a)) {
    row(`  src/${folder}`, kilobytes(size))
  }
  row('import time', `${(await importTime(code)).toFixed(0)} ms`)
}

/** Median of some fresh processes, in milliseconds. */
async function importTime(code: Uint8Array): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'maru-size-'))
  const file = join(folder, 'maru.mjs')
  writeFileSync(file, code)
  const timed = `const t = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - t)`
  const run = (): number =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', timed], { encoding: 'utf8' }),
    )
  const times = Array.from({ length: IMPORTS }, run).sort((a, b) => a - b)
  rmSync(folder, { recursive: true })
  return times[IMPORTS >> 1] ?? Number.NaN
}

reportLines()
await reportPrimitives()
reportExports()
await reportFlags()
await reportBytes()
await reportCore()
