/** The records that TensorBoard reads: framed protocol buffers, written here field by field. */
import { crc32c } from '../base/crc32.ts'
import { joinBytes } from '../base/join-bytes.ts'

/** A summary under a tag at a step. */
export type Summary =
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | { readonly kind: 'text'; readonly tag: string; readonly text: string }
  | { readonly kind: 'histogram'; readonly tag: string; readonly values: ArrayLike<number> }

export interface EventRecord {
  /** Seconds since 1970. */
  readonly time: number
  readonly step: number
  /** Begins a file, tells that training went back to `step`, or holds values. */
  readonly what: 'version' | 'start' | readonly Summary[]
}

/**
 * The bytes of one record: its length, the length's checksum, an `Event` message, its checksum.
 *
 * @see https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto event.proto, summary.proto
 */
export function encodeEvent({ time, step, what }: EventRecord): Uint8Array {
  const head = [double(1, time), ...(step > 0 ? [varint(2, step)] : [])]
  if (what === 'version') return frame(joinBytes([...head, text(3, 'brain.Event:2')]))
  if (what === 'start') return frame(joinBytes([...head, message(7, [varint(1, 1)])]))
  return frame(
    joinBytes([
      ...head,
      message(
        5,
        what.map((each) => message(1, fieldsOf(each))),
      ),
    ]),
  )
}

/** A record around a message. @see https://www.tensorflow.org/tutorials/load_data/tfrecord */
export function frame(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16 + data.length)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, masked(bytes.subarray(0, 8)), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.length, masked(data), true)
  return bytes
}

/** Rotated and shifted, so that a checksum over data with checksums in it stays one. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

function fieldsOf(summary: Summary): Uint8Array[] {
  const tag = text(1, summary.tag)
  if (summary.kind === 'scalar') return [tag, float(2, summary.value)]
  if (summary.kind === 'histogram') return [tag, message(5, histogramOf(summary.values))]
  const DT_STRING = 7
  const tensor = [
    varint(1, DT_STRING),
    message(2, [message(2, [varint(1, 1)])]),
    text(8, summary.text),
  ]
  return [tag, message(8, tensor), message(9, [message(1, [text(1, 'text')])])]
}

const BUCKETS = 30

/** Counts of finite values in equal buckets between the least and the largest. */
function histogramOf(values: ArrayLike<number>): Uint8Array[] {
  const finite = Array.from(values).filter(Number.isFinite)
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const width = (high - low) / BUCKETS || 1
  const counts = new Array<number>(BUCKETS).fill(0)
  for (const value of finite) {
    const place = Math.min(BUCKETS - 1, Math.floor((value - low) / width))
    counts[place] = (counts[place] ?? 0) + 1
  }
  const sum = finite.reduce((a, b) => a + b, 0)
  const squares = finite.reduce((a, b) => a + b * b, 0)
  const numbers = finite.length > 0 ? [low, high, finite.length, sum, squares] : [0, 0, 0, 0, 0]
  const limits = counts.map((_, i) => (finite.length > 0 ? low : 0) + (i + 1) * width)
  return [...numbers.map((each, i) => double(i + 1, each)), doubles(6, limits), doubles(7, counts)]
}

// Fields of protocol buffers: a number and a wire type, then the value.

function key(field: number, wire: 0 | 1 | 2 | 5): number[] {
  return digits(field * 8 + wire)
}

/** Seven bits a byte, the lowest first. */
function digits(value: number): number[] {
  const bytes: number[] = []
  let rest = Math.max(0, Math.floor(value))
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

function varint(field: number, value: number): Uint8Array {
  return Uint8Array.from([...key(field, 0), ...digits(value)])
}

function double(field: number, value: number): Uint8Array {
  return joinBytes([Uint8Array.from(key(field, 1)), new Uint8Array(Float64Array.of(value).buffer)])
}

function doubles(field: number, values: readonly number[]): Uint8Array {
  return delimited(field, new Uint8Array(Float64Array.from(values).buffer))
}

function float(field: number, value: number): Uint8Array {
  return joinBytes([Uint8Array.from(key(field, 5)), new Uint8Array(Float32Array.of(value).buffer)])
}

function text(field: number, value: string): Uint8Array {
  return delimited(field, new TextEncoder().encode(value))
}

function message(field: number, parts: readonly Uint8Array[]): Uint8Array {
  return delimited(field, joinBytes(parts))
}

function delimited(field: number, bytes: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.from([...key(field, 2), ...digits(bytes.length)]), bytes])
}
