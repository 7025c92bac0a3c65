/** The events of a run as lines of a file. */
import type { FileHandle } from 'node:fs/promises'
import { FormatError } from '../base/error.ts'
import { makeFolder } from '../io/files.ts'
import type { Callback, EventType, TrainEvent } from './events.ts'

const FILE = 'events.jsonl'

/** Events that come with every batch, which would be most of the file. */
const FREQUENT: ReadonlySet<EventType> = new Set(['batchBegin', 'batchEnd'])

/**
 * Appends every event but those of single batches to `events.jsonl` in a folder, one JSON object a line,
 * with its `time` in milliseconds. Numbers that are not finite are texts.
 *
 * A line is handed to the system before training goes on, so a process that is killed loses none; with
 * the end of every epoch they are on the disk. A run that goes on adds to the file: what it does again
 * comes again, behind a `fitBegin` whose `step` says from where.
 *
 * @throws FormatError when the file cannot be written
 * @example callbacks: [new RunLog('runs/digits')]
 */
export class RunLog implements Callback {
  readonly folder: string
  #file: FileHandle | undefined

  constructor(folder: string) {
    this.folder = folder
  }

  async onEvent(event: TrainEvent): Promise<void> {
    if (FREQUENT.has(event.type)) return
    const line = `${JSON.stringify({ time: Date.now(), ...event }, plain)}\n`
    try {
      this.#file ??= await openEnd(this.folder)
      await this.#file.appendFile(line)
      if (event.type === 'epochEnd') await this.#file.datasync()
      if (event.type !== 'fitEnd') return
      await this.#file.sync()
      await this.#file.close()
      this.#file = undefined
    } catch (cause) {
      if (cause instanceof FormatError) throw cause
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
      throw new FormatError('file.write', { path: `${this.folder}/${FILE}`, reason }, cause)
    }
  }
}

/** The file, open at its end; a line that was cut off there is ended. */
async function openEnd(folder: string): Promise<FileHandle> {
  await makeFolder(folder)
  const { open } = await import('node:fs/promises')
  const file = await open(`${folder}/${FILE}`, 'a+')
  const { size } = await file.stat()
  const end = Buffer.alloc(1)
  if (size > 0) await file.read(end, 0, 1, size - 1)
  if (size > 0 && end[0] !== 0x0a) await file.appendFile('\n')
  return file
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
