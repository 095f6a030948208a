import { setTimeout as sleep } from 'node:timers/promises'
import { type MongoSet, startMongoSet } from '@house-helper/local-stack'
import { type CommitWatch, createCommitWatch } from '../commit-watch.ts'
import { until } from '../condition.ts'
import { soakEvents } from '../events.ts'
import { settledReport } from '../settled.ts'
import { atLeast, atMost, type Form, type PartReport, reported, type SoakCase, type SoakContext } from '../soak-case.ts'
import { createStand } from '../stand.ts'
import { publishWhile } from '../steady.ts'

/** What happens to the primary, or to all members. */
type Fault = 'step-down' | 'kill' | 'away'

/** Primaries of a three-member replica set that step down and die, and a set that is away as a whole. */
export const mongoPrimary: SoakCase = {
  name: 'mongo-primary',
  title: 'Primaries of a three-member MongoDB step down and are killed, and the whole set is away for a while.',
  parts: (form) => plansOf(form).map((plan) => ({ name: plan.name, run: (context) => run(context, plan) })),
}

interface Plan {
  readonly name: string
  readonly faults: readonly Fault[]
  readonly awayMs: number
}

function plansOf(form: Form): readonly Plan[] {
  if (form === 'short') {
    return [{ name: 'primaries', faults: ['step-down', 'kill', 'step-down', 'away'], awayMs: 8_000 }]
  }
  const faults = Array.from({ length: 5 }, (): readonly Fault[] => ['step-down', 'kill', 'step-down']).flat()
  return [
    { name: 'primaries-1', faults, awayMs: 0 },
    { name: 'primaries-2', faults, awayMs: 0 },
    { name: 'away', faults: ['away'], awayMs: 60_000 },
  ]
}

async function run(context: SoakContext, { name, faults, awayMs }: Plan): Promise<PartReport> {
  const { seed, logDir, signal, log } = context
  const { brokers } = await context.stack()
  await using set = await startMongoSet({ signal })
  const own = { brokers, mongodbUri: set.uri }
  await using stand = await createStand({
    servers: { ...own, tested: own },
    name: `${name}-${seed}`,
    domains: { tasks: 3, bills: 3 },
    handledTypes: ['task.created', 'task.completed', 'bill.paid'],
    logDir,
  })
  for (const start of [stand.startLogger, stand.startHandler]) for (let n = 0; n < 2; n++) start.call(stand)
  await using watch = createCommitWatch(stand, set.uri)
  const events = soakEvents(seed, { domains: stand.domains })
  await publishWhile(stand, { events, callers: 40, ratePerSecond: 300, signal }, async () => {
    await untilCompared(watch, 'offsets are committed', signal)
    await whileLooking(watch, async () => {
      for (const [index, fault] of faults.entries()) {
        log(`${index + 1}: ${fault}`)
        await inject(set, fault, awayMs, signal)
        await untilCompared(watch, `commits can be compared again after the ${fault}`, signal)
      }
    })
  })
  for (const example of watch.early.examples) log(example)
  return await settledReport(stand, context, { faults: faults.length, figures: figuresOf(watch, faults, awayMs) })
}

async function inject(set: MongoSet, fault: Fault, awayMs: number, signal: AbortSignal): Promise<void> {
  if (fault === 'away') {
    for (const node of set.nodes) node.pause()
    await sleep(awayMs, undefined, { signal })
    for (const node of set.nodes) node.resume()
    await set.primary()
    return
  }
  const before = await set.primary()
  if (fault === 'step-down') await set.stepDown()
  else await before.kill()
  await set.primary()
  await before.start()
  // Until it has caught up, the others are a majority with nobody to spare.
  await set.untilHealthy()
}

/** Waits until a comparison comes off that began after this call. */
async function untilCompared(watch: CommitWatch, what: string, signal: AbortSignal): Promise<void> {
  await until(what, () => watch.look(), { timeoutMs: 60_000, signal })
}

/** Looks again and again while work is done. */
async function whileLooking(watch: CommitWatch, work: () => Promise<void>): Promise<void> {
  let done = false
  async function keepLooking(): Promise<void> {
    while (!done) {
      await watch.look()
      await sleep(200)
    }
  }
  async function workThenStop(): Promise<void> {
    try {
      await work()
    } finally {
      done = true
    }
  }
  await Promise.all([workThenStop(), keepLooking()])
}

function figuresOf(watch: CommitWatch, faults: readonly Fault[], awayMs: number) {
  const count = (kind: Fault): number => faults.filter((fault) => fault === kind).length
  return [
    atMost('offsets committed before a majority write', watch.early.count, 0, 'offsets'),
    atLeast('comparisons of commits with a majority read', watch.looks, faults.length, 'comparisons'),
    reported('step-downs', count('step-down'), 'step-downs'),
    reported('SIGKILLs of the primary', count('kill'), 'kills'),
    reported('the whole set away', awayMs / 1_000, 's'),
  ]
}
