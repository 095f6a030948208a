import { setTimeout as wait } from 'node:timers/promises'
import { within } from '@house-helper/events-core'
import { described } from '../recorder/recorder-listeners.ts'
import type { Runs } from './runs.ts'
import { startWork, type Work, type WorkOptions } from './work.ts'

/** What a worker is made with. */
export interface WorkerOptions extends Omit<WorkOptions, 'closing'> {
  readonly runs: Runs
  /** How often to look for runs, in milliseconds. */
  readonly pollMs: number
  /** Runs that are sent at the same time, at most. */
  readonly maxRuns: number
}

/** Sends runs that nobody else has in hand: new ones, and those of a logger that is no more. */
export interface Worker {
  start(): void
  /** Looks for runs now. */
  wake(): void
  /** Looks now whether this run was paused or cancelled, if it is in hand here. */
  look(id: string): Promise<void>
  /** Why no runs can be taken now. */
  problem(): string | undefined
  /** Lets go of every run, each after what is on its way. Resolves within the deadline. */
  close(options: { readonly timeoutMs: number }): Promise<void>
}

/** Makes a worker; it takes nothing before `start()`. */
export function createWorker({ pollMs, maxRuns, ...options }: WorkerOptions): Worker {
  const { runs, logger } = options
  const closing = new AbortController()
  const { signal } = closing
  const inHand = new Map<string, Work>()
  let waking = Promise.withResolvers<void>()
  let problem: string | undefined
  let looking: Promise<void> | undefined

  const begin = async (id: string): Promise<void> => {
    const lease = await runs.take(id)
    if (lease === undefined) return
    logger.info({ runId: id, fence: lease.fence }, 'A replay is taken in hand')
    const work = startWork(lease, { ...options, closing: signal })
    inHand.set(id, work)
    work.done
      .catch((error: unknown) => {
        // Its lease ends by itself; whoever takes it reads back what was sent.
        logger.warn({ runId: id, err: error }, 'A replay could not be let go of in order')
      })
      .finally(() => {
        inHand.delete(id)
        waking.resolve()
      })
  }
  const turn = async (): Promise<void> => {
    try {
      const room = maxRuns - inHand.size
      const found = room > 0 ? await runs.waiting(room) : []
      for (const id of found) if (!signal.aborted && !inHand.has(id)) await begin(id)
      problem = undefined
    } catch (error) {
      problem = described(error).message
      logger.warn({ err: error }, 'Replays cannot be looked for')
    }
  }
  const turns = async (): Promise<void> => {
    while (!signal.aborted) {
      waking = Promise.withResolvers<void>()
      await turn()
      await Promise.race([pause(pollMs, signal), waking.promise])
    }
  }
  return {
    start() {
      looking ??= turns()
    },
    wake: () => waking.resolve(),
    look: async (id) => await inHand.get(id)?.look(),
    problem: () => problem,
    async close({ timeoutMs }) {
      closing.abort(new Error('The event logger is being closed.'))
      const ended = Promise.allSettled([looking, ...[...inHand.values()].map(({ done }) => done)])
      await within(ended, timeoutMs)
    },
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(durationMs, undefined, { signal, ref: false })
  } catch (error) {
    // The signal is the only thing that ends a wait early; whoever waits looks at it next.
    if (!signal.aborted) throw error
  }
}
