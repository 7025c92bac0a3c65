/** Ends in some way while both workers of a pool load what calls machine code. `run.ts WAY` */
import { readdirSync } from 'node:fs'
import { launch } from '../../../src/backend/native/encode.ts'
import { Pool } from '../../../src/backend/wasm/pool.ts'
import { Space } from '../../../src/backend/wasm/space.ts'
import type { Section } from '../../../src/backend/wasm/tape.ts'
import type { Code } from '../../../src/backend/wasm/worker.ts'

const THREADS = 2
const [way] = process.argv.slice(2)
const folder = process.env.FOLDER ?? ''

const code: Code = {
  ...{ kind: 'native', address: 0n },
  calls: { library: new URL('library.cjs', import.meta.url).pathname, ...launch },
}
const section: Section = {
  ...{ kind: 'section', work: 1, last: 0 },
  parts: [
    {
      launch: { kind: 'copy', from: 0, to: 1 },
      ...{ function: 0, arguments: 0, units: 1, work: 1, piece: 1, node: 0 },
      ...{ touches: [], writes: [] },
    },
  ],
}

const begun = (): number => readdirSync(folder).filter((name) => name.startsWith('begun')).length

/** The calling thread's part of the section. */
function wait(): void {
  for (const until = Date.now() + 20_000; begun() < THREADS && Date.now() < until; );
  if (way === 'exit') process.exit(3)
  if (way === 'fault') throw new RangeError('broken')
}

const pool = new Pool(THREADS, new Space(true, THREADS + 1).memory, [code], 0)
pool.hold(true)
await pool.ready
pool.hold(false)
const outcome = await pool.share(section, { functions: [wait], since: performance.now() })
if (way === 'throw') throw new Error('thrown')
console.log(typeof outcome === 'string' ? outcome : Object.keys(outcome))
