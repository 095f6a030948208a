import { MongoClient } from 'mongodb'
import { until } from '../condition.ts'
import { untilHandled } from '../drain.ts'
import { type SoakEvent, soakEvents } from '../events.ts'
import { alone, conducted } from '../handling/conduct.ts'
import { deadLettersOf } from '../handling/dead-letters.ts'
import { handledReport } from '../handling/handled-report.ts'
import { IN_TROUBLE } from '../handling/handler.ts'
import { closeHandling, HANDLER_STARTED, handlingProgram } from '../handling/program.ts'
import { createHandlingService } from '../handling/service.ts'
import { startPublishing } from '../handling/steady-publishing.ts'
import { taskTypes } from '../handling/task-types.ts'
import { atMost, type PartReport, type SoakContext } from '../soak-case.ts'
import { createStand, type Stand } from '../stand.ts'

const RATE_PER_SECOND = 100
/** The figure: whatever hangs, it is over by then, in milliseconds. */
const END_MS = 10_000
const START_MS = 60_000

/** Lets one service after the other come to a handler that never settles, and ends it under load. */
export async function endStuckHandlers(context: SoakContext, rounds: number): Promise<PartReport> {
  const { seed, signal, log, logDir } = context
  const servers = await context.stack()
  await using stand = await createStand({
    ...{ servers, name: `shutdown-${seed}`, domains: { tasks: 3 }, handledTypes: taskTypes, logDir },
  })
  await using client = await MongoClient.connect(servers.mongodbUri)
  const events = soakEvents(seed, { domains: ['tasks'] })
  const publishing = startPublishing({
    events,
    ratePerSecond: RATE_PER_SECOND,
    publish: (event) => stand.publish(event),
  })
  let slowestProcessMs = 0
  let slowestCloseMs = 0
  try {
    for (let round = 0; round < rounds; round++) {
      slowestProcessMs = Math.max(slowestProcessMs, await endProcess(stand, stuck(events.next().value)))
      slowestCloseMs = Math.max(
        slowestCloseMs,
        await closeSubscriber(stand, servers.brokers, client, stuck(events.next().value)),
      )
    }
  } finally {
    await publishing.stop()
  }
  const last = stand.startHandler({}, handlingProgram)
  await last.said(HANDLER_STARTED, START_MS)
  await untilHandled(stand, { timeoutMs: 60_000, signal })
  await closeHandling(last, END_MS)
  return await handledReport(stand, {
    faults: 2 * rounds,
    log,
    figures: [
      atMost('SIGTERM with a stuck handler: slowest end of the process', Math.round(slowestProcessMs), END_MS, 'ms'),
      atMost('close() with a stuck handler: slowest', Math.round(slowestCloseMs), END_MS, 'ms'),
      atMost('innocent events given up', (await deadLettersOf(stand)).length, 0, 'events'),
    ],
  })
}

const stuck = (event: SoakEvent): SoakEvent => conducted(alone(event), { trouble: 'stuck' })

async function endProcess(stand: Stand, event: SoakEvent): Promise<number> {
  const program = stand.startHandler({ TROUBLED: 'true' }, handlingProgram)
  await program.said(HANDLER_STARTED, START_MS)
  await stand.publish(event)
  await program.said(IN_TROUBLE, START_MS)
  // A little more than the figure: what is slower is measured too.
  const { tookMs } = await closeHandling(program, 2 * END_MS)
  return tookMs
}

async function closeSubscriber(
  stand: Stand,
  brokers: readonly string[],
  client: MongoClient,
  event: SoakEvent,
): Promise<number> {
  let inTrouble = false
  const quiet = (): void => {}
  const warn = (_: object, message?: string): void => {
    inTrouble ||= message === IN_TROUBLE
  }
  const { subscriber } = createHandlingService({
    ...{ client, database: stand.service.databaseName, types: stand.handledTypes, troubled: true },
    ...{ brokers, topicPrefix: stand.name, groupId: stand.handlerGroup },
    logger: { debug: quiet, info: quiet, warn, error: quiet },
  })
  await subscriber.start()
  await stand.publish(event)
  await until('its handler is stuck', () => inTrouble, { timeoutMs: START_MS, everyMs: 10 })
  const startMs = performance.now()
  await subscriber.close()
  return performance.now() - startMs
}
