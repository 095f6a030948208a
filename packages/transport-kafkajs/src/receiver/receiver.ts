import {
  type CommittedPosition,
  type Logger,
  type Receiver,
  type ReceiverListener,
  type ReceiverOptions,
  type TopicPartition,
  TransportError,
} from '@house-helper/events-core'
import { pause, settledWithin, within } from '../client/deadline.ts'
import { closedError, type Wire } from '../client/wire.ts'
import { kafkaErrorOf, toTransportError } from '../client/wire-errors.ts'
import type { ConnectionSettings } from '../settings.ts'
import { type Assignment, isContinuous, newAssignment, startPositions, withCommitted } from './assignment.ts'
import {
  type ConsumerSession,
  createConsumerSession,
  rebalanceTimeoutMs,
  type SessionEvents,
} from './consumer-session.ts'
import { createLease } from './lease.ts'
import type { Membership } from './observed-cluster.ts'
import { createFlowReader, partitionKey } from './partition-flow.ts'
import { checkReceiving } from './preflight.ts'

/** A receiver that its transport can end. */
export interface ClosableReceiver extends Receiver {
  /** Ends it with an error, which goes to the listener's `fatal`. Resolves once its connections are closed. */
  abort(error: TransportError, timeoutMs: number): Promise<void>
}

/** What a receiver gets of its transport. */
export interface ReceiverContext {
  readonly settings: ConnectionSettings
  readonly logger: Logger
  readonly wire: Wire
  /** Called once, when the receiver has ended. */
  onEnd(): void
}

const REACH_TIMEOUT_MS = 30_000
const LAST_COMMIT_MS = 1_000
const RELAUNCH_MS = 1_000
const DEATH_MS = 5_000
const lostMembership = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'])

