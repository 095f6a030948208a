import type {
  AssignedPartition,
  CommittedPosition,
  Position,
  Receiver,
  ReceiverListener,
  ReceiverOptions,
} from '@house-helper/events-core'
import { placeKey } from './assignment.ts'
import type { Cluster } from './cluster.ts'
import { closed, notOwned, protocol, unanswered } from './errors.ts'
import { createFetcher } from './fetcher.ts'
import type { Member } from './group.ts'
import { turn } from './turn.ts'

/** A receiver that its transport can end. */
export interface MemoryReceiver extends Receiver {
  /** Ends it with an error, which goes to the listener's `fatal`. */
  end(error: Error): void
}

/** Makes a receiver that joins its group on `start`. `onEnd` is called once, when it has left for good. */
export function createReceiver(cluster: Cluster, options: ReceiverOptions, onEnd: () => void): MemoryReceiver {
  const group = cluster.group(options.groupId)
  const started = Promise.withResolvers<void>()
  // A start that nobody waits for any more is no unhandled rejection.
  started.promise.catch(() => {})
  let state: 'new' | 'open' | 'ended' = 'new'
  let listener: ReceiverListener
  let member: LiveMember | undefined
  let suspended = false

  const fetcher = createFetcher(cluster, (batch) => listener.batch(batch), fail)

  function join(): void {
    member = createMember()
    group.join(member)
  }

  function leave(): boolean {
    if (state === 'ended') return false
    state = 'ended'
    if (member !== undefined) group.leave(member)
    member = undefined
    void fetcher.halt()
    fetcher.close()
    onEnd()
    return true
  }

  function fail(cause: unknown): void {
    if (state !== 'open' || !leave()) return
    const error = cause instanceof Error ? cause : new Error('A listener threw a value that is no error.', { cause })
    started.reject(error)
    listener.fatal(error)
  }

  /** Calls a listener's method that returns nothing; its throw is a defect, and the end. */
  function tell(call: () => void): void {
    try {
      call()
    } catch (error) {
      fail(error)
    }
  }

  function createMember(): LiveMember {
    let calls: Promise<void> = Promise.resolve()
    // assigned and rebalancing of one stay follow one another, as they come from one loop of a real client.
    const inTurn = (call: () => Promise<void>): Promise<void> => {
      calls = calls.then(() => (member === self ? call() : undefined)).catch(fail)
      return calls
    }
    const self: LiveMember = {
      id: cluster.newMemberId(options.groupId),
      topics: options.topics,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
      announcement: options.announcement ?? new Uint8Array(),
      generation: 0,
      prepare: () =>
        inTurn(async () => {
          const halted = fetcher.halt()
          await listener.rebalancing()
          await halted
        }),
      assign(generation, partitions, continuous) {
        self.generation = generation
        void inTurn(() => begin(self, generation, partitions, continuous))
      },
      expel(reason) {
        release()
        tell(() => listener.lost(reason))
        if (state === 'open') join()
      },
      suspend(reason) {
        suspended = true
        fetcher.suspend(true)
        tell(() => listener.suspend(reason))
      },
      thaw() {
        suspended = false
        tell(() => listener.thaw())
        fetcher.suspend(false)
      },
      fail,
      vanish: () => void leave(),
    }
    return self
  }

  function release(): void {
    member = undefined
    suspended = false
    void fetcher.halt()
    fetcher.suspend(false)
  }

  async function begin(
    self: LiveMember,
    generation: number,
    partitions: readonly AssignedPartition[],
    continuous: boolean,
  ): Promise<void> {
    fetcher.keepPauses(continuous ? partitions : [])
    const starts = await listener.assigned(partitions, continuous)
    if (member !== self) return
    if (self.generation === generation) fetcher.begin(startPositions(partitions, starts))
    started.resolve()
  }

  async function commit(positions: readonly CommittedPosition[]): Promise<void> {
    const self = member
    const generation = self?.generation ?? 0
    await turn()
    if (self === undefined) throw notOwned(options.groupId, 'this receiver is no member')
    if (suspended) throw unanswered('UNREACHABLE', `The group ${options.groupId} did not answer: a fault suspends it.`)
    group.commit(self, generation, positions)
  }

  return {
    async start(given) {
      if (state === 'ended') throw closed(`The receiver of the group ${options.groupId}`)
      if (state === 'open') throw protocol(`The receiver of the group ${options.groupId} was started before.`, {})
      listener = given
      state = 'open'
      await turn()
      try {
        for (const topic of options.topics) cluster.topic(topic)
      } catch (error) {
        leave()
        throw error
      }
      if (state === 'open') join()
      return started.promise
    },
    commit,
    pause: fetcher.pause,
    resume: fetcher.resume,
    async stop() {
      leave()
      started.reject(closed(`The receiver of the group ${options.groupId}`))
      await turn()
    },
    end(error) {
      if (state === 'new') leave()
      else fail(error)
    },
  }
}

interface LiveMember extends Member {
  generation: number
}

function startPositions(partitions: readonly AssignedPartition[], starts: readonly Position[]): Position[] {
  const chosen = new Map(starts.map((position) => [placeKey(position), position.offset]))
  return partitions.map(({ topic, partition, committed }) => ({
    topic,
    partition,
    offset: chosen.get(placeKey({ topic, partition })) ?? committed?.offset ?? 0,
  }))
}
