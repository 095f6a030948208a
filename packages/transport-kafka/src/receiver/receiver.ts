import {
  isHouseHelperError,
  type Logger,
  type Receiver,
  type ReceiverListener,
  type ReceiverOptions,
  TransportError,
} from '@house-helper/events-core'
import { describeGroup } from '../groups.ts'
import { pause, settledWithin, within } from '../wire/deadline.ts'
import { closedError, type Wire } from '../wire/wire.ts'
import { createGenerations } from './generations.ts'
import { createLease } from './lease.ts'
import { createListenerCalls } from './listener-calls.ts'
import { createFlowReader } from './partition-flow.ts'
import { checkReceiving } from './preflight.ts'
import { type CreateSession, rebalanceTimeoutMs, type SessionEvents } from './session.ts'
import { createSessionLauncher } from './session-launcher.ts'

/** A receiver that its transport can end. */
export interface ClosableReceiver extends Receiver {
  /** Ends it with an error, which goes to the listener's `fatal`. Resolves once its connections are closed. */
  abort(error: TransportError, timeoutMs: number): Promise<void>
}

/** What a receiver gets of its transport. */
export interface ReceiverContext {
  readonly logger: Logger
  readonly wire: Wire
  /** Makes a member of the group with the transport's client. */
  readonly createSession: CreateSession
  /** Called once, when the receiver has ended. */
  onEnd(): void
}

const REACH_TIMEOUT_MS = 30_000
const LOOKUP_TIMEOUT_MS = 5_000
const LOOKUP_PAUSE_MS = 250
const KNOWN_TIMEOUT_MS = 2_000
const LAST_COMMIT_MS = 1_000
const DEATH_MS = 5_000

