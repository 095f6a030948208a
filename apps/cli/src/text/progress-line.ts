import type { World } from '../world.ts'

/** A line on a terminal that is written over; nothing elsewhere. */
export interface ProgressLine {
  show(text: string): void
  /** Takes the line away, so that something else can be written. */
  clear(): void
  /** Leaves the line as it is, and begins the next one. */
  end(): void
}

/** Makes one on stderr. */
export function progressLine({ stderr }: Pick<World, 'stderr'>): ProgressLine {
  let isShown = false
  return {
    show(text) {
      if (!stderr.isTTY) return
      isShown = true
      stderr.write(`\r\u001b[2K${text.slice(0, (stderr.columns ?? 100) - 1)}`)
    },
    clear() {
      if (isShown) stderr.write('\r\u001b[2K')
      isShown = false
    },
    end() {
      if (isShown) stderr.write('\n')
      isShown = false
    },
  }
}
