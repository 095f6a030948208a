import {
  type HiddenGroup,
  type ObservedGroup,
  type ObservedTransport,
  observeGroups,
  standingOf,
} from '@house-helper/consumer'
import type { Transport } from '@house-helper/events-core'
import type { Db } from 'mongodb'
import { z } from 'zod'
import { collections } from '../collections.ts'
import type { DeadLetterSummary } from '../dead-letters/dead-letter.ts'
import { readDocuments } from '../pages.ts'
import type { DeliveredRecord } from './delivered-record.ts'
import type { Deliveries, GroupDelivery, SentReplay } from './delivery.ts'
import { deliveryState } from './delivery-state.ts'
import { lettersOfEvent } from './event-letters.ts'
import { replaysOfEvent } from './event-replays.ts'
import { type InboxScan, scanInbox } from './inbox-scan.ts'

/** What {@link createDeliveryReader} takes. */
export interface DeliveryReaderOptions {
  /** The database of the log. Stays the caller's. */
  readonly db: Db
  /** What groups are looked at with. Stays the caller's. */
  readonly transport: ObservedTransport & Pick<Transport, 'read'>
  /** The event logger's own group, which is left out. */
  readonly ownGroupId: string
  /** How long one query may take, in milliseconds. Default 10,000. */
  readonly maxTimeMs?: number
  /** How much of one group's inbox may be read for an answer, in bytes. Default 4 MiB. */
  readonly maxInboxBytes?: number
  /** How long inboxes may be read for an answer, in milliseconds. Default 3,000. */
  readonly inboxTimeoutMs?: number
}

/** Says where groups stand with an event. It holds nothing open. */
export interface DeliveryReader {
  /**
   * Where each group that receives the event's topic stands with it, by what the groups have committed, the index of
   * dead letters, and what waits in the groups' inboxes.
   *
   * @throws LogError `LOG_QUERY_TIMEOUT`, `LOG_UNREACHABLE`; TransportError where Kafka cannot be asked.
   */
  of(record: DeliveredRecord): Promise<Deliveries>
}

const generationSchema = z.object({ generation: z.number() })

/** Makes a reader of deliveries. */
export function createDeliveryReader(options: DeliveryReaderOptions): DeliveryReader {
  const { db, transport, ownGroupId, maxTimeMs = 10_000, maxInboxBytes = 4 * 1024 * 1024 } = options
  const { partitions } = collections(db)
  const generationOf = async ({ topic, partition }: DeliveredRecord): Promise<number | undefined> => {
    const query = { maxTimeMS: maxTimeMs, projection: { generation: 1 } }
    const [state] = await readDocuments(partitions.find({ _id: `${topic}/${partition}` }, query))
    return state === undefined ? undefined : generationSchema.parse(state).generation
  }
  return {
    async of(record) {
      // Before the groups are looked at: then all that a run has sent lies within the inboxes that are seen.
      const replays = await replaysOfEvent(db, transport.topicPrefix, record, maxTimeMs)
      const [observation, dead, generation] = await Promise.all([
        observeGroups(transport),
        lettersOfEvent(db, record, maxTimeMs),
        generationOf(record),
      ])
      const untilMs = performance.now() + (options.inboxTimeoutMs ?? 3_000)
      const sameLog = generation === record.generation
      const seen = observation.groups.filter(({ groupId }) => groupId !== ownGroupId)
      const groups: GroupDelivery[] = []
      // One after the other: what may be read is bounded for each, and so the memory for all.
      for (const group of seen) {
        const own = dead.filter((letter) => letter.group === group.groupId)
        const scan = sameLog
          ? await scanInbox(transport, group, record, { maxBytes: maxInboxBytes, untilMs })
          : { found: [], complete: true }
        const sent = replays.get(group.groupId) ?? []
        const delivery = deliveryOf(group, record, { letters: own, scan, sameLog, replays: sent })
        if (delivery !== undefined) groups.push(delivery)
      }
      const rest = unseen(dead, seen, observation.hidden)
      return { groups: [...groups, ...rest].sort((a, b) => (a.group < b.group ? -1 : 1)), at: observation.at }
    },
  }
}

/** What is known of a group and an event beside what it has committed. */
interface Known {
  readonly letters: readonly DeadLetterSummary[]
  readonly scan: InboxScan
  readonly sameLog: boolean
  readonly replays: readonly SentReplay[]
}

/** One group's delivery; undefined where it has nothing to do with the event. */
function deliveryOf(
  group: ObservedGroup,
  record: DeliveredRecord,
  { letters, scan, sameLog, replays }: Known,
): GroupDelivery | undefined {
  const partition = group.partitions.find(
    ({ topic, partition: number }) => topic === record.topic && number === record.partition,
  )
  if (partition === undefined && letters.length + scan.found.length + replays.length === 0) return undefined
  const standing = partition === undefined || !sameLog ? undefined : standingOf(partition, record.offset)
  const isReceived = group.receives?.includes(record.topic)
  const waits = standing?.state === 'waiting' || standing?.state === 'retrying'
  const deadLetter = letters[0]
  const redrivePassed = redrivePassedIn(group, deadLetter)
  return {
    group: group.groupId,
    ...deliveryState({ standing, sameLog, isReceived, letter: deadLetter, redrivePassed, inbox: scan.found, replays }),
    handles: handles(group, record.type),
    members: group.members.length,
    before: waits ? Math.max(0, record.offset - Math.max(partition?.committed ?? 0, partition?.low ?? 0)) : undefined,
    deadLetter,
    redrivePassed,
    replays,
    inbox: scan.found,
    inboxRead: scan.complete,
  }
}

/** Groups with a dead letter of the event that could not be looked at, or are gone; and all that could not. */
function unseen(
  letters: readonly DeadLetterSummary[],
  seen: readonly ObservedGroup[],
  hidden: readonly HiddenGroup[],
): GroupDelivery[] {
  const known = new Set(seen.map(({ groupId }) => groupId))
  const names = new Set([...letters.map(({ group }) => group), ...hidden.map(({ groupId }) => groupId)])
  return [...names]
    .filter((name) => !known.has(name))
    .map((group) => {
      const deadLetter = letters.find((letter) => letter.group === group)
      const nothing = { standing: undefined, isReceived: undefined, redrivePassed: undefined, inbox: [], replays: [] }
      const state = deliveryState({ ...nothing, sameLog: true, letter: deadLetter })
      const isHidden = hidden.some(({ groupId }) => groupId === group)
      return {
        ...{ group, ...state, handles: undefined, members: isHidden ? undefined : 0, before: undefined },
        ...{ deadLetter, redrivePassed: undefined, replays: [], inbox: [], inboxRead: !isHidden },
      }
    })
}

function handles({ members }: ObservedGroup, type: string): boolean | undefined {
  const announced = members.flatMap(({ announcement }) => (announcement === undefined ? [] : [announcement]))
  if (announced.some((one) => one.handles.some((handled) => handled.type === type))) return true
  // A member that announces nothing may handle anything.
  return announced.length > 0 && announced.length === members.length ? false : undefined
}

function redrivePassedIn(group: ObservedGroup, letter: DeadLetterSummary | undefined): boolean | undefined {
  const sent = letter?.changes.findLast(({ inbox }) => inbox !== undefined)?.inbox
  const partition = group.partitions.find((one) => one.topic === sent?.topic && one.partition === sent.partition)
  if (sent === undefined || partition === undefined) return undefined
  const standing = standingOf(partition, sent.offset)
  return standing.state === 'gone' ? undefined : standing.state === 'passed'
}
