import { expect, test } from 'vitest'
import { check, imports } from './check.ts'

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** 100 layers, every size a new one. */
const sequential = (): string => {
  const layers = range(50).map((i) => `new Linear(${100 + i}, ${101 + i}), new ReLU(),`)
  return `const model = new Sequential(${layers.join('\n')})
const y: Tensor<[32, 150]> = model.call(zeros([32, 100]))`
}

/** A transformer block, of its own width each. */
const attention = (i: number): string => {
  const [heads, depth] = [8 + i, 64]
  const width = heads * depth
  return `class Block${i} extends Module {
  readonly query = new Linear(${width}, ${width})
  readonly key = new Linear(${width}, ${width})
  readonly value = new Linear(${width}, ${width})
  readonly out = new Linear(${width}, ${width})
  readonly up = new Linear(${width}, ${4 * width})
  readonly down = new Linear(${4 * width}, ${width})
  override forward(x: Tensor<['batch', 'time', ${width}]>): Tensor<['batch', 'time', ${width}]> {
    const [batch, time] = x.shape
    const q = this.query.call(x).reshape([batch, time, ${heads}, ${depth}]).transpose(1, 2)
    const k = this.key.call(x).reshape([batch, time, ${heads}, ${depth}]).transpose(1, 2)
    const v = this.value.call(x).reshape([batch, time, ${heads}, ${depth}]).transpose(1, 2)
    const weights = q.matmul(k.transpose()).mul(0.125).softmax(-1)
    const mixed = weights.matmul(v).transpose(1, 2).reshape([batch, time, ${width}])
    const y = x.add(this.out.call(mixed))
    return y.add(this.down.call(this.up.call(y).relu()))
  }
}
const y${i}: Tensor<[4, 128, ${width}]> = new Block${i}().call(zeros([4, 128, ${width}]))`
}

/** Eight operations, every size a new one. */
const operations = (i: number): string => {
  const [rows, columns] = [300 + i, 1000 + i]
  return `const x${i} = zeros([${rows}, ${columns}])
const bias${i} = zeros([${rows}, 1])
const down${i} = zeros([${columns}, 8])
const up${i} = zeros([8, ${columns}])
const y${i} = x${i}.add(bias${i}).matmul(down${i}).transpose().reshape([2, 4, ${rows}]).reshape([8, -1])
const z${i}: Tensor<[${columns}]> = y${i}.transpose().matmul(up${i}).sum(0)`
}

/** Instantiations that each program may take: as measured, and a fifth more. */
const budgets: readonly (readonly [name: string, program: string, measured: number])[] = [
  ['a Sequential of 100 layers', sequential(), 29_100],
  ['12 transformer blocks', range(12).map(attention).join('\n'), 39_400],
  ['400 operations in 300 lines', range(50).map(operations).join('\n'), 93_500],
]

for (const [name, program, measured] of budgets) {
  test(`${name} within ${measured} instantiations and a fifth`, () => {
    const { diagnostics, instantiations } = check(`${imports}${program}\n`)
    expect([...diagnostics.values()].flat()).toEqual([])
    expect(instantiations).toBeLessThan(1.2 * measured)
    expect(instantiations, 'it got cheaper: lower the budget').toBeGreaterThan(0.7 * measured)
  }, 60_000)
}
