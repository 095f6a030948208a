import { setTimeout as sleep } from 'node:timers/promises'
import { randomNumbers } from '@house-helper/fault-proxy'
import { MongoClient } from 'mongodb'
import { untilHandled } from '../drain.ts'
import { deadLettersOf } from '../handling/dead-letters.ts'
import { handledReport } from '../handling/handled-report.ts'
import { taskTypes } from '../handling/task-types.ts'
import { publishAll } from '../publishing.ts'
import { atMost, type PartReport, reported, type SoakCase, type SoakContext } from '../soak-case.ts'
import { DEFAULT_TRANSACTION_LIFETIME_S, limitTransactions } from '../stack.ts'
import { createStand } from '../stand.ts'
import { longEvents } from '../storm/long-events.ts'
import { createMembers, type Members } from '../storm/members.ts'
import { restartRolling } from '../storm/rolling-restart.ts'

const MOVE_EVERY_MS = 2_000
const RATE_PER_SECOND = 40
const DRAINED_WITHIN_S = 30

/** Members that come and go all the time, and a rolling restart. */
export const rebalanceStorm: SoakCase = {
  name: 'rebalance-storm',
  title: 'A member joins or leaves every 2 s while handlers take up to 20 s; then three instances restart one by one.',
  parts: (form) => [
    { name: 'storm', run: (context) => storm(context, form === 'short' ? 9 : 90) },
    { name: 'rolling restart', run: (context) => restartRolling(context, form === 'short' ? 1 : 4) },
  ],
}

async function storm(context: SoakContext, moves: number): Promise<PartReport> {
  const { seed, signal, log } = context
  const stack = await context.stack()
  const handledTypes = taskTypes
  await using stand = await createStand({
    ...{ servers: stack, name: `storm-${seed}`, domains: { tasks: 12 }, handledTypes, logDir: context.logDir },
  })
  await using client = await MongoClient.connect(stack.mongodbUri)
  // Transactions last as long as their handlers.
  await limitTransactions(stack.mongodbUri, 60)
  const random = randomNumbers(seed)
  const members = createMembers(stack, stand, client)
  try {
    const count = (RATE_PER_SECOND * moves * MOVE_EVERY_MS) / 1000
    const events = longEvents(seed, random)
    members.join()
    await Promise.all([
      publishAll(stand, { events, count, callers: 50, ratePerSecond: RATE_PER_SECOND, signal }),
      moveAbout(members, moves, random, signal),
    ])
    const lastMoveMs = performance.now()
    await members.settled()
    // Who leaves closes for up to 8 s, and only then do its partitions move: until then members come and go.
    const endMs = performance.now()
    const settledS = secondsBetween(lastMoveMs, endMs)
    log(`the storm has ended with ${members.size} members, ${settledS} s after the last one was told to move`)
    await untilHandled(stand, { timeoutMs: 120_000, everyMs: 200, signal })
    const drainedS = secondsBetween(endMs, performance.now())
    log(`all is handled ${drainedS} s later`)
    const letters = await deadLettersOf(stand)
    return await handledReport(stand, {
      faults: moves,
      log,
      figures: [
        atMost('lag drained after the storm', drainedS, DRAINED_WITHIN_S, 's'),
        reported('last joins and leaves took', settledS, 's'),
        atMost('stale effects', await members.staleEffects(), 0, 'effects'),
        atMost('innocent events given up', letters.length, 0, 'events'),
        reported('attempts that were shut out', members.staleAttempts, 'attempts'),
        reported('handlings for each event', Math.round((members.handlings / count) * 100) / 100, ''),
      ],
    })
  } finally {
    await members.close()
    await limitTransactions(stack.mongodbUri, DEFAULT_TRANSACTION_LIFETIME_S)
  }
}

function secondsBetween(startMs: number, endMs: number): number {
  return Math.round((endMs - startMs) / 100) / 10
}

/** Lets a member join or leave at each turn, so that one to six work; towards the end about three. */
async function moveAbout(members: Members, moves: number, random: () => number, signal: AbortSignal): Promise<void> {
  for (let left = moves; left > 0; left--) {
    await sleep(MOVE_EVERY_MS, undefined, { signal })
    const [least, most] = left <= 3 ? [3, 3] : [2, 5]
    if (members.size < least || (members.size <= most && random() < 0.5)) members.join()
    else members.leave()
  }
}
