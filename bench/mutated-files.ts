/**
 * Damaged files for every reader: each gives a value or one of the library's errors, within a second
 * and without memory that the file does not account for.
 * `npx tsx --conditions=source bench/mutated-files.ts [files a reader] [seed]`
 */
import { damage } from '../packages/maru/test/hostile/damage.ts'
import { readers } from '../packages/maru/test/hostile/readers.ts'

const count = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? 1)
/** Reports that are printed for each reader. */
const MOST_REPORTS = 5

let failures = 0
for (const reader of readers) {
  const start = performance.now()
  let wrong = 0
  let read = 0
  for (let i = 0; i < count; i++) {
    const outcome = await damage(reader, seed, i)
    if (outcome.read) read++
    if (!outcome.wrong) continue
    if (++wrong <= MOST_REPORTS) console.log(`${reader.name}, file ${i}: ${outcome.wrong}`)
  }
  failures += wrong
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `${reader.name}: ${count} damaged files in ${seconds} s, ${read} were read, ${wrong} went wrong`,
  )
}
process.exitCode = failures > 0 ? 1 : 0
