/** Errors inside of networks name the layer, whatever the layer is. */
import { afterEach, describe, expect, test } from 'vitest'
import { compile, ShapeError, type Tensor, zeros } from '../../src/index.ts'
import { Identity, Linear, Module, Sequential } from '../../src/nn/index.ts'
import { table } from '../nn/table.ts'

const host: { MARU?: { MARU_LANG: string } } = globalThis as object

afterEach(() => {
  delete host.MARU
})

function errorOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new TypeError('nothing was wrong')
}

/** The layer as a part of a part of a network. */
const inside = (layer: Module): Module =>
  new Sequential<readonly Module[]>(new Identity(), new Sequential<readonly Module[]>(layer))

/** Layers whose sizes are fixed, and an axis of the input that they fix. */
const fixed: readonly (readonly [layer: string, axis: number])[] = [
  ['Linear', -1],
  ['Conv1d', -2],
  ['Conv2d', -3],
  ['Conv3d', -4],
  ['ConvTranspose2d', -3],
  ['SeparableConv2d', -3],
  ['BatchNorm1d', 1],
  ['BatchNorm2d', 1],
  ['GroupNorm', 1],
  ['LayerNorm', -1],
  ['RMSNorm', -1],
  ['RNN', -1],
  ['LSTM', -1],
  ['GRU', -1],
  ['LSTMCell', -1],
  ['MultiheadAttention', -1],
  ['TransformerEncoderLayer', -1],
  ['Highway', -1],
  ['Maxout', -1],
]

describe.each(['en', 'ko'])('in %s', (language) => {
  test.each(fixed)(
    '[X9.1] %s with another size in axis %i: layer, axis, expected, got and fix are named',
    (name, axis) => {
      host.MARU = { MARU_LANG: language }
      const { make, input } = table[name]!.cases[0]!
      const at = axis < 0 ? input.length + axis : axis
      const wrong = input.map((size, i) => (i === at ? size + 1 : size))
      const layer = make()
      const error = errorOf(() => inside(layer).call(zeros(wrong)))
      expect(error).toBeInstanceOf(ShapeError)
      const { message, layer: place } = error as ShapeError
      expect(place).toMatch(/^1\.0/)
      expect(message).toContain(`${language === 'ko' ? '층' : 'layer'}: ${place}`)
      const [what, fix] = message.split('\n')
      // what came, and which axis it is told by: in words, or as the axis of the shape that is shown
      expect(what).toContain(String(wrong[at]))
      expect(what).toContain(String(input[at]))
      expect(what).toMatch(/axis|axes|channels|features|축|채널|특징/)
      expect(what).toContain(' — ')
      expect(fix).toMatch(language === 'ko' ? /^ {2}해결: ./ : /^ {2}try: ./)
    },
  )
})

class Net extends Module {
  readonly hidden = new Linear(4, 3)
  readonly heads = [new Linear(3, 2), new Linear(5, 2)]
  override forward(x: Tensor): Tensor {
    const made: Tensor = this.hidden.call(x)
    return this.heads[1]!.call(made as never)
  }
}

test('the path is that of the parameters, from the outermost module', () => {
  const error = errorOf(() => new Sequential(new Net()).call(zeros([2, 4]))) as ShapeError
  expect(error.layer).toBe('0.heads.1, Linear(5, 2)')
  expect(error.stack).toContain('layer: 0.heads.1, Linear(5, 2)')
  expect([...new Net().namedParameters()].map(([name]) => name)).toContain('heads.1.weight')
})

test('a module by itself has no path, and its error none', () => {
  const error = errorOf(() => new Linear(4, 3).call(zeros([2, 5]) as never)) as ShapeError
  expect(error.layer).toBeUndefined()
  expect(error.message).not.toContain('layer:')
})

test('in a compiled function the layer is named, too', async () => {
  const model = new Sequential(new Net())
  const run = compile((x: Tensor) => model.call(x))
  await expect(run(zeros([2, 4]))).rejects.toMatchObject({ layer: '0.heads.1, Linear(5, 2)' })
})
