import { runUnderFaults } from '../fault-run.ts'
import type { PartReport, SoakCase, SoakContext } from '../soak-case.ts'

/** Many events under many random faults, with the event logger's own program. */
export const soak: SoakCase = {
  name: 'soak',
  title: 'Three event loggers and two handler processes take events while connections and processes fail at random.',
  parts: () => [{ name: 'soak', run }],
}

async function run(context: SoakContext): Promise<PartReport> {
  const { form, seed, logDir, log, signal } = context
  const common = {
    stack: await context.stack(),
    name: `soak-${seed}`,
    seed,
    loggers: 3,
    handlers: 2,
    logDir,
    log,
    signal,
  }
  if (form === 'short') {
    const amounts = { events: 20_000, ratePerSecond: 1_500, callers: 100, faults: 30, pauseMs: 350 }
    const limits = { maxFreezeMs: 5_000, maxBlackholeMs: 3_000, drainTimeoutMs: 120_000 }
    return runUnderFaults({ ...common, ...amounts, ...limits, sessions: 'brief' })
  }
  const amounts = { events: 1_000_000, ratePerSecond: 3_000, callers: 500, faults: 220, pauseMs: 1_300 }
  // Past the session's 10 s, so that frozen processes wake up with partitions that are not theirs any more.
  const limits = { maxFreezeMs: 14_000, maxBlackholeMs: 8_000, drainTimeoutMs: 600_000 }
  return runUnderFaults({ ...common, ...amounts, ...limits, sessions: 'usual' })
}
