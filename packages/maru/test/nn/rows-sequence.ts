/** Rows of the layers over sequences. PyTorch's values are in `sequence.test.ts`. */
import {
  AdditiveAttention,
  AlphaDropout,
  DotAttention,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  Embedding,
  GRU,
  GRUCell,
  LayerNorm,
  LearnedPositions,
  LSTM,
  LSTMCell,
  type Module,
  MultiheadAttention,
  Recurrent,
  RNN,
  RNNCell,
  SinusoidalPositions,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from '../../src/nn/index.ts'
import type { Case, LayerRow } from './table.ts'

const torch = { none: 'sequence.test.ts holds it to PyTorch' }
const drawn = { none: 'dropout.test.ts looks at what it draws' }

function row(...cases: readonly Case[]): LayerRow {
  return { cases, oracle: torch }
}

function dropout(Layer: new (p?: number) => Module, name: string): LayerRow {
  const shape = [2, 3, 2, 4, 2]
  return {
    cases: [
      { make: () => new Layer().eval(), says: `${name}(0.5)`, input: shape, output: shape },
      { make: () => new Layer(0), says: `${name}(0)`, input: [0, 2, 1, 1], output: [0, 2, 1, 1] },
      { make: () => new Layer(1), says: `${name}(1)`, input: shape, output: shape },
    ],
    oracle: drawn,
  }
}

/** Parameters of one layer and direction. */
function gated(rows: number, input: number, hidden: number, end = ''): Case['parameters'] {
  return {
    [`weightIh${end}`]: [rows, input],
    [`weightHh${end}`]: [rows, hidden],
    [`biasIh${end}`]: [rows],
    [`biasHh${end}`]: [rows],
  }
}

type RecurrentLayer = new (
  input: number,
  hidden: number,
  options?: { numLayers?: number; bidirectional?: boolean; batchFirst?: boolean; bias?: boolean },
) => Module

function recurrent(Layer: RecurrentLayer, name: string, gates: number): LayerRow {
  const rows = gates * 3
  return row(
    {
      make: () => new Layer(2, 3),
      says: `${name}(2, 3)`,
      input: [4, 5, 2],
      output: [4, 5, 3],
      parameters: gated(rows, 2, 3, 'L0') ?? {},
    },
    {
      make: () => new Layer(2, 3, { numLayers: 2, bidirectional: true, batchFirst: true }),
      says: `${name}(2, 3, numLayers 2, bidirectional, batchFirst)`,
      input: [5, 4, 2],
      output: [5, 4, 6],
      parameters: {
        ...gated(rows, 2, 3, 'L0'),
        ...gated(rows, 2, 3, 'L0Reverse'),
        ...gated(rows, 6, 3, 'L1'),
        ...gated(rows, 6, 3, 'L1Reverse'),
      },
    },
    {
      make: () => new Layer(2, 3, { bias: false }),
      says: `${name}(2, 3, no bias)`,
      input: [4, 2],
      output: [4, 3],
      parameters: { weightIhL0: [rows, 2], weightHhL0: [rows, 3] },
    },
    ...[
      [0, 5, 2],
      [4, 0, 2],
    ].map((input): Case => {
      return {
        make: () => new Layer(2, 3),
        says: `${name}(2, 3)`,
        input,
        output: [...input.slice(0, 2), 3],
        parameters: gated(rows, 2, 3, 'L0') ?? {},
      }
    }),
  )
}

type CellLayer = new (input: number, hidden: number) => Module

function cell(Layer: CellLayer, name: string, gates: number): LayerRow {
  const shape = {
    make: () => new Layer(2, 3),
    says: `${name}(2, 3)`,
    parameters: gated(gates * 3, 2, 3) ?? {},
  }
  return row(
    { ...shape, input: [4, 2], output: [4, 3] },
    { ...shape, input: [2], output: [3] },
    { ...shape, input: [0, 2], output: [0, 3] },
  )
}

function attention(dim: number, prefix = ''): Record<string, readonly number[]> {
  return {
    [`${prefix}inProjWeight`]: [3 * dim, dim],
    [`${prefix}inProjBias`]: [3 * dim],
    [`${prefix}outProj.weight`]: [dim, dim],
    [`${prefix}outProj.bias`]: [dim],
  }
}

function feedForward(dim: number, wide: number, prefix = ''): Record<string, readonly number[]> {
  return {
    [`${prefix}linear1.weight`]: [wide, dim],
    [`${prefix}linear1.bias`]: [wide],
    [`${prefix}linear2.weight`]: [dim, wide],
    [`${prefix}linear2.bias`]: [dim],
  }
}

function norms(dim: number, names: readonly string[], prefix = ''): Record<string, [number]> {
  return Object.fromEntries(
    names.flatMap((name): [string, [number]][] => [
      [`${prefix}${name}.weight`, [dim]],
      [`${prefix}${name}.bias`, [dim]],
    ]),
  )
}

function encoderLayer(prefix = ''): Record<string, readonly number[]> {
  return {
    ...attention(4, `${prefix}selfAttn.`),
    ...feedForward(4, 6, prefix),
    ...norms(4, ['norm1', 'norm2'], prefix),
  }
}

function decoderLayer(prefix = ''): Record<string, readonly number[]> {
  return {
    ...attention(4, `${prefix}selfAttn.`),
    ...attention(4, `${prefix}multiheadAttn.`),
    ...feedForward(4, 6, prefix),
    ...norms(4, ['norm1', 'norm2', 'norm3'], prefix),
  }
}

const still = { dimFeedforward: 6, dropout: 0 }
const sequences = { input: [3, 2, 4], output: [3, 2, 4] }

export const sequenceRows: Readonly<Record<string, LayerRow>> = {
  RNN: recurrent(RNN, 'RNN', 1),
  LSTM: recurrent(LSTM, 'LSTM', 4),
  GRU: recurrent(GRU, 'GRU', 3),
  RNNCell: cell(RNNCell, 'RNNCell', 1),
  LSTMCell: cell(LSTMCell, 'LSTMCell', 4),
  GRUCell: cell(GRUCell, 'GRUCell', 3),
  Recurrent: {
    cases: [
      {
        make: () => new Recurrent(new GRUCell(2, 3), { reverse: true, batchFirst: true }),
        says: 'Recurrent(reverse, batchFirst)',
        input: [5, 4, 2],
        output: [5, 4, 3],
        parameters: Object.fromEntries(
          Object.entries(gated(9, 2, 3) ?? {}).map(([name, shape]) => [`cell.${name}`, shape]),
        ),
      },
    ],
    oracle: { none: 'recurrent.test.ts compares it with the layers' },
  },
  MultiheadAttention: row(
    {
      make: () => new MultiheadAttention(4, 2),
      says: 'MultiheadAttention(4, 2)',
      ...sequences,
      parameters: attention(4),
    },
    {
      make: () => new MultiheadAttention(4, 1, { bias: false, batchFirst: true }),
      says: 'MultiheadAttention(4, 1, no bias, batchFirst)',
      input: [0, 2, 4],
      output: [0, 2, 4],
      parameters: { inProjWeight: [12, 4], 'outProj.weight': [4, 4] },
    },
    {
      make: () => new MultiheadAttention(4, 1, { bias: false, kdim: 3 }),
      says: 'MultiheadAttention(4, 1, no bias, kdim 3)',
      input: [2, 4],
      more: [[5, 3], { value: [5, 4] }],
      output: [2, 4],
      parameters: {
        qProjWeight: [4, 4],
        kProjWeight: [4, 3],
        vProjWeight: [4, 4],
        'outProj.weight': [4, 4],
      },
    },
  ),
  AdditiveAttention: row({
    make: () => new AdditiveAttention(2, 3, 4),
    says: 'AdditiveAttention(2, 3, 4)',
    input: [5, 1, 2],
    more: [[5, 6, 3]],
    output: [5, 1, 3],
    parameters: { 'query.weight': [4, 2], 'key.weight': [4, 3], 'score.weight': [1, 4] },
  }),
  DotAttention: row(
    {
      make: () => new DotAttention(2, 2),
      says: 'DotAttention(2, 2)',
      input: [5, 1, 2],
      output: [5, 1, 2],
    },
    {
      make: () => new DotAttention(2, 3, { score: 'general' }),
      says: 'DotAttention(2, 3, score general)',
      input: [1, 2],
      more: [[6, 3]],
      output: [1, 3],
      parameters: { 'key.weight': [2, 3] },
    },
  ),
  TransformerEncoderLayer: row({
    make: () => new TransformerEncoderLayer(4, 2, still),
    says: 'TransformerEncoderLayer(4, 2, dimFeedforward 6, dropout 0)',
    ...sequences,
    parameters: encoderLayer(),
  }),
  TransformerDecoderLayer: row({
    make: () => new TransformerDecoderLayer(4, 2, { ...still, normFirst: true }),
    says: 'TransformerDecoderLayer(4, 2, dimFeedforward 6, dropout 0, normFirst)',
    ...sequences,
    more: [[5, 2, 4]],
    parameters: decoderLayer(),
  }),
  TransformerEncoder: row({
    make: () => new TransformerEncoder(new TransformerEncoderLayer(4, 2, still), 2, { norm: true }),
    says: 'TransformerEncoder(2, norm)',
    ...sequences,
    parameters: {
      ...encoderLayer('layers.0.'),
      ...encoderLayer('layers.1.'),
      ...norms(4, ['norm']),
    },
  }),
  TransformerDecoder: row({
    make: () => new TransformerDecoder(new TransformerDecoderLayer(4, 2, still), 2),
    says: 'TransformerDecoder(2)',
    ...sequences,
    more: [[1, 2, 4]],
    parameters: { ...decoderLayer('layers.0.'), ...decoderLayer('layers.1.') },
  }),
  Embedding: row(
    {
      make: () => new Embedding(5, 3),
      says: 'Embedding(5, 3)',
      input: [2, 4],
      dtype: 'int32',
      output: [2, 4, 3],
      parameters: { weight: [5, 3] },
    },
    {
      make: () => new Embedding(5, 3, { paddingIndex: -1 }),
      says: 'Embedding(5, 3, paddingIndex -1)',
      input: [],
      dtype: 'int32',
      output: [3],
      parameters: { weight: [5, 3] },
    },
  ),
  LayerNorm: row(
    {
      make: () => new LayerNorm(4),
      says: 'LayerNorm(4)',
      ...sequences,
      parameters: { weight: [4], bias: [4] },
    },
    {
      make: () => new LayerNorm([2, 4], { bias: false, eps: 0.25 }),
      says: 'LayerNorm([2, 4], no bias, eps 0.25)',
      ...sequences,
      parameters: { weight: [2, 4] },
    },
  ),
  SinusoidalPositions: {
    cases: [
      { make: () => new SinusoidalPositions(4), says: 'SinusoidalPositions(4)', ...sequences },
      {
        make: () => new SinusoidalPositions(3, { batchFirst: true }),
        says: 'SinusoidalPositions(3, batchFirst)',
        input: [2, 0, 3],
        output: [2, 0, 3],
      },
    ],
    oracle: { none: 'attention.test.ts holds it to its formula' },
  },
  LearnedPositions: {
    cases: [
      {
        make: () => new LearnedPositions(5, 4, { batchFirst: true }),
        says: 'LearnedPositions(5, 4, batchFirst)',
        ...sequences,
        parameters: { weight: [5, 4] },
      },
    ],
    oracle: { none: 'attention.test.ts looks at its rows' },
  },
  Dropout: dropout(Dropout, 'Dropout'),
  AlphaDropout: dropout(AlphaDropout, 'AlphaDropout'),
  Dropout1d: dropout(Dropout1d, 'Dropout1d'),
  Dropout2d: dropout(Dropout2d, 'Dropout2d'),
  Dropout3d: dropout(Dropout3d, 'Dropout3d'),
}
