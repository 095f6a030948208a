import { randomNumbers } from '@house-helper/fault-proxy'
import { untilHandled, untilRecorded } from '../drain.ts'
import { deadLettersOf } from '../handling/dead-letters.ts'
import { type HandledReport, handledReport } from '../handling/handled-report.ts'
import { taskTypes } from '../handling/task-types.ts'
import { countInvariants } from '../invariants.ts'
import { atMost, type Figure, type PartReport, reported, type SoakContext } from '../soak-case.ts'
import { DEFAULT_TRANSACTION_LIFETIME_S, limitTransactions, type SoakStack } from '../stack.ts'
import { createStand, type Stand } from '../stand.ts'
import { Chain, type ChainOptions } from './chain.ts'
import { pointsOf } from './instance.ts'
import type { KillPoint } from './points.ts'
import { startTraffic } from './traffic.ts'

/** One chain of a part: which program is killed how, and at which points. */
export type ChainPlan = Pick<ChainOptions, 'kind' | 'how' | 'points'>

const DRAIN_MS = 120_000

/** Short, since each kill waits until the transactions of the killed one have ended. */
const TRANSACTION_LIFETIME_S = 2

/** Runs chains beside each other, each on topics of its own, and adds up what they found. */
export async function runChains(context: SoakContext, plans: readonly ChainPlan[]): Promise<PartReport> {
  const stack = await context.stack()
  await limitTransactions(stack.mongodbUri, TRANSACTION_LIFETIME_S)
  const failing = new AbortController()
  const signal = AbortSignal.any([context.signal, failing.signal])
  const running = plans.map((plan, number) =>
    runChain({ ...context, signal }, stack, plan, number).catch((error: unknown) => {
      // One that fails ends the others, so that nothing of this part goes on beside the next one.
      failing.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(running)
  await limitTransactions(stack.mongodbUri, DEFAULT_TRANSACTION_LIFETIME_S)
  return (await Promise.all(running)).reduce(added)
}

async function runChain(
  context: SoakContext,
  stack: SoakStack,
  { kind, how, points }: ChainPlan,
  number: number,
): Promise<PartReport> {
  const { seed, signal, log } = context
  await using stand = await createStand({
    servers: stack,
    name: `kills-${seed}-${kind.replace(' ', '-')}-${how.toLowerCase()}-${number}`,
    domains: { tasks: 3 },
    handledTypes: kind === 'handler' ? taskTypes : [],
    logDir: `${context.logDir}/${kind}-${number}`,
  })
  const random = randomNumbers(seed * 1_000 + number)
  const chain = new Chain({ kind, how, points: shuffled(points, random), stack, stand, random, signal, log })
  const traffic = startTraffic(stand, seed * 1_000 + number)
  try {
    const { kills, badEnds } = await chain.run(async () => {
      await traffic.stop()
      const drain = kind === 'handler' ? untilHandled : untilRecorded
      await drain(stand, { timeoutMs: DRAIN_MS, signal })
    })
    const figures = [
      atMost('ended badly when told to end', badEnds, 0, 'processes'),
      ...(kind === 'handler' ? await deadLetterFigures(stand, traffic.poison, log) : []),
    ]
    const report = kind === 'handler' ? handledReport : recordedReport
    return await report(stand, { faults: kills, figures, log })
  } finally {
    await traffic.stop()
    await chain.close()
  }
}

async function recordedReport(stand: Stand, { faults, figures, log }: HandledReport): Promise<PartReport> {
  const { log: recorded, invariants, examples } = await countInvariants(stand)
  for (const example of examples) log(example)
  const common = [
    atMost('publishes rejected', stand.book.rejected, 0, 'events'),
    reported('repeats in the ledger', recorded.repeats, 'messages'),
  ]
  return { events: stand.book.events.size, faults, invariants, figures: [...common, ...figures] }
}

/** Dead letters are those of the events that always fail, and no others; a kill may double one. */
async function deadLetterFigures(
  stand: Stand,
  poison: ReadonlySet<string>,
  log: SoakContext['log'],
): Promise<Figure[]> {
  const letters = await deadLettersOf(stand)
  const ids = new Set(letters.map(({ eventId }) => eventId))
  const innocent = letters.filter(({ eventId }) => !poison.has(eventId))
  for (const { eventId, note } of innocent.slice(0, 5)) {
    const { lastFailure, attempts, retries } = note
    log(`${eventId} was given up after ${attempts} attempts and ${retries} retries: ${lastFailure.code}`)
  }
  return [
    atMost('innocent events given up', innocent.length, 0, 'events'),
    atMost(
      'events that always fail without a dead letter',
      [...poison].filter((id) => !ids.has(id)).length,
      0,
      'events',
    ),
    reported('dead letters written twice', letters.length - ids.size, 'dead letters'),
  ]
}

function added(one: PartReport, other: PartReport): PartReport {
  const names = Object.keys(one.invariants) as (keyof PartReport['invariants'])[]
  const sums = names.map((name) => [name, one.invariants[name] + other.invariants[name]])
  return {
    events: one.events + other.events,
    faults: one.faults + other.faults,
    invariants: Object.fromEntries(sums),
    figures: addedFigures(one.figures, other.figures),
  }
}

function addedFigures(one: readonly Figure[], other: readonly Figure[]): Figure[] {
  const sums = new Map(one.map((figure) => [figure.name, figure]))
  for (const figure of other) {
    const before = sums.get(figure.name)
    const sum = before && { ...figure, value: before.value + figure.value, met: before.met && figure.met }
    sums.set(figure.name, sum ?? figure)
  }
  return [...sums.values()]
}

function shuffled(points: readonly KillPoint[], random: () => number): KillPoint[] {
  return points
    .map((point) => ({ point, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ point }) => point)
}

/** All points of a kind, dealt out to so many chains. */
export function dealt(kind: ChainPlan['kind'], chains: number): KillPoint[][] {
  return Array.from({ length: chains }, (_, number) =>
    pointsOf[kind].filter((_point, index) => index % chains === number),
  )
}
