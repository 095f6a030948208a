import { untilHandled, untilRecorded } from './drain.ts'
import { countInvariants, reportOf } from './invariants.ts'
import { atMost, type Figure, type PartReport, type SoakContext } from './soak-case.ts'
import type { Stand } from './stand.ts'

/** Waits until everything is recorded and handled, ends the programs in order, counts, and reports. */
export async function settledReport(
  stand: Stand,
  { log, signal }: SoakContext,
  { faults, figures }: { readonly faults: number; readonly figures: readonly Figure[] },
): Promise<PartReport> {
  const patience = { timeoutMs: 120_000, signal }
  await untilRecorded(stand, patience)
  await untilHandled(stand, patience)
  const died = stand.programs.filter(({ hasEnded }) => hasEnded)
  await Promise.all(stand.programs.map((program) => program.stop(15_000)))
  const findings = await countInvariants(stand)
  for (const example of findings.examples) log(example)
  if (stand.book.rejected > 0) log(`the last rejected publish said: ${String(stand.book.lastError)}`)
  const ended = atMost('programs that ended by themselves', died.length, 0, 'programs')
  return reportOf(stand, findings, { faults, figures: [...figures, ended] })
}
