import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { manualSeed } from '../../src/base/seed.ts'
import { save } from '../../src/cli/save.ts'
import { generateDigits } from '../../src/data/index.ts'
import { Flatten, Linear, Normalize, Sequential } from '../../src/nn/index.ts'

const samples = generateDigits(3, { seed: 1 })
const home = process.cwd()
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'save-'))
  process.chdir(folder)
})
afterEach(async () => {
  process.chdir(home)
  await rm(folder, { recursive: true })
})

function model(seed: number, mean = 0.1) {
  manualSeed(seed)
  return new Sequential(new Normalize(mean, 0.3), new Flatten(), new Linear(784, 10))
}

const folderOf = async (...args: Parameters<typeof model>) =>
  (await save(model(...args), samples, 'run')).folder

describe('save', () => {
  test('writes what is the same already once', async () => {
    expect(await save(model(1), samples, 'run')).toEqual({ folder: 'runs/run', kilobytes: 32 })
    expect(await folderOf(1)).toBe('runs/run')
    expect(await readdir('runs')).toEqual(['run'])
  })

  test('never takes the place of a model with other weights or settings', async () => {
    await folderOf(1)
    const before = await readFile('runs/run/model.safetensors')
    expect(await folderOf(2)).toBe('runs/run-2')
    expect(await folderOf(1, 0.2)).toBe('runs/run-3')
    expect(await folderOf(2)).toBe('runs/run-2')
    expect(await readFile('runs/run/model.safetensors')).toEqual(before)
  })

  test.each([
    ['a model whose saving was stopped', () => rm('runs/run/model.json')],
    ['a damaged model', () => writeFile('runs/run/model.safetensors', 'x')],
    ['another folder', () => rm('runs/run', { recursive: true }).then(() => mkdir('runs/run'))],
    ['a file', () => rm('runs/run', { recursive: true }).then(() => writeFile('runs/run', ''))],
  ])('goes round %s', async (_, change) => {
    await folderOf(1)
    await change()
    expect(await folderOf(1)).toBe('runs/run-2')
  })

  test('says so where no folder can be made', async () => {
    await writeFile('runs', '')
    await expect(folderOf(1)).rejects.toMatchObject({ key: 'file.folder' })
  })
})
