import { type ChildProcess, execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judge } from '../../src/cli/learn.ts'
import { type Options, readOptions } from '../../src/cli/options.ts'
import { generateDigits, readMnist } from '../../src/data/index.ts'
import { loadModel } from '../../src/models/index.ts'

const START = fileURLToPath(new URL('../../src/cli/start.ts', import.meta.url))
const SECONDS = 60_000

interface Outcome {
  readonly code: number
  /** What ended the process. */
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

let folder = ''

/** Runs the command in a folder of its own, its output piped. */
function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { imports = [], watch }: { imports?: string[]; watch?: (child: ChildProcess) => void } = {},
): Promise<Outcome> {
  const modules = [import.meta.resolve('tsx'), ...imports].flatMap((name) => ['--import', name])
  const all = ['--conditions=source', ...modules, START, ...args]
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env } }
    const child = execFile(process.execPath, all, options, (error, stdout, stderr) => {
      resolve({
        code: Number(error?.code ?? 0),
        signal: error?.signal ?? undefined,
        stdout,
        stderr,
      })
    })
    watch?.(child)
  })
}

/** The t10k files of MNIST, with 200 drawn digits. */
async function writeDigits(): Promise<void> {
  const { images, labels } = generateDigits(200, { seed: 5 })
  const pixels = Uint8Array.from(images, (x) => Math.round(255 * x))
  const header = [0, 0, 8, 3, 0, 0, 0, 200, 0, 0, 0, 28, 0, 0, 0, 28]
  await writeFile(join(folder, 't10k-images-idx3-ubyte'), Buffer.from([...header, ...pixels]))
  await writeFile(
    join(folder, 't10k-labels-idx1-ubyte'),
    Buffer.from([0, 0, 8, 1, 0, 0, 0, 200, ...labels]),
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'))
  await writeDigits()
})
afterAll(() => rm(folder, { recursive: true }))

describe('npm start', { timeout: SECONDS }, () => {
  test('with --json prints one line, and saves what can be loaded', async () => {
    const args = ['--data', folder, '--epochs', '2', '--seed', '3', '--json']
    const { code, stdout, stderr } = await start(args, {})
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trimEnd()).not.toContain('\n')
    expect(JSON.parse(stdout)).toEqual({
      data: folder,
      epochs: 2,
      trainSeconds: expect.any(Number),
      testError: expect.any(Number),
      parameters: 61706,
    })
    const name = `lenet5-${folder.split(/[\\/]/).at(-1)}-2-epochs-seed-3`
    const model = await loadModel(join(folder, 'runs', name))
    expect(model.parameterCount).toBe(61706)
    // the model takes pixels as they come: what it needs to know of them is saved with it
    const { error } = await judge(model, (await readMnist(folder)).test)
    expect(100 * error).toBeCloseTo(JSON.parse(stdout).testError, 10)
  })

  test('without --data learns to read digits that it draws', async () => {
    const { code, stdout } = await start(['--epochs', '2', '--json'], {})
    const result = JSON.parse(stdout)
    expect([code, result]).toMatchObject([0, { data: 'generated', epochs: 2 }])
    expect(result.testError).toBeLessThan(10)
  })

  test.each([
    [
      'en',
      ['160 images', '40 to test', 'train files are not there', 'linear', 'same bits', 'next'],
    ],
    ['ko', ['160장', '40장', 'train 파일은 없다', '선형 분류기', '같은 비트', '다음']],
  ])('without a terminal speaks %s in plain lines', async (language, parts) => {
    const { code, stdout, stderr } = await start(['--data', folder, '--epochs', '1'], {
      MARU_LANG: language,
    })
    expect([code, stderr]).toEqual([0, ''])
    for (const part of parts) expect(stdout).toContain(part)
    // neither styles nor lines drawn again
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain('\r')
  })

  test.each([
    ['help', ['--help'], 'en', 0, /--epochs <n>/],
    ['help in Korean', ['-h'], 'ko', 0, /종료 코드/],
    ['a folder that is missing', ['--data', 'nowhere'], 'en', 1, /^FormatError: nowhere: .*t10k/],
    ['the same in Korean', ['--data', 'nowhere'], 'ko', 1, /^FormatError: nowhere: .*없다/],
    ['wrong usage', ['--epoch', '3'], 'en', 2, /^UsageError: --epoch: .*--epochs/],
    ['wrong usage in Korean', ['--epochs'], 'ko', 2, /^UsageError: --epochs에 값이 없다/],
  ])('answers %s', async (_, args, language, wanted, text) => {
    const { code, stdout, stderr } = await start(args, { MARU_LANG: language })
    expect(code).toBe(wanted)
    const [answer, other] = wanted === 0 ? [stdout, stderr] : [stderr, stdout]
    expect(answer).toMatch(text)
    expect(other).toBe('')
  })
})

