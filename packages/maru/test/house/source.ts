/** The library's own source text, parsed, for the tests that guard the house rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The repository's folder. */
export const ROOT: string = fileURLToPath(new URL('../../../../', import.meta.url))
/** The library's source folder. */
export const SRC: string = join(ROOT, 'packages/maru/src')

/** One file of `src/`; `path` is relative to it. */
export interface Source {
  readonly path: string
  readonly ast: ts.SourceFile
}

/** One import, re-export, `import()` or `import('…')` type. */
export interface Import {
  readonly from: string
  /** A path relative to `src/` for our own files (`maru/nn` too), else the specifier as written. */
  readonly to: string
  readonly own: boolean
  readonly typeOnly: boolean
  readonly line: number
}

/** Every source file that ships; unit tests beside them are left out. */
export function sources(): Source[] {
  if (!existsSync(SRC)) return []
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .sort()
    .map((path) => ({ path, ast: parse(join(SRC, path)) }))
}

/** A TypeScript file as a tree with parent links. */
export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
}

/** Calls `visit` on a node and everything below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

/** Line of a node in its file, counted from 1. */
export function lineOf(node: ts.Node): number {
  const file = node.getSourceFile()
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
}

/** Everything that a file imports, in whatever form. */
export function importsOf({ path, ast }: Source): Import[] {
  const found: Import[] = []
  walk(ast, (node) => {
    const target = specifier(node)
    if (!target) return
    const text = target.text.replace(/^maru$/, '/index.ts').replace(/^maru(\/\w+)$/, '$1/index.ts')
    const own = /^[./]/.test(text)
    const to = own ? resolve('/', dirname(path), text).slice(1) : text
    found.push({ from: path, to, own, typeOnly: target.typeOnly, line: lineOf(node) })
  })
  return found
}

function specifier(node: ts.Node): { text: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return { text: node.moduleSpecifier.text, typeOnly }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    if (!ts.isStringLiteral(node.moduleSpecifier)) return undefined
    return { text: node.moduleSpecifier.text, typeOnly: node.isTypeOnly }
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument
    return ts.isStringLiteral(literal) ? { text: literal.text, typeOnly: true } : undefined
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [target] = node.arguments
    return target && ts.isStringLiteralLike(target)
      ? { text: target.text, typeOnly: false }
      : undefined
  }
  return undefined
}
