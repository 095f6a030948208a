import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../condition.ts'
import { untilHandled } from '../drain.ts'
import { type SoakEvent, soakEvents } from '../events.ts'
import { watchCommits } from '../handling/commit-course.ts'
import { alone, conducted } from '../handling/conduct.ts'
import { deadLettersOf } from '../handling/dead-letters.ts'
import { handledReport } from '../handling/handled-report.ts'
import { IN_TROUBLE, LOOP_MS } from '../handling/handler.ts'
import { closeHandling, HANDLER_STARTED, handlingProgram } from '../handling/program.ts'
import { startPublishing } from '../handling/steady-publishing.ts'
import { taskTypes } from '../handling/task-types.ts'
import type { Program } from '../program.ts'
import { atMost, type PartReport, type SoakCase, type SoakContext } from '../soak-case.ts'
import { createStand, type Stand } from '../stand.ts'

const RATE_PER_SECOND = 50
const SESSION_MS = 10_000
/** From the loop's beginning until others have its partitions: the session and a rebalance, in milliseconds. */
const MOVED_ON_MS = SESSION_MS + 5_000
const END_MS = 10_000
const START_MS = 60_000

/** A process that gives no way for longer than its session. */
export const stuckProcess: SoakCase = {
  name: 'stuck-process',
  title: 'A handler loops for 20 s with a session of 10 s: its group moves on, and nothing stale is committed.',
  parts: (form) => [{ name: 'stuck process', run: (context) => run(context, form === 'short' ? 1 : 3) }],
}

async function run(context: SoakContext, rounds: number): Promise<PartReport> {
  const { seed, signal, log, logDir } = context
  const servers = await context.stack()
  await using stand = await createStand({
    ...{ servers, name: `stuck-${seed}`, domains: { tasks: 6 }, handledTypes: taskTypes, logDir },
  })
  const settings = { SESSION_TIMEOUT_MS: `${SESSION_MS}` }
  const [looping, other] = [true, false].map((troubled) =>
    stand.startHandler(
      { ...settings, KAFKA_CLIENT_ID: clientId(stand, troubled), TROUBLED: `${troubled}` },
      handlingProgram,
    ),
  )
  if (looping === undefined || other === undefined) throw new Error('Two handlers were started.')
  for (const program of [looping, other]) await program.said(HANDLER_STARTED, START_MS)
  const course = watchCommits(stand)
  const events = soakEvents(seed, { domains: ['tasks'] })
  const publishing = startPublishing({
    events,
    ratePerSecond: RATE_PER_SECOND,
    publish: (event) => stand.publish(event),
  })
  let slowestMs = 0
  try {
    for (let round = 0; round < rounds; round++) {
      await untilMembers(stand, [true, false], START_MS, signal)
      await bringIntoLoop(looping, stand, events, signal)
      const startMs = performance.now()
      await untilMembers(stand, [false], LOOP_MS, signal)
      slowestMs = Math.max(slowestMs, performance.now() - startMs)
    }
    await untilMembers(stand, [true, false], START_MS, signal)
  } finally {
    await publishing.stop()
  }
  await untilHandled(stand, { timeoutMs: 60_000, signal })
  const stale = [await closeHandling(looping, END_MS), await closeHandling(other, END_MS)]
  await course.stop()
  for (const example of course.back.examples) log(example)
  return await handledReport(stand, {
    faults: rounds,
    log,
    figures: [
      atMost('slowest move to the other one', Math.round(slowestMs), MOVED_ON_MS, 'ms'),
      atMost(
        'stale effects',
        stale.reduce((sum, { counts }) => sum + counts.staleEffects, 0),
        0,
        'effects',
      ),
      atMost('commits that went back', course.back.count, 0, 'commits'),
      atMost('innocent events given up', (await deadLettersOf(stand)).length, 0, 'events'),
    ],
  })
}

/** Publishes events that loop until one of them has met the process that obeys; the other one just handles them. */
async function bringIntoLoop(
  looping: Program,
  stand: Stand,
  events: Iterator<SoakEvent, never>,
  signal: AbortSignal,
): Promise<void> {
  // Partitions may be the other one's: keys differ, so one of the next events is this one's.
  const troubles = (): number => looping.lines.filter((line) => line.includes(IN_TROUBLE)).length
  const before = troubles()
  while (troubles() === before) {
    await stand.publish(conducted(alone(events.next().value), { trouble: 'loop' }))
    await sleep(1_000, undefined, { signal })
  }
}

/** The client id tells the two apart among the members of their group. */
function clientId(stand: Stand, troubled: boolean): string {
  return `${stand.name}-${troubled ? 'looping' : 'other'}`
}

/** Waits until just these are members of the group, at rest. */
function untilMembers(
  stand: Stand,
  troubled: readonly boolean[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const wanted = troubled.map((one) => clientId(stand, one)).sort()
  return until(
    `the group has ${wanted.join(' and ')}`,
    async () => {
      const { state, members } = await stand.transport.admin.describeGroup(stand.handlerGroup)
      const found = members.map((member) => member.clientId).sort()
      return (state === 'stable' && found.join() === wanted.join()) || `${state}: ${found.join(', ')}`
    },
    { timeoutMs, signal },
  )
}
