import { untilHandled, untilRecorded } from '../drain.ts'
import { soakEvents } from '../events.ts'
import { countInvariants, reportOf } from '../invariants.ts'
import { publishAll } from '../publishing.ts'
import type { PartReport, SoakCase, SoakContext } from '../soak-case.ts'
import { createStand } from '../stand.ts'

/** Events without any fault: what all other cases begin with. */
export const calm: SoakCase = {
  name: 'calm',
  title: 'Two event loggers and two handlers take events while nothing fails.',
  parts: (form) => [{ name: 'calm', run: (context) => run(context, form === 'short' ? 2_000 : 20_000) }],
}

async function run(context: SoakContext, count: number): Promise<PartReport> {
  const { seed, signal, logDir } = context
  await using stand = await createStand({
    servers: await context.stack(),
    name: `calm-${seed}`,
    domains: { tasks: 3, bills: 3 },
    handledTypes: ['task.completed', 'bill.paid'],
    logDir,
  })
  for (const start of [stand.startLogger, stand.startHandler]) for (let n = 0; n < 2; n++) start.call(stand)
  await publishAll(stand, { events: soakEvents(seed, { domains: stand.domains }), count, callers: 100, signal })
  context.log(`published ${count} events`)
  await untilRecorded(stand, { timeoutMs: 60_000, signal })
  await untilHandled(stand, { timeoutMs: 60_000, signal })
  const findings = await countInvariants(stand)
  for (const example of findings.examples) context.log(example)
  return reportOf(stand, findings, { faults: 0, figures: [] })
}
