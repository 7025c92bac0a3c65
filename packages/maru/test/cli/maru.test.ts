/** `maru` as people and programs call it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Stream } from '../../src/base/threefry.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maru-cli-'))
  await writeFile(join(folder, 'flowers.csv'), flowers())
  await pictures(join(folder, 'shapes'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Three kinds that petals tell apart, a column of free texts, a doubtful pair. */
function flowers(): string {
  const random = new Stream(1)
  const rows = Array.from({ length: 300 }, (_, i) => {
    const kind = i % 3
    const petal = (3 * kind + random.uniform()).toFixed(3)
    return `${petal},${random.uniform().toFixed(3)},${['red', 'blue'][i % 2]},text ${i},kind ${kind}`
  })
  return [
    'petal,sepal,color,note,species',
    ...rows,
    '9,9,red,a,kind 0',
    '9,9,red,b,kind 1',
    '',
  ].join('\n')
}

/** Horizontal and vertical bars as PGM files, and a file that is no picture. */
async function pictures(root: string): Promise<void> {
  const random = new Stream(2)
  for (const kind of ['flat', 'steep']) {
    await mkdir(join(root, kind), { recursive: true })
    for (let i = 0; i < 40; i++) {
      const at = random.integer(14)
      const pixels = Uint8Array.from({ length: 256 }, (_, j) => {
        const place = kind === 'flat' ? Math.floor(j / 16) : j % 16
        return place === at || place === at + 1 ? 255 : random.integer(60)
      })
      const header = new TextEncoder().encode('P5\n16 16\n255\n')
      await writeFile(join(root, kind, `${i}.pgm`), Buffer.concat([header, pixels]))
    }
  }
  await writeFile(join(root, 'flat', 'broken.pgm'), 'P5 nothing')
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function begin(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const loader = import.meta.resolve('tsx')
  return spawn(process.execPath, ['--conditions=source', '--import', loader, MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, MARU_LANG: 'en', NO_COLOR: '1', ...env },
  })
}

async function finish(child: ChildProcess): Promise<Ran> {
  let [out, err] = ['', '']
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    err += text
  })
  const [code] = await once(child, 'close')
  return { code, out, err }
}

const maru = (...args: string[]): Promise<Ran> => finish(begin(args))

describe('a table', () => {
  test('[D11.3] is described, learned, judged, predicted and compared', async () => {
    const found = await maru('data', 'flowers.csv')
    expect(found.code).toBe(0)
    for (const part of [
      '302 samples',
      'petal',
      'blue, red',
      'kind 0 101',
      'column note is left out',
    ]) {
      expect(found.out).toContain(part)
    }
    expect(found.out).toContain('1 of them with different labels')

    const trained = await maru(
      'train',
      'flowers.csv',
      '--epochs',
      '12',
      '--out',
      'run',
      '--lr',
      '0.01',
    )
    expect(trained).toMatchObject({ code: 0, err: '' })
    for (const part of ['to train on', 'MLP 4-64-64-3', 'why', 'epoch 12/12', 'saved     run']) {
      expect(trained.out).toContain(part)
    }
    expect((await readdir(join(folder, 'run'))).sort()).toEqual([
      'README.md',
      'checkpoints',
      'events.jsonl',
      'model.json',
      'model.safetensors',
      'run.json',
    ])

    const judged = JSON.parse((await maru('evaluate', 'run', 'flowers.csv', '--json')).out)
    expect(judged).toMatchObject({ samples: 302 })
    expect(judged.accuracy).toBeGreaterThan(0.95)
    await writeFile(join(folder, 'new.csv'), 'color,sepal,petal\nred,0.5,0.4\ngreen,,6.4\n')
    const said = (await maru('predict', 'run', 'new.csv')).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(said.map(({ label }) => label)).toEqual(['kind 0', 'kind 2'])
    for (const { label, percent } of said) {
      const shares: number[] = Object.values(percent)
      expect(shares.reduce((sum, each) => sum + each, 0)).toBeCloseTo(100, 2)
      expect(percent[label]).toBe(Math.max(...shares))
    }
    const layers = await maru('summary', 'run')
    expect(layers.out).toContain('Linear(4, 64)')
    const side = JSON.parse((await maru('compare', 'run', 'run', '--json')).out)
    expect(side).toHaveLength(2)
    expect(side[0]).toMatchObject({ folder: 'run', epochs: 12, parameters: 4675 })
  })

  test('of numbers is a regression, in units of the label', async () => {
    const rows = Array.from(
      { length: 300 },
      (_, i) => `${i % 40},${(i * 7) % 30},${(i % 40) * 5 + 100.5}`,
    )
    await writeFile(join(folder, 'prices.csv'), ['area,age,price', ...rows, ''].join('\n'))
    const { code, out } = await maru(
      'train',
      'prices.csv',
      '--json',
      '--epochs',
      '30',
      '--lr',
      '0.01',
    )
    const { results, folder: run, model } = JSON.parse(out)
    expect([code, model]).toEqual([0, 'MLP 2-64-64-1'])
    expect(results.r2).toBeGreaterThan(0.9)
    expect(run).toBe('runs/prices-seed-0')
  })

  test('[M6.2] with a config file, and a network of its own', async () => {
    const model = {
      type: 'Sequential',
      layers: [{ type: 'Linear', settings: { inFeatures: 4, outFeatures: 3, bias: true } }],
    }
    const config = {
      data: 'flowers.csv',
      connectivity: model,
      hyperparameters: { epochs: 1 },
      out: 'configured',
    }
    await writeFile(join(folder, 'train.json'), JSON.stringify(config))
    const { code, out } = await maru('train', 'train.json', '--json', '--epochs', '2')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ parameters: 15, settings: { epochs: 2 } })
    await writeFile(join(folder, 'wrong.json'), JSON.stringify({ ...config, epoch: 1 }))
    const refused = await maru('train', 'wrong.json')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('sets epoch, which there is not')
  })

  test('[I2.1] sweeps over sizes with one command', async () => {
    const space = {
      data: 'flowers.csv',
      nonLinearity: 'Tanh',
      hyperparameters: { layerSizes: { choice: [[2], [16], [16, 16]] }, lr: 0.02, epochs: 4 },
    }
    await writeFile(join(folder, 'sizes.json'), JSON.stringify(space))
    const { code, out, err } = await maru('sweep', 'sizes.json', '--json')
    expect([code, err]).toEqual([0, ''])
    const found = JSON.parse(out)
    expect(found.map(({ settings }: { settings: object }) => settings)).toEqual([
      { layerSizes: [2] },
      { layerSizes: [16] },
      { layerSizes: [16, 16] },
    ])
    // 4 inputs, 3 classes
    expect(found.map(({ parameters }: { parameters: number }) => parameters)).toEqual([
      19, 131, 403,
    ])
    for (const { results } of found) expect(results.accuracy).toBeGreaterThan(0.3)
    const shown = await maru('sweep', 'sizes.json', '--epochs', '1')
    expect(shown.out).toMatch(/layerSizes +parameters +accuracy/)
  })
})

