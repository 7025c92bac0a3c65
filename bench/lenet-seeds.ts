/**
 * LeNet-5 on real digits for seeds 1 to 5: the test error of each and the mean.
 * `npx tsx --conditions=source bench/lenet-seeds.ts --data ../shared/data/mnist`
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const start = join(import.meta.dirname, '../packages/maru/src/cli/start.ts')
const errors: number[] = []
for (const seed of [1, 2, 3, 4, 5]) {
  const args = ['--conditions=source', '--import', 'tsx', start, '--json', '--seed', String(seed)]
  const line = execFileSync(process.execPath, [...args, ...process.argv.slice(2)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { data, epochs, trainSeconds, testError }: Record<string, number> = JSON.parse(line)
  console.log(`${data}, seed ${seed}: ${testError} % after ${epochs} epochs in ${trainSeconds} s`)
  errors.push(testError ?? Number.NaN)
}
const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
console.log(`mean ${mean.toFixed(2)} %, worst ${Math.max(...errors)} %`)
