/** Work that Ctrl-C may end early. */

/** Tells work of the first Ctrl-C. The second one ends the process, as it does without this. */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ value: T; interrupted: boolean }> {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  process.once('SIGINT', abort)
  try {
    const value = await work(controller.signal)
    return { value, interrupted: controller.signal.aborted }
  } finally {
    process.off('SIGINT', abort)
  }
}
