/** A number of slots that tasks take and give back, first come, first served. */
export interface Slots {
  /** Runs a task once a slot is free. */
  run<Result>(task: () => Promise<Result>): Promise<Result>
}

/** Makes so many slots. Who waits is bounded by who calls: one partition waits for one slot. */
export function createSlots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  return {
    async run(task) {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        // The slot goes from hand to hand, so that nobody who comes meanwhile takes it.
        if (next === undefined) free++
        else next()
      }
    },
  }
}
