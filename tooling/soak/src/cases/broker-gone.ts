import { setTimeout as sleep } from 'node:timers/promises'
import { startKafkaCluster, startMongo } from '@house-helper/local-stack'
import { until } from '../condition.ts'
import { type Offering, startOffering } from '../offering.ts'
import { settledReport } from '../settled.ts'
import { atMost, type Figure, type PartReport, reported, type SoakCase, type SoakContext } from '../soak-case.ts'
import { createStand, type Stand } from '../stand.ts'

const offeredPerSecond = 2_000
const flowingWithinMs = 5_000
const queueLimitBytes = 64 * 1024 * 1024
// Node itself, the queue, and about as much again for what waits for each event: promises, timers, the callers' own.
const rssLimitMb = 512
const mb = 1024 * 1024

/** The only broker goes away while events keep coming. */
export const brokerGone: SoakCase = {
  name: 'broker-gone',
  title: 'A single broker is killed and comes back on its data, while 2,000 events a second are offered.',
  parts: (form) => [{ name: 'gone', run: (context) => run(context, form === 'short' ? 4_000 : 45_000) }],
}

async function run(context: SoakContext, awayMs: number): Promise<PartReport> {
  const { seed, logDir, log, signal } = context
  await using kafka = await startKafkaCluster({ size: 1, heapMb: 512, signal })
  await using mongo = await startMongo({ signal })
  const own = { brokers: kafka.brokers, mongodbUri: mongo.uri }
  const servers = { ...own, tested: own }
  const types = ['task.completed']
  const place = { name: `gone-${seed}`, domains: { tasks: 6 }, handledTypes: types, logDir }
  await using stand = await createStand({ servers, ...place })
  for (const start of [stand.startLogger, stand.startHandler]) for (let n = 0; n < 2; n++) start.call(stand)
  await Promise.all(stand.programs.map((program) => program.said(startedLine(program.name), 60_000)))
  const offering = startOffering(stand, { servers, seed, ratePerSecond: offeredPerSecond, logDir })
  const progress = progressOf(stand, () => offering.latest()?.published ?? 0)
  try {
    await until('events flow', async () => (await progress()).every((count) => count > 0), {
      timeoutMs: 60_000,
      signal,
    })
    await sleep(2_000, undefined, { signal })
    const [broker] = kafka.nodes
    await broker?.kill()
    log('the broker is gone')
    await sleep(awayMs, undefined, { signal })
    const before = await progress()
    await broker?.start()
    log('the broker serves again')
    const flowing = await flowingAfter(before, progress, signal)
    log(`flowing again after ${flowing.map((ms) => Math.round(ms)).join(', ')} ms`)
    const told = await offering.finish(150_000)
    return await settledReport(stand, context, { faults: 1, figures: figuresOf(told, flowing) })
  } finally {
    await offering.program.kill()
  }
}

function startedLine(name: string): string {
  return name.startsWith('logger') ? 'Recording has begun' : 'The handler has started'
}

type Progress = () => Promise<readonly number[]>

/** How much was acknowledged, recorded and handled. */
function progressOf({ log, service }: Stand, published: () => number): Progress {
  const counted = async (name: string, db: Stand['log']) => await db.collection(name).estimatedDocumentCount()
  return async () => [published(), await counted('records', log), await counted('effects', service)]
}

/** How long each of them took to go on with events of after the broker's return, from the moment at which it serves. */
async function flowingAfter(before: readonly number[], progress: Progress, signal: AbortSignal): Promise<number[]> {
  const startMs = performance.now()
  const patience = { timeoutMs: 120_000, everyMs: 50, signal }
  let counts = before
  const isPublished = async (): Promise<boolean> => {
    counts = await progress()
    return (counts[0] ?? 0) > (before[0] ?? 0)
  }
  await until('events are published again', isPublished, patience)
  // What lay in Kafka since before may have been recorded and handled sooner: that does not count.
  const since = counts
  const flowingMs = [performance.now() - startMs]
  const areTaken = async (): Promise<boolean> => {
    for (const [index, count] of (await progress()).entries()) {
      if (index > 0 && count > (since[index] ?? 0)) flowingMs[index] ??= performance.now() - startMs
    }
    return since.every((_, index) => flowingMs[index] !== undefined)
  }
  await until('events are recorded and handled again', areTaken, patience)
  return flowingMs
}

function figuresOf(told: readonly Offering[], flowing: readonly number[]): Figure[] {
  const last = told.at(-1)
  const highest = (of: (offering: Offering) => number): number => told.reduce((most, one) => Math.max(most, of(one)), 0)
  const refused = Object.entries(last?.refused ?? {})
  const names = ['published', 'recorded', 'handled']
  const others = refused.filter(([code]) => code !== 'PUBLISH_QUEUE_FULL').reduce((sum, [, count]) => sum + count, 0)
  return [
    ...names.map((name, index) =>
      atMost(`${name} again after the broker's return`, Math.round(flowing[index] ?? 0), flowingWithinMs, 'ms'),
    ),
    atMost(
      'queued bytes at most',
      highest(({ queuedBytes }) => queuedBytes),
      queueLimitBytes,
      'bytes',
    ),
    atMost('publisher memory at most', Math.round(highest(({ rssBytes }) => rssBytes) / mb), rssLimitMb, 'MB'),
    reported(
      'events queued at most',
      highest(({ queuedEvents }) => queuedEvents),
      'events',
    ),
    reported('events offered', last?.offered ?? 0, 'events'),
    reported('refused with PUBLISH_QUEUE_FULL', last?.refused.PUBLISH_QUEUE_FULL ?? 0, 'events'),
    atMost('refused for another reason', others, 0, 'events'),
    atMost('unhandled rejections', last?.unhandled ?? 0, 0, 'rejections'),
  ]
}
