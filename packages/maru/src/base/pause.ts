/** A turn for everybody else: pages draw, finalisers run, signals arrive. */

interface Host {
  readonly setImmediate?: (action: () => void) => unknown
}

/** Ends the current task and goes on in another one. */
export function pause(): Promise<void> {
  const { setImmediate } = globalThis as Host
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve)
      return
    }
    // Timers of a page wait 4 ms once they are nested; messages do not.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
