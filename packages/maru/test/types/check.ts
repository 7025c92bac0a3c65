/** Compiles snippets against the sources and reads what the compiler says of them. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const here = dirname(fileURLToPath(import.meta.url))

function readOptions(): ts.CompilerOptions {
  const path = join(here, '../../../../tsconfig.json')
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }
  const parsed = ts.getParsedCommandLineOfConfigFile(path, {}, host)
  if (!parsed) throw new Error(`no configuration at ${path}`)
  // without the DOM, whose declarations would take longer to read than all of maru
  const lib = ['lib.es2023.d.ts', 'lib.es2024.sharedmemory.d.ts', 'lib.esnext.disposable.d.ts']
  return { ...parsed.options, lib, types: [], noUnusedLocals: false, isolatedDeclarations: false }
}

const format =
  ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope

const options = readOptions()
const sources = new Map<string, ts.SourceFile | undefined>()

/** A host that parses every file once per process, and serves `text` as the file `path`. */
function hostFor(path: string, text: string): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (name, languageVersion) => {
    if (name === path) return ts.createSourceFile(name, text, languageVersion)
    if (!sources.has(name)) sources.set(name, read(name, languageVersion))
    return sources.get(name)
  }
  const exists = host.fileExists
  host.fileExists = (name) => name === path || exists(name)
  return host
}

/** One diagnostic: its text and the columns that an editor underlines. */
export interface Diagnostic {
  readonly text: string
  readonly start: number
  readonly length: number
}

/** What the compiler says of one program. */
export interface Checked {
  /** Diagnostics by line, counted from 0. */
  readonly diagnostics: ReadonlyMap<number, readonly Diagnostic[]>
  /** The printed type of a top-level constant. */
  readonly typeOf: (name: string) => string
  /** Type instantiations that the check took: its cost, without the noise of a clock. */
  readonly instantiations: number
}

/** Type-checks a program text as if it stood in this folder. */
export function check(text: string): Checked {
  const path = join(here, 'snippet.ts')
  const program = ts.createProgram([path], options, hostFor(path, text))
  const file = program.getSourceFile(path)
  if (!file) throw new Error('the snippet was not read')
  const diagnostics = new Map<number, Diagnostic[]>()
  for (const found of [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]) {
    const { line, character } = file.getLineAndCharacterOfPosition(found.start ?? 0)
    const text = ts.flattenDiagnosticMessageText(found.messageText, '\n')
    const diagnostic = { text, start: character, length: found.length ?? 0 }
    diagnostics.set(line, [...(diagnostics.get(line) ?? []), diagnostic])
  }
  const instantiations = program.getInstantiationCount()
  const checker = program.getTypeChecker()
  const constants = new Map<string, ts.VariableDeclaration>()
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    for (const declared of statement.declarationList.declarations) {
      if (ts.isIdentifier(declared.name)) constants.set(declared.name.text, declared)
    }
  }
  const typeOf = (name: string): string => {
    const declared = constants.get(name)
    if (!declared) throw new Error(`no constant ${name}`)
    const type = checker.getTypeAtLocation(declared)
    return checker.typeToString(type, declared, format)
  }
  return { diagnostics, typeOf, instantiations }
}

/** What the snippets may use. */
export const imports = `import { concat, crossEntropy, dim, stack, tensor, Tensor, zeros } from 'maru'
import { AvgPool2d, Conv2d, Embedding, Flatten, GRU, Linear, LSTM, MaxPool2d, Module, ReLU, RNN, Sequential, Softmax, Tanh, TransformerDecoderLayer, TransformerEncoderLayer } from 'maru/nn'
`

/** The answer to one expression: its printed type, and the diagnostics if there are any. */
export interface Answer {
  readonly type: string
  /** Columns count from the start of the expression. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Asks for the type of each one-line expression, in one compilation. */
export function ask(expressions: readonly string[], prelude = ''): Answer[] {
  const head = `${imports}${prelude}`
  const first = head.split('\n').length - 1
  const names = expressions.map((_, i) => `answer${i}`)
  const body = expressions.map((code, i) => `const ${names[i]} = ${code}\n`).join('')
  const checked = check(`${head}${body}`)
  for (const [line, found] of checked.diagnostics) {
    if (line < first) throw new Error(`line ${line} of the prelude: ${found[0]?.text}`)
  }
  return names.map((name, i) => {
    const indent = `const ${name} = `.length
    const diagnostics = checked.diagnostics.get(first + i) ?? []
    return {
      type: checked.typeOf(name),
      diagnostics: diagnostics.map((found) => ({ ...found, start: found.start - indent })),
    }
  })
}
