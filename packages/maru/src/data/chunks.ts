/** Records that come one after another, in groups; and work that is begun before it is asked for. */

/** Groups of `size`; the last one may be smaller, and is left out when `dropLast`. */
export function* chunks<S>(
  source: Iterable<S>,
  size: number,
  dropLast: boolean,
): Generator<S[], void, void> {
  let group: S[] = []
  for (const record of source) {
    if (group.push(record) < size) continue
    yield group
    group = []
  }
  if (group.length > 0 && !dropLast) yield group
}

/** The same of a source that must be waited for. */
export async function* chunksLater<S>(
  source: AsyncIterable<S>,
  size: number,
  dropLast: boolean,
): AsyncGenerator<S[], void, void> {
  let group: S[] = []
  for await (const record of source) {
    if (group.push(record) < size) continue
    yield group
    group = []
  }
  if (group.length > 0 && !dropLast) yield group
}

/** Hands out what a source gives in its order, with `count` more on the way while one is in use. */
export async function* ahead<X>(
  source: Iterable<X | Promise<X>> | AsyncIterable<X | Promise<X>>,
  count: number,
): AsyncGenerator<X, void, void> {
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const pull = async (): Promise<{ readonly value: X } | undefined> => {
    const { done, value } = await iterator.next()
    return done ? undefined : { value: await value }
  }
  const queue: Promise<{ readonly value: X } | undefined>[] = []
  try {
    for (;;) {
      while (queue.length <= count) {
        const next = pull()
        // it is thrown when its turn comes, if it does
        next.catch(() => undefined)
        queue.push(next)
      }
      const step = await queue.shift()
      if (!step) return
      yield step.value
    }
  } finally {
    // not waited for: a source may be waiting for something that never comes
    Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}
