import { runUnderFaults } from '../fault-run.ts'
import { createFaultStand } from '../fault-stand.ts'
import type { PartReport, SoakCase, SoakContext } from '../soak-case.ts'

/** Many events under many random faults, with the event logger's own program. */
export const soak: SoakCase = {
  name: 'soak',
  title: 'Three event loggers and two handler processes take events while connections and processes fail at random.',
  parts: (form) => [{ name: 'soak', run: form === 'short' ? runShort : runFull }],
}

async function runShort(context: SoakContext): Promise<PartReport> {
  await using stand = await standOf(context, 'brief')
  const { seed, log, signal } = context
  return await runUnderFaults(stand, {
    ...{ seed, log, signal, events: 20_000, ratePerSecond: 1_500, callers: 100 },
    ...{ faults: 30, pauseMs: 350, maxFreezeMs: 5_000, maxBlackholeMs: 3_000, drainTimeoutMs: 300_000 },
  })
}

async function runFull(context: SoakContext): Promise<PartReport> {
  await using stand = await standOf(context, 'usual')
  const { seed, log, signal } = context
  return await runUnderFaults(stand, {
    ...{ seed, log, signal, events: 1_000_000, ratePerSecond: 3_000, callers: 500 },
    // Past the session's 10 s, so that frozen processes wake up with partitions that are not theirs any more.
    ...{ faults: 220, pauseMs: 1_300, maxFreezeMs: 14_000, maxBlackholeMs: 8_000, drainTimeoutMs: 900_000 },
  })
}

async function standOf({ seed, logDir, log, stack }: SoakContext, sessions: 'brief' | 'usual') {
  const name = `soak-${seed}`
  return await createFaultStand({ stack: await stack(), name, loggers: 3, handlers: 2, sessions, logDir, log })
}
