/** The page of activations: what each gives, how steep it is, and how it looks. */
import { grad, type Tensor, tensor, useDevice } from '../../src/index.ts'
import { activations } from '../../src/nn/index.ts'

/** Columns and rows of a drawing, for x from -4 to 4 and y from 4 to -2. */
const [COLUMNS, ROWS] = [49, 13]

const HEAD = `# Activations

Written by \`npm run activations\` from the registry \`activations\` of \`maru/nn\`: the range of each, the mean of |f′(x)| for normally
distributed x of deviation 1 and 5, which says how much of a gradient comes through, and a drawing.

A weight changes by the derivative behind it times the output before it. Where the derivative is 0, nothing is learned, however
large the output:

\`\`\`ts
import { grad, tensor } from 'maru'
import { Linear } from 'maru/nn'

const layer = new Linear(2, 1, { bias: false })
const before = tensor([[0.5, -2]])
for (const scale of [1, 100]) {
  const z = layer.call(before).mul(scale)
  const [dw, dz] = grad(z.sigmoid().sum(), [layer.weight, z])
  console.log('derivative', await dz!.item(), 'times output', await before.mul(scale).array(), 'is', await dw!.array())
}
\`\`\`
`

/** The page, computed in float64 by the reference. */
export async function activationsText(): Promise<string> {
  useDevice('reference')
  const rows = await Promise.all(
    Object.entries(activations).map(async ([name, { make, range }]) => {
      const layer = make()
      const of = (x: Tensor): Tensor => layer.forward(x)
      const means = [await meanSlope(of, 1), await meanSlope(of, 5)].map((mean) => mean.toFixed(3))
      const ends = range.map((end) => (Number.isFinite(end) ? String(Number(end.toFixed(3))) : '∞'))
      const [low, high] = [range[0] === Number.NEGATIVE_INFINITY ? '-∞' : ends[0], ends[1]]
      const line = `| ${name} | ${low} | ${high} | ${means[0]} | ${means[1]} |`
      return { line, drawing: `## ${name}\n\n\`\`\`text\n${await drawn(of)}\n\`\`\`` }
    }),
  )
  const table = [
    '| activation | least | largest | mean of \\|f′\\|, deviation 1 | deviation 5 |',
    '|---|---|---|---|---|',
    ...rows.map(({ line }) => line),
  ]
  return `${[HEAD, table.join('\n'), '', ...rows.map(({ drawing }) => drawing)].join('\n')}\n`
}

async function meanSlope(of: (x: Tensor) => Tensor, std: number): Promise<number> {
  const step = 0.01 * std
  const points = Array.from({ length: 1000 }, (_, i) => (i - 499.5) * step)
  const x = tensor(points, undefined, { dtype: 'float64' })
  const [slope] = grad(of(x).sum(), [x])
  const bell = x
    .div(std)
    .square()
    .mul(-0.5)
    .exp()
    .mul(step / (std * Math.sqrt(2 * Math.PI)))
  return slope!.abs().mul(bell).sum().item()
}

async function drawn(of: (x: Tensor) => Tensor): Promise<string> {
  const points = Array.from({ length: COLUMNS }, (_, i) => (i - (COLUMNS - 1) / 2) / 6)
  const values = await of(tensor(points, undefined, { dtype: 'float64' })).data()
  const rowOf = (y: number): number => Math.round((4 - y) * 2)
  const canvas = Array.from({ length: ROWS }, (_, row) =>
    points.map((x): string => (row === rowOf(0) ? (x === 0 ? '┼' : '─') : x === 0 ? '│' : ' ')),
  )
  for (const [column, y] of values.entries()) {
    const cell = canvas[rowOf(y)]
    if (cell) cell[column] = '•'
  }
  return canvas.map((row) => row.join('').trimEnd()).join('\n')
}
