/** The package as users get it: built, packed, installed in an empty project. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import type { Report } from './program.ts'

const run = promisify(execFile)

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const PACKAGE = join(ROOT, 'packages/maru')
const PREFIX = 'maru-packed-'
const DAY_MS = 24 * 60 * 60 * 1000

/** What `npm pack --json` says of a tarball. */
export interface Tarball {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

export interface Packed {
  readonly tarball: Tarball
  /** A project with the package installed and nothing else; holds `program.js` and `consumer.ts`. */
  readonly project: string
}

/** Paths, relative to the repository, of all that the result depends on. */
function inputs(): string[] {
  const left = ['dist', 'node_modules', 'test']
  const names = readdirSync(PACKAGE).filter((name) => !left.includes(name))
  const own = [...names, 'test/package'].map((name) => `packages/maru/${name}`)
  return [...own, 'tsconfig.base.json', 'package-lock.json']
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path).flatMap((name) => filesUnder(join(path, name)))
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((path) => filesUnder(join(ROOT, path))).sort()) {
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

/** Built once for each state of the sources; of suites that build at the same time one's result stays. */
export async function packed(): Promise<Packed> {
  const paths = inputs()
  const folder = join(tmpdir(), `${PREFIX}${hashOf(paths)}`)
  if (!existsSync(folder)) {
    const fresh = mkdtempSync(join(tmpdir(), PREFIX))
    try {
      await make(fresh, paths)
      renameSync(fresh, folder)
    } catch (error) {
      rmSync(fresh, { recursive: true })
      if (!existsSync(folder)) throw error
    }
    forgetOld(folder)
  }
  const tarball: Tarball = JSON.parse(readFileSync(join(folder, 'tarball.json'), 'utf8'))
  return { tarball, project: join(folder, 'project') }
}

function forgetOld(current: string): void {
  for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))) {
    const path = join(tmpdir(), name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (path !== current && age > DAY_MS) rmSync(path, { recursive: true, force: true })
  }
}

/** `npm run build`, `npm pack` and `npm install`, away from the repository and without the network. */
async function make(folder: string, paths: readonly string[]): Promise<void> {
  const copy = join(folder, 'copy')
  for (const path of paths) cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction')
  const source = join(copy, 'packages/maru')
  await npm(source, 'run', 'build')
  const [tarball]: Tarball[] = JSON.parse(
    await npm(source, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  )
  if (!tarball) throw new Error('npm pack wrote nothing')
  writeFileSync(join(folder, 'tarball.json'), JSON.stringify(tarball))
  rmSync(copy, { recursive: true })

  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  // with an empty cache, so that what is optional is not there
  const nothing = ['--offline', '--ignore-scripts', '--cache', join(folder, 'cache')]
  await npm(project, 'install', ...nothing, `../${tarball.filename}`)
  const here = join(PACKAGE, 'test/package')
  const { outputText } = ts.transpileModule(readFileSync(join(here, 'program.ts'), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  })
  writeFileSync(join(project, 'program.js'), outputText)
  cpSync(join(here, 'consumer.ts'), join(project, 'consumer.ts'))
}

async function npm(cwd: string, ...args: string[]): Promise<string> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const shell = process.platform === 'win32'
  try {
    return (await run('npm', [...args, ...quiet], { cwd, shell, maxBuffer: 2 ** 26 })).stdout
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? error.stdout : ''
    throw new Error(`npm ${args.join(' ')}: ${error}\n${said}`)
  }
}

/** Runs a module's text in the project, with the Node that runs the tests. */
export async function runInProject(
  project: string,
  code: string,
  flags: readonly string[] = [],
): Promise<string> {
  const env = { ...process.env, MARU_LANG: 'en' }
  const args = [...flags, '--input-type=module', '--eval', code]
  return (await run(process.execPath, args, { cwd: project, env })).stdout
}

/** What `program.ts` reports in Node. */
export async function trainInNode(project: string): Promise<Report> {
  const code = `import { train } from './program.js'; console.log(JSON.stringify(await train()))`
  return JSON.parse(await runInProject(project, code))
}
