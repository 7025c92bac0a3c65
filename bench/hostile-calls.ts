/**
 * Hostile calls of every op: each gives a value or one of the library's errors, and what follows is
 * still right. `npx tsx --conditions=source bench/hostile-calls.ts [calls] [seed]`
 */
import { attack, canary, slow } from '../packages/maru/test/hostile/attack.ts'

const calls = Number(process.argv[2] ?? 50_000)
const seed = Number(process.argv[3] ?? 1)
/** Reports that are printed. */
const MOST_REPORTS = 50

const start = performance.now()
let failures = 0
for (let i = 0; i < calls; i++) {
  const wrong = await attack(seed, i)
  if (wrong && ++failures <= MOST_REPORTS) console.log(`${i}: ${wrong}`)
  if (i % 500 === 499 && !(await canary())) {
    console.log(`${i}: what is computed after this call is wrong`)
    failures++
  }
}
for (const each of slow) console.log(`slow, ${each}`)
const seconds = ((performance.now() - start) / 1000).toFixed(0)
console.log(
  `${calls} hostile calls of seed ${seed} in ${seconds} s: ${failures} failed, ${slow.length} were slow`,
)
process.exitCode = failures + slow.length > 0 ? 1 : 0
