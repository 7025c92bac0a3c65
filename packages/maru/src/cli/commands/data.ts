/** `maru data`: what is in data, before anything is learned from them. */
import { table } from '../../terminal/index.ts'
import type { Reporter } from '../reporter.ts'
import { openSource, type Source } from '../source.ts'
import { words } from '../words.ts'
import { type Command, EXIT } from './command.ts'

/** Classes and columns that are listed. */
const MOST_LINES = 20
/** Ratio from which an imbalance is worth a word. */
const UNBALANCED = 3

export const data: Command = {
  grammar: { words: ['path'], options: { label: '<column>', size: '<pixels>' } },
  async run(given, to) {
    const [path = ''] = given.words
    const source = await openSource(path, {
      label: given.text('label'),
      size: given.integer('size', 8),
    })
    introduce(source, to)
    to.result(factsOf(source))
    return EXIT.done
  },
}

/** Says what data hold, and what a person should know of them. */
export function introduce({ dataset, encoding, description }: Source, to: Reporter): void {
  const text = words()
  const { screen } = to.output
  to.say(text.data, text.samples(dataset.length))
  if (encoding.kind === 'table') {
    const rows = encoding.plan.inputs.slice(0, MOST_LINES).map((code) => {
      if (code.kind === 'category') return [code.name, 'words', code.values.join(', ')]
      return [code.name, 'number', `${code.mean.toPrecision(4)} ± ${code.std.toPrecision(3)}`]
    })
    to.print(table(rows, screen, { header: text.columnHeads }))
  }
  const classes = description.classes.slice(0, MOST_LINES)
  if (classes.length > 0) {
    to.say(text.classes, classes.map(({ name, count }) => `${name} ${count}`).join(', '))
  }
  const skipped = encoding.kind === 'table' ? encoding.plan.skipped : []
  const notes = skipped.map((name) => text.left(name))
  const { imbalance, duplicates, conflicts, broken } = description
  if (imbalance >= UNBALANCED) notes.push(text.imbalance(imbalance.toFixed(1)))
  if (duplicates.length > 0) notes.push(text.duplicates(duplicates.length, conflicts.length))
  const [first] = broken
  if (first) notes.push(text.broken(broken.length, first.reason))
  if (notes.length > 0) to.say(text.warning, ...notes)
}

/** The same for programs. */
export function factsOf({ dataset, encoding, description }: Source): object {
  const { classes, imbalance, duplicates, conflicts, broken } = description
  return {
    kind: encoding.kind,
    samples: dataset.length,
    classes,
    imbalance: Number.isFinite(imbalance) ? imbalance : null,
    duplicates: duplicates.length,
    conflicts: conflicts.length,
    broken,
    skipped: encoding.kind === 'table' ? encoding.plan.skipped : [],
  }
}
