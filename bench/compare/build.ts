/** The built package, made anew when a source is younger. */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const PACKAGE = join(ROOT, 'packages/maru')

function youngest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.reduce((last, file) => Math.max(last, statSync(join(folder, file)).mtimeMs), 0)
}

/** Builds `dist` if it is missing or older than the sources. */
export function build(): void {
  const built = statSync(join(PACKAGE, 'dist/index.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (built > youngest(join(PACKAGE, 'src'))) return
  // What is said of it goes where it does not mix with results.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
}
