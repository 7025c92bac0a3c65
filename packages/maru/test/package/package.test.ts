/** `npm pack` gives what its users need and nothing else, and that works where nothing else is. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Packed, packed, runInProject, trainInNode } from './packed.ts'

const run = promisify(execFile)
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url))
const MODULES = join(PACKAGE, '../../node_modules')
const TSC = join(MODULES, 'typescript/bin/tsc')
const TYPES = join(MODULES, '@types')
const SLOW_MS = 240_000

const { exports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
const SUBPATHS = Object.keys(exports).filter((path) => path !== './package.json')
/** Entries, programs and what is loaded later; the rest is one file for the core and one for each other folder. */
const EXPORTED = SUBPATHS.map((path) => (path === '.' ? 'index' : `${path.slice(2)}/index`))
const PROGRAMS = ['cli/main', ...['worker', 'worker-entry'].map((name) => `backend/wasm/${name}`)]
const LATER = 'backend/native/tier'
const CORE = new Set(['base', 'graph', 'primitives', 'autograd', 'compiler'])
const FOLDERS = readdirSync(join(PACKAGE, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => (CORE.has(name) ? 'core' : name))

let here: Packed
beforeAll(async () => {
  here = await packed()
}, SLOW_MS)

test('the tarball holds the build, the sources, README and LICENSE, nothing else', () => {
  const sources = readdirSync(join(PACKAGE, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => path.slice(0, -'.ts'.length))
  const declared = sources.flatMap((path) => {
    return [`src/${path}.ts`, `dist/${path}.d.ts`, `dist/${path}.d.ts.map`]
  })
  const code = [...PROGRAMS, LATER, ...[...new Set(FOLDERS)].map((folder) => `${folder}/all`)]
  const mapped = code.flatMap((path) => [`dist/${path}.js`, `dist/${path}.js.map`])
  const built = [...mapped, ...EXPORTED.map((path) => `dist/${path}.js`)]
  const { files, filename, size, unpackedSize } = here.tarball
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`
  console.log(
    `${filename}: ${kilobytes(size)}, ${kilobytes(unpackedSize)} unpacked, ${files.length} files`,
  )
  expect(files.map(({ path }) => path).sort()).toEqual(
    [...declared, ...built, 'LICENSE', 'README.md', 'package.json'].sort(),
  )
})

test('maps lead to sources that are there', () => {
  const root = join(here.project, 'node_modules/maru')
  const maps = here.tarball.files.filter(({ path }) => path.endsWith('.map'))
  const lost = maps.flatMap(({ path }) => {
    const map: { sources: string[] } = JSON.parse(readFileSync(join(root, path), 'utf8'))
    return map.sources.filter((source) => !existsSync(join(root, dirname(path), source)))
  })
  expect(lost).toEqual([])
})

describe('installed without the network and without scripts', { timeout: SLOW_MS }, () => {
  test('it is alone', () => {
    const names = readdirSync(join(here.project, 'node_modules'))
    expect(names.filter((name) => !name.startsWith('.'))).toEqual(['maru'])
  })

  test('every subpath loads, and gives what its source gives', async () => {
    for (const path of SUBPATHS) {
      const loaded = `import(${JSON.stringify(path.replace('.', 'maru'))})`
      const code = `console.log(JSON.stringify(Object.keys(await ${loaded}).sort()))`
      const given = Object.keys(await import(join(PACKAGE, exports[path].source)))
      expect(JSON.parse(await runInProject(here.project, code))).toEqual(given.sort())
    }
    expect(SUBPATHS.length).toBeGreaterThan(1)
  })

  test('[N10.2] it trains', async () => {
    const { device, losses } = await trainInNode(here.project)
    expect(device).toBe('wasm')
    expect(Math.max(...losses.slice(-5))).toBeLessThan(Math.min(...losses.slice(0, 5)))
  })

  test.each([[[]], [['--enable-source-maps']]])(
    'an error names the line of its user: %j',
    async (flags) => {
      const line = userLine(readFileSync(join(here.project, 'program.js'), 'utf8'))
      const code = `import { multiply } from './program.js'
      try { multiply(3) } catch (error) { console.log(error.site) }`
      expect((await runInProject(here.project, code, flags)).trim()).toBe(`program.js:${line}`)
    },
  )

  test('and the op that was called there', async () => {
    const calls = ['t.matmul(t)', 'concat([t, t.sum()])', 'stack([t, t.sum()])', 't.reshape([7])']
    const code = `import { concat, stack, tensor } from 'maru'
      const t = tensor([1, 2, 3, 4, 5, 6], [2, 3])
      const calls = [${calls.map((call) => `() => ${call}`)}]
      const said = calls.map((call) => { try { call() } catch ({ message }) { return message } })
      console.log(JSON.stringify(said.map((text) => text.split(':')[0])))`
    const names = JSON.parse(await runInProject(here.project, code))
    expect(names).toEqual(['matmul', 'concat', 'stack', 'reshape'])
  })

  test('the program of its README runs', async () => {
    const [, code] = /^```ts\n([\s\S]*?)^```/m.exec(
      readFileSync(join(here.project, 'node_modules/maru/README.md'), 'utf8'),
    )!
    const losses = (await runInProject(here.project, code!)).trim().split('\n').map(Number)
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
  })

  test.each([
    ['a script of Node', '--module nodenext --lib es2022 --types node'],
    ['a page that is bundled', '--module esnext --moduleResolution bundler --lib es2022,dom'],
  ])('types resolve in %s', async (_, host) => {
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--typeRoots', TYPES]
    const tsc = [TSC, ...options, ...host.split(' '), 'consumer.ts']
    const { stdout } = await run(process.execPath, tsc, { cwd: here.project }).catch(
      (error: { stdout: string }) => error,
    )
    expect(stdout).toBe('')
  })
})

/** Number of the line that `program.ts` marks. */
function userLine(text: string): number {
  return text.split('\n').findIndex((line) => line.includes("// the user's line")) + 1
}
