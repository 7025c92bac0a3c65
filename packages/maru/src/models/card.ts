/** The page beside a saved model that tells people what it is. */
import { dtypes } from '../base/dtype.ts'
import { sizeOf } from '../base/shape.ts'
import { VERSION } from '../base/version.ts'
import type { Module } from '../nn/module.ts'
import { summary } from '../nn/summary.ts'

/** What only its maker knows of a model. */
export interface CardFacts {
  readonly title?: string
  /** What it is for, and what it is not. */
  readonly description?: string
  /** What it was trained on, and how. */
  readonly training?: string
  /** Figures by name: `{ 'test error': '1.2 %' }`. */
  readonly results?: Readonly<Record<string, string | number>>
  readonly license?: string
  /** Shape of an input, for the table of layers. */
  readonly input?: readonly number[]
}

/**
 * A README in Markdown: what its maker says, the layers, the weights, and how to load them.
 *
 * @example modelCard(lenet5(), { title: 'Digits', results: { 'test error': '1.2 %' } })
 */
export function modelCard(model: Module, facts: CardFacts = {}): string {
  const { title = 'A model', description, training, results = {}, license, input } = facts
  const kept = [...model.namedParameters(), ...model.namedBuffers()]
  const bytes = kept.reduce((sum, [, { node }]) => {
    return sum + sizeOf(node.shape) * dtypes[node.dtype].bytes
  }, 0)
  const figures = Object.entries(results).map(([name, value]) => `| ${name} | ${value} |`)
  const sections = [
    `# ${title}`,
    description,
    training && `## Training\n\n${training}`,
    figures.length > 0 && ['## Results', '', '| | |', '|---|---|', ...figures].join('\n'),
    `## Layers\n\n${fenced(String(summary(model, input)), '')}`,
    `## Files

- \`model.json\`: the network, readable; nothing in it is run
- \`model.safetensors\`: ${kept.length} tensors, ${bytes} bytes`,
    `## Use

${fenced("import { loadModel } from 'maru/models'\n\nconst model = await loadModel('.')", 'ts')}`,
    license && `Licence: ${license}`,
    `Written by maru ${VERSION}.`,
  ]
  return `${sections.filter((each) => typeof each === 'string').join('\n\n')}\n`
}

function fenced(text: string, language: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``
}
