/**
 * Training with a checkpoint at every step, killed at random moments with a signal that cannot be caught.
 * Every life must go on from a whole checkpoint, no older than the last that was reported as saved, and the
 * last one must end with the bits of a run that nobody disturbed.
 * `npx tsx --conditions=source bench/kill-resume.ts --kills 50`
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { crossEntropy, manualSeed } from 'maru'
import { DataLoader, generateDigits } from 'maru/data'
import { BatchNorm1d, Dropout, Flatten, Linear, ReLU, Sequential } from 'maru/nn'
import { Adam, cosine } from 'maru/optim'
import { type Callback, Checkpoint, EarlyStopping, Trainer } from 'maru/train'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    life: { type: 'string' },
    steps: { type: 'string' },
  },
})
const kills = Number(values.kills)
/** So many that no life comes to the end before the last. */
const steps = Number(values.steps ?? 100 + 40 * kills)

/** One life: from the newest checkpoint, if there is one, until it is killed or done. */
async function live(folder: string | undefined): Promise<void> {
  manualSeed(3)
  const model = new Sequential(
    new Flatten(),
    new Linear(784, 32),
    new BatchNorm1d(32),
    new ReLU(),
    new Dropout(0.3),
    new Linear(32, 10),
  )
  const digits = generateDigits(220, { seed: 2 })
  const loader = new DataLoader(digits.subset(0, 180), { batchSize: 16, shuffle: true, seed: 5 })
  const validation = new DataLoader(digits.subset(180, 220), { batchSize: 20 })
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, schedule: cosine(steps) })
  const tell: Callback = {
    onNotice: ({ kind, details }) => console.log(kind, details.step ?? 0),
  }
  const stopping = new EarlyStopping({ patience: steps })
  const saving = folder === undefined ? [] : [new Checkpoint(folder, { everySteps: 1, keep: 2 })]
  const trainer = new Trainer(model, { optimizer, loss: crossEntropy })
  const callbacks = [...saving, tell, stopping]
  const resume = folder === undefined ? {} : { resume: folder }
  await trainer.fit(loader, { steps, validation, callbacks, ...resume })
  const hash = createHash('sha256')
  for (const value of model.stateDict().values()) hash.update(JSON.stringify(await value.array()))
  console.log('done', hash.digest('hex'))
}

interface Life {
  readonly lines: readonly (readonly [kind: string, value: string])[]
  readonly killed: boolean
}

/** Starts a life and ends it `after` milliseconds behind its first word, unless it is done before. */
function start(folder: string, after: number): Promise<Life> {
  const own = fileURLToPath(import.meta.url)
  const options = ['--life', folder, '--steps', String(steps)]
  const child = spawn(process.execPath, [...process.execArgv, own, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let killed = false
  child.stdout.on('data', (bytes) => {
    if (text === '' && Number.isFinite(after)) {
      setTimeout(() => {
        killed = child.kill('SIGKILL')
      }, after)
    }
    text += String(bytes)
  })
  return new Promise((resolve) => {
    child.on('close', () => {
      // a line that was cut off does not count
      const whole = text.slice(0, text.lastIndexOf('\n')).split('\n')
      const lines = whole.map((line) => line.split(' ') as [string, string])
      resolve({ lines, killed })
    })
  })
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kill-resume-'))
  let random = Number(values.seed)
  let saved = 0
  const faults: string[] = []
  let count = 0
  try {
    for (; count < kills; count++) {
      // Lehmer's generator
      random = (random * 48271) % 2147483647
      const { lines, killed } = await start(folder, (random / 2147483647) * 1500)
      if (!killed) faults.push(`life ${count} ended by itself`)
      const from = Number(lines.find(([kind]) => kind === 'resumed')?.[1] ?? 0)
      if (from < saved) faults.push(`life ${count} went on from ${from}, though ${saved} was saved`)
      if (lines.some(([kind]) => kind === 'damaged')) faults.push(`life ${count} found damage`)
      saved = Math.max(
        from,
        ...lines.filter(([kind]) => kind === 'saved').map(([, at]) => Number(at)),
      )
      if (process.stderr.isTTY) process.stderr.write(`\r${count + 1} lives, at step ${saved} `)
    }
    const last = await start(folder, Number.POSITIVE_INFINITY)
    const undisturbed = await start('', Number.POSITIVE_INFINITY)
    const [bits, wanted] = [last, undisturbed].map(
      ({ lines }) => lines.find(([kind]) => kind === 'done')?.[1],
    )
    if (bits === undefined || bits !== wanted) faults.push(`ended with ${bits}, not ${wanted}`)
    console.log(JSON.stringify({ kills: count, steps, lastKillAt: saved, faults, bits }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (values.life !== undefined) await live(values.life === '' ? undefined : values.life)
else await main()
