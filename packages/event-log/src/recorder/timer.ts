/** Runs a task again and again, waiting in between; never two at a time. */
export interface Timer {
  /** Ends it; resolves once a task that runs has ended. */
  stop(): Promise<void>
}

/** Makes a timer. The task handles its own errors; it first runs after `firstMs`, by default one interval. */
export function createTimer(intervalMs: number, task: () => Promise<void>, { firstMs = intervalMs } = {}): Timer {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let handle: NodeJS.Timeout
  const schedule = (waitMs: number) => {
    if (stopped) return
    handle = setTimeout(() => {
      running = task().then(() => schedule(intervalMs))
    }, waitMs)
  }
  schedule(firstMs)
  return {
    stop() {
      stopped = true
      clearTimeout(handle)
      return running
    },
  }
}
