import { setTimeout as sleep } from 'node:timers/promises'
import { createReplays, type Replays } from '@house-helper/event-log'
import { decodeDelivery, topicNames } from '@house-helper/events-core'
import { until } from '../condition.ts'
import { domains } from '../domains.ts'
import { untilRecorded } from '../drain.ts'
import { soakEvents } from '../events.ts'
import type { Program } from '../program.ts'
import { publishAll } from '../publishing.ts'
import { countReplayEffects } from '../replay/replay-effects.ts'
import { atMost, noViolations, type PartReport, reported, type SoakCase, type SoakContext } from '../soak-case.ts'
import { briefLogger, createStand, type Stand } from '../stand.ts'

/** Loggers killed in the middle of a replay, again and again, until it is done all the same. */
export const replayKills: SoakCase = {
  name: 'replay-kills',
  title: 'A replay goes on by itself while the logger that sends it is killed again and again.',
  parts: (form) => {
    const [kills, events] = form === 'short' ? [6, 1_200] : [50, 9_000]
    return [{ name: `${kills} kills`, run: (context) => run(context, kills, events) }]
  },
}

const LEASE_MS = 1_500
const RATE = 300
/** What one logger has on its way at a time, at this rate. */
const STEP = RATE / 10
const replayer = new URL('../programs/replayer.ts', import.meta.url)
const replayHandler = new URL('../programs/replay-handler.ts', import.meta.url)

async function run(context: SoakContext, kills: number, count: number): Promise<PartReport> {
  const { seed, signal, logDir } = context
  const patience = { timeoutMs: 120_000, signal }
  await using stand = await createStand({
    servers: await context.stack(),
    name: `replay-kills-${seed}-${kills}`,
    domains: { tasks: 3 },
    handledTypes: domains.tasks.events.map(({ type }) => type),
    logDir,
  })
  const recorder = stand.startLogger({}, briefLogger)
  await publishAll(stand, { events: soakEvents(seed, { domains: ['tasks'] }), count, callers: 100, signal })
  await untilRecorded(stand, patience)
  await recorder.stop(10_000)
  stand.startHandler({}, replayHandler)
  // Only plans and asks; what sends are the programs.
  await using replays = createReplays({ db: stand.log, transport: stand.transport, domains: [] })
  const plan = await replays.plan({ filter: 'type:task.*', groups: [stand.handlerGroup], ratePerSecond: RATE })
  const { id } = await replays.run({ planId: plan.id }, stand.name)
  const killed = await killAgainAndAgain(stand, replays, { id, kills, random: randomOf(seed), context })
  await until('the replay is done', async () => (await replays.get(id))?.state === 'done' || 'it goes on', patience)
  await until(
    'everything that was sent is handled',
    async () => {
      const { events } = await countReplayEffects(stand.service, id)
      return events >= plan.count || `${events} of ${plan.count}`
    },
    patience,
  )
  return await report(stand, id, { planned: plan.count, killed })
}

interface Killing {
  readonly id: string
  readonly kills: number
  readonly random: () => number
  readonly context: SoakContext
}

/** Kills whoever has the run in hand, a moment after it has sent something; another one always waits for it. */
async function killAgainAndAgain(
  stand: Stand,
  replays: Replays,
  { id, kills, random, context }: Killing,
): Promise<number> {
  const start = (): Program => stand.startLogger({ LEASE_MS: `${LEASE_MS}` }, replayer)
  let programs = [start(), start()]
  for (let killed = 0; killed < kills; killed++) {
    const holder = await Promise.race(programs.map((program) => taken(program)))
    const before = await inboxSize(stand)
    const isDone = async () => (await replays.get(id))?.state === 'done'
    const hasSent = async () => (await inboxSize(stand)) > before || (await isDone())
    await until(`${holder.name} has sent something`, hasSent, {
      timeoutMs: 60_000,
      everyMs: 20,
      signal: context.signal,
    })
    await sleep(random() * 400, undefined, { signal: context.signal })
    const run = await replays.get(id)
    if (run?.state === 'done') return killed
    await holder.kill()
    context.log(`killed ${holder.name} after ${await inboxSize(stand)} deliveries, ${run?.sent} of them written down`)
    programs = [...programs.filter((program) => program !== holder), start()]
  }
  return kills
}

/** Deliveries that were ever put into the inbox. */
async function inboxSize({ transport, name, handlerGroup }: Stand): Promise<number> {
  const ranges = await transport.admin.ranges([topicNames(name).inbox(handlerGroup)])
  return ranges.reduce((sum, { high }) => sum + high, 0)
}

async function taken(program: Program): Promise<Program> {
  // Who is killed before it had the run in hand never says it; another one wins the race.
  await program.said('A replay is taken in hand', 60_000).catch(() => new Promise<never>(() => {}))
  return program
}

async function report(
  stand: Stand,
  id: string,
  { planned, killed }: { readonly planned: number; readonly killed: number },
): Promise<PartReport> {
  const sent = await sentOf(stand, id)
  const effects = await countReplayEffects(stand.service, id)
  return {
    events: planned,
    faults: killed,
    invariants: {
      ...noViolations,
      missing: planned - new Set(sent).size,
      effectsTwice: effects.twice,
      outOfOrder: effects.outOfOrder,
      unaccounted: planned - effects.events,
    },
    figures: [
      reported('kills', killed, 'kills'),
      atMost(
        'sent twice, having been on their way at a kill',
        sent.length - new Set(sent).size,
        killed * STEP,
        'events',
      ),
    ],
  }
}

/** The origins of what a run has put into the inbox. */
async function sentOf({ transport, name, handlerGroup }: Stand, id: string): Promise<string[]> {
  const inbox = topicNames(name).inbox(handlerGroup)
  const sent: string[] = []
  for (const { topic, partition, high } of await transport.admin.ranges([inbox])) {
    for (let offset = 0; offset < high; ) {
      const messages = await transport.read({ topic, partition, offset })
      for (const message of messages) {
        const decoded = decodeDelivery(message)
        if (!decoded.ok || decoded.note.replayRunId !== id) continue
        const { origin } = decoded.note
        sent.push(`${origin.topic}/${origin.partition}/${origin.offset}`)
      }
      offset = (messages.at(-1)?.offset ?? high) + 1
    }
  }
  return sent
}

/** Numbers from 0 to 1 that a seed gives. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