/** Makes a receiver; it does nothing before `start`. */
export function createReceiver(context: ReceiverContext, given: ReceiverOptions): ClosableReceiver {
  const { logger, wire } = context
  const options = { sessionTimeoutMs: 10_000, announcement: new Uint8Array(), ...given }
  const { groupId, topics, sessionTimeoutMs } = options
  const started = Promise.withResolvers<void>()
  // Nobody may be waiting for a start any more.
  started.promise.catch(() => {})
  // Over all sessions: a batch of an old one may still be with the listener.
  const busy = new Set<string>()
  let state: 'new' | 'starting' | 'running' | 'ended' = 'new'
  let listener: ReceiverListener

  const meaningOf = (error: unknown): TransportError => wire.errorOf(error, { groupId, topics, right: 'Read' })
  const isOpen = (): boolean => state === 'starting' || state === 'running'
  const calls = createListenerCalls({ isOpen, onThrow: fail })

  const launcher = createSessionLauncher({
    groupId,
    logger,
    isOpen,
    untilReachable,
    create: (isCurrent) => context.createSession(options, eventsOf(isCurrent)),
    meaningOf,
    onFinal: fail,
  })

  const lease = createLease({
    sessionTimeoutMs,
    joinAllowanceMs: rebalanceTimeoutMs(sessionTimeoutMs),
    isJoining: () => launcher.session?.isJoining() ?? false,
    heartbeat: async () => {
      const { membership } = generations
      // What it was answered comes through the session's events, failures included.
      if (launcher.session && membership) await settledWithin(launcher.session.heartbeat(membership), sessionTimeoutMs)
    },
    isKnown: async () => {
      const { membership } = generations
      const described = describeGroup(wire, groupId, KNOWN_TIMEOUT_MS).catch(() => undefined)
      return (await described)?.members.some(({ id }) => id === membership?.memberId) ?? false
    },
    onUncertain: (silentMs) => calls.tell(() => listener.suspend(silence(silentMs))),
    onCertain: () => calls.tell(() => listener.thaw()),
    onDead: (silentMs) => void startOver(silence(silentMs)),
  })

  const generations = createGenerations({
    ...{ wire, groupId, topics, sessionTimeoutMs, lease, calls },
    listener: () => listener,
    session: () => launcher.session,
    onBegun() {
      state = 'running'
      started.resolve()
    },
  })

  /** Waits until a broker says who coordinates the group. That brokers are away is logged where they are asked. */
  async function untilReachable(): Promise<void> {
    const args = { groupId, coordinatorType: 0 }
    while (isOpen()) {
      try {
        await wire.once({ target: 'any', api: 'GroupCoordinator', args, place: { groupId } }, LOOKUP_TIMEOUT_MS)
        return
      } catch (error) {
        if (!isHouseHelperError(error) || !error.canRetry) throw error
        await pause(LOOKUP_PAUSE_MS)
      }
    }
  }

  /** Ends everything; only the first call does anything. */
  async function end(error: TransportError, timeoutMs: number): Promise<void> {
    if (state === 'ended') return
    state = 'ended'
    generations.end()
    started.reject(error)
    await launcher.session?.end(timeoutMs)
    context.onEnd()
  }

  function fail(cause: unknown): void {
    if (!isOpen()) return
    const error = cause instanceof Error ? cause : new Error('A listener threw a value that is no error.', { cause })
    const wasRunning = state === 'running'
    void end(error as TransportError, DEATH_MS)
    if (wasRunning) listener.fatal(error)
  }

  async function startOver(reason: string): Promise<void> {
    generations.lose(reason)
    logger.warn({ groupId }, `The receiver starts over: ${reason}`)
    await launcher.relaunch()
  }

  function eventsOf(isCurrent: () => boolean): SessionEvents {
    const read = createFlowReader({
      wire,
      logger,
      busy,
      flowing: (partition) => (isCurrent() ? generations.flowing(partition) : undefined),
      isAssigned: (flow) => isCurrent() && generations.isAssigned(flow),
      isPaused: generations.isPaused,
      deliver: (batch) => listener.batch(batch),
    })
    return {
      leavingGeneration: async () => {
        if (isCurrent()) await settledWithin(generations.leave(), LAST_COMMIT_MS)
      },
      assigned: (membership, partitions) => {
        if (isCurrent() && isOpen()) generations.take(membership, partitions)
      },
      formerMemberId: () => generations.formerMemberId,
      heartbeat: (membership, error, sentMs) => {
        if (isCurrent()) generations.answered(membership, error, sentMs)
      },
      fetched: async (answer, from, moveTo) => {
        // A listener's throw must not reach the client: of some errors it may die for good, of others hold up everything.
        await read(answer, from, moveTo).catch(fail)
      },
      brokerAway: () => {
        if (isCurrent()) lease.doubt()
      },
      restarting: (error) => {
        if (isCurrent()) generations.lose(`The Kafka client starts over: ${meaningOf(error).message}`)
      },
      crashed: (error) => {
        if (!isCurrent() || !isOpen()) return
        const mapped = meaningOf(error)
        if (mapped.canRetry) void startOver(mapped.message)
        else fail(mapped)
      },
    }
  }

  async function start(to: ReceiverListener): Promise<void> {
    if (state === 'ended') throw closedError()
    if (state !== 'new')
      throw new TransportError('PROTOCOL', `The receiver of ${groupId} was started before: make another.`)
    state = 'starting'
    listener = to
    try {
      await checkReceiving(wire, groupId, topics, REACH_TIMEOUT_MS)
      const joinMs = rebalanceTimeoutMs(sessionTimeoutMs) + REACH_TIMEOUT_MS
      void launcher.launch()
      await within(started.promise, joinMs, () => lateAssignment(groupId, joinMs))
    } catch (error) {
      await end(error as TransportError, DEATH_MS)
      throw error
    }
  }

  return {
    start,
    async commit(positions) {
      if (state === 'ended') throw closedError()
      await generations.commit(positions)
    },
    pause: generations.pause,
    resume: generations.resume,
    stop: async ({ timeoutMs }) => await end(closedError(), timeoutMs),
    async abort(error, timeoutMs) {
      const wasRunning = state === 'running'
      const ended = end(error, timeoutMs)
      if (wasRunning) listener.fatal(error)
      await ended
    },
  }
}

function silence(silentMs: number): string {
  return `No heartbeat got through for ${Math.round(silentMs)} ms.`
}

function lateAssignment(groupId: string, timeoutMs: number): TransportError {
  return new TransportError(
    'TIMEOUT',
    `The group ${groupId} gave this member no assignment within ${timeoutMs} ms: look for members that hang with kafka-consumer-groups --describe.`,
    { canRetry: true },
  )
}