/** Makes a receiver; it does nothing before `start`. */
export function createReceiver(context: ReceiverContext, given: ReceiverOptions): ClosableReceiver {
  const { settings, logger, wire } = context
  const options = { sessionTimeoutMs: 10_000, announcement: new Uint8Array(), ...given }
  const { groupId, topics, sessionTimeoutMs } = options
  const started = Promise.withResolvers<void>()
  // Nobody may be waiting for a start any more.
  started.promise.catch(() => {})
  const held = new Map<string, TopicPartition>()
  // Over all sessions: a batch of an old one may still be with the listener.
  const busy = new Set<string>()
  let state: 'new' | 'starting' | 'running' | 'ended' = 'new'
  let listener: ReceiverListener
  let session: ConsumerSession | undefined
  let current: Assignment | undefined
  let announced: Membership | undefined
  let turn: Promise<void> = Promise.resolve()

  const place = wire.place({ groupId, topics, right: 'Read' })
  const isOpen = (): boolean => state === 'starting' || state === 'running'

  const lease = createLease({
    sessionTimeoutMs,
    joinAllowanceMs: rebalanceTimeoutMs(sessionTimeoutMs),
    isJoining: () => session?.isJoining() ?? false,
    heartbeat: async () => {
      // What it was answered comes through the session's events, failures included.
      if (session && current) await settledWithin(session.heartbeat(current.membership), sessionTimeoutMs)
    },
    onUncertain: (silentMs) => tell(() => listener.suspend(`No heartbeat got through for ${Math.round(silentMs)} ms.`)),
    onCertain: () => tell(() => listener.thaw()),
    onDead: (silentMs) => void relaunch(`No heartbeat got through for ${Math.round(silentMs)} ms.`),
  })

  /** Ends everything; only the first call does anything. */
  async function end(error: TransportError, timeoutMs: number): Promise<void> {
    if (state === 'ended') return
    state = 'ended'
    lease.end()
    current = undefined
    started.reject(error)
    const last = session
    await last?.end(timeoutMs)
    context.onEnd()
  }

  function fail(cause: unknown): void {
    if (!isOpen()) return
    const error = cause instanceof Error ? cause : new Error('A listener threw a value that is no error.', { cause })
    const wasRunning = state === 'running'
    void end(error as TransportError, DEATH_MS)
    if (wasRunning) listener.fatal(error)
  }

  /** Calls a listener's method that returns nothing; a throw is a defect of the listener, and the end. */
  function tell(call: () => void): void {
    if (!isOpen()) return
    try {
      call()
    } catch (error) {
      fail(error)
    }
  }

  /** Calls of the listener that take time follow one another. */
  function inTurn(call: () => Promise<void>): Promise<void> {
    turn = turn.then(() => (isOpen() ? call() : undefined)).catch(fail)
    return turn
  }

  function lose(reason: string): void {
    lease.end()
    const knew = announced !== undefined
    current = undefined
    announced = undefined
    held.clear()
    if (knew) tell(() => listener.lost(reason))
  }

  async function launch(): Promise<void> {
    while (isOpen() && session === undefined) {
      let launched: ConsumerSession | undefined
      try {
        launched = createConsumerSession(
          settings,
          logger,
          options,
          eventsOf(() => session === launched),
        )
        session = launched
        await launched.run()
        return
      } catch (error) {
        await launched?.end(0)
        // Its events may have made an end of it already, or a new beginning.
        if (session !== launched) return
        session = undefined
        const mapped = toTransportError(error, place)
        if (!mapped.canRetry) {
          fail(mapped)
          return
        }
        logger.warn({ groupId, code: mapped.code }, `The receiver could not begin and tries again: ${mapped.message}`)
        await pause(RELAUNCH_MS)
      }
    }
  }

  async function relaunch(reason: string): Promise<void> {
    const old = session
    session = undefined
    lose(reason)
    logger.warn({ groupId }, `The receiver starts over: ${reason}`)
    await old?.end(0)
    await pause(RELAUNCH_MS)
    await launch()
  }

  function eventsOf(isCurrent: () => boolean): SessionEvents {
    const read = createFlowReader({
      wire,
      logger,
      busy,
      flowing: (partition) =>
        isCurrent() && isOpen() && !lease.isUncertain && current && !current.leaving
          ? current.flows.get(partitionKey(partition))
          : undefined,
      isAssigned: (flow) => isCurrent() && current?.flows.get(partitionKey(flow)) === flow,
      deliver: (batch) => listener.batch(batch),
    })
    return {
      leavingGeneration: async () => {
        if (isCurrent()) await settledWithin(leave(), LAST_COMMIT_MS)
      },
      assigned: (membership, partitions) => {
        if (isCurrent() && isOpen()) take(membership, partitions)
      },
      heartbeat: (membership, error) => {
        if (isCurrent()) answered(membership, error)
      },
      fetched: async (answer, from, moveTo) => {
        // A listener's throw must not reach kafkajs: to some errors it dies for good, to others it holds up everything.
        await read(answer, from, moveTo).catch(fail)
      },
      restarting: (error) => {
        if (isCurrent()) lose(`The Kafka client starts over: ${toTransportError(error, place).message}`)
      },
      crashed: (error) => {
        if (!isCurrent() || !isOpen()) return
        const mapped = toTransportError(error, place)
        if (mapped.canRetry) void relaunch(mapped.message)
        else fail(mapped)
      },
    }
  }

  function answered({ memberId, generationId }: Membership, error: unknown): void {
    const mine = current?.membership
    if (mine?.memberId !== memberId || mine.generationId !== generationId) return
    const type = error === undefined ? undefined : kafkaErrorOf(error)
    if (type !== undefined && lostMembership.has(type)) {
      lose(`The group ended this membership (${type}).`)
      return
    }
    // A group that moves partitions says so to its members: the membership is alive.
    if (type === 'REBALANCE_IN_PROGRESS') void leave()
    if (error === undefined || type === 'REBALANCE_IN_PROGRESS') lease.confirm()
  }

  /** Lets the listener commit for the last time in this generation. */
  function leave(): Promise<void> {
    const assignment = current
    if (assignment === undefined) return Promise.resolve()
    assignment.leaving ??= inTurn(async () => {
      if (assignment === current && assignment.announced) await listener.rebalancing()
    })
    return assignment.leaving
  }

  function take(membership: Membership, partitions: readonly TopicPartition[]): void {
    const assignment = newAssignment(membership, partitions)
    current = assignment
    lease.begin()
    void inTurn(() => announce(assignment))
  }

  async function announce(assignment: Assignment): Promise<void> {
    const isWanted = (): boolean => current === assignment
    const partitions = await withCommitted(wire, groupId, assignment, isWanted, sessionTimeoutMs)
    if (current !== assignment) return
    const continuous = isContinuous(announced, assignment.membership)
    if (!continuous) held.clear()
    announced = assignment.membership
    assignment.announced = true
    const positions = startPositions(partitions, await listener.assigned(partitions, continuous))
    if (current !== assignment || !isOpen()) return
    for (const position of positions) {
      const flow = assignment.flows.get(partitionKey(position))
      if (flow) flow.next = position.offset
    }
    session?.begin(positions, [...held.values()])
    state = 'running'
    started.resolve()
  }

  async function commit(positions: readonly CommittedPosition[]): Promise<void> {
    if (state === 'ended') throw closedError()
    const assignment = current
    const foreign = positions.find((position) => !assignment?.flows.has(partitionKey(position)))
    if (session === undefined || assignment === undefined || !assignment.announced || foreign) {
      const what = foreign ? `${foreign.topic}/${foreign.partition} is not` : 'No partition is'
      throw new TransportError('NOT_OWNED', `${what} this member's in the group ${groupId}: nothing was committed.`, {
        details: { groupId },
      })
    }
    if (positions.length === 0) return
    const late = (): Error =>
      new TransportError(
        'TIMEOUT',
        `The coordinator of ${groupId} did not answer a commit within ${sessionTimeoutMs} ms.`,
        { canRetry: true },
      )
    try {
      await within(session.commit(assignment.membership, positions), sessionTimeoutMs, late)
      if (current === assignment) lease.confirm()
    } catch (error) {
      throw toTransportError(error, place)
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
      const late = (): Error =>
        new TransportError(
          'TIMEOUT',
          `The group ${groupId} gave this member no assignment within ${joinMs} ms: look for members that hang with kafka-consumer-groups --describe.`,
          { canRetry: true },
        )
      void launch()
      await within(started.promise, joinMs, late)
    } catch (error) {
      await end(error as TransportError, DEATH_MS)
      throw error
    }
  }

  return {
    start,
    commit,
    pause(partitions) {
      const owned = partitions.filter((partition) => current?.flows.has(partitionKey(partition)))
      for (const partition of owned) held.set(partitionKey(partition), partition)
      session?.pause(owned)
    },
    resume(partitions) {
      for (const partition of partitions) held.delete(partitionKey(partition))
      // A partition whose beginning is not known yet flows as soon as it is.
      session?.resume(partitions.filter((partition) => current?.flows.get(partitionKey(partition))?.next !== undefined))
    },
    stop: async ({ timeoutMs }) => await end(closedError(), timeoutMs),
    async abort(error, timeoutMs) {
      const wasRunning = state === 'running'
      const ended = end(error, timeoutMs)
      if (wasRunning) listener.fatal(error)
      await ended
    },
  }
}
