import type { Acl } from './acl.ts'
import type { Partitioner } from './partitioner.ts'

/** A message's headers in the order of the wire; a name may appear more than once. */
export type Headers = readonly (readonly [name: string, value: Uint8Array | null])[]

/** A message as it is handed to a topic: bytes, never parsed by a Transport. */
export interface OutgoingMessage {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: Headers
  /** Milliseconds since 1970. Default: the time of the append. */
  readonly timestampMs?: number
}

/** Messages for one topic-partition, appended in their order or not at all. */
export interface OutgoingBatch {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly OutgoingMessage[]
}

/** A message as it lies in a topic-partition. Its bytes are not copied: do not change them. */
export interface FetchedMessage {
  /** A safe integer: a partition would need 285 years at a million messages a second to leave that range. */
  readonly offset: number
  /** The broker's or the producer's time by the topic's setting, in milliseconds since 1970. */
  readonly timestampMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Headers
}

/** Consecutive messages of one topic-partition. Offsets rise; they may have gaps (compaction, transactions, retention). */
export interface FetchedBatch {
  readonly topic: string
  readonly partition: number
  /** At least one message. */
  readonly messages: readonly FetchedMessage[]
  /** The offset that the next message written to this partition will get, as far as this fetch knew. */
  readonly highWatermark: number
  /** Why this batch begins at the partition's first message; absent where it begins where the one before ended. */
  readonly jump?: Jump
}

/** The position that was to be read was not within the partition, so reading went on at the partition's first message. */
export interface Jump {
  /** The position that was to be read; 0 also where nothing was committed and nobody said where to begin. */
  readonly from: number
  /** The partition's first message at that moment. */
  readonly to: number
  /**
   * `removed`: the messages from `from` to before `to` are gone, by retention or by hand. `shorter`: the partition ended
   * before `from`: it was made anew or lost its end, so `from` says nothing about what lies in it now.
   */
  readonly reason: 'removed' | 'shorter'
}

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A place in a topic-partition: the offset of the next message to read. */
export interface Position extends TopicPartition {
  readonly offset: number
}

/** What a group has committed for a partition. `metadata` is the committer's own text. */
export interface CommittedPosition extends Position {
  readonly metadata: string
}

/** A partition that a receiver was given, with what its group committed; `committed` is undefined where nothing was. */
export interface AssignedPartition extends TopicPartition {
  readonly committed: CommittedPosition | undefined
}

/** The first and the next offset of a partition: `low` is the first one still there, `high` the one to be written next. */
export interface PartitionRange extends TopicPartition {
  readonly low: number
  readonly high: number
}

/** Appends batches with acks=all and idempotence. Safe to call at once for any number of partitions. */
export interface Sender {
  /**
   * Appends a batch to its topic-partition: one attempt, no retry. Resolves once every in-sync replica has it.
   *
   * A caller keeps at most one append in flight for each topic-partition, and sends the same batch again, if it wants
   * to, before another one: so its order holds. Appends of several callers to one topic-partition take turns. A rejection is a `TransportError` whose `outcome` says whether the batch may
   * have been written (`unknown`) or certainly was not (`not-sent`), and whose `canRetry` says if trying again makes sense.
   */
  append(batch: OutgoingBatch, options: { readonly timeoutMs: number }): Promise<{ readonly baseOffset: number }>
}

/** How a receiver takes part in a group. */
export interface ReceiverOptions {
  readonly groupId: string
  /** The topics to receive; all members of a group name the same ones. */
  readonly topics: readonly string[]
  /** How long a member may be silent before its partitions go to others, in milliseconds. Default 10,000. */
  readonly sessionTimeoutMs?: number
  /**
   * What this member tells the others, and whoever describes the group. At most 64 KiB. Its bytes are read each time the
   * member joins. Default empty.
   */
  readonly announcement?: Uint8Array
}

/** Where a receiver reports. No method may throw; the receiver treats a throw as a defect and reports `fatal`. */
export interface ReceiverListener {
  /**
   * A new assignment. `continuous` says that this member kept its membership without a gap, so that work in progress on
   * partitions that it keeps is still its own; otherwise all work in progress must be dropped, whatever the partitions.
   *
   * Returns where to read from, for partitions that start elsewhere than at the committed position (or, where nothing is
   * committed, at the beginning). No batch arrives before this settles.
   */
  assigned(partitions: readonly AssignedPartition[], continuous: boolean): Promise<readonly Position[]>
  /** The group is about to move partitions: commit now, in this generation, and start nothing new until `assigned`. */
  rebalancing(): Promise<void>
  /** The lease on the partitions is uncertain (no heartbeat got through): abort what runs, start and commit nothing. */
  suspend(reason: string): void
  /** The lease is certain again. */
  thaw(): void
  /** All partitions are lost: abort and drop everything. Another `assigned` may follow. */
  lost(reason: string): void
  /**
   * Messages of one partition, in order; never called twice at the same time for one partition. Returns the offset to
   * read next, which may differ from the batch's end in either direction. A returned promise holds back further batches
   * of this and of other partitions: settle it within 100 ms, and use `pause` for longer.
   */
  batch(batch: FetchedBatch): number | Promise<number>
  /** The receiver is dead and will not recover. Called at most once. */
  fatal(error: Error): void
}

