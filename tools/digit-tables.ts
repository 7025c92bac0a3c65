/**
 * Prints `packages/maru/src/base/types/digits.ts`, the tables behind integer arithmetic on types.
 *
 *     npx tsx tools/digit-tables.ts > packages/maru/src/base/types/digits.ts
 */
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'

type Rule = (a: number, b: number) => number

const digits = Array.from({ length: 10 }, (_, digit) => digit)

/** One 10 × 10 table as a tuple of tuples; digits are strings, carries are the numbers 0 and 1. */
function table(rule: Rule, indent: string, cell: (value: number) => string): string {
  const rows = digits.map((a) => `[${digits.map((b) => cell(rule(a, b))).join(', ')}]`)
  return `[\n${rows.map((row) => `${indent}  ${row},\n`).join('')}${indent}]`
}

const digit = (value: number): string => `'${value}'`
const bit = (value: number): string => `${value}`

function single(name: string, doc: string, rule: Rule): string {
  return `/** ${doc} */\nexport type ${name} = ${table(rule, '', digit)}\n`
}

/** Two tables, for a carry of 0 and of 1. */
function carried(
  name: string,
  doc: string,
  cell: (value: number) => string,
  rule: (a: number, b: number, carry: number) => number,
): string {
  const both = [0, 1].map((carry) => `  ${table((a, b) => rule(a, b, carry), '  ', cell)},\n`)
  return `/** ${doc} */\nexport type ${name} = [\n${both.join('')}]\n`
}

/** The text of `digits.ts`. */
export function digitTables(): string {
  return [
    '/** Digit tables, printed by `tools/digit-tables.ts`; not edited by hand. */\n',
    carried(
      'AddDigit',
      '`(a + b + carry) mod 10`, indexed `[carry][a][b]`.',
      digit,
      (a, b, c) => (a + b + c) % 10,
    ),
    carried('AddCarry', '`(a + b + carry) div 10`, indexed `[carry][a][b]`.', bit, (a, b, c) =>
      a + b + c > 9 ? 1 : 0,
    ),
    carried(
      'SubDigit',
      '`(a - b - borrow) mod 10`, indexed `[borrow][a][b]`.',
      digit,
      (a, b, c) => (a - b - c + 10) % 10,
    ),
    carried(
      'SubBorrow',
      '1 when `a - b - borrow` is below 0, indexed `[borrow][a][b]`.',
      bit,
      (a, b, c) => (a - b - c < 0 ? 1 : 0),
    ),
    single('MulLow', '`a · b mod 10`, indexed `[a][b]`.', (a, b) => (a * b) % 10),
    single('MulHigh', '`a · b div 10`, indexed `[a][b]`.', (a, b) => Math.floor((a * b) / 10)),
  ].join('\n')
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) process.stdout.write(digitTables())
