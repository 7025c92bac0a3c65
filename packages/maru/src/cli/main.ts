#!/usr/bin/env node
/** `maru`: the library from a command line. */
import { MaruError } from '../base/error.ts'
import { type Output, paint, screenOf } from '../terminal/index.ts'
import { readArguments, UsageError } from './arguments.ts'
import { type Command, EXIT } from './commands/command.ts'
import { compare } from './commands/compare.ts'
import { data } from './commands/data.ts'
import { evaluate } from './commands/evaluate.ts'
import { info } from './commands/info.ts'
import { predict } from './commands/predict.ts'
import { summary } from './commands/summary.ts'
import { sweep } from './commands/sweep.ts'
import { train } from './commands/train.ts'
import { Reporter } from './reporter.ts'
import { words } from './words.ts'

const commands: Readonly<Record<string, Command>> = {
  train,
  evaluate,
  predict,
  summary,
  compare,
  sweep,
  data,
  info,
}

/** Options of every command. */
const common = { json: '', help: '' }

function outputTo(stream: NodeJS.WriteStream): Output {
  const write = (text: string): void => {
    stream.write(text)
  }
  return { screen: screenOf(stream, process.env), write }
}

/** Runs a command line; returns the exit code. */
async function main([name = '--help', ...rest]: readonly string[]): Promise<number> {
  const stdout = outputTo(process.stdout)
  try {
    if (name === '--help' || name === '-h') {
      stdout.write(`${words().help}\n`)
      return EXIT.done
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (!command) throw new UsageError('cli.command', { got: name, known: Object.keys(commands) })
    const { words: names, options } = command.grammar
    const given = readArguments(rest, { words: names, options: { ...options, ...common } })
    if (given.has('help')) {
      stdout.write(`${words().help}\n`)
      return EXIT.done
    }
    return await command.run(given, new Reporter(stdout, { json: given.has('json') }))
  } catch (error) {
    if (!(error instanceof MaruError)) throw error
    const { screen, write } = outputTo(process.stderr)
    write(`${paint(screen, error.name, 'red', 'bold')}: ${error.message}\n`)
    return error instanceof UsageError ? EXIT.misused : EXIT.failed
  }
}

// whoever read the output has gone, as `head` does
process.stdout.on('error', () => process.exit(EXIT.failed))
process.exitCode = await main(process.argv.slice(2))
