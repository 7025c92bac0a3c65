/** `npm start`: trains LeNet-5, shows what it misreads, saves it and reads it again. */
import { mkdir } from 'node:fs/promises'
import { FormatError, MaruError } from '../base/error.ts'
import { manualSeed } from '../base/seed.ts'
import { DataLoader, type Dataset } from '../data/index.ts'
import { encodeWeights, lenet5, loadModel, saveModel } from '../models/index.ts'
import type { Module } from '../nn/index.ts'
import { evaluate } from '../train/index.ts'
import { type Digits, findDigits, standardise } from './digits.ts'
import { type Lesson, learnVisibly, linearError } from './learn.ts'
import { type Options, readOptions } from './options.ts'
import { phrases } from './phrases.ts'
import { introduce, report, say, suggest } from './report.ts'
import { type Output, paint, screenOf } from './terminal/index.ts'

const terminal: Output = {
  screen: screenOf(process.stdout, process.env),
  write: (text) => {
    process.stdout.write(text)
  },
}
const silence: Output = { screen: screenOf({}, {}), write: () => {} }

async function start({ data, epochs, seed, json }: Options): Promise<void> {
  const output = json ? silence : terminal
  const digits = await findDigits(data)
  const { train, test, ...moments } = standardise(digits)
  const lesson = { train, epochs: epochs ?? digits.epochs, seed }
  manualSeed(seed)
  const model = lenet5()
  const parameters = model.parameterCount
  introduce(digits, { ...moments, parameters, seed }, output)
  const seconds = await learnVisibly(model, lesson, output)
  const evaluation = await evaluate(model, test)
  if (!json) report(evaluation, digits.test, await linearError(lesson, test), output)
  await save(model, test, nameOfRun(digits, lesson), output)
  suggest(digits, lesson.epochs, output)
  if (!json) return
  const result = {
    data: data ?? 'generated',
    epochs: lesson.epochs,
    trainSeconds: Number(seconds.toFixed(3)),
    testError: Number((100 * evaluation.error).toFixed(4)),
    parameters,
  }
  terminal.write(`${JSON.stringify(result)}\n`)
}

/** What decides the bits of a run, so that no run takes another's place. */
function nameOfRun({ name }: Digits, { epochs, seed }: Lesson): string {
  return `lenet5-${name}-${epochs}-epochs-seed-${seed}`
}

/** Saves the model and reads it again. @throws FormatError when what is read differs in any bit */
async function save(model: Module, test: Dataset, name: string, output: Output): Promise<void> {
  const folder = `runs/${name}`
  // where no folder can be made, saving says why
  await mkdir(folder, { recursive: true }).catch(() => {})
  await saveModel(folder, model)
  const again = await loadModel(folder)
  const [weights, copied] = [await encodeWeights(model), await encodeWeights(again)]
  const [answers, repeated] = [await answer(model, test), await answer(again, test)]
  const same = Buffer.compare(weights, copied) === 0 && Buffer.compare(answers, repeated) === 0
  if (!same) throw new FormatError('cli.reload', { folder })
  const kilobytes = Math.round(weights.length / 1000)
  say(output, 'saved', `${folder}  (${phrases().reloaded(kilobytes)})`)
}

/** The bytes of the model's logits for the first images. */
async function answer(model: Module, test: Dataset): Promise<Uint8Array> {
  const [batch] = new DataLoader(test, { batchSize: 100 })
  if (!batch) return new Uint8Array()
  const { buffer } = await model.forward(batch.inputs).data()
  return new Uint8Array(buffer)
}

/** Runs the command line; returns the exit code: 0 done, 1 failed, 2 wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  let code = 2
  try {
    const options = readOptions(args)
    code = 1
    if (options.help) terminal.write(`${phrases().help}\n`)
    else await start(options)
    return 0
  } catch (error) {
    if (!(error instanceof MaruError)) throw error
    const screen = screenOf(process.stderr, process.env)
    process.stderr.write(`${paint(screen, error.name, 'red', 'bold')}: ${error.message}\n`)
    return code
  }
}

// whoever read the output has gone, as `head` does
process.stdout.on('error', () => process.exit(1))
process.exitCode = await main(process.argv.slice(2))
