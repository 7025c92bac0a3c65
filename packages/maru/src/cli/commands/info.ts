/** `maru info`: what this machine is to maru. */
import { cpus, totalmem } from 'node:os'
import { VERSION } from '../../base/version.ts'
import { memory } from '../../runtime/engine.ts'
import { selfTest } from '../../tensor/self-test.ts'
import { type Command, EXIT } from './command.ts'

export const info: Command = {
  grammar: { words: [], options: { test: '' } },
  async run(given, to) {
    const [cpu] = cpus()
    const facts = {
      maru: VERSION,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      processor: cpu?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      device: memory().device,
    }
    for (const [name, value] of Object.entries(facts)) to.say(name, String(value))
    if (!given.has('test')) {
      to.result(facts)
      return EXIT.done
    }
    const tested = await selfTest()
    to.print(String(tested))
    const failed = tested.checks.filter(({ fault }) => fault !== undefined).map(({ name }) => name)
    to.result({ ...facts, failed })
    return failed.length === 0 ? EXIT.done : EXIT.failed
  },
}
