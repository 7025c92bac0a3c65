import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { lineOf, ROOT, sources, walk } from './source.ts'

const MAX_LINES = 600
const TABLE = /\/test\/.*table[^/]*\.ts$|\/src\/base\/messages\.ts$/
const BINARY = /\.(png|gz|bin|safetensors|wasm|npz?)$/

/** What a reader elsewhere could make nothing of: places of one machine, and how the code came about. */
const FORBIDDEN: [pattern: RegExp, why: string][] = [
  [/(^|[\s"'`(=:,])\/(work|root|home|Users)\//, 'an absolute path of one machine'],
  [/[A-Z]:\\\\?Users/, 'an absolute path of one machine'],
  [
    /(?<!--data |\.\.\/)\.\.\/shared/,
    'a folder beside the repository, other than as --data or data of a test',
  ],
  [/\b(registry\.(npmjs|yarnpkg)|npmjs\.org|files\.pythonhosted|pypi\.org)\b/, 'a registry host'],
  [/\b(workplace|co-authored-by|ai-generated)\b/i, 'how the code came about'],
  [/\b(claude|anthropic|chatgpt|openai codex|copilot)\b/i, 'how the code came about'],
  [/\b(this|my|our|previous|last|next) (session|issue|brief)\b/i, 'how the code came about'],
]

interface Locked {
  readonly resolved?: string
  readonly optionalDependencies?: Record<string, string>
}

const files = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
)
  .split('\0')
  .filter((path) => path !== '' && !BINARY.test(path) && existsSync(join(ROOT, path)))

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

test('no file speaks of one machine', () => {
  const found: string[] = []
  for (const path of files) {
    if (path.endsWith('house/hygiene.test.ts')) continue
    read(path)
      .split('\n')
      .forEach((line, index) => {
        for (const [pattern, why] of FORBIDDEN) {
          if (pattern.test(line)) found.push(`${path}:${index + 1} ${why}: ${line.trim()}`)
        }
      })
  }
  expect(found).toEqual([])
})

test('the lockfile names no host and serves every platform', () => {
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(read('package-lock.json'))
  const hosts = Object.values(packages).filter(({ resolved }) => resolved?.includes(':'))
  expect(hosts).toEqual([])
  // npm leaves out a binary that it could not look up, and `npm ci` then refuses the lockfile
  const wanted = Object.values(packages).flatMap((one) =>
    Object.keys(one.optionalDependencies ?? {}),
  )
  expect(wanted.filter((name) => !packages[`node_modules/${name}`])).toEqual([])
})

test(`no file is longer than ${MAX_LINES} lines, tables of tests and messages apart`, () => {
  const long = files
    .filter((path) => path.endsWith('.ts') && !TABLE.test(path))
    .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES)
  expect(long).toEqual([])
})

test('`any` stands only for a shape or a size that is not known', () => {
  const found: string[] = []
  for (const { path, ast } of sources()) {
    walk(ast, (node) => {
      if (node.kind !== ts.SyntaxKind.AnyKeyword || isUnknown(node.parent)) return
      found.push(`${path}:${lineOf(node)} ${node.parent.getText()}`)
    })
  }
  expect(found).toEqual([])
})

/** The default of `Tensor<S extends Shape = any>`, or the bodies of `Out` and `ToShape`, which make one. */
function isUnknown(node: ts.Node): boolean {
  if (ts.isTypeParameterDeclaration(node))
    return /^(out )?S( extends \w+)? = any$/.test(node.getText())
  const alias = ts.findAncestor(node, ts.isTypeAliasDeclaration)
  return alias !== undefined && ['AnySize', 'Out', 'ToShape'].includes(alias.name.text)
}

test('README shows the two commands', () => {
  expect(read('README.md')).toContain('npm ci && npm test')
  expect(read('README.md')).toContain('npm start')
})

test('README.ko.md has the headings of README.md', () => {
  expect(headings(read('README.ko.md'))).toEqual(headings(read('README.md')))
})

/** Level of each heading, in order; code blocks left out. */
function headings(text: string): number[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/^(#+) /gm)].map(([, marks]) => marks!.length)
}
