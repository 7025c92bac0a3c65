/** What the recorded experiments share: options, data, progress, and one line of results. */
import { parseArgs } from 'node:util'
import { generateDigits, type ImageDataset, readCifar, readMnist } from 'maru/data'
import type { Callback } from 'maru/train'

export interface Settings {
  /** The folder that holds `mnist`, `cifar10` and others; without it digits are drawn. */
  readonly data: string | undefined
  readonly seeds: readonly number[]
  readonly epochs: number
  /** Most samples to train on; all unless given. */
  readonly samples: number
  readonly json: boolean
}

/** `--data <folder> --seeds 1,2,3 --epochs 20 --samples 4000 --json`, whichever are given. */
export function settings(
  defaults: Pick<Settings, 'epochs'> & Partial<Pick<Settings, 'samples' | 'seeds'>>,
): Settings {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      seeds: { type: 'string' },
      epochs: { type: 'string' },
      samples: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    data: values.data,
    seeds: values.seeds?.split(',').map(count) ?? defaults.seeds ?? [1, 2, 3],
    epochs: values.epochs === undefined ? defaults.epochs : count(values.epochs),
    samples:
      values.samples === undefined
        ? (defaults.samples ?? Number.POSITIVE_INFINITY)
        : count(values.samples),
    json: values.json,
  }
}

function count(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new RangeError(`${text} is no number of seeds, epochs or samples`)
}

export interface Split {
  readonly name: string
  readonly train: ImageDataset
  readonly test: ImageDataset
}

/** MNIST where there is a folder of data, drawn digits otherwise. */
export async function digits({ data, samples }: Settings): Promise<Split> {
  if (data === undefined) return drawn(samples)
  const { train, test } = await readMnist(`${data}/mnist`)
  return { name: 'MNIST', train: train.subset(0, Math.min(samples, train.length)), test }
}

/** CIFAR-10 where there is a folder of data, drawn digits otherwise. */
export async function photos({ data, samples }: Settings): Promise<Split> {
  if (data === undefined) return drawn(samples)
  const { train, test } = await readCifar(`${data}/cifar10`)
  return { name: 'CIFAR-10', train: train.subset(0, Math.min(samples, train.length)), test }
}

function drawn(samples: number): Split {
  const size = Math.min(samples, 4000)
  const all = generateDigits(size + Math.ceil(size / 4))
  return {
    name: 'drawn digits',
    train: all.subset(0, size),
    test: all.subset(size, all.length),
  }
}

/** One line that is written over, where somebody is looking. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

/** Shows the loss of each epoch as it ends. */
export const watch = (name: string): Callback => ({
  onEpochEnd: ({ epoch, logs }) =>
    progress(`${name}, epoch ${epoch}: loss ${logs.loss?.toFixed(4)}`),
})

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** A share as a percentage with two decimals. */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

/** What is said of an experiment's outcome, beside what came out. */
export interface Claim {
  /** Which line of `docs/mission.md` says so. */
  readonly line: string
  readonly promised: string
  readonly found: string
  readonly met: 'yes' | 'no'
}

export function claim(
  line: string,
  { promised, found, met }: { promised: string; found: string; met: boolean },
): Claim {
  return { line, promised, found, met: met ? 'yes' : 'no' }
}

/** Claims as lines of text. */
export const verdicts = (claims: readonly Claim[]): string[] =>
  claims.map(
    ({ line, promised, found, met }) =>
      `${line} ${met === 'yes' ? 'met' : 'MISSED'}: ${found} (${promised})`,
  )

/** The results: one JSON line, or the lines given. */
export function tell({ json }: Settings, results: object, lines: readonly string[]): void {
  progress('')
  console.log(json ? JSON.stringify(results) : lines.join('\n'))
}
