/** How a driver speaks: one JSON line in, one out. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Thrown by a case that a library cannot run; the report repeats the reason. */
export class Unsupported extends Error {}

/** Milliseconds of each run: at least `least`, then until `ms` are over. */
async function timed(run, { ms, least }) {
  const times = []
  const begin = performance.now()
  while (times.length < least || performance.now() - begin < ms) {
    const start = performance.now()
    const waited = run()
    if (waited instanceof Promise) await waited
    times.push(performance.now() - start)
  }
  return times
}

/**
 * Answers requests until the input ends.
 *
 * @param about what is told of the library
 * @param kinds functions of a spec that give `{ run, values?, close? }`
 */
export async function serve(about, kinds) {
  let open
  const answers = {
    about: () => about,
    async open(spec) {
      const kind = kinds[spec.kind]
      if (!kind) throw new Unsupported(`no ${spec.kind}`)
      open = await kind(spec)
      return {}
    },
    async values(folder) {
      const values = open.values ? await open.values() : []
      return values.map(([name, array], i) => {
        const file = join(folder, `${process.pid}-${i}.f32`)
        writeFileSync(file, Float32Array.from(array))
        return { name, file }
      })
    },
    run: (window) => timed(open.run, window),
    async close() {
      await open?.close?.()
      open = undefined
      globalThis.gc?.()
      return {}
    },
  }
  for await (const line of createInterface({ input: process.stdin })) {
    const { ask, with: argument } = JSON.parse(line)
    let answer
    try {
      answer = { answer: await answers[ask](argument) }
    } catch (error) {
      const unsupported = error instanceof Unsupported
      answer = { error: String(unsupported ? error.message : (error?.stack ?? error)), unsupported }
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
  process.exit(0)
}
