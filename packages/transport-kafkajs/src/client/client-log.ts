import type { Logger } from '@house-helper/events-core'
import { createOutages } from '@house-helper/transport-kafka'

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
  /coordinator|rebalanc|re-?join|not aware of this member|leader|not the leader|load in progress|coordinator is loading|timed out|no longer available|generation/i

// Said at each try to reach a broker, several times a second, by several parts of kafkajs: an outage is told once instead.
const unreachable =
  /Connection (error|timeout)|Failed to connect|Closed connection|trying another broker|No broker available|Restarting the consumer/
const failedConnection = /^Connection (?:error: )?(.+)/

/** What the kafkajs clients of one transport log, into its logger. */
export interface ClientLog {
  readonly logger: Logger
  /**
   * Makes the function through which one client logs: transient errors at a lower level, fields filtered. Nothing once
   * the client is closed: what kafkajs says of sockets that were taken from it is no news.
   */
  creator(isClosed: () => boolean): () => (entry: LogEntry) => void
  /** A broker has answered over a new connection. */
  answered(broker: string): void
}

/** Makes the log of a transport's clients, which together tell of a broker that is away. */
export function createClientLog(logger: Logger): ClientLog {
  const outages = createOutages(logger)

  function write({ namespace, label, log }: LogEntry): void {
    const fields: Record<string, unknown> = { client: 'kafkajs', part: namespace }
    for (const name of passed) if (log[name] !== undefined) fields[name] = log[name]
    const reason = typeof log.error === 'string' ? log.error : undefined
    if (reason !== undefined) fields.reason = reason
    logger[levelOf(label, `${log.message} ${reason ?? ''}`)](fields, `kafkajs: ${log.message}`)
    const failure = failedConnection.exec(log.message)?.[1]
    if (label === 'ERROR' && failure && typeof log.broker === 'string') outages.failed(log.broker, failure)
  }

  return {
    logger,
    creator: (isClosed) => () => (entry) => {
      if (!isClosed()) write(entry)
    },
    answered: outages.answered,
  }
}

/** The level at which a line of kafkajs is worth a person's attention. */
function levelOf(label: string, message: string): keyof Logger {
  // Every pause, resume and join is "info" to kafkajs; what matters of it is reported by the receiver itself.
  if (unreachable.test(message)) return 'debug'
  if (label === 'ERROR') return transient.test(message) ? 'info' : 'warn'
  if (label === 'WARN') return transient.test(message) ? 'debug' : 'warn'
  return 'debug'
}
