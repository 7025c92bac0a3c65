/** Prints what the library weighs: lines, primitives, public exports, flags, bundled bytes, import time. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild' // comes with tsx
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGE = join(ROOT, 'packages/maru')
const SRC = join(PACKAGE, 'src')
/** Where bundles would be written. */
const OUT = join(tmpdir(), 'maru-size')
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

interface Bundle {
  /** Minified, without what is imported when it is first needed. */
  readonly code: readonly { readonly path: string; readonly contents: Uint8Array }[]
  /** Bytes that each source file has in it. */
  readonly files: ReadonlyMap<string, number>
}

/** What a page loads for an entry: its module, and those that it imports at once. */
async function bundled(path: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [path],
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    external: ['node:*'],
    outdir: OUT,
    absWorkingDir: SRC,
  })
  const outputs = new Map(
    Object.entries(metafile.outputs).map(([file, output]) => [resolve(SRC, file), output]),
  )
  const loaded = new Set<string>()
  const load = (file: string): void => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const { path: from, kind } of outputs.get(file)?.imports ?? []) {
      if (kind === 'import-statement') load(resolve(SRC, from))
    }
  }
  for (const [file, { entryPoint }] of outputs)
    if (entryPoint && resolve(SRC, entryPoint) === path) load(file)
  const inputs = [...loaded].flatMap((file) => Object.entries(outputs.get(file)?.inputs ?? {}))
  const files = new Map<string, number>()
  for (const [file, { bytesInOutput }] of inputs)
    files.set(file, bytesInOutput + (files.get(file) ?? 0))
  return { code: outputFiles.filter((file) => loaded.has(file.path)), files }
}

function zipped({ code }: Bundle): number {
  return code.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0)
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`

async function reportBytes(): Promise<void> {
  console.log('minified, gzip')
  for (const [subpath, path] of entries()) {
    row(`  ${subpath}`, kilobytes(zipped(await bundled(path))))
  }
}

/** What the core is made of, and how long it takes to load in a process of its own. */
async function reportCore(): Promise<void> {
  const core = await bundled(join(SRC, 'index.ts'))
  const bytes = zipped(core)
  if (bytes > CORE_BYTES) console.log(`  warning: the core is above ${kilobytes(CORE_BYTES)}`)
  const folders = new Map<string, number>()
  for (const [file, size] of core.files) {
    const folder = file === MESSAGES ? file : file.slice(0, Math.max(0, file.indexOf('/')))
    folders.set(folder, (folders.get(folder) ?? 0) + size)
  }
  console.log('core, minified')
  for (const [folder, size] of [...folders].sort(([, a], [, b]) => b - a)) {
    row(`  src/${folder}`, kilobytes(size))
  }
  const { messages } = await import(pathToFileURL(join(SRC, MESSAGES)).href)
  for (const language of ['en', 'ko']) {
    const texts = Object.values<Record<string, unknown>>(messages).map((each) => each[language])
    row(`  messages ${language}, gzip`, kilobytes(gzipSync(JSON.stringify(texts)).length))
  }
  row('import time', `${(await importTime(core)).toFixed(0)} ms`)
}

/** Median of some fresh processes, in milliseconds. */
async function importTime({ code }: Bundle): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'maru-size-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  for (const { path, contents } of code) writeFileSync(join(folder, relative(OUT, path)), contents)
  const file = join(folder, 'index.js')
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