/** Receives messages as a member of a group. */
export interface Receiver {
  /** Joins the group. Resolves with the first assignment, which may be empty; rejects where joining is impossible. */
  start(listener: ReceiverListener): Promise<void>
  /**
   * Commits positions: one attempt, valid in the current generation only. Rejects with `NOT_OWNED` when a partition is
   * not this member's any more; then nothing was committed.
   */
  commit(positions: readonly CommittedPosition[]): Promise<void>
  /** Stops fetching these partitions until `resume`, an assignment without them, or one that is not continuous. */
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** Leaves the group; no listener method is called afterwards. Resolves within the deadline even if brokers are away. */
  stop(options: { readonly timeoutMs: number }): Promise<void>
}

/** A topic to be created. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Topic settings such as `retention.ms`. */
  readonly config: Readonly<Record<string, string>>
}

/** A topic as it is. */
export interface TopicDescription {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
}

/** A member of a group, as its coordinator knows it. Topics, partitions and announcement are empty while the group shares its partitions anew. */
export interface GroupMember {
  /** What the coordinator calls it. */
  readonly id: string
  /** What the client calls itself. */
  readonly clientId: string
  /** Where it connects from. */
  readonly host: string
  /** What it wants to receive. */
  readonly topics: readonly string[]
  /** What it was given. */
  readonly partitions: readonly TopicPartition[]
  /** {@link ReceiverOptions.announcement}, or what another client put in its place: bytes from outside. */
  readonly announcement: Uint8Array
}

/**
 * How a group stands: `stable` with members that have their partitions; `rebalancing` while they share them; `empty`
 * without members; `unknown` where the coordinator tells nothing about a group of this name.
 */
export type GroupState = 'stable' | 'rebalancing' | 'empty' | 'unknown'

/** A group as its coordinator describes it. */
export interface GroupDescription {
  readonly groupId: string
  readonly state: GroupState
  readonly members: readonly GroupMember[]
}

/** Asks about topics, groups and ACLs; creates and extends them. It deletes nothing. Every call has a deadline of its own. */
export interface Admin {
  clusterId(): Promise<string>
  /** Every topic of the cluster that this user may see, or those named; a missing one is left out. */
  describeTopics(names?: readonly string[]): Promise<readonly TopicDescription[]>
  /**
   * The id of each of these topics, by name: a topic that is deleted and made again has another one. A missing topic is
   * left out, and so is every topic of brokers before Kafka 2.8, which have no ids.
   */
  topicIds(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** A topic's settings, by name; settings that the broker does not know are left out. */
  topicConfig(topic: string, settings: readonly string[]): Promise<Readonly<Record<string, string>>>
  /** Creates topics; one that exists is left as it is and not named in the answer. */
  createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>
  /**
   * Sets settings of a topic and leaves its others as they are. Resolves once a broker shows them; rejects with
   * `PROTOCOL` where a setting or its value is none.
   */
  alterTopicConfig(topic: string, config: Readonly<Record<string, string>>): Promise<void>
  /**
   * Gives a topic more partitions, to `count` in all: from then on keys belong to other partitions than before. Resolves
   * once they can be used; rejects with `PROTOCOL` where it has as many or more.
   */
  addPartitions(topic: string, count: number): Promise<void>
  /** First and next offsets of every partition of these topics. */
  ranges(topics: readonly string[]): Promise<readonly PartitionRange[]>
  /** What a group has committed in these topics; partitions without a commit are left out. */
  committed(groupId: string, topics: readonly string[]): Promise<readonly CommittedPosition[]>
  /** Every group that has members or commits, of whatever topics, as far as this user may see them; sorted. */
  groupIds(): Promise<readonly string[]>
  /** Describes a group; one that does not exist is `unknown`. Rejects with `NOT_AUTHORIZED` where this user may not see it. */
  describeGroup(groupId: string): Promise<GroupDescription>
  /**
   * Every ACL of the cluster. Rejects with `ACLS_DISABLED` where its brokers keep none, `NOT_AUTHORIZED` without the
   * right to describe the cluster.
   */
  acls(): Promise<readonly Acl[]>
  /** Adds ACLs; one that is there stays as it is. Resolves once a broker shows them; rejects as `acls` does. */
  createAcls(acls: readonly Acl[]): Promise<void>
}

/**
 * A Transport is what these packages need of a message broker: appending, receiving in a group, reading, asking.
 *
 * Every implementation passes the suite of `@house-helper/transport-memory/suite`.
 */
export interface Transport extends AsyncDisposable {
  /** The client behind it: `kafkajs`, `platformatic`, `memory`. */
  readonly name: string
  /** What every topic name begins with, before the first dot. Default `house-helper`. */
  readonly topicPrefix: string
  /** Which partition a key belongs to. Default murmur2, as the Java client does it. */
  readonly partitioner: Partitioner
  readonly sender: Sender
  readonly admin: Admin
  /** Makes a receiver; it does nothing before `start`. */
  receiver(options: ReceiverOptions): Receiver
  /**
   * Reads messages from a position without any group: at least one if there is one at or after it, at most about
   * `maxBytes` (default 1 MiB); an empty array at the end of the partition. An offset before the partition's first
   * message reads from the first; one past its end gives an empty array.
   */
  read(
    from: Position,
    options?: { readonly maxBytes?: number; readonly timeoutMs?: number },
  ): Promise<readonly FetchedMessage[]>
  /** Closes every connection. Receivers and appends still open fail with `CLOSED`. */
  close(): Promise<void>
}
