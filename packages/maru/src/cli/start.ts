/** `npm start`: trains LeNet-5, saves it and reads it again, shows what it misreads. */
import { MaruError } from '../base/error.ts'
import { manualSeed } from '../base/seed.ts'
import { lenet5 } from '../models/index.ts'
import { Normalize, Sequential } from '../nn/index.ts'
import { type Output, paint, screenOf } from '../terminal/index.ts'
import { UsageError } from './arguments.ts'
import { type Digits, findDigits } from './digits.ts'
import { judge, type Lesson, learnVisibly, linearError, type Progress } from './learn.ts'
import { type Options, readOptions } from './options.ts'
import { phrases } from './phrases.ts'
import { introduce, report, say, suggest } from './report.ts'
import { type Saved, save } from './save.ts'

/** Exit codes; a process that Ctrl-C ends has 128 and the number of the signal. */
const DONE = 0
const FAILED = 1
const MISUSED = 2
const INTERRUPTED = 130

function outputTo(stream: NodeJS.WriteStream): Output {
  const write = (text: string): void => {
    stream.write(text)
  }
  return { screen: screenOf(stream, process.env), write }
}

const terminal = outputTo(process.stdout)
const silence: Output = { screen: screenOf({}, {}), write: () => {} }

/** Returns the exit code. */
async function start({ data, epochs, seed, json }: Options): Promise<number> {
  const output = json ? silence : terminal
  const digits = await findDigits(data)
  const { train, test } = digits
  const lesson = { train, epochs: epochs ?? digits.epochs, seed }
  const { mean, std } = train.moments()
  const scale = new Normalize(mean, std)
  manualSeed(seed)
  const model = new Sequential(scale, ...lenet5().layers)
  const parameters = model.parameterCount
  introduce(digits, { mean, std, parameters, seed }, output)
  const progress = await learnVisibly(model, lesson, output)
  const saved = await save(model, test, nameOfRun(digits, lesson, progress))
  if (progress.interrupted) {
    // the one line of --json is for what was tested
    sayStopped(lesson, progress, saved, json ? outputTo(process.stderr) : terminal)
    return INTERRUPTED
  }
  saySaved(saved, output)
  const evaluation = await judge(model, test)
  if (!json) report(evaluation, test, await linearError(lesson, scale, test), output)
  suggest(digits, lesson.epochs, output)
  if (!json) return DONE
  const result = {
    data: data ?? 'generated',
    epochs: lesson.epochs,
    trainSeconds: Number(progress.seconds.toFixed(3)),
    testError: Number((100 * evaluation.error).toFixed(4)),
    parameters,
  }
  terminal.write(`${JSON.stringify(result)}\n`)
  return DONE
}

/** What decides the bits of a run, so that equal names mean equal models. */
function nameOfRun(
  { name }: Digits,
  { train, epochs, seed }: Lesson,
  { samples }: Progress,
): string {
  const end = samples < epochs * train.length ? `-after-${samples}-images` : ''
  return `lenet5-${name}-${epochs}-epochs-seed-${seed}${end}`
}

function saySaved({ folder, kilobytes }: Saved, output: Output): void {
  say(output, 'saved', `${folder}  (${phrases().reloaded(kilobytes)})`)
}

function sayStopped(
  { train, epochs }: Lesson,
  progress: Progress,
  saved: Saved,
  output: Output,
): void {
  const epoch = `${progress.epochs}/${epochs}`
  say(output, 'stop', phrases().stopped(progress.samples, epochs * train.length, epoch))
  saySaved(saved, output)
}

/** Runs the command line; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (!options.help) return await start(options)
    terminal.write(`${phrases().help}\n`)
    return DONE
  } catch (error) {
    if (!(error instanceof MaruError)) throw error
    const { screen, write } = outputTo(process.stderr)
    write(`${paint(screen, error.name, 'red', 'bold')}: ${error.message}\n`)
    return error instanceof UsageError ? MISUSED : FAILED
  }
}

// whoever read the output has gone, as `head` does
process.stdout.on('error', () => process.exit(FAILED))
process.exitCode = await main(process.argv.slice(2))