test('a folder of pictures is learned, what cannot be read left out', async () => {
  const { code, out } = await maru('train', 'shapes', '--size', '16', '--epochs', '6', '--json')
  const { data, results, encoding } = JSON.parse(out)
  expect(code).toBe(0)
  expect(data).toMatchObject({ kind: 'pictures', samples: 80 })
  expect(data.broken).toHaveLength(1)
  expect(encoding).toMatchObject({ kind: 'pictures', size: [16, 16], channels: 3 })
  expect(results.accuracy).toBeGreaterThan(0.8)
  const judged = await maru('evaluate', JSON.parse(out).folder, 'shapes', '--json')
  expect(judged).toMatchObject({ code: 1 })
  expect(judged.err).toContain('broken.pgm')
})

test('Ctrl-C saves what was learned and says so', async () => {
  const child = begin(['train', 'flowers.csv', '--epochs', '100000', '--out', 'stopped'])
  child.stdout?.on('data', (text) => {
    if (String(text).includes('epoch 2/')) child.kill('SIGINT')
  })
  const { code, out } = await finish(child)
  expect(code).toBe(130)
  expect(out).toMatch(/stop +by Ctrl-C in epoch \d+; what was learned until then is saved/)
  expect(await readFile(join(folder, 'stopped/run.json'), 'utf8')).toContain('maru-run')
})

test('info tells the machine; help tells the commands, in both languages', async () => {
  expect(JSON.parse((await maru('info', '--json')).out)).toMatchObject({ device: 'wasm' })
  expect((await maru('--help')).out).toContain('evaluate <run> <data>')
  expect((await finish(begin(['train', '--help'], { MARU_LANG: 'ko' }))).out).toContain('종료 코드')
})

const misused: [args: string[], code: number, message: string][] = [
  [['fly'], 2, 'there is no such command'],
  [['train'], 2, 'data or config is missing'],
  [['train', 'a.csv', 'b.csv'], 2, 'b.csv'],
  [['train', 'flowers.csv', '--epochs', '0'], 2, '--epochs'],
  [['train', 'flowers.csv', '--lr', '-1'], 2, '--lr'],
  [['train', 'flowers.csv', '--label', 'smell'], 1, 'smell'],
  [['train', 'nothing.csv'], 1, 'nothing.csv'],
  [['data', 'nowhere'], 1, 'nowhere'],
  [['evaluate', 'shapes', 'flowers.csv'], 1, 'run.json'],
  [['summary', 'nowhere'], 1, 'nowhere'],
]
test.each(misused)('maru %j ends with %i and one message', async (args, code, message) => {
  const ran = await maru(...args)
  expect(ran.code).toBe(code)
  expect(ran.out).toBe('')
  expect(ran.err).toContain(message)
  expect(ran.err).not.toMatch(/\n\s+at .*\(/)
})
