/** Sequences whose answer lies far back: what recurrent networks are tried on. */
import { ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import { ColumnDataset } from '../columns.ts'
import type { NdArray, Sample } from '../record.ts'
import { roomFor, source } from './source.ts'

interface SequenceOptions {
  /** Steps of every sequence. */
  readonly length: number
  readonly seed?: number
}

/** A sequence of numbers and the numbers to be predicted. */
export interface RegressionSample {
  readonly input: NdArray<Float32Array>
  readonly label: NdArray<Float32Array>
}

/** A sequence of symbols and a class. */
export interface SymbolSample {
  readonly input: NdArray<Int32Array>
  readonly label: number
}

/** A sequence of symbols for a sequence of symbols. */
export interface SymbolsSample {
  readonly input: NdArray<Int32Array>
  readonly label: NdArray<Int32Array>
}

/**
 * The adding problem: of a sequence of numbers, the sum of the two that are marked.
 *
 * Values are uniform in [0, 1); one mark is in the first half, one in the second. Answering 1 always
 * has a mean squared error of 1/6.
 *
 * @shape input [length, 2]: value and mark; label [1]
 * @see Hochreiter & Schmidhuber 1997, "Long short-term memory"
 * @example generateAdding(1000, { length: 100 })
 */
export function generateAdding(
  count: number,
  { length, seed = 0 }: SequenceOptions,
): ColumnDataset<RegressionSample> {
  expectInteger('generateAdding', 'length', length, 2)
  const data = roomFor('generateAdding', count, 2 * length)
  const sums = new Float32Array(count)
  const root = source('adding', seed)
  const half = Math.floor(length / 2)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    const row = data.subarray(2 * length * i, 2 * length * (i + 1))
    for (let t = 0; t < length; t++) row[2 * t] = random.uniform()
    const marked = [random.integer(half), half + random.integer(length - half)]
    for (const t of marked) {
      row[2 * t + 1] = 1
      sums[i] = (sums[i] ?? 0) + (row[2 * t] ?? 0)
    }
  }
  return new ColumnDataset<RegressionSample>({
    input: { data, shape: [count, length, 2] },
    label: { data: sums, shape: [count, 1] },
  })
}

/**
 * Temporal order: which of X and Y came first and which came second, among other symbols.
 *
 * Symbols are 0 to 3, which mean nothing, 4 for X and 5 for Y, 6 at the start and 7 at the end. The
 * first of the two that count is in the second tenth of the sequence, the second in the sixth. The
 * class is 0 for XX, 1 for XY, 2 for YX, 3 for YY.
 *
 * @shape input [length], int32
 * @see Hochreiter & Schmidhuber 1997, "Long short-term memory", task 6a
 */
export function generateTemporalOrder(
  count: number,
  { length, seed = 0 }: SequenceOptions,
): ColumnDataset<SymbolSample> {
  expectInteger('generateTemporalOrder', 'length', length, 20)
  roomFor('generateTemporalOrder', count, length)
  const data = new Int32Array(count * length)
  const labels = new Int32Array(count)
  const root = source('temporalOrder', seed)
  const tenth = Math.floor(length / 10)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    const row = data.subarray(length * i, length * (i + 1))
    for (let t = 1; t < length - 1; t++) row[t] = random.integer(4)
    row[0] = 6
    row[length - 1] = 7
    const label = random.integer(4)
    row[tenth + random.integer(tenth)] = 4 + (label >> 1)
    row[5 * tenth + random.integer(tenth)] = 4 + (label & 1)
    labels[i] = label
  }
  return new ColumnDataset<SymbolSample>(
    { input: { data, shape: [count, length] }, label: { data: labels, shape: [count] } },
    { classes: ['XX', 'XY', 'YX', 'YY'] },
  )
}

/**
 * Copy memory: symbols that are to be repeated after a long pause.
 *
 * The input is `symbols` symbols from 1 to `kinds`, `delay` blanks (0), the sign to begin
 * (`kinds` + 1) and blanks; the label is blanks, and at the end the symbols.
 *
 * @shape input and label [delay + 2 · symbols], int32
 * @see Arjovsky, Shah & Bengio 2016, https://arxiv.org/abs/1511.06464
 */
export function generateCopyMemory(
  count: number,
  {
    delay,
    symbols = 10,
    kinds = 8,
    seed = 0,
  }: {
    readonly delay: number
    readonly symbols?: number
    readonly kinds?: number
    readonly seed?: number
  },
): ColumnDataset<SymbolsSample> {
  expectInteger('generateCopyMemory', 'delay', delay, 1)
  expectInteger('generateCopyMemory', 'symbols', symbols, 1)
  expectInteger('generateCopyMemory', 'kinds', kinds, 1)
  const length = delay + 2 * symbols
  roomFor('generateCopyMemory', count, length)
  const input = new Int32Array(count * length)
  const label = new Int32Array(count * length)
  const root = source('copyMemory', seed)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    for (let k = 0; k < symbols; k++) {
      const symbol = 1 + random.integer(kinds)
      input[length * i + k] = symbol
      label[length * i + delay + symbols + k] = symbol
    }
    input[length * i + symbols + delay - 1] = kinds + 1
  }
  const shape = [count, length]
  return new ColumnDataset<SymbolsSample>({
    input: { data: input, shape },
    label: { data: label, shape },
  })
}

/**
 * Parity: whether a sequence of bits has an odd number of ones. One bit decides as much as all.
 *
 * @shape input [length, 1], 0 or 1; class 1 where they are odd
 */
export function generateParity(
  count: number,
  { length, seed = 0 }: SequenceOptions,
): ColumnDataset<Sample> {
  expectInteger('generateParity', 'length', length, 1)
  const data = roomFor('generateParity', count, length)
  const labels = new Int32Array(count)
  const root = source('parity', seed)
  for (let i = 0; i < count; i++) {
    const random = root.fork(i)
    for (let t = 0; t < length; t++) {
      const bit = random.integer(2)
      data[length * i + t] = bit
      labels[i] = (labels[i] ?? 0) ^ bit
    }
  }
  return new ColumnDataset<Sample>(
    { input: { data, shape: [count, length, 1] }, label: { data: labels, shape: [count] } },
    { classes: ['even', 'odd'] },
  )
}

/**
 * Stretches of a series and what comes behind each: a set for forecasting.
 *
 * @param horizon values to be predicted
 * @param stride steps from the start of a stretch to that of the next
 * @shape input [length, 1], label [horizon]
 * @throws ValueError when the series is shorter than a stretch and its horizon
 */
export function forecasts(
  series: Float32Array,
  {
    length,
    horizon = 1,
    stride = 1,
  }: { readonly length: number; readonly horizon?: number; readonly stride?: number },
): ColumnDataset<RegressionSample> {
  expectInteger('forecasts', 'length', length, 1)
  expectInteger('forecasts', 'horizon', horizon, 1)
  expectInteger('forecasts', 'stride', stride, 1)
  const need = length + horizon
  if (series.length < need) {
    throw new ValueError('forecasts.short', { series: series.length, length, horizon })
  }
  const count = 1 + Math.floor((series.length - need) / stride)
  const input = roomFor('forecasts', count, length)
  const label = roomFor('forecasts', count, horizon)
  for (let i = 0; i < count; i++) {
    const start = i * stride
    input.set(series.subarray(start, start + length), i * length)
    label.set(series.subarray(start + length, start + need), i * horizon)
  }
  return new ColumnDataset<RegressionSample>({
    input: { data: input, shape: [count, length, 1] },
    label: { data: label, shape: [count, horizon] },
  })
}
