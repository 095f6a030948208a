import {
  type AclOperation,
  isHouseHelperError,
  TransportError,
  type TransportErrorCode,
} from '@house-helper/events-core'

/** Where a failure happened, for its message. */
export interface Place {
  readonly brokers: readonly string[]
  /** The SASL user, where there is one. */
  readonly username?: string | undefined
  readonly tls: boolean
  readonly topic?: string
  readonly topics?: readonly string[]
  readonly partition?: number
  readonly groupId?: string
  /** The right that what failed needs. Default `Describe` on a topic, `Read` on a group. */
  readonly right?: AclOperation
}

/** What happened to a request, as far as its client knows: the parts of its error that carry a meaning. */
export interface ClientFailure {
  readonly message?: string
  /**
   * `closed`: the connection ended. `unreachable`: there was none. `late`: no answer in time. `refused`: the user name or
   * password is not accepted.
   */
  readonly kind?: 'closed' | 'unreachable' | 'late' | 'refused'
  /** Kafka's name of what a broker answered. */
  readonly type?: string
  /** What Node.js calls the failure of a socket. */
  readonly code?: unknown
  readonly retriable?: boolean
  readonly name?: string
}

const codes: Readonly<Record<string, TransportErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'TOPIC_MISSING',
  LEADER_NOT_AVAILABLE: 'TOPIC_MISSING',
  INVALID_TOPIC_EXCEPTION: 'TOPIC_MISSING',
  TOPIC_AUTHORIZATION_FAILED: 'NOT_AUTHORIZED',
  GROUP_AUTHORIZATION_FAILED: 'NOT_AUTHORIZED',
  CLUSTER_AUTHORIZATION_FAILED: 'NOT_AUTHORIZED',
  SECURITY_DISABLED: 'ACLS_DISABLED',
  SASL_AUTHENTICATION_FAILED: 'AUTHENTICATION_FAILED',
  UNSUPPORTED_SASL_MECHANISM: 'AUTHENTICATION_FAILED',
  ILLEGAL_SASL_STATE: 'AUTHENTICATION_FAILED',
  MESSAGE_TOO_LARGE: 'MESSAGE_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'MESSAGE_TOO_LARGE',
  UNSUPPORTED_COMPRESSION_TYPE: 'COMPRESSION_UNSUPPORTED',
  UNKNOWN_MEMBER_ID: 'NOT_OWNED',
  ILLEGAL_GENERATION: 'NOT_OWNED',
  REBALANCE_IN_PROGRESS: 'NOT_OWNED',
  FENCED_INSTANCE_ID: 'NOT_OWNED',
  REQUEST_TIMED_OUT: 'TIMEOUT',
}

const tlsCodes =
  /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL|PATH_LENGTH)/

/** Kafka's name of what a broker answered, `NOT_ENOUGH_REPLICAS` for example; undefined where no broker answered. */
export function kafkaErrorOf(error: unknown): string | undefined {
  if (!isHouseHelperError(error)) return (error as ClientFailure).type
  return typeof error.details.kafka === 'string' ? error.details.kafka : undefined
}

/** Turns what a client threw into a TransportError that names the place and the remedy. */
export function toTransportError(
  error: unknown,
  place: Place,
  explain: (error: unknown) => ClientFailure = (plain) => plain as ClientFailure,
): TransportError {
  if (isHouseHelperError(error)) return error as TransportError
  const root = explain(error)
  if (isHouseHelperError(root)) return root as unknown as TransportError
  const code = codeOf(root)
  const details = {
    ...(place.topic !== undefined && { topic: place.topic }),
    ...(place.partition !== undefined && { partition: place.partition }),
    ...(place.groupId !== undefined && { groupId: place.groupId }),
    ...(root.type !== undefined && { kafka: root.type }),
  }
  return new TransportError(code, messageOf(code, root, place), {
    cause: error,
    canRetry: canRetry(code, root),
    details,
  })
}

const kinds: Readonly<Record<NonNullable<ClientFailure['kind']>, TransportErrorCode>> = {
  closed: 'UNREACHABLE',
  unreachable: 'UNREACHABLE',
  late: 'TIMEOUT',
  refused: 'AUTHENTICATION_FAILED',
}

function codeOf(root: ClientFailure): TransportErrorCode {
  const known = root.type === undefined ? undefined : codes[root.type]
  if (known !== undefined) return known
  if (root.kind === 'refused') return kinds[root.kind]
  if (typeof root.code === 'string' && tlsCodes.test(root.code)) return 'TLS_FAILED'
  if (root.kind !== undefined) return kinds[root.kind]
  if (typeof root.code === 'string' && /^E[A-Z]+/.test(root.code)) return 'UNREACHABLE'
  return 'PROTOCOL'
}

