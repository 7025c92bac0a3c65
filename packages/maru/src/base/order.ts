/** Sorting of lines of numbers: stable, with NaN last whichever way the rest is ordered. */
import type { NumberArray } from './dtype.ts'

/** Runs of this length are sorted by insertion before they are merged. */
const RUN = 16
/** A heap is used where fewer than one of so many elements is wanted. */
const HEAP_SHARE = 8

/** Orders lines of one length, in memory of its own that all lines share. */
export class LineSorter {
  #keys: Float64Array
  #order: Int32Array
  #spareKeys: Float64Array
  #spareOrder: Int32Array

  constructor(length: number) {
    this.#keys = new Float64Array(length)
    this.#order = new Int32Array(length)
    this.#spareKeys = new Float64Array(length)
    this.#spareOrder = new Int32Array(length)
  }

  /**
   * Positions of the first `count` elements of a line in sorted order; equal ones keep theirs.
   *
   * The array is good until the next call.
   */
  first(
    data: NumberArray,
    start: number,
    step: number,
    { count, descending }: { readonly count: number; readonly descending: boolean },
  ): Int32Array {
    const sign = descending ? -1 : 1
    const length = this.#keys.length
    if (count * HEAP_SHARE < length) return this.#smallest(data, start, step, count, sign)
    let numbers = 0
    for (let i = 0; i < length; i++) {
      const value = sign * (data[start + i * step] as number)
      if (Number.isNaN(value)) continue
      this.#keys[numbers] = value
      this.#order[numbers++] = i
    }
    this.#sort(numbers)
    if (numbers < length) this.#appendNaN(data, start, step, numbers)
    return this.#order
  }

  #appendNaN(data: NumberArray, start: number, step: number, from: number): void {
    let to = from
    for (let i = 0; to < this.#order.length; i++) {
      const value = data[start + i * step] as number
      if (Number.isNaN(value)) this.#order[to++] = i
    }
  }

  /** Merge sort of the first `count` keys and their positions. */
  #sort(count: number): void {
    for (let from = 0; from < count; from += RUN) this.#insert(from, Math.min(from + RUN, count))
    for (let width = RUN; width < count; width *= 2) {
      for (let from = 0; from < count; from += 2 * width) {
        this.#merge(from, Math.min(from + width, count), Math.min(from + 2 * width, count))
      }
      const [keys, order] = [this.#keys, this.#order]
      this.#keys = this.#spareKeys
      this.#order = this.#spareOrder
      this.#spareKeys = keys
      this.#spareOrder = order
    }
  }

  #insert(from: number, to: number): void {
    const [keys, order] = [this.#keys, this.#order]
    for (let i = from + 1; i < to; i++) {
      const key = keys[i] as number
      const place = order[i] as number
      let j = i
      for (; j > from && (keys[j - 1] as number) > key; j--) {
        keys[j] = keys[j - 1] as number
        order[j] = order[j - 1] as number
      }
      keys[j] = key
      order[j] = place
    }
  }

  #merge(from: number, middle: number, to: number): void {
    const [keys, order, intoKeys, into] = [
      this.#keys,
      this.#order,
      this.#spareKeys,
      this.#spareOrder,
    ]
    let [left, right] = [from, middle]
    for (let i = from; i < to; i++) {
      const takeLeft =
        left < middle && (right >= to || (keys[left] as number) <= (keys[right] as number))
      const source = takeLeft ? left++ : right++
      intoKeys[i] = keys[source] as number
      into[i] = order[source] as number
    }
  }

  /** The `count` smallest in a heap with the last of them on top, which is then emptied from behind. */
  #smallest(
    data: NumberArray,
    start: number,
    step: number,
    count: number,
    sign: number,
  ): Int32Array {
    const [keys, order] = [this.#keys, this.#order]
    const length = keys.length
    if (count === 0) return order
    let held = 0
    for (let i = 0; i < length; i++) {
      const value = sign * (data[start + i * step] as number)
      if (Number.isNaN(value)) continue
      if (held < count) this.#rise(held++, value, i)
      else if (value < (keys[0] as number)) this.#sink(held, value, i)
    }
    const numbers = held
    while (held > 1) {
      const place = order[0] as number
      held--
      this.#sink(held, keys[held] as number, order[held] as number)
      order[held] = place
    }
    if (numbers < count) this.#appendNaN(data, start, step, numbers)
    return order
  }

  /** Puts an element at the end of the heap and lifts it to its place. */
  #rise(end: number, key: number, place: number): void {
    const [keys, order] = [this.#keys, this.#order]
    let at = end
    while (at > 0) {
      const parent = (at - 1) >> 1
      // of equal elements the later one belongs above; the new one is the latest
      if ((keys[parent] as number) > key) break
      keys[at] = keys[parent] as number
      order[at] = order[parent] as number
      at = parent
    }
    keys[at] = key
    order[at] = place
  }

  /** Replaces the top of a heap of `size` and lets the new element sink to its place. */
  #sink(size: number, key: number, place: number): void {
    const [keys, order] = [this.#keys, this.#order]
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (
        child + 1 < size &&
        this.#isAfter(child + 1, keys[child] as number, order[child] as number)
      )
        child++
      if (!this.#isAfter(child, key, place)) break
      keys[at] = keys[child] as number
      order[at] = order[child] as number
      at = child
    }
    keys[at] = key
    order[at] = place
  }

  /** Whether an element of the heap comes after another in sorted order. */
  #isAfter(at: number, key: number, place: number): boolean {
    const own = this.#keys[at] as number
    return own > key || (own === key && (this.#order[at] as number) > place)
  }
}
