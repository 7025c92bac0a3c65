/** The built package: an entry for each export, and a few files for the folders of the sources behind them. */
import { readFileSync } from 'node:fs'
import type { RolldownOptions } from 'rolldown'

const { exports }: { exports: Readonly<Record<string, string | { readonly source: string }>> } =
  JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** What is run. */
const PROGRAMS = ['./src/cli/main.ts', './src/backend/wasm/worker-entry.ts']
const entries = Object.values(exports).flatMap((it) => (typeof it === 'string' ? [] : it.source))

/** `src/nn/index.ts` as `nn/index`. */
function nameOf(path: string): string {
  return path.replace(/^.*\bsrc\//, '').replace(/\.ts$/, '')
}

/** What stays alone: programs, and machine code, which is loaded when it is wanted. */
const ALONE = /^(cli\/main|backend\/wasm\/worker-entry|backend\/native\/.*)$/
/** All that a page's worker loads. */
const WORKER = 'backend/wasm/worker'

/** Folders that no process does without and no frame of an error is asked about. */
const CORE = /^(base|graph|primitives|autograd|compiler)\//

/**
 * The folder that a source is of, as the name of its file: a process loads a few files instead of
 * hundreds, and frames of errors still tell what they are in.
 */
function fileOf(source: string): string | null {
  const name = nameOf(source)
  if (name === WORKER) return WORKER
  if (CORE.test(name)) return 'core/all'
  return ALONE.test(name) || !name.includes('/') ? null : name.replace(/\/.*/, '/all')
}

const config: RolldownOptions = {
  input: Object.fromEntries([...entries, ...PROGRAMS].map((path) => [nameOf(path), path])),
  external: [/^node:/, 'fflate', 'koffi', 'sharp'],
  platform: 'neutral',
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, facadeModuleId }) =>
      `${facadeModuleId ? nameOf(facadeModuleId) : name}.js`,
    sourcemap: true,
    sourcemapExcludeSources: true,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ debugName: 'folders', test: /\bsrc\//, name: fileOf }],
    },
  },
}

export default config
