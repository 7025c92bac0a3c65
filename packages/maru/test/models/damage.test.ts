/** Damaged files: a model or an error of maru's, never anything else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Stream } from '../../src/base/threefry.ts'
import { MaruError, useDevice, zeros } from '../../src/index.ts'
import { encodeWeights, loadModel } from '../../src/models/index.ts'
import { define } from '../../src/nn/index.ts'
import { definitionText, small } from './small.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maru-damage-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('5,000 damaged files', () => {
  const COUNT = 5000
  const values = [
    '-1',
    '0',
    '1e15',
    '1e400',
    '2147483648',
    '0.5',
    'null',
    'true',
    '[]',
    '{}',
    '"x"',
    '[1,2]',
  ]
  const keys = ['"__proto__"', '"constructor"', '"type"', '"settings"', '"layers"', '"toString"']
  let text: string
  let weights: Uint8Array

  beforeEach(async () => {
    const model = small()
    text = definitionText(define(model))
    weights = await encodeWeights(model)
  })

  /** Some bytes changed, cut out, doubled or put in. */
  function damagedBytes(bytes: Uint8Array, random: Stream): Uint8Array {
    const changed = [...bytes]
    for (let i = random.integer(3); i >= 0; i--) {
      const at = random.integer(changed.length || 1)
      const count = 1 + random.integer(8)
      const change = random.integer(5)
      if (change === 0) changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(8))
      else if (change === 1) changed[at] = random.integer(256)
      else if (change === 2) changed.splice(at, count)
      else if (change === 3) changed.splice(at, 0, ...changed.slice(at, at + count))
      else changed.length = at
    }
    return Uint8Array.from(changed)
  }

  /** A value or key replaced by another that is JSON, too. */
  function damagedText(random: Stream): string {
    const pick = (list: readonly string[]) => list[random.integer(list.length)] ?? ''
    const tokens = text.split(/("\w+"(?=:)|"\w+"|\d+|true|false)/)
    for (let i = random.integer(3); i >= 0; i--) {
      const at = 1 + 2 * random.integer((tokens.length - 1) / 2)
      const isKey = tokens[at + 1]?.startsWith(':') === true
      tokens[at] = isKey ? pick(keys) : pick([...values, pick(keys)])
    }
    return tokens.join('')
  }

  test("give a model or an error of maru's", { timeout: 60_000 }, async () => {
    useDevice('wasm')
    const random = new Stream(20261120, 'damage')
    const outcomes = new Map<string, number>()
    const wrong: string[] = []
    for (let i = 0; i < COUNT; i++) {
      const kind = i % 3
      const bytes =
        kind === 0
          ? new TextEncoder().encode(damagedText(random))
          : damagedBytes(kind === 1 ? new TextEncoder().encode(text) : weights, random)
      await writeFile(join(folder, 'model.json'), kind < 2 ? bytes : text)
      await writeFile(join(folder, 'model.safetensors'), kind < 2 ? weights : bytes)
      let outcome = 'a model'
      try {
        const model = await loadModel(folder)
        model.forward(zeros([1, 1, 4, 4]))
      } catch (error) {
        outcome = error instanceof MaruError ? error.key : `${error}`
        if (!(error instanceof MaruError)) wrong.push(`${i}: ${error}`)
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    expect(wrong).toEqual([])
    // Damage that only one check would notice proves little.
    expect(outcomes.size).toBeGreaterThan(20)
    expect(outcomes.get('a model')).toBeGreaterThan(0)
    expect('polluted' in {}).toBe(false)
  })
})
