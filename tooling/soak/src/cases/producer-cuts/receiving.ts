import { createRecorder, type Recorder } from '@house-helper/event-log'
import { isHouseHelperError } from '@house-helper/events-core'
import { createKafkaTransport } from '@house-helper/transport-kafkajs'
import { until, within } from '../../condition.ts'
import { domains } from '../../domains.ts'
import { untilHandled, untilRecorded } from '../../drain.ts'
import { type SoakEvent, soakEvents } from '../../events.ts'
import { countInvariants, reportOf } from '../../invariants.ts'
import { publishAll } from '../../publishing.ts'
import type { PartReport, SoakContext } from '../../soak-case.ts'
import type { SoakStack } from '../../stack.ts'
import { briefLogger, createStand, type Stand } from '../../stand.ts'
import { type Cut, createCutCounts, cutsOf, REPEATED } from './cut.ts'

const joining = ['ApiVersions', 'Metadata', 'FindCoordinator', 'JoinGroup', 'SyncGroup', 'OffsetFetch']
const apis = [...joining, 'ListOffsets', 'Fetch', 'Heartbeat', 'OffsetCommit', 'LeaveGroup']

/** Cuts event loggers: each API of a member's life, from joining the group to leaving it. */
export async function cutLoggers(context: SoakContext): Promise<PartReport> {
  const { form, seed, signal, logDir, log } = context
  const stack = await context.stack()
  await using stand = await createStand({
    servers: stack,
    name: `logger-cuts-${seed}`,
    domains: { tasks: 3, bills: 3 },
    handledTypes: ['bill.created', 'bill.paid'],
    logDir,
  })
  const logger = stand.startLogger({}, briefLogger)
  stand.startHandler({ SESSION_TIMEOUT_MS: '3000' })
  await logger.said('partitions assigned', 60_000)
  const counts = createCutCounts()
  const source = soakEvents(seed, { domains: stand.domains })
  for (const cut of cutsOf(apis, form === 'short' ? [1] : [1, REPEATED])) {
    signal.throwIfAborted()
    log(`${cut.kind} ${cut.api}, ${cut.times} in a row`)
    await recordUnderCut(stand, stack, cut, { source, inject: counts.inject })
  }
  await untilRecorded(stand, { timeoutMs: 300_000, signal })
  await untilHandled(stand, { timeoutMs: 300_000, signal })
  const findings = await countInvariants(stand)
  for (const example of findings.examples) log(example)
  return reportOf(stand, findings, { faults: counts.total, figures: counts.figures() })
}

interface Parts {
  readonly source: Iterator<SoakEvent, unknown>
  readonly inject: ReturnType<typeof createCutCounts>['inject']
}

/**
 * A second recorder joins the event logger's group, records and leaves while the cut is loose. It has this process, not
 * one of its own: nothing here is killed, and it joins sooner.
 */
async function recordUnderCut(stand: Stand, stack: SoakStack, cut: Cut, { source, inject }: Parts): Promise<void> {
  const fault = inject(stack.kafkaProxy, cut, 0)
  await using transport = createKafkaTransport({ brokers: stack.tested.brokers, topicPrefix: stand.name })
  const recorder = await startedRecorder(() =>
    createRecorder({
      ...{ transport, db: stand.log, groupId: stand.loggerGroup, domains: Object.values(domains) },
      ...{ sessionTimeoutMs: 3_000, commitIntervalMs: 200, lagIntervalMs: 200 },
    }),
  )
  try {
    await publishAll(stand, { events: source, count: 300, callers: 20 })
    if (cut.api !== 'LeaveGroup') await within(fault.spent, 30_000, `${cut.kind} ${cut.api} has hit`)
  } finally {
    await recorder.close()
    fault.lift()
  }
}

/** A recorder that has started: one that a cut kept from joining is made again, as the event logger does. */
async function startedRecorder(create: () => Recorder): Promise<Recorder> {
  let started: Recorder | undefined
  await until(
    'a recorder has started',
    async () => {
      const recorder = create()
      try {
        await recorder.start()
        started = recorder
        return true
      } catch (error) {
        await recorder.close()
        if (!isHouseHelperError(error) || !error.canRetry) throw error
        return error.message
      }
    },
    { timeoutMs: 60_000 },
  )
  if (started === undefined) throw new Error('A recorder was started and is not there.')
  return started
}
