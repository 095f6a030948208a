import { runUnderFaults } from '../fault-run.ts'
import { createFaultStand } from '../fault-stand.ts'
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

// Schedules that follow one another share their topics, databases and processes: starting those takes longer than a run.
const SCHEDULES_OF_A_STAND = 5

async function runSchedule(context: SoakContext, number: number): Promise<PartReport> {
  const { log, signal, shelf } = context
  // Schedules of different seeds have no number in common.
  const seed = context.seed * 1_000 + number
  const stand = await standOf(context, context.seed * 1_000 + Math.ceil(number / SCHEDULES_OF_A_STAND))
  try {
    return await runUnderFaults(stand, {
      ...{ seed, log, signal, events: 20_000, ratePerSecond: 2_500, callers: 100 },
      ...{ faults: 30, pauseMs: 200, maxFreezeMs: 4_000, maxBlackholeMs: 1_500, drainTimeoutMs: 300_000 },
    })
  } catch (error) {
    // What one schedule left behind is not the next one's.
    await shelf.drop('schedules')
    throw error
  }
}

function standOf({ stack, shelf, logDir }: SoakContext, turn: number) {
  return shelf.share('schedules', String(turn), async () => {
    const name = `schedules-${turn}-${Date.now().toString(36)}`
    // Its processes outlive the part that started them.
    const log = (line: string): void => console.log(`  ${name}: ${line}`)
    return await createFaultStand({
      stack: await stack(),
      name,
      loggers: 3,
      handlers: 2,
      sessions: 'brief',
      logDir,
      log,
    })
  })
}
