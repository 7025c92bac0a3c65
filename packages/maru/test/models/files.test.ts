/** Models on disk: the same bits back, and files that nobody should trust. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nextStream } from '../../src/base/seed.ts'
import { MaruError, manualSeed, type Tensor, useDevice, zeros } from '../../src/index.ts'
import { encodeSafetensors } from '../../src/io/index.ts'
import { encodeWeights, lenet5, loadModel, readWeights, saveModel } from '../../src/models/index.ts'
import { BatchNorm1d, define, Linear, Module, ReLU, Sequential, Tanh } from '../../src/nn/index.ts'
import { definitionText, small } from './small.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maru-model-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function bitsOf(model: Module): Promise<[string, readonly number[], Uint32Array][]> {
  const state = [...model.stateDict()]
  return Promise.all(
    state.map(async ([name, value]) => {
      const data = await value.data()
      return [name, value.shape, new Uint32Array(data.buffer)]
    }),
  )
}

/** Writes the two files of a model; what is not given is the small model's. */
async function write(text?: string, weights?: Uint8Array): Promise<string> {
  const model = small()
  await writeFile(join(folder, 'model.json'), text ?? definitionText(define(model)))
  await writeFile(join(folder, 'model.safetensors'), weights ?? (await encodeWeights(model)))
  return folder
}

describe('save and load', () => {
  test.each([
    ['LeNet-5', () => lenet5()],
    ['LeNet-5 of 1998', () => lenet5({ activation: () => new Tanh(), classes: 12 })],
    ['a small network', small],
    ['one layer', () => new Linear(3, 2)],
    ['nothing that learns', () => new Sequential(new ReLU())],
  ])('[M4.2] %s comes back with the same bits', async (_, make) => {
    const model = make()
    await saveModel(folder, model)
    const again = await loadModel(folder)
    expect(await bitsOf(again)).toEqual(await bitsOf(model))
    expect(define(again)).toEqual(define(model))
    expect(again.training).toBe(false)
  })

  test.each(['wasm', 'reference'])('special values survive on %s', async (device) => {
    useDevice(device)
    const layer = new Linear(4, 1, { bias: false })
    const special = new Float32Array([-0, Number.NaN, Number.NEGATIVE_INFINITY, 1e-45])
    layer.weight.cell.data.host = special.slice()
    await saveModel(folder, layer)
    expect(await bitsOf(await loadModel(folder))).toEqual([
      ['weight', [1, 4], new Uint32Array(special.buffer)],
    ])
  })

  test('[M4.1] the definition is for people to read', async () => {
    await saveModel(folder, new Sequential(new Linear(2, 3), new ReLU()))
    expect(`\n${await readFile(join(folder, 'model.json'), 'utf8')}`).toMatchInlineSnapshot(`
      "
      {
        "format": "maru-model",
        "version": 1,
        "model": {
          "type": "Sequential",
          "layers": [
            {
              "type": "Linear",
              "settings": {
                "inFeatures": 2,
                "outFeatures": 3,
                "bias": true
              }
            },
            {
              "type": "ReLU"
            }
          ]
        }
      }
      "
    `)
  })

  test('[M4.1] saving twice writes the same bytes, and leaves nothing else', async () => {
    const model = small()
    const own = await mkdtemp(join(folder, 'own-'))
    const read = () =>
      Promise.all(
        ['README.md', 'model.json', 'model.safetensors'].map((name) => readFile(join(own, name))),
      )
    await saveModel(own, model)
    const first = await read()
    await saveModel(own, model)
    expect(await read()).toEqual(first)
    expect((await readdir(own)).sort()).toEqual(['README.md', 'model.json', 'model.safetensors'])
  })

  test('loading draws no random numbers', async () => {
    await write()
    const next = async (between: () => Promise<unknown>) => {
      manualSeed(5)
      await between()
      return nextStream('test').uniform()
    }
    expect(await next(() => loadModel(folder))).toBe(await next(async () => undefined))
  })
})

