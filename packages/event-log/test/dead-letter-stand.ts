import {
  type DeadLetterNote,
  encodeNote,
  type Headers,
  type OutgoingMessage,
  type Transport,
  topicNames,
} from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import type { Db } from 'mongodb'
import {
  createDeadLetterIndexer,
  createDeadLetters,
  type DeadLetterIndexer,
  type DeadLetterIndexerOptions,
  type DeadLetters,
  type DeadLettersOptions,
} from '../src/index.ts'
import { domains, eventMessage, openDatabase, until } from './stand.ts'

/** Dead letters of some groups, with an indexer over them. */
export interface DeadLetterStand {
  readonly db: Db
  readonly transport: Transport
  readonly letters: DeadLetters
  indexer(options?: Partial<DeadLetterIndexerOptions>): DeadLetterIndexer
  commands(options?: Partial<DeadLettersOptions>): DeadLetters
  /** Appends to a group's dead-letter topic. */
  append(group: string, messages: readonly OutgoingMessage[], partition?: number): Promise<void>
  /** Waits until a group's dead letters are indexed up to an offset. */
  indexed(group: string, next: number, partition?: number): Promise<void>
  /** Everything in a group's inbox topic. */
  inbox(group: string): Promise<readonly OutgoingMessage[]>
  close(): Promise<void>
}

/** Makes the topics of these groups, of three partitions each; default: in memory. */
export async function createDeadLetterStand(
  groups: readonly string[],
  transport: Transport = createMemoryTransport(),
): Promise<DeadLetterStand> {
  const { db, drop } = await openDatabase()
  const names = topicNames(transport.topicPrefix)
  const topics = groups.flatMap((group) => [names.inbox(group), names.dead(group)])
  const config = { 'max.message.bytes': '40000000' }
  await transport.admin.createTopics(topics.map((name) => ({ name, partitions: 3, replicationFactor: 1, config })))
  const indexers: DeadLetterIndexer[] = []
  const commands = (options: Partial<DeadLettersOptions> = {}) => createDeadLetters({ db, transport, ...options })
  const letters = commands()
  return {
    db,
    transport,
    letters,
    commands,
    indexer(options = {}) {
      const indexer = createDeadLetterIndexer({
        db,
        transport,
        domains,
        indexIntervalMs: 20,
        discoverIntervalMs: 50,
        ...options,
      })
      indexers.push(indexer)
      indexer.start()
      return indexer
    },
    async append(group, messages, partition = 0) {
      await transport.sender.append({ topic: names.dead(group), partition, messages }, { timeoutMs: 10_000 })
    },
    indexed: (group, next, partition = 0) =>
      until(`the dead letters of ${group} are indexed up to ${next}`, async () => {
        const _id = `${names.dead(group)}/${partition}`
        return (await db.collection<{ _id: string }>('deadPartitions').findOne({ _id, next })) !== null
      }),
    async inbox(group) {
      const all = await Promise.all(
        [0, 1, 2].map((partition) => readPartition(transport, names.inbox(group), partition)),
      )
      return all.flat()
    },
    async close() {
      await Promise.all(indexers.map((indexer) => indexer.close({ timeoutMs: 500 })))
      await letters.close()
      await transport.close()
      await drop()
    },
  }
}

async function readPartition(transport: Transport, topic: string, partition: number): Promise<OutgoingMessage[]> {
  const all: OutgoingMessage[] = []
  for (let offset = 0; ; ) {
    const messages = await transport.read({ topic, partition, offset })
    const last = messages.at(-1)
    if (last === undefined) return all
    all.push(...messages)
    offset = last.offset + 1
  }
}

/** The note of a dead letter that lay at an offset of the tasks; `changes` replace its fields. */
export function deadNote(groupId: string, offset: number, changes: Partial<DeadLetterNote> = {}): DeadLetterNote {
  const failure = { code: 'HANDLER_FAILED', message: 'The handler threw Error: no such task', atMs: 1_760_000_000_000 }
  const origin = { topic: 'house-helper.tasks', partition: 1, offset, timestampMs: 1_760_000_000_000 }
  const note: DeadLetterNote = {
    ...{ kind: 'live', groupId, origin, attempts: 5, retries: 0, fingerprint: 'f-1' },
    ...{ firstFailure: failure, lastFailure: failure },
  }
  return { ...note, ...changes }
}

/** The headers that the original messages have. */
export const originalHeaders: Headers = [
  ['traceparent', Buffer.from('00-1')],
  ['hh-mine', Buffer.from([0xff, 0])],
  ['twice', null],
]

/** A dead letter of an event; the key, the value and {@link originalHeaders} are what a redrive has to send. */
export function deadLetterMessage(
  note: DeadLetterNote,
  id: string,
  changes: Record<string, unknown> = {},
): OutgoingMessage {
  const { key, value } = eventMessage(id, changes)
  return encodeNote({ key, value, headers: originalHeaders }, note)
}
