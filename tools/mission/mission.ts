/**
 * Says which acceptance lines are shown. `npm run mission` runs the tests that carry ids and writes `docs/mission.md`;
 * `--json` prints the rows instead; `--report FILE` takes a JSON report of vitest in place of the run.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { filesWithoutTests, recordedEvidence, testEvidence } from './proofs.ts'
import { idsIn, rows } from './rows.ts'
import { missionText, verdict } from './verdict.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Titles with an id, in the way that `vitest -t` matches them. */
const ID_IN_TITLE = String.raw`\[[A-Z]\d+\.\d+\]`

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, report: { type: 'string', multiple: true } },
})
const reports = values.report?.map((path) => readFileSync(path, 'utf8')) ?? [runTests()]
const judged = verdict(
  rows,
  new Map([
    ...recordedEvidence(readFileSync(join(ROOT, 'docs/results.md'), 'utf8')),
    ...testEvidence(reports, ROOT),
  ]),
)
if (values.json) console.log(JSON.stringify({ rows: judged }, null, 2))
else {
  writeFileSync(join(ROOT, 'docs/mission.md'), missionText(judged))
  for (const { id, title, status } of judged)
    console.log(`${id.padEnd(5)}${status.padEnd(9)}${title}`)
}

/** Runs every test whose title carries an id, and gives the report. */
function runTests(): string {
  const files = filesWithIds()
  if (files.length === 0) throw new Error('no test carries the id of a line')
  const folder = mkdtempSync(join(tmpdir(), 'maru-mission-'))
  const report = join(folder, 'report.json')
  const { stderr } = spawnSync(
    process.execPath,
    [
      ...[join(ROOT, 'node_modules/vitest/vitest.mjs'), 'related', '--run', ...files],
      ...['-t', ID_IN_TITLE, '--reporter=json', `--outputFile=${report}`],
    ],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  )
  try {
    const text = readFileSync(report, 'utf8')
    for (const file of filesWithoutTests(text)) console.error(`no test of it ran: ${file}`)
    return text
  } catch (cause) {
    throw new Error(`the tests gave no report:\n${stderr}`, { cause })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Files of tests, and tables that tests read, with an id somewhere. */
function filesWithIds(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'packages/*/test/**'],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  )
  return listed
    .split('\n')
    .filter(
      (path) => path.endsWith('.ts') && idsIn(readFileSync(join(ROOT, path), 'utf8')).length > 0,
    )
}
