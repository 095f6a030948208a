import { setImmediate as turn } from 'node:timers/promises'
import type { Position, TopicPartition } from '@house-helper/events-core'
import {
  type FetchAnswer,
  fetchExchange,
  kafkaErrorOf,
  partitionKey,
  pause,
  type Wire,
} from '@house-helper/transport-kafka'

/** What a fetcher needs of its session. */
export interface FetcherOptions {
  readonly wire: Wire
  readonly groupId: string
  readonly topics: readonly string[]
  /** A fetch brought something of one partition; `moveTo` sets where it is fetched from next. Never rejects. */
  fetched(answer: FetchAnswer, fetchedFrom: number, moveTo: (offset: number) => void): Promise<void>
  /** A broker could not be reached, or its connection broke. */
  brokerAway(): void
  /** Nothing more can be fetched. */
  onFinal(error: Error): void
}

/**
 * Fetches the partitions of one generation: one request in flight to each broker, and none of a partition that is held.
 * While the listener has a batch the next one is fetched, and not a third.
 */
export interface Fetcher {
  /** Fetches these partitions from now on, and no others. */
  begin(positions: readonly Position[], held: readonly TopicPartition[]): void
  /** Fetches nothing until `begin`. */
  hold(): void
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  end(): void
}

interface Flow extends TopicPartition {
  /** Where the next fetch begins: behind what came last, though the listener may yet want to go on elsewhere. */
  offset: number
  isPaused: boolean
  /** In the fetch that is under way. */
  isAsked: boolean
  /** With the listener. */
  isBusy: boolean
  /** What came and is not with the listener yet. */
  came?: Came | undefined
  /** Whether the listener took the last batch whole. Where it did not, what is fetched ahead would be thrown away. */
  keepsUp: boolean
}

interface Came {
  readonly answer: FetchAnswer
  readonly from: number
}

const MAX_WAIT_MS = 250
/** While a partition is left out, the others' fetch must not keep it waiting afterwards. */
const SHORT_WAIT_MS = 20
const MAX_BYTES = 10_485_760
const PARTITION_MAX_BYTES = 1_048_576
const ANSWER_TIMEOUT_MS = 10_000
const RECOVERY_MS = 100

