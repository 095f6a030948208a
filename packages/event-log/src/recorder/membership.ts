import type { Logger } from '@house-helper/events-core'
import { type FoundTopics, findTopics } from '../topic-discovery.ts'
import type { HealthReasons } from './health.ts'
import { described } from './recorder-listeners.ts'
import type { RecorderSettings } from './recorder-options.ts'
import type { Recording } from './recording.ts'
import { retrying } from './retry.ts'

/** Keeps one recording over the topics that there are; a change of topics replaces it. */
export interface Membership {
  readonly recording: Recording | undefined
  /** Looks for topics and joins the group where there are some; then again and again. Rejects where joining fails the first time. */
  discover(): Promise<void>
  /** Leaves the group and joins it anew, over the same topics. */
  rebuild(why: string): Promise<void>
  /** Leaves the group. */
  stop(timeoutMs: number): Promise<void>
}

/** What a membership works with. */
export interface MembershipParts {
  readonly settings: RecorderSettings
  readonly health: HealthReasons
  readonly logger: Logger
  /** Aborted when the recorder ends. */
  readonly signal: AbortSignal
  createRecording(topics: readonly string[]): Recording
}

const LEAVE_TIMEOUT_MS = 5_000

/** Makes a membership; it joins nothing before `discover()`. */
export function createMembership({ settings, health, logger, signal, createRecording }: MembershipParts): Membership {
  let recording: Recording | undefined
  let joined: FoundTopics | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const join = async (found: FoundTopics) => {
    await recording?.stop(LEAVE_TIMEOUT_MS)
    signal.throwIfAborted()
    recording = createRecording(found.topics)
    await recording.start()
    joined = found
  }
  const rejoin = async (found: FoundTopics) => {
    await retrying(
      () => join(found),
      signal,
      (error) => {
        health.set('join', `Joining the group again fails: ${described(error).message}`)
        logger.warn(described(error), 'joining the group again failed; it is tried again')
      },
    )
    health.clear('join')
  }
  const discover = async () => {
    const found = await findTopics(settings.transport, settings.topics)
    noteTopics(health, settings, found.topics)
    // An empty answer is no reason to leave: a right that was taken away looks like this.
    if (found.topics.length === 0 || found.signature === joined?.signature || signal.aborted) return
    if (joined === undefined) return await join(found)
    logger.info({ topics: found.topics }, 'the topics have changed')
    await rejoin(found)
  }
  const rebuild = async (why: string) => {
    if (joined === undefined || signal.aborted) return
    logger.warn({ reason: why }, 'recording stands still; the group is joined anew')
    await rejoin(joined)
  }
  /** One after the other: both leave the group and join it. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    const mine = turn.then(task)
    turn = mine.catch(() => {})
    return mine
  }
  return {
    get recording() {
      return recording
    },
    discover: () => inTurn(discover),
    rebuild: (why) => inTurn(() => rebuild(why)),
    stop: async (timeoutMs) => recording?.stop(timeoutMs),
  }
}

function noteTopics(health: HealthReasons, { topics, transport }: RecorderSettings, found: readonly string[]): void {
  const missing = topics?.filter((topic) => !found.includes(topic)) ?? []
  const remedy = 'Create them with hh-events topics apply; they are then recorded by themselves.'
  if (missing.length > 0) health.set('topics', `These topics do not exist: ${missing.join(', ')}. ${remedy}`)
  else if (found.length === 0) {
    // Brokers leave out what a user may not see, without a word.
    const orRight = `Where they exist, the ACL Read on Topic:${transport.topicPrefix}. (prefixed) is missing.`
    health.set('topics', `There are no topics ${transport.topicPrefix}.<domain>. ${remedy} ${orRight}`)
  } else health.clear('topics')
}
