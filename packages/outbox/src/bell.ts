/** A bell ends a wait. One that rings while nobody waits ends the next wait at once. */
export interface Bell {
  ring(): void
  /** Waits until the bell rings, but not longer. */
  wait(timeoutMs: number): Promise<void>
}

/** Makes a bell for one who waits. */
export function createBell(): Bell {
  let rung = false
  let wake: (() => void) | undefined
  return {
    ring() {
      rung = true
      wake?.()
    },
    async wait(timeoutMs) {
      let timer: NodeJS.Timeout | undefined
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve
          timer = setTimeout(resolve, Math.max(timeoutMs, 0))
        })
      }
      clearTimeout(timer)
      wake = undefined
      rung = false
    },
  }
}
