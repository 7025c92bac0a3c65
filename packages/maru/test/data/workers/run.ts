/** Loads with some workers and writes down what happened. `run.ts SCENARIO:WORKERS …` */

import { threadCount } from '../../../src/backend/wasm/cores.ts'
import { MaruError } from '../../../src/base/error.ts'
import { DataLoader, type Source } from '../../../src/data/index.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const module = (name: string): URL => new URL(`./${name}.mjs`, import.meta.url)

async function contents(batch: object): Promise<unknown> {
  const entries = Object.entries(batch) as [string, Tensor][]
  return Promise.all(entries.map(async ([key, value]) => [key, await value.array()]))
}

async function load(count: number, name: string, epochs: number): Promise<unknown[]> {
  const { source } = (await import(`./${name}.ts`)) as { source: Source<object> }
  const workers = { count: count, module: module(name) }
  const options = { ...source, workers, batchSize: 6, shuffle: true, seed: 4 }
  const loader = new DataLoader(source.dataset, options)
  const out: unknown[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const batch of loader) out.push([loader.state(), await contents(batch)])
  }
  loader.close()
  return out
}

/** A loop that is left early; another loader goes on from there. */
async function resume(count: number): Promise<unknown[]> {
  const { source } = await import('./source.ts')
  const workers = { count: count, module: module('source') }
  const options = { ...source, workers, batchSize: 6, shuffle: true, seed: 4 }
  const out: unknown[] = []
  const first = new DataLoader(source.dataset, options)
  for await (const batch of first) {
    out.push(await contents(batch))
    if (out.length === 3) break
  }
  const second = new DataLoader(source.dataset, { ...options, seed: 0 })
  second.restore(JSON.parse(JSON.stringify(first.state())))
  first.close()
  for await (const batch of second) out.push(await contents(batch))
  second.close()
  return out
}

/** An error; then the same loader again, whose workers are new where they ended. */
async function fail(count: number): Promise<unknown> {
  const { source } = await import('./source.ts')
  const workers = { count: count, module: module('source') }
  const loader = new DataLoader(source.dataset, { ...source, workers, batchSize: 6 })
  const seen: unknown[] = []
  for (let turn = 0; turn < 2; turn++) {
    try {
      for await (const batch of loader) seen.push(batch.labels.shape)
    } catch (error) {
      if (!(error instanceof MaruError)) throw error
      seen.push([error.name, error.key, error.fields])
    }
  }
  return seen
}

/** The module serves another set than the loader has. */
async function mismatch(count: number): Promise<unknown> {
  const { source } = await import('./gathered.ts')
  const workers = { count: count, module: module('kept') }
  try {
    for await (const _ of new DataLoader(source.dataset, { workers })) break
    return 'no error'
  } catch (error) {
    return error instanceof MaruError ? [error.name, error.key, error.fields] : String(error)
  }
}

/** Threads that are left for computing before, meanwhile and afterwards. */
async function cores(): Promise<unknown> {
  const { source } = await import('./gathered.ts')
  const before = threadCount()
  const loader = new DataLoader(source.dataset, {
    workers: { count: 1, module: module('gathered') },
  })
  const meanwhile = threadCount()
  loader.close()
  return [before, meanwhile, threadCount()]
}

const scenarios: Readonly<Record<string, (count: number) => Promise<unknown>>> = {
  source: (count) => load(count, 'source', 2),
  gathered: (count) => load(count, 'gathered', 2),
  kept: (count) => load(count, 'kept', 3),
  resume,
  fail,
  mismatch,
  cores,
}
const results: unknown[] = []
for (const asked of process.argv.slice(2)) {
  const [scenario = '', count] = asked.split(':')
  results.push(await scenarios[scenario]?.(Number(count)))
}
console.log(JSON.stringify(results))
