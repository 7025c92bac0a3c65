/**
 * maru against other libraries: everybody runs a case in turn, in one run. `npm run bench -- --help`
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { build } from './build.ts'
import { type Case, cases, targetOf } from './cases.ts'
import type { Contestant } from './contestant.ts'
import { contestants, type Found, find } from './contestants.ts'
import { measure } from './measure.ts'
import { type Options, type PeerName, readOptions, usage } from './options.ts'
import { report } from './report.ts'
import { type Result, resultsOf } from './results.ts'
import { runStarts } from './starts.ts'
import { header, line } from './table.ts'

/** Prints and keeps results; says at the end whether all values were right. */
class Output {
  readonly #options: Options
  #last: Result | undefined
  wrong = 0

  constructor(options: Options) {
    this.#options = options
  }

  heading(text: string): void {
    if (!this.#options.json) console.log(`\n${text}\n${header}`)
  }

  add(results: readonly Result[]): void {
    const { json, out } = this.#options
    for (const result of results) {
      if (result.right === false) this.wrong++
      console.log(json ? JSON.stringify(result) : line(result, this.#last))
      this.#last = result
      if (out) appendFileSync(out, `${JSON.stringify(result)}\n`)
    }
  }
}

/** The tile computes contractions alone, and gradients of models are what is turned. */
function takesPart(name: string, each: Case): boolean {
  if (name === 'tfjs-turned') return each.spec.kind === 'step'
  return name !== 'tile' || targetOf(each, 'wasm', name) !== undefined
}

async function runCases(
  found: ReadonlyMap<PeerName, Found>,
  options: Options,
  output: Output,
): Promise<void> {
  const wanted = cases.filter(
    ({ suite, name }) => options.suites.includes(suite) && name.includes(options.only),
  )
  const node = execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim()
  for (const threads of options.threads) {
    const everyone: readonly Contestant[] = contestants(threads, found, options)
    try {
      let suite = ''
      for (const each of wanted) {
        if (each.suite !== suite) output.heading(`${each.suite}, ${threads} thread(s)`)
        suite = each.suite
        const present = everyone.filter(({ name }) => takesPart(name, each))
        output.add(resultsOf(each, await measure(each, present, options), { threads, node }))
      }
    } finally {
      for (const each of everyone) each.stop()
    }
    if (!options.suites.includes('start')) continue
    output.heading(`start, ${threads} thread(s)`)
    for (const results of runStarts(found, options, { threads, node })) output.add(results)
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    console.log(usage)
    return
  }
  if (options.report.length > 0) {
    report(options.report)
    return
  }
  const found = new Map(options.against.map((peer) => [peer, find(peer, options)] as const))
  for (const [peer, place] of found) {
    if ('missing' in place) console.error(`${peer} is left out: ${place.missing}`)
  }
  build()
  const output = new Output(options)
  await runCases(found, options, output)
  if (output.wrong > 0) {
    console.error(`${output.wrong} results differ from PyTorch's by more than their tolerance`)
    process.exitCode = 1
  }
}

await main()