describe('a definition edited by hand', () => {
  const layer = (settings: object) => definitionText({ type: 'Linear', settings })
  const conv = (options: object) =>
    definitionText({
      type: 'Conv2d',
      settings: { inChannels: 1, outChannels: 1, kernelSize: 1, options },
    })
  const good = { inFeatures: 1, outFeatures: 1, bias: true }
  const nested = (depth: number) =>
    `${'{"type":"Sequential","layers":['.repeat(depth)}${']}'.repeat(depth)}`

  const refused: [name: string, text: string, key: string][] = [
    ['no JSON', '{', 'definition.json'],
    ['no bytes', '', 'definition.json'],
    ['null', 'null', 'definition.format'],
    ['a list', '[]', 'definition.format'],
    ['another format', '{"format":"onnx"}', 'definition.format'],
    ['a later version', '{"format":"maru-model","version":2}', 'definition.version'],
    ['no model', '{"format":"maru-model","version":1}', 'definition.layer'],
    ['a layer that is a number', definitionText(3), 'definition.layer'],
    ['a layer without type', definitionText({ settings: good }), 'definition.layer'],
    [
      'layers that are no list',
      definitionText({ type: 'Sequential', layers: {} }),
      'definition.layer',
    ],
    ['a layer that does not exist', definitionText({ type: 'Dense' }), 'definition.type'],
    ['a name of every object', definitionText({ type: 'constructor' }), 'definition.type'],
    ['the name of the prototype', definitionText({ type: '__proto__' }), 'definition.type'],
    ['settings that are a list', layer([]), 'definition.setting'],
    ['a setting left out', layer({ inFeatures: 1, bias: true }), 'definition.setting'],
    ['a setting of another kind', layer({ ...good, bias: 1 }), 'definition.setting'],
    ['half a feature', layer({ ...good, inFeatures: 1.5 }), 'definition.setting'],
    ['no features', layer({ ...good, inFeatures: 0 }), 'value.integer'],
    ['an unknown option', conv({ stirde: 1 }), 'definition.setting'],
    ['a prototype among the options', conv({ ['__proto__']: { stride: 2 } }), 'definition.setting'],
    ['a stride of 0', conv({ stride: 0 }), 'value.integer'],
    ['three strides', conv({ stride: [1, 1, 1] }), 'definition.setting'],
    ['groups that do not divide', conv({ groups: 2 }), 'conv.groups'],
    [
      'nesting without end',
      `{"format":"maru-model","version":1,"model":${nested(1e5)}}`,
      'definition.deep',
    ],
    [
      'a long list in the wrong place',
      definitionText(new Array(1e5).fill([[[]]])),
      'definition.layer',
    ],
    [
      'a deep list in the wrong place',
      `{"format":"maru-model","version":1,"model":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      'definition.layer',
    ],
    ['10¹⁵ features', layer({ ...good, inFeatures: 1e15 }), 'parameter.large'],
    [
      '10¹⁵ channels',
      definitionText({
        type: 'Conv2d',
        settings: { inChannels: 1e15, outChannels: 1, kernelSize: 1e9, options: {} },
      }),
      'parameter.large',
    ],
    [
      'a layer of 4 GB',
      layer({ ...good, inFeatures: 2 ** 29, outFeatures: 2 }),
      'definition.large',
    ],
    [
      'many layers that add up',
      definitionText({
        type: 'Sequential',
        layers: new Array(50).fill({ type: 'Linear', settings: good }),
      }),
      'definition.large',
    ],
  ]
  test.each(refused)('[M4.4] with %s is refused', async (_, text, key) => {
    const error = await loadModel(await write(text)).catch((reason) => reason)
    expect(error).toBeInstanceOf(MaruError)
    expect(error.key).toBe(key)
    expect(error.message.length).toBeLessThan(1000)
  })

  test('[M4.4] may change what its weights still fit', async () => {
    const model = define(small())
    const layers = model.layers!.with(1, { type: 'Tanh' })
    const loaded = await loadModel(await write(definitionText({ ...model, layers })))
    expect(loaded.forward(zeros([2, 1, 4, 4])).shape).toEqual([2, 3])
  })

  test("may carry keys that mean nothing, the prototype's included", async () => {
    const text = `{"__proto__":{"polluted":1},"format":"maru-model","version":1,"model":${JSON.stringify(define(small())).replace('{', '{"__proto__":{"type":"Tanh"},"constructor":1,')}}`
    expect((await loadModel(await write(text))).describe()).toBe('Sequential()')
    expect('polluted' in {}).toBe(false)
  })
})

describe('weights that do not belong', () => {
  const file = (name: string, shape: number[], dtype: 'float32' | 'int16' = 'float32') => {
    const bytes = new Uint8Array(shape.reduce((a, b) => a * b, dtype === 'float32' ? 4 : 2))
    return encodeSafetensors(new Map([[name, { dtype, shape, bytes }]]))
  }
  const one = definitionText({
    type: 'Linear',
    settings: { inFeatures: 2, outFeatures: 3, bias: false },
  })

  const refused: [name: string, weights: Uint8Array, key: string][] = [
    ['under another name', file('wait', [3, 2]), 'state.names'],
    ['of another shape', file('weight', [2, 3]), 'state.shape'],
    ['of too few numbers', file('weight', [1, 2]), 'definition.large'],
    [
      'in a dtype that maru does not compute with',
      file('weight', [3, 2], 'int16'),
      'weights.dtype',
    ],
    ['of no bytes', new Uint8Array(0), 'safetensors.short'],
  ]
  test.each(refused)('%s are refused', async (_, weights, key) => {
    await expect(loadModel(await write(one, weights))).rejects.toMatchObject({ key })
  })

  test('a name that a terminal would obey does not reach it', async () => {
    const weights = file('\u001b[2Jweight', [3, 2])
    const error = await loadModel(await write(one, weights)).catch((reason) => reason)
    expect(error.message).toContain('�[2Jweight')
  })

  test('a thousand wrong names make a short message', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `${i}`.repeat(300))
    const bytes = new Uint8Array(4)
    const tensors = names.map((name) => [name, { dtype: 'float32', shape: [1], bytes }] as const)
    const weights = encodeSafetensors(new Map(tensors))
    const error = await loadModel(await write(one, weights)).catch((reason) => reason)
    expect(error.key).toBe('state.names')
    expect(error.message.length).toBeLessThan(10_000)
  })
})

describe('paths', () => {
  const missing: [name: string, prepare: (path: string) => unknown, key: string][] = [
    ['a folder that is not there', () => undefined, 'file.missing'],
    ['an empty folder', (path) => mkdir(path), 'file.missing'],
    ['a file in place of the folder', (path) => writeFile(path, ''), 'file.missing'],
    [
      'a folder in place of a file',
      (path) => mkdir(join(path, 'model.json'), { recursive: true }),
      'file.kind',
    ],
    ['a link to itself', (path) => symlink(path, path), 'file.read'],
  ]
  test.each(missing)('%s cannot be read', async (name, prepare, key) => {
    const path = join(folder, `read ${name}`)
    await prepare(path)
    await expect(loadModel(path)).rejects.toMatchObject({ name: 'FormatError', key })
  })

  test('nor can a name that no file may have', async () => {
    await expect(loadModel('a\0b')).rejects.toBeInstanceOf(MaruError)
    await expect(saveModel('a\0b', small())).rejects.toBeInstanceOf(MaruError)
  })

  test('a folder that is not there is made; one in place of a file is not', async () => {
    const path = join(folder, 'new', 'folder')
    await saveModel(path, small())
    expect((await loadModel(path)).parameterCount).toBe(small().parameterCount)
    const file = join(folder, 'new', 'file')
    await writeFile(file, '')
    await expect(saveModel(file, small())).rejects.toMatchObject({ key: 'file.folder' })
    await expect(saveModel(join(file, 'a'), small())).rejects.toMatchObject({ key: 'file.folder' })
  })

  test("a layer of one's own cannot be saved, and no file is begun", async () => {
    class Twice extends Module {
      override forward(x: Tensor): Tensor {
        return x.mul(2)
      }
    }
    const path = join(folder, 'own')
    await mkdir(path)
    const model = new Sequential<readonly Module[]>(new Twice())
    await expect(saveModel(path, model)).rejects.toMatchObject({ key: 'definition.custom' })
    expect(await readdir(path)).toEqual([])
  })

  test("a subclass of a layer is a layer of one's own", async () => {
    class Wide extends Linear<2, 3> {
      override forward(x: Tensor): Tensor {
        return super.forward(x).mul(2)
      }
    }
    Object.defineProperty(Wide, 'name', { value: 'Linear' })
    await expect(saveModel(folder, new Wide(2, 3))).rejects.toMatchObject({
      key: 'definition.custom',
    })
  })
})

describe('weights of other libraries', () => {
  const fixture = (name: string) => new URL(`../io/fixtures/${name}`, import.meta.url).pathname

  test("load by PyTorch's own names", async () => {
    const model = new Sequential(new Linear(2, 3), new BatchNorm1d(3))
    const state = await readWeights(fixture('state-dict.pt'))
    expect(await model.loadStateDict(state)).toEqual({ missing: [], unexpected: [] })
    expect([
      ...(await model
        .eval()
        .call(zeros([1, 2]))
        .data()),
    ]).toHaveLength(3)
  })

  test('come out of npz archives and safetensors, too', async () => {
    const names = async (name: string) => [...(await readWeights(fixture(name))).keys()]
    expect(await names('plain.npz')).toEqual(['weight', 'a/b'])
    await expect(names('reference.safetensors')).rejects.toMatchObject({ key: 'weights.dtype' })
  })
})

test('a saved model has a page that says what it is', async () => {
  const model = new Sequential(new Linear(2, 3), new ReLU())
  const own = join(folder, 'card')
  const card = { title: 'Points', results: { 'test error': '1.2 %' }, input: [1, 2] }
  await saveModel(own, model, { card })
  const page = await readFile(join(own, 'README.md'), 'utf8')
  expect(page).toMatch(/^# Points\n/)
  for (const part of [
    '| test error | 1.2 % |',
    'Linear(2, 3)',
    '2 tensors, 36 bytes',
    'loadModel',
  ]) {
    expect(page).toContain(part)
  }
})