function canRetry(code: TransportErrorCode, root: ClientFailure): boolean {
  if (code === 'UNREACHABLE' || code === 'TIMEOUT') return true
  if (root.type === 'LEADER_NOT_AVAILABLE') return true
  return code === 'PROTOCOL' && root.retriable === true
}

function messageOf(code: TransportErrorCode, root: ClientFailure, place: Place): string {
  const at = place.partition === undefined ? place.topic : `${place.topic}/${place.partition}`
  const brokers = place.brokers.join(', ')
  const reason = root.message ?? String(root)
  switch (code) {
    case 'TOPIC_MISSING':
      return missingTopic(place, root)
    case 'NOT_AUTHORIZED':
      return missingRight(place, root)
    case 'ACLS_DISABLED':
      return `The brokers at ${brokers} keep no ACLs: everybody may do everything there. Set authorizer.class.name on the brokers first.`
    case 'AUTHENTICATION_FAILED':
      return `The brokers at ${brokers} refuse the user ${place.username ?? '(none)'}: ${reason}. Check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM.`
    case 'TLS_FAILED':
      return `The TLS connection to ${brokers} failed: ${reason}. Check that KAFKA_SSL_CA_FILE holds the authority that signed the brokers' certificates, and that KAFKA_BROKERS has the names in them.`
    case 'MESSAGE_TOO_LARGE':
      return `${at} takes no batch of that size: ${reason}. Publish less at once, or raise max.message.bytes of the topic.`
    case 'COMPRESSION_UNSUPPORTED':
      return `${at ?? place.topics?.join(', ')} refuses or holds a compression that cannot be used here: ${reason}.`
    case 'NOT_OWNED':
      return `The group ${place.groupId} no longer knows this member in this generation (${root.type}): its partitions may be another's.`
    case 'TIMEOUT':
      return `A broker of ${brokers} was reached and did not answer in time: ${reason}.`
    case 'UNREACHABLE':
      return `No broker answers at ${brokers}: ${reason}. ${reachHint(place, root)}`
    default:
      return `Kafka answered with ${root.type ?? root.name ?? 'an error'}${at === undefined ? '' : ` for ${at}`}: ${reason}.`
  }
}

/** Says that a topic is not there, and which command makes it. */
export function missingTopic(place: Pick<Place, 'topic' | 'topics' | 'partition'>, root: ClientFailure = {}): string {
  const names = place.topic ?? place.topics?.join(', ')
  if (root.type === 'LEADER_NOT_AVAILABLE')
    return `${names} has a partition without a leader: a broker is down or starting.`
  // Only where the topic itself is there, its partition is what is missing.
  const isPartition = place.partition !== undefined && root.type === undefined
  const what = isPartition ? `The partition ${place.partition} of ${names}` : names
  return `${what} does not exist. Create the topics with \`hh-events topics apply\` (with --group <id> for the topics of a group).`
}

function missingRight(place: Place, root: ClientFailure): string {
  const user = place.username === undefined ? 'This client' : `The user ${place.username}`
  const isGroup = root.type === 'GROUP_AUTHORIZATION_FAILED'
  const topics = place.topic ?? place.topics?.join(', ')
  const resource = isGroup ? `Group:${place.groupId}` : topics === undefined ? 'Cluster' : `Topic:${topics}`
  // Who asks about something, and takes no part in it.
  const right = place.right ?? 'Describe'
  // Brokers refuse a producer id to whoever may write no topic at all.
  const before = right === 'Write' ? ' (on brokers older than Kafka 3 also IdempotentWrite on Cluster)' : ''
  const wider = widerRights(right, resource)
  return `${user} lacks the ACL ${right} on ${resource}${wider}${before}. Grant it with kafka-acls (\`hh-events acl plan\` says which rights a service needs), or ask whoever administers the cluster.`
}

/** What brings a right with it: usually one of these is what is missing. */
function widerRights(right: AclOperation, resource: string): string {
  if (right === 'Describe' && resource.startsWith('Group:')) return ' (Read brings it along)'
  if (!resource.startsWith('Topic:')) return ''
  if (right === 'Describe') return ' (Read, Write or Alter brings it along)'
  return right === 'DescribeConfigs' ? ' (AlterConfigs brings it along)' : ''
}

function reachHint(place: Place, root: ClientFailure): string {
  if (root.code === 'ENOTFOUND' || root.code === 'EAI_AGAIN') return 'That name is unknown here: check KAFKA_BROKERS.'
  if (root.kind === 'closed' || root.code === 'ECONNRESET') {
    if (!place.tls)
      return 'They closed the connection: where they expect TLS, set KAFKA_SSL=true; where they expect a user, KAFKA_SASL_MECHANISM.'
    if (place.username === undefined)
      return 'They closed the connection: where they expect a user, set KAFKA_SASL_MECHANISM.'
  }
  return 'Check KAFKA_BROKERS, and that Kafka runs and can be reached from here.'
}
