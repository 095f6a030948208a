import {
  type DeliveryNote,
  decodeDelivery,
  type FetchedMessage,
  type OriginalMessage,
  type Transport,
  topicNames,
} from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { createReplays, type ReplayRun, type Replays, type ReplaysOptions } from '../src/index.ts'
import { createStand, domains, eventMessage, recordedUpTo, type Stand, uniqueName, until } from './stand.ts'

/** A message of an inbox topic, read. */
export interface InboxMessage {
  readonly partition: number
  readonly offset: number
  readonly note: DeliveryNote
  readonly original: OriginalMessage
  /** The event's id. */
  readonly id: string
}

/** Recorded events, and groups with inbox topics to replay them to. */
export interface ReplayStand extends Stand {
  /** Replays that send, unless they are not to; with short times, so that a test need not wait. */
  replays(options?: Partial<ReplaysOptions> & { readonly send?: boolean }): Replays
  /** Appends events to a partition, under a key where one is given, and waits until they are recorded. */
  record(ids: readonly string[], partition?: number, changes?: Record<string, unknown>, key?: string): Promise<void>
  inbox(topic: string): Promise<readonly InboxMessage[]>
  /** Plans and runs, and waits until the run is in one of these states. */
  replay(replays: Replays, request: Parameters<Replays['plan']>[0], states?: readonly string[]): Promise<ReplayRun>
  /** Waits until a run is in one of these states. */
  reached(replays: Replays, id: string, states: readonly string[]): Promise<ReplayRun>
}

const PARTITIONS = 3

/** Makes a stand with inbox topics for these groups, dead-letter topics for some, and sandbox topics of these names. */
export async function createReplayStand(
  {
    groups,
    dead = [],
    sandboxes = [],
  }: { readonly groups: readonly string[]; readonly dead?: readonly string[]; readonly sandboxes?: readonly string[] },
  transport: Transport = createMemoryTransport(),
): Promise<ReplayStand> {
  const stand = await createStand({ transport, partitions: PARTITIONS })
  const names = topicNames(transport.topicPrefix)
  const topics = [...groups.map(names.inbox), ...dead.map(names.dead), ...sandboxes.map(names.sandbox)]
  await transport.admin.createTopics(
    topics.map((name) => ({ name, partitions: PARTITIONS, replicationFactor: 1, config: {} })),
  )
  const recorder = stand.recorder()
  await recorder.start()
  const open: Replays[] = []
  const counts = new Map<number, number>()
  const reached: ReplayStand['reached'] = async (replays, id, states) => {
    let run: ReplayRun | undefined
    await until(`the replay is ${states.join(' or ')}`, async () => {
      run = await replays.get(id)
      return run !== undefined && states.includes(run.state)
    })
    return run as ReplayRun
  }
  return {
    ...stand,
    replays({ send = true, ...options } = {}) {
      const replays = createReplays({ db: stand.db, transport, domains, leaseMs: 1_500, pollMs: 20, ...options })
      open.push(replays)
      if (send) replays.start()
      return replays
    },
    async record(ids, partition = 0, changes = {}, key = 'household-001') {
      await stand.append(
        ids.map((id) => ({ ...eventMessage(id, changes), key: Buffer.from(key) })),
        partition,
      )
      const next = (counts.get(partition) ?? 0) + ids.length
      counts.set(partition, next)
      await recordedUpTo(stand, next, partition)
    },
    async inbox(topic) {
      const all = await Promise.all(Array.from({ length: PARTITIONS }, (_, n) => readInbox(transport, topic, n)))
      return all.flat()
    },
    async replay(replays, request, states = ['done']) {
      const plan = await replays.plan(request)
      const { id } = await replays.run({ planId: plan.id }, uniqueName('key'))
      return await reached(replays, id, states)
    },
    reached,
    async close() {
      await Promise.all(open.map((replays) => replays.close({ timeoutMs: 2_000 })))
      await stand.close()
    },
  }
}

async function readInbox(transport: Transport, topic: string, partition: number): Promise<InboxMessage[]> {
  const all: InboxMessage[] = []
  for (let offset = 0; ; ) {
    const messages = await transport.read({ topic, partition, offset })
    const last = messages.at(-1)
    if (last === undefined) return all
    all.push(...messages.map((message) => inboxMessage(message, partition)))
    offset = last.offset + 1
  }
}

function inboxMessage(message: FetchedMessage, partition: number): InboxMessage {
  const decoded = decodeDelivery(message)
  if (!decoded.ok) throw new Error(decoded.problem.message)
  const { note, original } = decoded
  const { id } = JSON.parse(Buffer.from(original.value ?? []).toString()) as { id: string }
  return { partition, offset: message.offset, note, original, id }
}
