import { createFaultProxy, mongoProtocol } from '@house-helper/fault-proxy'
import { untilRecorded } from '../drain.ts'
import { soakEvents } from '../events.ts'
import { startPublishing } from '../handling/steady-publishing.ts'
import { countInvariants, reportOf } from '../invariants.ts'
import { atMost, type PartReport, type SoakContext } from '../soak-case.ts'
import type { SoakStack } from '../stack.ts'
import { createStand, type Stand } from '../stand.ts'

const RATE_PER_SECOND = 200
/** The figure: whatever hangs, it is over by then, in milliseconds. */
const END_MS = 10_000
const START_MS = 60_000

/** Ends one event logger after the other under load while its MongoDB says nothing. */
export async function endDeafLoggers(context: SoakContext, rounds: number): Promise<PartReport> {
  const { seed, signal, log, logDir } = context
  const stack = await context.stack()
  await using stand = await createStand({
    ...{ servers: stack, name: `shutdown-logger-${seed}`, domains: { tasks: 3, bills: 3 }, logDir },
  })
  const publishing = startPublishing({
    events: soakEvents(seed, { domains: stand.domains }),
    ratePerSecond: RATE_PER_SECOND,
    publish: (event) => stand.publish(event),
  })
  let slowestMs = 0
  try {
    for (let round = 0; round < rounds; round++) slowestMs = Math.max(slowestMs, await endDeafLogger(stack, stand))
  } finally {
    await publishing.stop()
  }
  const last = stand.startLogger()
  await untilRecorded(stand, { timeoutMs: 60_000, signal })
  await last.stop(END_MS)
  const findings = await countInvariants(stand)
  for (const example of findings.examples) log(example)
  const figure = atMost('SIGTERM while MongoDB says nothing: slowest end', Math.round(slowestMs), END_MS, 'ms')
  return reportOf(stand, findings, { faults: rounds, figures: [figure] })
}

/** How long an event logger takes to end from its SIGTERM, with writes on their way that nobody answers. */
async function endDeafLogger(stack: SoakStack, stand: Stand): Promise<number> {
  await using proxy = await createFaultProxy({
    protocol: mongoProtocol,
    targetPort: Number(new URL(stack.mongodbUri).port),
  })
  const program = stand.startLogger({ MONGODB_URI: `mongodb://${proxy.address}/?directConnection=true` })
  await program.said('Recording has begun.', START_MS)
  const deaf = proxy.inject({ kind: 'blackhole', requests: ['insert'], skip: 5, times: 1 })
  await deaf.spent
  proxy.inject({ kind: 'blackhole', times: Number.POSITIVE_INFINITY })
  const startMs = performance.now()
  await program.stop(2 * END_MS)
  return performance.now() - startMs
}
