import { isHouseHelperError } from '@house-helper/events-core'
import type { ClientFailure } from '@house-helper/transport-kafka'

interface KafkajsError extends ClientFailure {
  readonly cause?: unknown
}

const names: Readonly<Record<string, NonNullable<ClientFailure['kind']>>> = {
  KafkaJSConnectionClosedError: 'closed',
  KafkaJSGroupCoordinatorNotFound: 'unreachable',
  KafkaJSLockTimeout: 'late',
  KafkaJSRequestTimeoutError: 'late',
  KafkaJSSASLAuthenticationError: 'refused',
}

/** Finds what one of kafkajs's errors means. */
export function explain(error: unknown): ClientFailure {
  const root = rootOf(error)
  if (isHouseHelperError(root)) return root
  const { message, name, type, code } = root
  const kind = kindOf(root)
  // kafkajs knows no code above 88, calls the rest -99 and not retriable; most of them are.
  const retriable = type === 'KAFKAJS_UNKNOWN_ERROR_CODE' ? true : root.retriable
  return {
    ...(kind && { kind }),
    ...(message !== undefined && { message }),
    ...(name !== undefined && { name }),
    ...(type !== undefined && { type }),
    ...(retriable !== undefined && { retriable }),
    code,
  }
}

/** Kafka's name of what a broker answered; undefined where no broker answered. */
export function kafkaTypeOf(error: unknown): string | undefined {
  return rootOf(error).type
}

/** The error beneath kafkajs's wrappers: the first that names what happened. */
function rootOf(error: unknown): KafkajsError {
  let current = error as KafkajsError
  for (let depth = 0; depth < 10; depth++) {
    const inner = current.cause as KafkajsError | undefined
    if (current.type !== undefined || inner === undefined || inner === null || typeof inner !== 'object') break
    // A wrapper repeats the message of what it wraps; a connection error has its own code and no use for what is beneath.
    if (current.name === 'KafkaJSConnectionError' || isHouseHelperError(current)) break
    current = inner
  }
  return current
}

function kindOf({ name = '', message }: KafkajsError): ClientFailure['kind'] {
  if (names[name]) return names[name]
  if (/^KafkaJS(Connection|BrokerNotFound|NoBroker)/.test(name)) return 'unreachable'
  // Thrown bare, before anything was written.
  return message === 'Broker not connected' ? 'unreachable' : undefined
}
