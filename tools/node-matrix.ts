/** Runs the script named by its argument on several versions of Node; the last lines must be equal. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CACHE = join(tmpdir(), 'maru-node-matrix')
const MAJORS = [24, 26]
const PLATFORM = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
const TIMEOUT_MS = 600_000

interface Run {
  readonly node: string
  readonly seconds: number
  /** Nothing where the script failed. */
  readonly last: string | undefined
}

/** Path of a Node of this major version, installed on first use without running install scripts. */
function install(major: number): string {
  const folder = join(CACHE, String(major))
  const name = `node-${PLATFORM}`
  const path = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  execFileSync('npm', ['install', ...options, '--prefix', folder, `${name}@${major}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: TIMEOUT_MS,
    shell: process.platform === 'win32',
  })
  return path
}

function run(node: string, script: string): Run {
  const started = performance.now()
  const { status, stdout } = spawnSync(node, ['--import', 'tsx', '--conditions=source', script], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
  })
  return {
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    seconds: (performance.now() - started) / 1000,
    last: status === 0 ? (stdout.trimEnd().split('\n').at(-1) ?? '') : undefined,
  }
}

const [script] = process.argv.slice(2)
if (script === undefined) {
  console.error('usage: tsx tools/node-matrix.ts <script.ts>')
  process.exit(2)
}

const runs = [run(process.execPath, script)]
for (const major of MAJORS) {
  let node: string
  try {
    node = install(major)
  } catch (error) {
    const lines = error instanceof Error ? error.message.split('\n') : [String(error)]
    const reason = lines.find((line) => line.startsWith('npm error')) ?? lines[0]
    console.log(`SKIPPED: Node ${major} could not be installed: ${reason}`)
    continue
  }
  runs.push(run(node, script))
}

console.log(`${'node'.padEnd(12)}${'seconds'.padStart(8)}  last line`)
for (const { node, seconds, last } of runs) {
  console.log(`${node.padEnd(12)}${seconds.toFixed(1).padStart(8)}  ${last ?? 'FAILED'}`)
}
const same = runs.every(({ last }) => last !== undefined && last === runs[0]?.last)
console.log(same ? `the same on ${runs.length} of ${MAJORS.length + 1} versions` : 'DIFFERENT')
process.exitCode = same ? 0 : 1