/** Says on standard error when the process listens for Ctrl-C. */
const ANNOUNCE = `data:text/javascript,process.on('newListener', (name) => {
  if (name === 'SIGINT') setImmediate(() => process.stderr.write('listening'))
})`.replaceAll(/\s+/g, ' ')

/** Runs the command until it listens, then does something to it. */
function startAnd(
  act: (child: ChildProcess) => void,
  args: readonly string[],
  language = 'en',
): Promise<Outcome> {
  const all = ['--data', folder, '--epochs', '2000', ...args]
  const watch = (child: ChildProcess) => child.stderr?.once('data', () => act(child))
  return start(all, { MARU_LANG: language }, { imports: [ANNOUNCE], watch })
}

const pressCtrlC = (child: ChildProcess) => void child.kill('SIGINT')

describe('Ctrl-C', { timeout: SECONDS }, () => {
  test.each([
    ['en', /\nstop +by Ctrl-C in epoch \d+\/2000, after [\d,]+ of 320,000 images; not tested\n/],
    ['ko', /\n중단 +Ctrl-C, 에폭 \d+\/2000, 이미지 320,000장 중 [\d,]+장까지 학습/],
  ])('saves what was learned, and says so: %s', async (language, text) => {
    const { code, signal, stdout } = await startAnd(pressCtrlC, [], language)
    expect([code, signal]).toEqual([130, undefined])
    expect(stdout).toMatch(text)
    expect(stdout).not.toMatch(/^(error|next|오류율|다음) /m)
    const saved = /(runs\/\S+-seed-0-after-\d+-images) /.exec(stdout)?.[1] ?? ''
    const model = await loadModel(join(folder, saved))
    expect(model.parameterCount).toBe(61706)
  })

  test('leaves standard output empty with --json', async () => {
    const { code, stdout, stderr } = await startAnd(pressCtrlC, ['--json', '--seed', '1'])
    expect([code, stdout]).toEqual([130, ''])
    expect(stderr).toMatch(/^listening\n?stop .*\nsaved +runs\/\S+-seed-1-after-\d+-images /)
  })

  test('quits at once the second time', async () => {
    const again = (child: ChildProcess) => {
      const timer = setInterval(pressCtrlC, 5, child)
      child.once('exit', () => clearInterval(timer))
    }
    const { signal, stdout } = await startAnd(again, ['--seed', '2'])
    expect(signal).toBe('SIGINT')
    expect(stdout).not.toContain('saved')
  })
})

describe('readOptions', () => {
  const none: Options = { data: undefined, epochs: undefined, seed: 0, json: false, help: false }

  test.each<[args: string, want: Partial<Options>]>([
    ['', {}],
    ['--data a/b --epochs 3', { data: 'a/b', epochs: 3 }],
    ['--data=a --seed=12 --json', { data: 'a', seed: 12, json: true }],
    ['--seed 1 --seed 2', { seed: 2 }],
    ['-h', { help: true }],
  ])('takes "%s"', (args, want) => {
    expect(readOptions(args.split(' ').filter(Boolean))).toEqual({ ...none, ...want })
  })

  test.each([
    ['--epoch 3', 'cli.option'],
    ['-e', 'cli.option'],
    ['digits', 'cli.option'],
    ['--no-json', 'cli.option'],
    ['--toString', 'cli.option'],
    ['--json=yes', 'cli.flag'],
    ['--data', 'cli.value'],
    ['--data=', 'cli.value'],
    ['--data --json', 'cli.value'],
    ['--epochs 0', 'cli.integer'],
    ['--epochs -1', 'cli.integer'],
    ['--epochs 1.5', 'cli.integer'],
    ['--epochs 1e3', 'cli.integer'],
    ['--seed x', 'cli.integer'],
    ['--seed 99999999999999999999', 'cli.integer'],
  ])('refuses "%s"', (args, key) => {
    expect(() => readOptions(args.split(' '))).toThrow(expect.objectContaining({ key }))
  })
})
