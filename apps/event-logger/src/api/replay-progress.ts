import type { ReplayRun, Replays } from '@house-helper/event-log'
import { replayText } from './replay-answer.ts'

/** A comment now and then, so that nothing in between takes the connection for dead, in milliseconds. */
const KEEP_ALIVE_MS = 15_000

/** Writes the progress of a run as server-sent events, until it has ended or the signal aborts. */
export async function* progressEvents(
  replays: Pick<Replays, 'watch'>,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const runs = replays.watch(id, { signal })[Symbol.asyncIterator]()
  let next = runs.next()
  for (;;) {
    const result = await orSilence(next)
    if (result === undefined) {
      yield ': nothing new\n\n'
      continue
    }
    if (result.done) return
    const run: ReplayRun = result.value
    yield `event: progress\ndata: ${replayText(run)}\n\n`
    next = runs.next()
  }
}

/** Undefined where nothing came for a while; then it is still to come. */
async function orSilence<Value>(value: Promise<Value>): Promise<Value | undefined> {
  const silence = Promise.withResolvers<undefined>()
  const timer = setTimeout(silence.resolve, KEEP_ALIVE_MS, undefined)
  try {
    return await Promise.race([value, silence.promise])
  } finally {
    clearTimeout(timer)
  }
}
