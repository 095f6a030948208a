import { untilHandled } from '../drain.ts'
import { soakEvents } from '../events.ts'
import { deadLettersOf } from '../handling/dead-letters.ts'
import { handledReport } from '../handling/handled-report.ts'
import { closeHandling, HANDLER_STARTED, type HandledCounts, handlingProgram } from '../handling/program.ts'
import { startPublishing } from '../handling/steady-publishing.ts'
import { taskTypes } from '../handling/task-types.ts'
import type { Program } from '../program.ts'
import { atMost, type PartReport, reported, type SoakContext } from '../soak-case.ts'
import { createStand } from '../stand.ts'

const INSTANCES = 3
const RATE_PER_SECOND = 60
const START_MS = 60_000
const END_MS = 10_000

/** Restarts three instances one by one, a few times over, while events come in. */
export async function restartRolling(context: SoakContext, rounds: number): Promise<PartReport> {
  const { seed, signal, log, logDir } = context
  const servers = await context.stack()
  await using stand = await createStand({
    ...{ servers, name: `rolling-${seed}`, domains: { tasks: 6 }, handledTypes: taskTypes, logDir },
  })
  const start = async (): Promise<Program> => {
    const program = stand.startHandler({}, handlingProgram)
    await program.said(HANDLER_STARTED, START_MS)
    return program
  }
  let instances = await Promise.all(Array.from({ length: INSTANCES }, start))
  const publishing = startPublishing({
    events: soakEvents(seed, { domains: ['tasks'] }),
    ratePerSecond: RATE_PER_SECOND,
    publish: (event) => stand.publish(event),
  })
  const counts: HandledCounts[] = []
  let slowestMs = 0
  const end = async (program: Program): Promise<void> => {
    const closed = await closeHandling(program, END_MS)
    counts.push(closed.counts)
    slowestMs = Math.max(slowestMs, closed.tookMs)
  }
  try {
    for (let restarts = rounds * INSTANCES; restarts > 0; restarts--) {
      const [oldest, ...others] = instances
      if (oldest) await end(oldest)
      instances = [...others, await start()]
    }
  } finally {
    await publishing.stop()
  }
  await untilHandled(stand, { timeoutMs: 60_000, signal })
  await Promise.all(instances.map(end))
  const sum = (of: keyof HandledCounts): number => counts.reduce((total, one) => total + one[of], 0)
  const events = stand.book.events.size
  return await handledReport(stand, {
    faults: rounds * INSTANCES,
    log,
    figures: [
      atMost('slowest end of an instance', Math.round(slowestMs), END_MS, 'ms'),
      atMost('innocent events given up', (await deadLettersOf(stand)).length, 0, 'events'),
      reported('handled again', sum('handled') + sum('repeated') - events, 'events'),
      reported('received again', sum('received') - events, 'events'),
      reported(
        'received again for each restart',
        Math.round((sum('received') - events) / (rounds * INSTANCES)),
        'events',
      ),
    ],
  })
}
