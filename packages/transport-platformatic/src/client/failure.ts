import { isHouseHelperError } from '@house-helper/events-core'
import { type ClientFailure, kafkaError } from '@house-helper/transport-kafka'

interface LibraryError extends Error {
  /** A number where the error is Kafka's own, from an answer that was read here. */
  readonly code?: string | number
  readonly apiCode?: number
  readonly serverErrorMessage?: string | null
  readonly errors?: readonly LibraryError[]
  readonly cause?: LibraryError
  /** What was read of an answer that names an error. */
  readonly response?: unknown
}

const NETWORK = 'PLT_KFK_NETWORK'
const AUTHENTICATION = 'PLT_KFK_AUTHENTICATION'
const USER = 'PLT_KFK_USER'
const PREFIX = 'PLT_KFK_'

/** Finds what one of the errors of @platformatic/kafka means. */
export function explain(thrown: unknown): ClientFailure {
  const chain = causesOf(thrown as LibraryError)
  const ours = chain.find((error) => isHouseHelperError(error))
  if (ours) return ours
  const answered = chain.find(({ apiCode }) => apiCode !== undefined)
  if (answered?.apiCode !== undefined) return kafkaError(answered.apiCode, answered.serverErrorMessage)
  const root = chain.at(-1) as LibraryError
  const { message, code } = root
  if (typeof code !== 'string' || !code.startsWith(PREFIX)) return failureOf(root)
  // Over a connection that ends during the login, the library reports a refusal.
  if (code === NETWORK) return { kind: /timed out/.test(message) ? 'unreachable' : 'closed', message }
  if (chain.some((error) => error.code === AUTHENTICATION)) return { kind: 'refused', message }
  return code === USER && /TLS/.test(message) ? { kind: 'closed', message } : { message }
}

/** What was read of an answer before its error code was turned into an error; undefined where none came. */
export function answerIn(error: unknown): unknown {
  return (error as LibraryError).response
}

function failureOf(root: LibraryError): ClientFailure {
  const { message, code } = root as ClientFailure
  const type = (root as ClientFailure).type
  if (type !== undefined) return root as ClientFailure
  // The library stumbles over error codes of a newer Kafka, most of which pass.
  return { ...(message !== undefined && { message }), code, retriable: root instanceof TypeError }
}

function causesOf(error: LibraryError): LibraryError[] {
  const chain: LibraryError[] = []
  for (let next: LibraryError | undefined = error; next && chain.length < 10; next = next.cause ?? next.errors?.[0]) {
    chain.push(next)
  }
  return chain
}
