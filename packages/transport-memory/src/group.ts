import type { AssignedPartition, CommittedPosition, GroupDescription, TopicPartition } from '@house-helper/events-core'
import { distribute, placeKey } from './assignment.ts'
import { notOwned, protocol } from './errors.ts'
import { turn } from './turn.ts'

/** Kafka's `offset.metadata.max.bytes`. */
const MAX_METADATA_BYTES = 4096

/** A member is one receiver's stay in a group, from join to leave. The group calls it, never in a call of the user. */
export interface Member {
  readonly id: string
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  readonly announcement: Uint8Array
  /** The last commit of this generation; fetches nothing more once called. */
  prepare(): Promise<void>
  assign(generation: number, partitions: readonly AssignedPartition[], continuous: boolean): void
  /** The group has put it out; it may join again. */
  expel(reason: string): void
  suspend(reason: string): void
  thaw(): void
  /** Ends it as a client's defect would. */
  fail(error: Error): void
  /** Ends it as a killed process would: nobody is told. */
  vanish(): void
}

/** A member as the group sees it. */
export interface MemberDescription {
  readonly id: string
  readonly announcement: Uint8Array
  readonly partitions: readonly TopicPartition[]
}

/** A group shares the partitions of its topics among its members and keeps what they commit. */
export interface Group {
  readonly generation: number
  join(member: Member): void
  leave(member: Member): void
  commit(member: Member, generation: number, positions: readonly CommittedPosition[]): void
  committed(): readonly CommittedPosition[]
  members(): readonly Member[]
  describe(): readonly MemberDescription[]
  /** The group as Kafka's coordinator describes one. */
  description(): GroupDescription
  /** Shares the partitions anew; resolves when every member has its share. */
  rebalance(): Promise<void>
  /** Puts a member out. */
  expel(member: Member, reason: string): void
  /** Forgets every commit, or those of one topic. */
  reset(topic?: string): void
}

interface Seat {
  readonly member: Member
  /** 0 until the first assignment. */
  generation: number
  partitions: readonly TopicPartition[]
  readonly departed: Promise<void>
  depart(): void
}

/** Makes a group without members. `partitionsOf` lists the partitions of a topic. */
export function createGroup(groupId: string, partitionsOf: (topic: string) => readonly TopicPartition[]): Group {
  const seats = new Map<Member, Seat>()
  const commits = new Map<string, CommittedPosition>()
  let generation = 0
  let running: Promise<void> | undefined
  let wanted = false

  const request = (): Promise<void> => {
    wanted = true
    running ??= share().finally(() => {
      running = undefined
    })
    return running
  }

  async function share(): Promise<void> {
    await turn()
    while (wanted) {
      await Promise.all([...seats.values()].filter((seat) => seat.generation > 0).map(prepare))
      // Who joined or left while the others made ready is in this generation already.
      wanted = false
      hand()
    }
  }

  async function prepare(seat: Seat): Promise<void> {
    const { member } = seat
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        expel(member, `it did not settle rebalancing() within ${member.sessionTimeoutMs} ms`)
        resolve()
      }, member.sessionTimeoutMs)
    })
    await Promise.race([member.prepare(), seat.departed, late])
    clearTimeout(timer)
  }

  function hand(): void {
    generation += 1
    const members = [...seats.keys()]
    const topics = [...new Set(members.flatMap((member) => member.topics))].sort()
    const shares = distribute(topics.flatMap(partitionsOf), members)
    for (const seat of seats.values()) {
      const continuous = seat.generation > 0
      seat.generation = generation
      seat.partitions = shares.get(seat.member) ?? []
      const assigned = seat.partitions.map((place) => ({ ...place, committed: commits.get(placeKey(place)) }))
      seat.member.assign(generation, assigned, continuous)
    }
  }

  function remove(member: Member): boolean {
    const seat = seats.get(member)
    if (seat === undefined) return false
    seats.delete(member)
    seat.depart()
    void request()
    return true
  }

  function expel(member: Member, reason: string): void {
    if (remove(member)) member.expel(reason)
  }

  return {
    get generation() {
      return generation
    },
    join(member) {
      const { promise: departed, resolve: depart } = Promise.withResolvers<void>()
      seats.set(member, { member, generation: 0, partitions: [], departed, depart })
      void request()
    },
    leave: (member) => void remove(member),
    commit(member, from, positions) {
      const seat = seats.get(member)
      if (seat === undefined) throw notOwned(groupId, 'this receiver is no member any more')
      if (from !== generation || seat.generation !== generation) {
        throw notOwned(groupId, `generation ${from} is over, it is ${generation} now`)
      }
      checkPositions(groupId, seat, positions)
      for (const position of positions) commits.set(placeKey(position), { ...position })
    },
    committed: () => [...commits.values()],
    members: () => [...seats.keys()],
    describe: () =>
      [...seats.values()].map(({ member, partitions }) => ({
        id: member.id,
        announcement: member.announcement,
        partitions,
      })),
    description: () => describeSeats(groupId, [...seats.values()], running !== undefined, commits.size > 0),
    rebalance: request,
    expel,
    reset(topic) {
      for (const [key, position] of commits) if (topic === undefined || position.topic === topic) commits.delete(key)
    },
  }
}

function describeSeats(
  groupId: string,
  seats: readonly Seat[],
  isRebalancing: boolean,
  hasCommits: boolean,
): GroupDescription {
  if (seats.length === 0) return { groupId, state: hasCommits ? 'empty' : 'unknown', members: [] }
  // As with Kafka: what members have and announce is told only while nothing moves.
  const members = seats.map(({ member, partitions }) => ({
    ...{ id: member.id, clientId: 'memory', host: 'localhost' },
    topics: isRebalancing ? [] : member.topics,
    partitions: isRebalancing ? [] : partitions,
    announcement: isRebalancing ? new Uint8Array() : member.announcement,
  }))
  return { groupId, state: isRebalancing ? 'rebalancing' : 'stable', members }
}

/** All or nothing: one position out of order refuses them all. */
function checkPositions(groupId: string, seat: Seat, positions: readonly CommittedPosition[]): void {
  const owned = new Set(seat.partitions.map(placeKey))
  for (const position of positions) {
    const place = placeKey(position)
    if (!owned.has(place)) throw notOwned(groupId, `${place} is not this member's`)
    if (!Number.isSafeInteger(position.offset) || position.offset < 0) {
      throw protocol(`The group ${groupId} cannot commit the offset ${position.offset} of ${place}.`, { groupId })
    }
    const bytes = Buffer.byteLength(position.metadata)
    if (bytes > MAX_METADATA_BYTES) {
      const message = `OFFSET_METADATA_TOO_LARGE: the commit metadata of ${place} has ${bytes} bytes, ${MAX_METADATA_BYTES} are allowed.`
      throw protocol(message, { groupId, bytes })
    }
  }
}
