/** A table of epochs as a file. */
import { makeFolder, writeFileAtomic } from '../io/files.ts'
import type { Callback, EpochEnd } from './events.ts'
import type { Fit } from './fit.ts'

/**
 * Writes a row for each epoch: its number and its readings. The file is whole at any time; a resumed run
 * has the epochs before it, too.
 *
 * @example callbacks: [new CsvLog('runs/digits/epochs.csv')]
 */
export class CsvLog implements Callback {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** @throws FormatError when the file cannot be written */
  async onEpochEnd(_: EpochEnd, { history }: Fit): Promise<void> {
    const names = [...new Set(history.flatMap((logs) => Object.keys(logs)))]
    const rows = history.map((logs, i) => [i + 1, ...names.map((name) => logs[name] ?? '')])
    const lines = [['epoch', ...names.map(quoted)], ...rows].map((row) => `${row.join(',')}\n`)
    const folder = this.path.slice(0, this.path.search(/[^/\\]*$/))
    if (folder !== '') await makeFolder(folder)
    await writeFileAtomic(this.path, new TextEncoder().encode(lines.join('')))
  }
}

function quoted(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}
