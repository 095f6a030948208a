import { TransportError } from '@house-helper/events-core'

/** The topic or partition does not exist in this broker. */
export function topicMissing(topic: string, partition?: number): TransportError {
  const place = partition === undefined ? `The topic ${topic}` : `Partition ${partition} of the topic ${topic}`
  return new TransportError('TOPIC_MISSING', `${place} does not exist; create it with admin.createTopics.`, {
    outcome: 'not-sent',
    details: { topic, partition },
  })
}

/** The transport or receiver was closed before this call, or while it was under way. */
export function closed(what: string): TransportError {
  return new TransportError('CLOSED', `${what} is closed.`, { outcome: 'not-sent' })
}

/** The member has no right to commit these positions. */
export function notOwned(groupId: string, why: string): TransportError {
  return new TransportError('NOT_OWNED', `Nothing was committed for the group ${groupId}: ${why}.`, {
    details: { groupId },
  })
}

/** The batch is larger than its topic takes. */
export function messageTooLarge(topic: string, partition: number, bytes: number, maxBytes: number): TransportError {
  const message = `A batch of ${bytes} bytes is over the ${maxBytes} bytes that ${topic}/${partition} takes; split it or raise the topic's max.message.bytes.`
  return new TransportError('MESSAGE_TOO_LARGE', message, {
    outcome: 'not-sent',
    details: { topic, partition, bytes, maxBytes },
  })
}

/** An answer that a broker would give with one of its own error names. */
export function protocol(message: string, details: Readonly<Record<string, unknown>>): TransportError {
  return new TransportError('PROTOCOL', message, { outcome: 'not-sent', details })
}

/** No answer, because a fault holds the call or the member back. */
export function unanswered(code: 'TIMEOUT' | 'UNREACHABLE', message: string): TransportError {
  return new TransportError(code, message, { canRetry: true, outcome: 'unknown' })
}
