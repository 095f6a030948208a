import type { Logger } from '@house-helper/events-core'

interface LogEntry {
  readonly namespace: string
  readonly label: string
  readonly log: Readonly<Record<string, unknown>> & { readonly message: string }
}

// Places and codes only. Everything else that kafkajs logs may hold payloads, member metadata or credentials.
const passed = [
  'broker',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'retryCount',
  'retryTime',
  'correlationId',
] as const

// What kafkajs calls an error although it tries again by itself, or reports to its caller, who logs it with its meaning.
const transient =
  /coordinator|rebalanc|re-?join|not aware of this member|leader|not the leader|load in progress|coordinator is loading|Connection (error|timeout)|Failed to connect|Closed connection|timed out|trying another broker|Restarting the consumer|no longer available|generation/i

/**
 * Makes the function through which kafkajs logs: into our logger, transient errors one level lower, fields filtered.
 * Nothing once it is closed: what kafkajs says of sockets that were taken from it is no news.
 */
export function clientLogCreator(logger: Logger, isClosed: () => boolean): () => (entry: LogEntry) => void {
  return () =>
    ({ namespace, label, log }) => {
      if (isClosed()) return
      const fields: Record<string, unknown> = { client: 'kafkajs', part: namespace }
      for (const name of passed) if (log[name] !== undefined) fields[name] = log[name]
      const reason = typeof log.error === 'string' ? log.error : undefined
      if (reason !== undefined) fields.reason = reason
      logger[levelOf(label, `${log.message} ${reason ?? ''}`)](fields, `kafkajs: ${log.message}`)
    }
}

/** The level at which a line of kafkajs is worth a person's attention. */
function levelOf(label: string, message: string): keyof Logger {
  // Every pause, resume and join is "info" to kafkajs; what matters of it is reported by the receiver itself.
  if (label === 'ERROR') return transient.test(message) ? 'info' : 'warn'
  if (label === 'WARN') return transient.test(message) ? 'debug' : 'warn'
  return 'debug'
}
