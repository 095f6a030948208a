import { MongoClient, MongoServerError, MongoServerSelectionError } from 'mongodb'
import { EventLoggerError } from './errors.ts'

// 18 AuthenticationFailed, 13 Unauthorized, 8000 AtlasError (credentials too).
const refusals = new Set<unknown>([13, 18, 8000])
const certificateErrors = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|HOSTNAME_MISMATCH)/

const defaultTimeouts = { serverSelectionTimeoutMS: 5_000, connectTimeoutMS: 5_000 }

/** Makes a client that has not connected yet. It waits 5 s for a server, unless the connection string says otherwise. */
export function mongoClient(uri: string): MongoClient {
  // Options that are given here would prevail over the connection string's.
  const timeouts = Object.entries(defaultTimeouts).filter(([name]) => !uri.toLowerCase().includes(name.toLowerCase()))
  return new MongoClient(uri, { appName: 'event-logger', ...Object.fromEntries(timeouts) })
}

/**
 * Connects, and makes sure that our user may look into the database.
 *
 * @throws EventLoggerError `MONGODB_UNREACHABLE`, which can be retried, or `MONGODB_REFUSED`, which cannot.
 */
export async function connectMongo(client: MongoClient, database: string): Promise<void> {
  try {
    await client.connect()
    // Not a ping: that is answered without any right.
    await client.db(database).listCollections({}, { nameOnly: true }).toArray()
  } catch (error) {
    throw mongoError(error)
  }
}

/** Says what an error of the driver means to whoever runs the logger. */
export function mongoError(error: unknown): EventLoggerError {
  if (error instanceof MongoServerError && refusals.has(error.code)) {
    return refused(`${error.codeName ?? 'it refused our credentials'}`, error)
  }
  const codes = systemCodes(error)
  const certificate = codes.find((code) => certificateErrors.test(code))
  if (certificate !== undefined) return refused(`its TLS certificate is not accepted: ${certificate}`, error)
  const file = codes.find((code) => code === 'ENOENT' || code === 'EACCES')
  if (file !== undefined) return refused(`a certificate file cannot be read: ${file}`, error)
  const why = [...new Set(codes)].join(', ')
  return new EventLoggerError(
    'MONGODB_UNREACHABLE',
    `MongoDB does not answer${why === '' ? '' : ` (${why})`}: start it, or set MONGODB_URI to where it is, with the name of its replica set.`,
    { cause: error, canRetry: true },
  )
}

function refused(why: string, cause: unknown): EventLoggerError {
  return new EventLoggerError(
    'MONGODB_REFUSED',
    `MongoDB refuses the connection (${why}): correct the user, password, authSource or TLS options in MONGODB_URI.`,
    { cause },
  )
}

/** The system's codes in an error and everything beneath it, the errors of each server of a failed selection too. */
function systemCodes(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  const servers = error instanceof MongoServerSelectionError ? [...(error.reason?.servers.values() ?? [])] : []
  return [
    ...own,
    ...systemCodes(error.cause, depth + 1),
    ...servers.flatMap((server) => systemCodes(server.error, depth + 1)),
  ]
}