/** Makes a fetcher; it fetches nothing before `begin`. */
export function createFetcher(options: FetcherOptions): Fetcher {
  const { wire, groupId, topics } = options
  const place = { groupId, topics, right: 'Read' } as const
  const inFlight = new Set<number>()
  let flows = new Map<string, Flow>()
  let leaders: ReadonlyMap<string, number> | undefined
  let locating = false
  let ended = false
  let fetches = 0

  function fail(error: unknown): void {
    if (ended) return
    end()
    options.onFinal(wire.errorOf(error, place))
  }

  /** Reads who leads each partition, again until every partition that flows has a leader. */
  async function locate(): Promise<void> {
    if (locating) return
    locating = true
    try {
      while (!ended && flows.size > 0) {
        leaders = (await readLeaders()) ?? leaders
        pump()
        if (leaders && [...flows.keys()].every((key) => leaders?.has(key))) break
        await pause(RECOVERY_MS)
      }
    } catch (error) {
      fail(error)
    } finally {
      locating = false
    }
  }

  /** The leaders of now; undefined where no broker tells them for a while. */
  async function readLeaders(): Promise<ReadonlyMap<string, number> | undefined> {
    const metadata = await wire.metadata(topics, ANSWER_TIMEOUT_MS).catch((error: unknown) => {
      if (!wire.errorOf(error, place).canRetry) throw error
    })
    const led = metadata?.topicMetadata.flatMap(({ topic, partitionMetadata }) =>
      partitionMetadata
        .filter(({ leader }) => leader >= 0)
        .map(({ partitionId, leader }): [string, number] => [partitionKey({ topic, partition: partitionId }), leader]),
    )
    return led && new Map(led)
  }

  /** Sends a fetch to every broker that has none, where something of it can be fetched. */
  function pump(): void {
    if (ended) return
    if (leaders === undefined) return void locate()
    const byLeader = Map.groupBy(flows.values(), (flow) => leaders?.get(partitionKey(flow)))
    for (const [leader, led] of byLeader) {
      const wanted = led.filter(canBeFetched)
      if (wanted.length === 0) continue
      if (leader === undefined) void locate()
      else if (!inFlight.has(leader)) void fetchFrom(leader, wanted, wanted.length < led.length)
    }
  }

  async function fetchFrom(leader: number, of: readonly Flow[], isWithoutSome: boolean): Promise<void> {
    inFlight.add(leader)
    for (const flow of of) flow.isAsked = true
    try {
      const from = of.map(({ offset }) => offset)
      const answers = await ask(leader, rotated(of, fetches++), isWithoutSome ? SHORT_WAIT_MS : MAX_WAIT_MS)
      const byKey = new Map(answers.map((answer) => [partitionKey(answer), answer]))
      of.forEach((flow, index) => {
        flow.isAsked = false
        take(flow, byKey.get(partitionKey(flow)), from[index] as number)
      })
    } catch (error) {
      for (const flow of of) flow.isAsked = false
      const failure = wire.errorOf(error, place)
      if (!failure.canRetry) return fail(error)
      if (kafkaErrorOf(failure) === undefined) options.brokerAway()
      // The leader is away, or another broker leads by now.
      await pause(RECOVERY_MS)
      leaders = undefined
    } finally {
      inFlight.delete(leader)
    }
    pump()
    await handOnSoon(of)
  }

  async function ask(leader: number, of: readonly Flow[], maxWaitTime: number): Promise<FetchAnswer[]> {
    const asked = of.map(({ topic, partition, offset }) => ({
      topic,
      partitions: [{ partition, fetchOffset: String(offset), maxBytes: PARTITION_MAX_BYTES }],
    }))
    const args = { maxWaitTime, minBytes: 1, maxBytes: MAX_BYTES, topics: asked }
    const changes = fetchExchange(asked, { outOfRange: 'return' })
    const request = { target: { nodeId: leader }, api: 'Fetch', args, place, ...changes } as const
    return (await wire.once(request, ANSWER_TIMEOUT_MS)) as FetchAnswer[]
  }

  /** Keeps what came of a partition, unless it has been moved elsewhere meanwhile. */
  function take(flow: Flow, answer: FetchAnswer | undefined, from: number): void {
    const isNothing = answer === undefined || (answer.errorCode === 0 && answer.nextOffset === undefined)
    if (isNothing || flow.offset !== from) return
    // What came before may still be waiting for its turn; where it can't have it, this is fetched again.
    handOn(flow)
    if (flow.came !== undefined) return
    flow.came = { answer, from }
    if (answer.nextOffset === undefined) flow.keepsUp = false
    else flow.offset = answer.nextOffset
  }

  /**
   * Hands on in another turn: the next fetch goes out before a listener that takes its time has this one, so that broker
   * and network work meanwhile; and a listener that resumes a partition is not called within that call.
   */
  async function handOnSoon(of: readonly Flow[]): Promise<void> {
    await turn()
    for (const flow of of) handOn(flow)
  }

  /** Gives the listener what came of a partition, where it can have it. */
  function handOn(flow: Flow): void {
    const { came, isBusy, isPaused } = flow
    if (came === undefined || isBusy || isPaused || flows.get(partitionKey(flow)) !== flow) return
    const { answer, from } = came
    flow.came = undefined
    flow.isBusy = true
    let position = from
    const moveTo = (offset: number): void => {
      position = offset
    }
    void options.fetched(answer, from, moveTo).then(() => {
      flow.isBusy = false
      flow.keepsUp = position === answer.nextOffset
      if (!flow.keepsUp) {
        flow.offset = position
        flow.came = undefined
      }
      handOn(flow)
      pump()
    })
  }

  function end(): void {
    ended = true
    flows = new Map()
  }

  function setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    const changed = partitions.flatMap((partition) => flows.get(partitionKey(partition)) ?? [])
    for (const flow of changed) flow.isPaused = isPaused
    if (isPaused) return
    pump()
    void handOnSoon(changed)
  }

  return {
    begin(positions, held) {
      const paused = new Set(held.map(partitionKey))
      const begun = positions.map((position) => ({
        ...{ ...position, isPaused: paused.has(partitionKey(position)) },
        ...{ isAsked: false, isBusy: false, keepsUp: true },
      }))
      flows = new Map(begun.map((flow) => [partitionKey(flow), flow]))
      pump()
    },
    hold() {
      flows = new Map()
    },
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    end,
  }
}

/** Whether a partition can be in the next fetch: of what it has, one batch may be with the listener or on its way there. */
function canBeFetched({ isPaused, isAsked, isBusy, came, keepsUp }: Flow): boolean {
  const held = Number(isBusy) + Number(came !== undefined)
  return !isPaused && !isAsked && held <= Number(keepsUp)
}

/** Brokers fill an answer in the order of the request: always beginning with another one, no partition starves (KIP-74). */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
