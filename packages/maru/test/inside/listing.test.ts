/** Listings read the bytes that the encoder writes: every instruction is known, every block ends. */
import { expect, test } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import { launchesOf } from '../../src/compiler/program.ts'
import { crossEntropy, type Tensor, tensor } from '../../src/index.ts'
import { lenet5 } from '../../src/models/index.ts'
import { Adam } from '../../src/optim/index.ts'
import { given, graphOf, graphOfStep, programOf } from '../graph/programs.ts'

function step() {
  const model = lenet5()
  const optimizer = new Adam(model.parameters(), { lr: 0.1 })
  const labels = tensor(new Int32Array(8))
  return graphOfStep([{ shape: [8, 1, 28, 28], dtype: 'float32' }], (x) => {
    const loss = crossEntropy(model.call(x), labels)
    optimizer.step(loss)
    return [loss]
  })
}

const functions = (): Tensor[] => {
  // of other sizes, so that no kernel makes all of them
  const [x, y] = [given(7, 5), given(3, 4)]
  const bytes = y.cast('uint8')
  return [
    x.sin(),
    x.exp(),
    x.log(),
    x.tanh(),
    y.gelu(),
    y.floor(),
    bytes.add(bytes),
    x.transpose().argmax(0),
  ]
}

test.each([
  ['a training step', step],
  ['functions, bytes and views', () => graphOf(...functions())],
])('%s', (_, graph) => {
  const program = programOf(graph())
  const device = openDevice('wasm')
  const launches = launchesOf(program.body).filter((launch) => launch.kind === 'code')
  expect(launches.length).toBeGreaterThan(2)
  for (const { alike } of launches) {
    const { code } = lowered(alike, device.target.lanes)
    const [head, ...lines] = device.listing?.(code) ?? []
    expect(head).toMatch(/^\d+ bytes of WebAssembly$/)
    const words = lines.map((line) => line.trim())
    expect(words.filter((line) => line.startsWith('opcode'))).toEqual([])
    const begins = words.filter((line) => /^(block|loop|if)\b/.test(line))
    expect(words.filter((line) => line === 'end')).toHaveLength(begins.length)
  }
})
