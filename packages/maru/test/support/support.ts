/** The text of `SUPPORT.md`: what the suites check of every op, read from the table that they iterate over. */
import { openDevice } from '../../src/backend/devices.ts'
import { target as webgpu } from '../../src/backend/webgpu/target.ts'
import { type DType, dtypes } from '../../src/base/dtype.ts'
import { compile } from '../../src/compiler/compile.ts'
import { launchesOf } from '../../src/compiler/program.ts'
import type { Target } from '../../src/compiler/target.ts'
import { capture, isNumber, isReady } from '../../src/runtime/capture.ts'
import { cellLeaf } from '../../src/runtime/realize.ts'
import { callsOf, resultOf, torchCalls } from '../ops/calls.ts'
import type { Row } from '../ops/row.ts'
import { table } from '../ops/table.ts'
import { opFor, opInfoNames, unmapped } from './opinfo.ts'

const all = Object.keys(dtypes) as DType[]

/** What programs are compiled for: one lowering with more or fewer lanes. */
function targets(): readonly (readonly [name: string, target: Target])[] {
  const wasm = openDevice('wasm').target
  return [
    ['WebAssembly', wasm],
    ['x86-64', { ...wasm, name: 'native', lanes: 8 }],
    ['WGSL', webgpu],
  ]
}

/** Dtypes of the inputs by the result's: `float64, float32; int32 → float32`. */
function dtypesOf({ results }: Row): string {
  // Those that are kept come first.
  const groups = new Map<string, DType[]>([['', []]])
  for (const dtype of all) {
    const result = results[dtype]
    if (result === 'refused') continue
    const key = result === dtype ? '' : ` → ${result}`
    groups.set(key, [...(groups.get(key) ?? []), dtype])
  }
  const filled = [...groups].filter(([, from]) => from.length > 0)
  return filled.map(([result, from]) => from.join(', ') + result).join('; ')
}

/** Whether every launch of a row's first sample is code, by the dtype of its inputs. */
function isCode(row: Row, dtype: DType, target: Target): boolean {
  const [call] = callsOf(row, dtype)
  const node = call && resultOf(call).node
  if (!node || isReady(node) || isNumber(node)) return true
  const program = compile(capture([node], [], cellLeaf), target)
  return launchesOf(program.body).every(({ kind }) => kind !== 'interpret')
}

/** What runs an op on a target: code, the interpreter, or one of the two by dtype. */
function runBy(row: Row, target: Target): string {
  const takes = row.samples.some(({ inputs }) => inputs.length > 0)
  const accepted = all.filter(
    (dtype) => row.results[dtype] !== 'refused' && target.dtypes.has(dtype),
  )
  const tried = takes ? accepted : accepted.slice(0, 1)
  const code = tried.filter((dtype) => isCode(row, dtype, target))
  if (code.length === tried.length) return 'code'
  return code.length === 0 ? 'interpreted' : `code: ${code.join(', ')}`
}

function gradientOf({ gradient }: Row): string {
  if (gradient === 'differences') return '1, 2'
  return 'none' in gradient ? `zero: ${gradient.none}` : '1'
}

function oracleOf(row: Row): string {
  if ('none' in row.oracle) return `none: ${row.oracle.none}`
  return `${torchCalls(row).length} samples`
}

function transformsOf({ gradient, samples }: Row): string {
  if (!samples.some(({ inputs }) => inputs.length > 0)) return ''
  return gradient === 'differences' ? 'vmap, jvp, vjp' : 'vmap'
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function opTable(): string[] {
  const columns = targets()
  const head = ['op', 'dtypes', ...columns.map(([name]) => name)]
  const heading = [...head, 'gradients', 'transforms', 'PyTorch']
  const rows = [...table].sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    line(heading),
    line(heading.map(() => '---')),
    ...rows.map((row) =>
      line([
        `\`${row.name}\``,
        dtypesOf(row),
        ...columns.map(([, target]) => runBy(row, target)),
        gradientOf(row),
        transformsOf(row),
        oracleOf(row),
      ]),
    ),
  ]
}

function missing(): string[] {
  return [...unmapped()].sort().flatMap(([reason, names]) => {
    return [
      `**${reason}** (${names.length})`,
      '',
      names.map((name) => `\`${name}\``).join(', '),
      '',
    ]
  })
}

/** The whole page. */
export function supportText(): string {
  const known = opInfoNames.filter((name) => opFor(name) !== undefined)
  const compiled = targets().map(
    ([name, { dtypes: compiles }]) => `${name}: ${[...compiles].join(', ')}`,
  )
  return `${[
    '# What is supported',
    '',
    'Written by `npm run support` from the table of ops that the tests iterate over; a test fails when it is out of date.',
    '',
    `- **Devices.** Every op runs, and is tested, on the reference interpreter and on WebAssembly, with every dtype of its row. A kernel`,
    '  is compiled where the dtypes and the op allow it, and interpreted otherwise, with the same results.',
    `- **Code** says what the first sample of a row compiles to, by dtypes that kernels exist for. ${compiled.join('. ')}.`,
    '- **Gradients** are the orders that are checked by central differences in float64.',
    '- **Transforms** are those that are checked on all samples of the row: one example after the other, and adjoints.',
    '- **PyTorch** counts the samples of PyTorch 1.13 that results, and gradients where there are any, are compared with.',
    '',
    `## ${table.length} ops`,
    '',
    ...opTable(),
    '',
    "## PyTorch's ops",
    '',
    `PyTorch tests itself with a database of ${opInfoNames.length} names. ${known.length} of them are an op of the table, under the same name in camelCase,`,
    'another one, or as an option. These are not:',
    '',
    ...missing(),
  ]
    .join('\n')
    .trimEnd()}\n`
}
