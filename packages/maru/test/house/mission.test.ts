import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  recordedEvidence,
  recordedResults,
  testEvidence,
} from '../../../../tools/mission/proofs.ts'
import { C, N, type Row } from '../../../../tools/mission/row.ts'
import { idsIn, lineId, rows } from '../../../../tools/mission/rows.ts'
import { verdict } from '../../../../tools/mission/verdict.ts'
import { ROOT } from './source.ts'

/** Rows of each letter: from, to. */
const ROWS: Record<string, [from: number, to: number]> = {
  A: [1, 14],
  B: [1, 7],
  C: [1, 18],
  D: [1, 13],
  E: [1, 6],
  F: [1, 7],
  G: [0, 10],
  H: [1, 9],
  I: [1, 10],
  X: [1, 9],
  J: [0, 6],
  K: [1, 9],
  M: [1, 7],
  N: [1, 13],
}

const lines = new Set(rows.flatMap((row) => row.lines.map((_, index) => lineId(row, index))))
const results = readFileSync(join(ROOT, 'docs/results.md'), 'utf8')

describe('the acceptance rows', () => {
  test('are all there, in order, each once', () => {
    const wanted = Object.entries(ROWS).flatMap(([letter, [from, to]]) =>
      Array.from({ length: to - from + 1 }, (_, index) => `${letter}${from + index}`),
    )
    expect(rows.map(({ id }) => id)).toEqual(wanted)
  })

  test('have lines, each another claim', () => {
    for (const { id, lines } of rows) {
      expect(lines.length, id).toBeGreaterThan(0)
      expect(new Set(lines.map(({ text }) => text)).size, id).toBe(lines.length)
    }
  })

  test('consist only of rows and lines that are there, and of none that leads back', () => {
    const parts = new Map<string, readonly string[]>()
    for (const row of rows) {
      parts.set(
        row.id,
        row.lines.map((_, index) => lineId(row, index)),
      )
      row.lines.forEach(({ of = [] }, index) => {
        parts.set(lineId(row, index), of)
      })
    }
    const visit = (id: string, above: readonly string[]): void => {
      expect(parts.has(id), `${id} of ${above.join(', ')}`).toBe(true)
      expect(above).not.toContain(id)
      for (const part of parts.get(id) ?? []) visit(part, [...above, id])
    }
    for (const { id } of rows) visit(id, [])
  })
})

test('titles of tests carry ids of lines that are there', () => {
  const listed = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'packages/*/test/**'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  const files = listed
    .split('\n')
    .filter((path) => path.endsWith('.ts') && existsSync(join(ROOT, path)))
  expect(files.length).toBeGreaterThan(0)
  const unknown = files
    .filter((path) => !path.endsWith('house/mission.test.ts'))
    .flatMap((path) =>
      idsIn(readFileSync(join(ROOT, path), 'utf8'))
        .filter((id) => !lines.has(id))
        .map((id) => `${path}: ${id}`),
    )
  expect(unknown).toEqual([])
})

test('recorded results are whole, and about lines that are there', () => {
  const ids = recordedResults(results).map(({ id }) => id)
  expect(ids.filter((id) => !lines.has(id))).toEqual([])
  // an id in prose, or in a table of another form, would count for nothing
  expect(idsIn(results).sort()).toEqual(ids.sort())
})

describe('a line', () => {
  const row: Row = {
    id: 'Z1',
    title: 'a row',
    lines: [C('one'), N('two'), C('both', ['Z1.1', 'Z1.2'])],
  }
  const report = (...tests: [fullName: string, status: string][]): string =>
    JSON.stringify({
      testResults: [
        {
          name: '/place/a.test.ts',
          assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
        },
      ],
    })
  const judge = (reports: string[], markdown = ''): [string, (string | null)[]] => {
    const [judged] = verdict(
      [row],
      new Map([...recordedEvidence(markdown), ...testEvidence(reports, '/place/')]),
    )
    return [judged!.status, judged!.lines.map(({ proof }) => proof)]
  }
  const table = (cells: string): string =>
    `| line | met | figure | command | seeds | commit |\n|---|---|---|---|---|---|\n| ${cells} |`

  test('is shown by a test that passed', () => {
    const [status, proofs] = judge([report(['group [Z1.1] counts', 'passed'])])
    expect(status).toBe('partial')
    expect(proofs).toEqual(['a.test.ts: group [Z1.1] counts', null, null])
  })

  test.each(['skipped', 'failed', 'todo', 'pending'])('is open where a test is %s', (status) => {
    const both = report(['[Z1.1] a', 'passed'], ['[Z1.1] b', status])
    expect(judge([both])).toEqual(['open', [null, null, null]])
  })

  test('is open where no test ran', () => {
    expect(judge([report(['[Z1.10] another', 'passed'])])).toEqual(['open', [null, null, null]])
  })

  test('is shown by a recorded result that met it; the parts show the whole', () => {
    const cells = '[Z1.2] | yes | 2.4 % | `run --all` | 1, 2, 3 | 0123abc'
    const [status, proofs] = judge([report(['[Z1.1] a', 'passed'])], table(cells))
    expect(status).toBe('passes')
    expect(proofs[1]).toBe('docs/results.md: 2.4 %; `run --all`, seeds 1, 2, 3, 0123abc')
    expect(proofs[2]).toBe('shown by Z1.1, Z1.2')
    expect(judge([], table(cells.replace('yes', 'no')))).toEqual(['open', [null, null, null]])
  })

  test.each([
    ['no commit', '[Z1.2] | yes | 2.4 % | `run` | 1 | '],
    ['no command', '[Z1.2] | yes | 2.4 % | | 1 | 0123abc'],
    ['no seed', '[Z1.2] | yes | 2.4 % | `run` | | 0123abc'],
    ['no figure', '[Z1.2] | yes | good | `run` | 1 | 0123abc'],
    ['no id', 'dropout | yes | 2.4 % | `run` | 1 | 0123abc'],
    ['another cell', '[Z1.2] | yes | 2.4 % | `a | b` | 1 | 0123abc'],
  ])('is refused a recorded result with %s', (_, cells) => {
    expect(() => recordedResults(table(cells))).toThrow(/not whole/)
  })
})
