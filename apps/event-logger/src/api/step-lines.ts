/** Writes steps as lines of JSON, one a step, each made when the one before it was taken. */
async function* stepLines(steps: AsyncIterable<object>): AsyncGenerator<string, void> {
  for await (const step of steps) yield `${JSON.stringify(step)}\n`
}

/** Lets one answer at a time do long work, so that whoever asks again does not load MongoDB and Kafka as much again. */
export interface OneAtATime {
  /** What is being done, as the beginning of a sentence; undefined where nothing is. */
  current(): string | undefined
  /** Gives the lines of the work, and is free again once they have ended, or once nobody reads them any more. */
  lines(what: string, steps: AsyncIterable<object>, signal: AbortSignal): AsyncIterable<string>
}

/** Makes it. */
export function createOneAtATime(): OneAtATime {
  let working: string | undefined
  return {
    current: () => working,
    lines(what, steps, signal) {
      working = what
      let hasBegun = false
      const free = () => {
        working = undefined
      }
      // A generator that is left before it has begun never runs its finally.
      signal.addEventListener('abort', () => hasBegun || free(), { once: true })
      return (async function* () {
        hasBegun = true
        try {
          yield* stepLines(steps)
        } finally {
          free()
        }
      })()
    },
  }
}
