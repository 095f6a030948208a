import { runUnderFaults } from '../fault-run.ts'
import type { PartReport, SoakCase, SoakContext } from '../soak-case.ts'

/** The short form of the soak, again and again, each time with other faults at other moments. */
export const schedules: SoakCase = {
  name: 'schedules',
  title: 'The short form of the soak under random schedules of faults, each known by its number.',
  parts: (form) =>
    Array.from({ length: form === 'short' ? 2 : 100 }, (_, index) => ({
      name: String(index + 1).padStart(3, '0'),
      run: (context) => runSchedule(context, index + 1),
    })),
}

async function runSchedule(context: SoakContext, number: number): Promise<PartReport> {
  const { logDir, log, signal } = context
  // Schedules of different seeds have no number in common.
  const seed = context.seed * 1_000 + number
  return runUnderFaults({
    ...{ stack: await context.stack(), name: `schedule-${seed}`, seed, logDir, log, signal },
    ...{ events: 20_000, ratePerSecond: 2_500, callers: 100, loggers: 3, handlers: 2 },
    ...{ faults: 30, pauseMs: 200, maxFreezeMs: 4_000, maxBlackholeMs: 1_500 },
    ...{ sessions: 'brief', drainTimeoutMs: 120_000 },
  })
}
