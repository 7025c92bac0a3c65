import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { expect, test } from 'vitest'
import { type Import, importsOf, sources } from './source.ts'

/** An import points to an earlier row or to its own folder; folders of one row do not see each other. */
const CHAIN = [
  ['base'],
  ['graph'],
  ['primitives'],
  ['autograd', 'compiler'],
  ['backend'],
  ['runtime'],
  ['tensor'],
  ['nn', 'io', 'terminal'],
  ['optim', 'data'],
  ['models', 'train'],
  ['config'],
  ['index.ts'],
  ['cli'],
]

/** Gradient rules are written with tensor methods, so these may name the type of a tensor. */
const NAME_TENSOR = /^(primitives\/|autograd\/|graph\/primitive\.ts$)/

/** Packages that may be missing, each with the file that asks for it when it is needed. */
const OPTIONAL: Readonly<Record<string, string>> = { fflate: 'io/zip.ts' }

/** What a web page loads. */
const BROWSER = ['index.ts', 'nn/index.ts', 'optim/index.ts']

const files = sources()
const imports = files.flatMap(importsOf)
const paths = new Set(files.map((file) => file.path))

const folder = (path: string): string => path.split('/')[0] ?? path
const rank = (path: string): number => CHAIN.findIndex((row) => row.includes(folder(path)))
const show = ({ from, line, to }: Import): string => `${from}:${line} imports ${to}`

test('every file lives in a folder of the chain', () => {
  expect([...paths].filter((path) => rank(path) < 0)).toEqual([])
})

test('an import points left, never right', () => {
  const wrong = imports.filter(({ from, to, own, typeOnly }) => {
    if (!own || folder(from) === folder(to)) return false
    if (typeOnly && to === 'tensor/tensor.ts' && NAME_TENSOR.test(from)) return false
    return rank(to) >= rank(from)
  })
  expect(wrong.map(show)).toEqual([])
})

test('an import of our own carries its extension', () => {
  expect(imports.filter(({ own, to }) => own && !to.endsWith('.ts')).map(show)).toEqual([])
})

test('the library depends on no package, but for optional ones in one file each', () => {
  const { optionalDependencies, dependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  const packages = imports.filter(({ own, to }) => !own && !isBuiltin(to))
  expect(packages.filter(({ from, to }) => OPTIONAL[to] !== from).map(show)).toEqual([])
  expect(Object.keys(optionalDependencies)).toEqual(expect.arrayContaining(Object.keys(OPTIONAL)))
  expect(dependencies).toBeUndefined()
})

test('no file needs itself at run time', () => {
  const cycles: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const next of runTimeImports(path)) if (next.own) visit(next.to, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of paths) visit(path, [])
  expect(cycles).toEqual([])
})

test('what a browser loads reaches no module of Node', () => {
  const seen = new Set<string>()
  const wrong: string[] = []
  const queue = BROWSER.filter((path) => paths.has(path))
  for (const path of queue) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const next of runTimeImports(path)) {
      if (next.own) queue.push(next.to)
      else if (isBuiltin(next.to)) wrong.push(show(next))
    }
  }
  // process.getBuiltinModule is how a file asks for such a module where there is one
  expect(wrong).toEqual([])
})

function runTimeImports(path: string): Import[] {
  return imports.filter((one) => one.from === path && !one.typeOnly)
}
