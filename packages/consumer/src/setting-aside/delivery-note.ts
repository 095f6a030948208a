import {
  type DeadLetterNote,
  type DeliveryNote,
  type FailureNote,
  type HouseHelperError,
  MAX_FAILURE_TEXT,
  type Origin,
} from '@house-helper/events-core'
import type { Delivery } from '../handler-context.ts'
import type { PendingEvent } from '../scheduling/pending-event.ts'
import { fingerprintOf } from './fingerprint.ts'

/** Where an event was first. */
function originOf({ note, window, offset, message }: PendingEvent): Origin {
  if (note !== undefined) return note.origin
  return { topic: window.topic, partition: window.partition, offset, timestampMs: message.timestampMs }
}

/** What a handler gets to know of the delivery that an event is. */
export function deliveryOf(event: PendingEvent, attempt: number = event.attemptsAltogether): Delivery {
  const { window, route, note } = event
  const { attempts, later } = route.retry
  return {
    kind: note?.kind ?? 'live',
    attempt,
    attempts: attempts + (later?.attempts ?? 0),
    ...originOf(event),
    groupId: window.groupId,
    ...(note?.replayRunId !== undefined && { replayRunId: note.replayRunId }),
    ...(note?.redriveId !== undefined && { redriveId: note.redriveId }),
  }
}

/** A failure as headers state it. */
export function failureNote({ code, message }: HouseHelperError, atMs: number): FailureNote {
  return { code, message: message.slice(0, MAX_FAILURE_TEXT), atMs }
}

/** The headers of a dead letter. */
export function deadLetterNote(event: PendingEvent, failure: HouseHelperError, nowMs: number): DeadLetterNote {
  return { ...failedNote(event, failure, nowMs), kind: event.note?.kind ?? 'live' }
}

/** The headers of a delivery that comes again after a delay. */
export function retryNote(
  event: PendingEvent,
  failure: HouseHelperError,
  delayMs: number,
  nowMs: number,
): DeliveryNote {
  const note = failedNote(event, failure, nowMs)
  return { ...note, kind: 'retry', retries: note.retries + 1, notBeforeMs: nowMs + delayMs }
}

function failedNote(event: PendingEvent, failure: HouseHelperError, nowMs: number): Omit<DeadLetterNote, 'kind'> {
  const { note } = event
  const lastFailure = failureNote(failure, nowMs)
  return {
    groupId: event.window.groupId,
    origin: originOf(event),
    attempts: event.attemptsAltogether,
    retries: note?.retries ?? 0,
    firstFailure: event.firstFailure ?? lastFailure,
    lastFailure,
    fingerprint: fingerprintOf(event.envelope.type, failure.code, failure.message),
    replayRunId: note?.replayRunId,
    redriveId: note?.redriveId,
  }
}
