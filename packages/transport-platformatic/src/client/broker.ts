import { isIP } from 'node:net'
import { type ConnectionSettings, kafkaError } from '@house-helper/transport-kafka'
import type { Connection, ConnectionOptions } from '@platformatic/kafka'
import type { Library } from './library.ts'

/** A broker with its connections: one for everything, one on which a fetch may wait for messages. */
export interface Broker {
  readonly address: string
  readonly main: Connection
  /** Opened with the first fetch. */
  fetching: Promise<Connection> | undefined
  /** The versions of each request that the broker knows, by the request's API key. */
  readonly versions: ReadonlyMap<number, { readonly minVersion: number; readonly maxVersion: number }>
}

/** The connections of one client, so that closing it leaves nothing behind. */
export interface Sockets {
  connect(address: string): Promise<Connection>
  end(connection: Connection): void
  destroy(reason: string): void
}

const CONNECT_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 30_000
// Whoever asks has a deadline of its own. A join waits for a whole group, longer than any timeout of a connection.
const NO_TIMEOUT_MS = 2 ** 31 - 1
const IN_FLIGHT = 100

const mechanisms = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

/** Makes the sockets of one client. */
export function createSockets(library: Library, settings: ConnectionSettings): Sockets {
  const open = new Set<Connection>()
  let closed: string | undefined

  function end(connection: Connection): void {
    open.delete(connection)
    const { socket } = connection
    // close() alone waits for what a broker that is away never takes; without it, the timer of the next login stays.
    connection.close().catch(() => {})
    socket?.destroy()
  }

  return {
    async connect(address) {
      if (closed !== undefined) throw new Error(closed)
      const [host = '', port] = address.split(':')
      const connection = new library.Connection(settings.clientId, optionsFor(settings, host))
      // Whoever waits for an answer hears of it; an error that nobody listens to would end the process.
      connection.on('error', () => {})
      open.add(connection)
      try {
        await connection.connect(host, Number(port))
      } catch (error) {
        end(connection)
        throw error
      }
      if (closed !== undefined) throw new Error(closed)
      connection.socket.setKeepAlive(true, KEEP_ALIVE_MS)
      connection.once('close', () => open.delete(connection))
      return connection
    },
    end,
    destroy(reason) {
      closed = reason
      for (const connection of [...open]) end(connection)
    },
  }
}

/** Asks a broker over a new connection which versions of each request it knows. */
export async function readVersions(library: Library, connection: Connection): Promise<Broker['versions']> {
  const { apiKeys } = await library.apiVersionsV1.api.async(connection, 'house-helper', '1')
  return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { minVersion, maxVersion }]))
}

/** Whether the broker knows a version of a request. */
export function knows({ versions }: Broker, { key, version }: { key: number; version: number }): boolean {
  const known = versions.get(key)
  return known !== undefined && version >= known.minVersion && version <= known.maxVersion
}

/** The error of a broker that is too old for a request. */
export function tooOld(): Error {
  const UNSUPPORTED_VERSION = 35
  return kafkaError(UNSUPPORTED_VERSION, 'the broker is too old: this client needs Kafka 2.4 or newer')
}

function optionsFor({ ssl, sasl }: ConnectionSettings, host: string): ConnectionOptions {
  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: NO_TIMEOUT_MS,
    maxInflights: IN_FLIGHT,
    // A certificate names no address for which a server could be asked by name.
    ...(ssl && { tls: { ...ssl }, tlsServerName: isIP(host) === 0 }),
    ...(sasl && {
      sasl: { mechanism: mechanisms[sasl.mechanism], username: sasl.username, password: sasl.password },
    }),
  }
}
