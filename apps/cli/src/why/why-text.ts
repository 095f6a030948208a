import { exactJsonText } from '../logger/exact-json.ts'
import type { CausedEvent, LinkedEvent, LoggedCausation, LoggedEvent } from '../logger/log-client.ts'
import type { LoggedDelivery } from './delivery-client.ts'
import { deliveryText } from './delivery-text.ts'

/** What is known of an event. */
export interface Findings {
  readonly event: LoggedEvent
  readonly causation: LoggedCausation
  readonly deliveries: readonly LoggedDelivery[]
}

/** Effects that are named one by one; the others are counted. */
const NAMED_EFFECTS = 5

/** Answers why an event is as it is, in sentences: what it is, what caused it, what it caused, where each group stands. */
export function whyText({ event, causation, deliveries }: Findings): string[] {
  return [
    ...whatText(event),
    '',
    ...causeText(causation),
    ...effectText(causation),
    '',
    ...(deliveries.length === 0
      ? ['No group receives its topic, as far as the event logger can see.']
      : deliveries.flatMap((delivery) => deliveryText(delivery, event.type).map(indentRest))),
    ...coverageText(event),
  ]
}

function whatText(event: LoggedEvent): string[] {
  const { id, type, source, householdId, userId, timestamp } = event
  const about = [householdId && `household ${householdId}`, userId && `user ${userId}`].filter(Boolean).join(', ')
  const sentences = [`${type} ${id}${about && ` (${about})`} was published by ${source} and happened at ${timestamp}.`]
  const position = event.position as { topic?: string; partition?: number; offset?: number } | undefined
  if (position) {
    sentences.push(
      `It lies at ${position.topic}/${position.partition}/${position.offset}, recorded at ${event.recordedAt}.`,
    )
  }
  if (event.contract === 'broken') sentences.push(`It breaks its contract: ${issuesText(event.issues)}.`)
  if (event.contract === 'unknown-type') sentences.push('Its type had no contract when it was recorded.')
  if (event.contract === 'unknown-version') sentences.push('Its version was not known when it was recorded.')
  if (event.conflict === true) sentences.push('Another event has the same id and says something else (a conflict).')
  return sentences
}

function causeText({ ancestors, missingCause, event }: LoggedCausation): string[] {
  const [cause, ...before] = ancestors
  if (cause === undefined) {
    if (missingCause) return [`Its cause, ${missingCause}, is not recorded, or not yet.`]
    return [`It names no cause: it began something (correlation ${event.correlationId}).`]
  }
  const sentences = [`It was caused by ${named(cause)}.`]
  if (before.length > 0) sentences.push(`Behind that: ${before.map(named).join(', caused by ')}.`)
  const first = ancestors.at(-1)
  if (missingCause)
    sentences.push(`${first?.id} names ${missingCause} as its cause, which is not recorded, or not yet.`)
  return sentences
}

function effectText({ descendants }: LoggedCausation): string[] {
  const all = flat(descendants)
  if (all.length === 0) return ['It caused no event that is recorded.']
  const some = all.slice(0, NAMED_EFFECTS).map(named).join('; ')
  const more = all.length > NAMED_EFFECTS ? `; and ${all.length - NAMED_EFFECTS} more` : ''
  return [`It led to ${all.length === 1 ? 'one event' : `${all.length} events`}: ${some}${more}.`]
}

function flat(caused: readonly CausedEvent[]): LinkedEvent[] {
  return caused.flatMap(({ event, caused: further }) => [event, ...flat(further)])
}

function named({ type, id, source, timestamp }: LinkedEvent): string {
  return `${type} ${id} (${source}, ${timestamp})`
}

function issuesText(issues: unknown): string {
  if (!Array.isArray(issues)) return 'what breaks it is not known'
  return issues.map((issue: { path?: string; message?: string }) => `${issue.path} ${issue.message}`).join('; ')
}

function coverageText(event: LoggedEvent): string[] {
  const coverage = event.coverage as { complete?: boolean; missing?: unknown } | undefined
  if (coverage?.complete !== false) return []
  const missing = exactJsonText(coverage.missing ?? 'some')
  return ['', `The log has ${missing} messages before it that are not recorded yet: causes and effects may be missing.`]
}

/** A group's first sentence names it; the others stand below it. */
function indentRest(sentence: string, index: number): string {
  return index === 0 ? sentence : `  ${sentence}`
}
