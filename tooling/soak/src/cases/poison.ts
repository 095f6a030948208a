import { setTimeout as sleep } from 'node:timers/promises'
import type { OriginalMessage } from '@house-helper/events-core'
import { MongoClient } from 'mongodb'
import { untilHandled } from '../drain.ts'
import { deadLettersOf } from '../handling/dead-letters.ts'
import { handledReport } from '../handling/handled-report.ts'
import { taskTypes } from '../handling/task-types.ts'
import { type PoisonRun, startPoisonRun } from '../poison/poison-run.ts'
import { atMost, type Figure, type PartReport, reported, type SoakCase, type SoakContext } from '../soak-case.ts'
import { createStand, type Stand } from '../stand.ts'
import { readTopics } from '../topic-reader.ts'

/** A healthy key's event is to be handled within this time, 99 of 100, in milliseconds. */
const HEALTHY_MS = 250

/** Bad events among good ones on one partition. */
export const poison: SoakCase = {
  name: 'poison',
  title:
    'One event in a hundred on one partition is bad; beside our subscriber reads raw kafkajs, with the same events.',
  parts: (form) => [{ name: 'poison', run: (context) => run(context, form === 'short' ? 14_000 : 60_000) }],
}

async function run(context: SoakContext, publishMs: number): Promise<PartReport> {
  const { seed, signal, log } = context
  const servers = await context.stack()
  await using stand = await createStand({
    ...{ servers, name: `poison-${seed}`, domains: { tasks: 1 }, handledTypes: taskTypes, logDir: context.logDir },
  })
  await using client = await MongoClient.connect(servers.mongodbUri)
  const poisoned = await startPoisonRun(servers, stand, client, seed)
  try {
    await poisoned.publishFor(publishMs, (ms) => sleep(ms, undefined, { signal }))
    // What raw kafkajs has not handled by now counts as long as it has waited: its figures are at least what is said.
    const peer = latencyFigures('raw kafkajs, at least: ', 'raw', poisoned)
    await untilHandled(stand, { timeoutMs: 60_000, signal })
    const [p99, ...others] = latencyFigures('', 'ours', poisoned)
    const figures = [
      ...(p99 ? [atMost(p99.name, p99.value, HEALTHY_MS, p99.unit)] : []),
      ...others,
      ...peer,
      ...(await letterFigures(stand, poisoned)),
    ]
    return await handledReport(stand, { faults: poisoned.bad.size, figures, log })
  } finally {
    await poisoned.close()
  }
}

function latencyFigures(prefix: string, whose: 'ours' | 'raw', { mixture, bad, keys, ...run }: PoisonRun): Figure[] {
  const of = (sick: boolean) => (id: string) => !bad.has(id) && mixture.isSick(keys.get(id) ?? '') === sick
  const latencies = run[whose]
  return [
    reported(`${prefix}p99 of healthy keys`, latencies.quantile(0.99, of(false)), 'ms'),
    reported(`${prefix}median of healthy keys`, latencies.quantile(0.5, of(false)), 'ms'),
    reported(`${prefix}slowest of healthy keys`, latencies.quantile(1, of(false)), 'ms'),
    reported(`${prefix}p99 of good events of keys with bad ones`, latencies.quantile(0.99, of(true)), 'ms'),
  ]
}

/** Each bad event is one dead letter with its reason and its bytes, and no other event is one. */
async function letterFigures(stand: Stand, { bad }: PoisonRun): Promise<Figure[]> {
  const reasons = { fails: 'HANDLER_FAILED', broken: 'CONTRACT_BROKEN' } as const
  const letters = await deadLettersOf(stand)
  const found = new Set(letters.map(({ eventId }) => eventId))
  const originals = new Map<number, string>()
  for await (const { offset, key, headers, value } of readTopics(stand.transport, stand.topics)) {
    originals.set(offset, bytesOf({ key, headers, value }))
  }
  const wrong = letters.filter(({ eventId, note, original }) => {
    const reason = reasons[bad.get(eventId) ?? 'fails']
    return note.lastFailure.code !== reason || originals.get(note.origin.offset) !== bytesOf(original)
  })
  return [
    atMost('bad events without a dead letter', [...bad.keys()].filter((id) => !found.has(id)).length, 0, 'events'),
    atMost('innocent events given up', [...found].filter((id) => !bad.has(id)).length, 0, 'events'),
    atMost('dead letters with another reason or other bytes', wrong.length, 0, 'dead letters'),
    atMost('dead letters written twice', letters.length - found.size, 0, 'dead letters'),
  ]
}

function bytesOf({ key, headers, value }: OriginalMessage): string {
  return JSON.stringify([key, headers, value])
}
