import type { TopicPartition } from '@house-helper/events-core'

/** What a member wants, as it tells the others of its group. */
export interface MemberMetadata {
  readonly topics: readonly string[]
  /** `ReceiverOptions.announcement` of this member. */
  readonly announcement: Uint8Array
}

const VERSION = 0

/** Writes a member's metadata, version 0. Source: Kafka's ConsumerProtocolSubscription.json. */
export function writeMemberMetadata({ topics, announcement }: MemberMetadata): Buffer {
  return Buffer.concat([int16(VERSION), int32(topics.length), ...topics.map(text), bytes(announcement)])
}

/**
 * Reads a member's metadata of any version; what later versions add stands behind.
 *
 * @throws RangeError where the bytes end too early.
 */
export function readMemberMetadata(from: Buffer): MemberMetadata {
  const reader = new Reader(from)
  reader.int16()
  const topics = reader.list(() => reader.text())
  return { topics, announcement: reader.bytes() }
}

/** Writes the partitions that a member is given, version 0. Source: Kafka's ConsumerProtocolAssignment.json. */
export function writeMemberAssignment(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = [...Map.groupBy(partitions, ({ topic }) => topic)]
  const written = byTopic.flatMap(([topic, of]) => [
    text(topic),
    int32(of.length),
    ...of.map(({ partition }) => int32(partition)),
  ])
  return Buffer.concat([int16(VERSION), int32(byTopic.length), ...written, bytes(new Uint8Array())])
}

/**
 * Reads the partitions that a member was given.
 *
 * @throws RangeError where the bytes end too early.
 */
export function readMemberAssignment(from: Buffer): TopicPartition[] {
  const reader = new Reader(from)
  reader.int16()
  return reader
    .list(() => {
      const topic = reader.text()
      return reader.list(() => ({ topic, partition: reader.int32() }))
    })
    .flat()
}

class Reader {
  #at = 0
  readonly #buffer: Buffer

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  int16(): number {
    this.#at += 2
    return this.#buffer.readInt16BE(this.#at - 2)
  }

  int32(): number {
    this.#at += 4
    return this.#buffer.readInt32BE(this.#at - 4)
  }

  text(): string {
    return this.#take(this.int16()).toString('utf8')
  }

  bytes(): Buffer {
    return this.#take(Math.max(0, this.int32()))
  }

  list<Item>(item: () => Item): Item[] {
    const items: Item[] = []
    for (let left = this.int32(); left > 0; left--) items.push(item())
    return items
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (length < 0 || end > this.#buffer.length) throw new RangeError('What a member wrote ends too early.')
    const taken = this.#buffer.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

function int16(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(2)
  buffer.writeInt16BE(value)
  return buffer
}

function int32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4)
  buffer.writeInt32BE(value)
  return buffer
}

function text(value: string): Buffer {
  const written = Buffer.from(value)
  return Buffer.concat([int16(written.length), written])
}

function bytes(value: Uint8Array): Buffer {
  return Buffer.concat([int32(value.length), value])
}
