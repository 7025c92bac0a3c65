/** What the page and its workers load: by path, since a worker has no import map. */
import { DataLoader, generateDigits, serve } from '/node_modules/maru/dist/data/index.js'

export const source = serve({
  dataset: generateDigits(40, { size: 12 }),
  transform: ({ input, label }, random) => ({
    input: { ...input, data: input.data.map((x) => x + random.uniform()) },
    label,
  }),
})

/** All numbers of two epochs with some workers. */
export async function load(count) {
  const workers = { count, module: new URL('./source.js', import.meta.url) }
  const options = { ...source, workers, batchSize: 7, shuffle: true, seed: 2 }
  const loader = new DataLoader(source.dataset, options)
  const numbers = []
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const { inputs, labels } of loader) {
      numbers.push(...(await inputs.data()), ...(await labels.data()))
    }
  }
  loader.close()
  return numbers
}
