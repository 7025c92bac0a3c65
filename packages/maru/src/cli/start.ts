/** `npm start`: trains LeNet-5, shows what it misreads, saves it and reads it again. */
import { mkdir } from 'node:fs/promises'
import { language } from '../base/env.ts'
import { FormatError, MaruError } from '../base/error.ts'
import { manualSeed } from '../base/seed.ts'
import { DataLoader, type Dataset } from '../data/index.ts'
import { encodeWeights, lenet5, loadModel, saveModel } from '../models/index.ts'
import type { Module } from '../nn/index.ts'
import { type Evaluation, evaluate } from '../train/index.ts'
import { type Digits, findDigits, standardise } from './digits.ts'
import { type Lesson, learnVisibly, linearError } from './learn.ts'
import { type Options, readOptions } from './options.ts'
import { phrases } from './phrases.ts'
import { drawMistakes, percent, say } from './report.ts'
import {
  confusionMatrix,
  displayWidth,
  type Output,
  pad,
  paint,
  screenOf,
  showValue,
} from './terminal/index.ts'

const terminal: Output = {
  screen: screenOf(process.stdout, process.env),
  write: (text) => {
    process.stdout.write(text)
  },
}
const silence: Output = { screen: screenOf({}, {}), write: () => {} }

async function start(options: Options): Promise<void> {
  const output = options.json ? silence : terminal
  const digits = await findDigits(options.data)
  const { train, test, mean, std } = standardise(digits)
  const lesson = { train, epochs: options.epochs ?? digits.epochs, seed: options.seed }
  manualSeed(lesson.seed)
  const model = lenet5()
  introduce(digits, { mean, std, parameters: model.parameterCount, seed: lesson.seed }, output)
  const seconds = await learnVisibly(model, lesson, output)
  const evaluation = await evaluate(model, test)
  if (!options.json) await report(evaluation, digits, await linearError(lesson, test))
  await save(model, test, nameOfRun(digits, lesson), output)
  if (!options.json) suggest(digits, lesson.epochs)
  else {
    const result = {
      data: digits.folder ?? 'generated',
      epochs: lesson.epochs,
      trainSeconds: Number(seconds.toFixed(3)),
      testError: Number((100 * evaluation.error).toFixed(4)),
      parameters: model.parameterCount,
    }
    process.stdout.write(`${JSON.stringify(result)}\n`)
  }
}

interface Facts {
  readonly mean: number
  readonly std: number
  readonly parameters: number
  readonly seed: number
}

function introduce(digits: Digits, { mean, std, parameters, seed }: Facts, output: Output): void {
  const text = phrases()
  const title = text.title(digits.folder ?? text.generated)
  output.write(`\n${paint(output.screen, title, 'bold')}\n\n`)
  const lines = [
    text.sets(digits.train.length, digits.test.length),
    ...(digits.incomplete ? [text.incomplete] : []),
    text.scaled(showValue(mean), showValue(std)),
  ]
  say(output, 'data', ...lines)
  say(output, 'model', text.parameters(parameters, seed))
}

async function report(evaluation: Evaluation, digits: Digits, linear: number): Promise<void> {
  const { screen, write } = terminal
  const { error, samples, mistakes, confusion } = evaluation
  const text = phrases()
  const found = paint(screen, percent(error), 'bold', 'green')
  say(
    terminal,
    'error',
    `${found}  ${text.misread(mistakes.length, samples)}`,
    paint(screen, text.linear(percent(linear)), 'dim'),
  )
  write(`\n${confusionMatrix(confusion, screen, digits.test.classes)}\n\n`)
  if (mistakes.length === 0) return
  write(`${text.surest}\n\n${drawMistakes(evaluation, digits.test, screen)}\n\n`)
}

/** Equal names mean equal bits, so no run takes another's place. */
function nameOfRun({ name }: Digits, { epochs, seed }: Lesson): string {
  return `lenet5-${name}-${epochs}-epochs-seed-${seed}`
}

/** Saves the model and reads it again. @throws FormatError when what is read differs in any bit */
async function save(model: Module, test: Dataset, name: string, output: Output): Promise<void> {
  const folder = `runs/${name}`
  await mkdir(folder, { recursive: true })
  await saveModel(folder, model)
  const again = await loadModel(folder)
  const [weights, copied] = [await encodeWeights(model), await encodeWeights(again)]
  const [answers, repeated] = [await answer(model, test), await answer(again, test)]
  const same = equalBytes(weights, copied) && equalBytes(answers, repeated)
  if (!same) throw new FormatError('cli.reload', { folder })
  say(output, 'saved', `${folder}  (${phrases().reloaded((weights.length / 1000).toFixed(0))})`)
}

/** The bytes of the model's logits for the first images. */
async function answer(model: Module, test: Dataset): Promise<Uint8Array> {
  const [batch] = new DataLoader(test, { batchSize: 100 })
  if (!batch) return new Uint8Array()
  const { buffer } = await model.forward(batch.inputs).data()
  return new Uint8Array(buffer)
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function suggest({ folder }: Digits, epochs: number): void {
  const text = phrases()
  const data = folder === undefined ? '' : ` --data ${folder}`
  const other = language() === 'ko' ? 'en' : 'ko'
  const ways: [why: string, what: string][] = [
    [text.longer, `npm start --${data} --epochs ${2 * epochs}`],
    [text.otherLanguage, `MARU_LANG=${other} npm start`],
    [text.network, 'packages/maru/src/models/lenet.ts'],
  ]
  if (folder === undefined) {
    ways.unshift([text.realDigits, 'npm start -- --data ../shared/data/mnist'])
  }
  const width = Math.max(...ways.map(([why]) => displayWidth(why)))
  const { screen, write } = terminal
  say(
    terminal,
    'next',
    ...ways.map(([why, what]) => `${pad(why, width)}  ${paint(screen, what, 'cyan')}`),
  )
  write('\n')
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

process.exitCode = await main(process.argv.slice(2))
