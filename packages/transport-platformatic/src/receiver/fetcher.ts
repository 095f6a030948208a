import type { Position, TopicPartition } from '@house-helper/events-core'
import { type FetchAnswer, fetchExchange, pause, type Wire } from '@house-helper/transport-kafka'

/** What a fetcher needs of its session. */
export interface FetcherOptions {
  readonly wire: Wire
  readonly groupId: string
  readonly topics: readonly string[]
  /** A fetch brought something of one partition; `moveTo` sets where it is fetched from next. Never rejects. */
  fetched(answer: FetchAnswer, fetchedFrom: number, moveTo: (offset: number) => void): Promise<void>
  /** Nothing more can be fetched. */
  onFinal(error: Error): void
}

/** Fetches the partitions of one generation: one request in flight to each broker, and none of a partition that is held. */
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
  offset: number
  isPaused: boolean
  /** Being fetched, or with the listener. */
  isBusy: boolean
}

const MAX_WAIT_MS = 250
/** While a partition is with the listener, the others' fetch must not keep it waiting afterwards. */
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
  let turn = 0

  function keyOf({ topic, partition }: TopicPartition): string {
    return `${partition} ${topic}`
  }

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
        .map(({ partitionId, leader }): [string, number] => [keyOf({ topic, partition: partitionId }), leader]),
    )
    return led && new Map(led)
  }

  /** Sends a fetch to every broker that has none, where something of it can be fetched. */
  function pump(): void {
    if (ended) return
    if (leaders === undefined) return void locate()
    const free = [...flows.values()].filter(({ isPaused, isBusy }) => !isPaused && !isBusy)
    const byLeader = Map.groupBy(free, (flow) => leaders?.get(keyOf(flow)))
    for (const [leader, of] of byLeader) {
      if (leader === undefined) void locate()
      else if (!inFlight.has(leader)) void fetchFrom(leader, of)
    }
  }

  async function fetchFrom(leader: number, of: readonly Flow[]): Promise<void> {
    inFlight.add(leader)
    const others = [...flows.values()].some(({ isBusy }) => isBusy)
    for (const flow of of) flow.isBusy = true
    try {
      const answers = await ask(leader, rotated(of, turn++), others ? SHORT_WAIT_MS : MAX_WAIT_MS)
      const byKey = new Map(answers.map((answer) => [keyOf(answer), answer]))
      for (const flow of of) hand(flow, byKey.get(keyOf(flow)))
    } catch (error) {
      for (const flow of of) flow.isBusy = false
      if (!wire.errorOf(error, place).canRetry) return fail(error)
      // The leader is away, or another broker leads by now.
      await pause(RECOVERY_MS)
      leaders = undefined
    } finally {
      inFlight.delete(leader)
    }
    pump()
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

  /** Hands on what came of a partition, which stays out of the next fetch until that is done. */
  function hand(flow: Flow, answer: FetchAnswer | undefined): void {
    const isNothing = answer === undefined || (answer.errorCode === 0 && answer.nextOffset === undefined)
    if (isNothing || flows.get(keyOf(flow)) !== flow) {
      flow.isBusy = false
      return
    }
    const moveTo = (offset: number): void => {
      flow.offset = offset
    }
    void options.fetched(answer, flow.offset, moveTo).then(() => {
      flow.isBusy = false
      pump()
    })
  }

  function end(): void {
    ended = true
    flows = new Map()
  }

  function setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const partition of partitions) {
      const flow = flows.get(keyOf(partition))
      if (flow) flow.isPaused = isPaused
    }
    pump()
  }

  return {
    begin(positions, held) {
      const paused = new Set(held.map(keyOf))
      const begun = positions.map((position) => ({ ...position, isPaused: paused.has(keyOf(position)), isBusy: false }))
      flows = new Map(begun.map((flow) => [keyOf(flow), flow]))
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

/** Brokers fill an answer in the order of the request: always beginning with another one, no partition starves (KIP-74). */
function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}
