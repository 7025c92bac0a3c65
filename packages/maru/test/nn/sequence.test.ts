/** Layers over sequences against PyTorch: results, states, weights and gradients. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { grad, type Tensor, useDevice } from '../../src/index.ts'
import {
  AdditiveAttention,
  Cell,
  DotAttention,
  Embedding,
  GRU,
  GRUCell,
  LayerNorm,
  LSTM,
  LSTMCell,
  type Module,
  MultiheadAttention,
  RNN,
  RNNCell,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '../../src/nn/index.ts'
import { devices, differences, tensorOf, valuesOn } from '../ops/calls.ts'
import type { Values } from '../ops/row.ts'
import { table } from './table.ts'

type Named<T> = Readonly<Record<string, T>>

interface Entry {
  readonly layer: string
  readonly sample: string
  readonly arguments: readonly number[]
  readonly options: object
  /** Layers of a stack, of which the arguments and options are those of one. */
  readonly layers?: number
  readonly parameters: Named<Values>
  readonly inputs: Named<Values | boolean | readonly number[]>
  readonly results: Named<Values>
  readonly cotangents: Named<Values>
  readonly grads: Named<Values>
}

const entries = ['recurrent', 'attention'].flatMap((name): readonly Entry[] => {
  const url = new URL(`fixtures/torch-${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')).entries
})

/** Constructors take other arguments each; those of the fixture are theirs. */
type Make = new (...given: never[]) => Module

const plain: Named<Make> = {
  AdditiveAttention,
  DotAttention,
  Embedding,
  GRU,
  GRUCell,
  LayerNorm,
  LSTM,
  LSTMCell,
  MultiheadAttention,
  RNN,
  RNNCell,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
}

function made({ layer, arguments: sizes, options, layers = 1 }: Entry): Module {
  const [dim = 0, heads = 0] = sizes
  if (layer === 'TransformerEncoder') {
    const one = new TransformerEncoderLayer(dim, heads, options)
    return new TransformerEncoder(one, layers, { norm: true })
  }
  if (layer === 'TransformerDecoder') {
    const one = new TransformerDecoderLayer(dim, heads, options)
    return new TransformerDecoder(one, layers, { norm: true })
  }
  const Layer = plain[layer]
  if (!Layer) throw new RangeError(`no layer ${layer}`)
  return Reflect.construct(Layer, [...sizes, options])
}

/** What the layer makes, by the fixture's names. */
function applied(module: Module, inputs: Named<unknown>): Named<Tensor> {
  const { x, hidden, memory, lengths, query, key, ...options } = inputs as Named<Tensor>
  const state = hidden && memory ? [hidden, memory] : hidden
  const given = { ...(state && { state }), ...(lengths && { lengths }) }
  const parts = (last: Tensor | readonly [Tensor, Tensor]): Named<Tensor> =>
    Array.isArray(last) ? { hidden: last[0], memory: last[1] } : { hidden: last as Tensor }
  if (module instanceof Cell) return parts(module.step(x!, state)[1])
  if (module instanceof RNN || module instanceof LSTM || module instanceof GRU) {
    const { output, state: last } = module.run(x!, given as never)
    return { output, ...parts(last) }
  }
  if ('attend' in module && typeof module.attend === 'function') {
    const { value, ...rest } = options
    const named = module instanceof MultiheadAttention ? { value } : { values: value }
    return Reflect.apply(module.attend, module, [
      query,
      key,
      { ...(value && named), ...rest },
    ]) as Named<Tensor>
  }
  const rest = memory ? [memory, options] : [options]
  return { output: Reflect.apply(module.forward, module, [x, ...rest]) }
}

function isValues(value: Values | boolean | readonly number[]): value is Values {
  return typeof value === 'object' && 'data' in value
}

test('every layer that says so has samples', () => {
  const names = new Set(entries.map(({ layer }) => layer))
  const wanted = Object.entries(table).filter(
    ([, { oracle }]) => 'none' in oracle && oracle.none.startsWith('sequence.test.ts'),
  )
  expect([...names].sort()).toEqual(wanted.map(([name]) => name).sort())
})

const tolerance = { relative: 1e-5, absolute: 1e-5, reason: 'float32 against float64' }

/** Acceptance lines that samples of a layer prove. */
const lines: Named<string> = {
  AdditiveAttention: '[C17.1]',
  DotAttention: '[C17.2]',
  GRU: '[C7.1]',
  GRUCell: '[C7.1]',
  LayerNorm: '[D12.4]',
  LSTM: '[C6.1]',
  LSTMCell: '[C6.1]',
  MultiheadAttention: '[C17.3]',
}
const samples: Named<string> = {
  causal: '[C17.4]',
  'other keys': '[C17.5]',
  padding: '[C17.4]',
  'two layers both ways': '[D4.3] [D4.4]',
}

function titleOf({ layer, sample }: Entry): string {
  const parts = layer.endsWith('Attention') || layer.length < 5 ? samples[sample] : undefined
  return `${layer}, ${sample} ${lines[layer] ?? ''} ${parts ?? ''}`.trimEnd()
}

describe.each(devices)('on %s', (device) => {
  test.each(entries.map((entry) => [titleOf(entry), entry] as const))('%s', async (_, entry) => {
    useDevice(device)
    const module = made(entry)
    const state = Object.entries(entry.parameters).map(
      ([name, values]) => [name, tensorOf(values)] as const,
    )
    await module.loadStateDict(new Map(state))
    const inputs = Object.fromEntries(
      Object.entries(entry.inputs).map(([name, value]) => [
        name,
        isValues(value) ? tensorOf(value) : value,
      ]),
    )
    const results = applied(module, inputs)
    expect(Object.keys(results).sort()).toEqual(Object.keys(entry.results).sort())
    const loss = Object.entries(entry.cotangents)
      .map(([name, values]) => results[name]!.mul(tensorOf(values)).sum())
      .reduce((sum, each) => sum.add(each))
    const names = [...module.stateDict().keys()]
    const sources = new Map<string, unknown>(Object.entries(inputs))
    for (const [i, parameter] of [...module.namedParameters()].entries()) {
      sources.set(names[i]!, parameter[1])
    }
    const wanted = Object.entries(entry.grads)
    const gradients = grad(
      loss,
      wanted.map(([name]) => sources.get(name) as Tensor),
    )
    const expected = [...Object.entries(entry.results), ...wanted]
    const got = await valuesOn(device, [
      ...Object.keys(entry.results).map((name) => results[name]!),
      ...gradients,
    ])
    const wrong = expected.flatMap(([name, values], i) =>
      differences(name, got[i]!, values, tolerance, 'alike'),
    )
    expect(wrong).toEqual([])
  })
})
