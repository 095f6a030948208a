import type { Socket } from 'node:net'
import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionSettings } from '@house-helper/transport-kafka'
import type { Kafka, KafkaConfig, SASLOptions } from 'kafkajs'
import type { ClientLog } from './client-log.ts'
import { kafkajsInternals } from './kafkajs-internals.ts'
import { patchRequestQueue } from './request-queue-patch.ts'

const CONNECTION_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 30_000

/** A kafkajs client together with its sockets, so that closing it leaves nothing behind. */
export interface KafkaInstance {
  readonly kafka: Kafka
  /** Ends every socket at once; kafkajs can open no other from then on. */
  destroy(reason: string): void
}

/**
 * Makes a kafkajs client of its own. Instances are not shared between receivers: kafkajs keeps the committed offsets of
 * a group once for each client, so that two consumers of one group would overwrite each other's positions.
 */
export function createKafkaInstance(settings: ConnectionSettings, log: ClientLog): KafkaInstance {
  patchRequestQueue(log.logger)
  const sockets = createSockets(log.answered)
  // Loaded with the first connection: importing a domain package does not take that time.
  const { Kafka, logLevel } = kafkajsInternals()
  const kafka = new Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.INFO,
    logCreator: log.creator(sockets.isClosed) as unknown as NonNullable<KafkaConfig['logCreator']>,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    socketFactory: sockets.open,
    ...(settings.ssl && { ssl: { ...settings.ssl } }),
    ...(settings.sasl && { sasl: { ...settings.sasl } as SASLOptions }),
  })
  return { kafka, destroy: sockets.destroy }
}

interface SocketRequest {
  readonly host: string
  readonly port: number
  readonly ssl: object | undefined
  readonly onConnect: () => void
}

function createSockets(onAnswer: (broker: string) => void) {
  const open = new Set<Socket>()
  let closed: string | undefined
  return {
    open({ host, port, ssl, onConnect }: SocketRequest): Socket {
      if (closed !== undefined) throw new Error(closed)
      const servername = isIP(host) === 0 ? { servername: host } : {}
      const socket = ssl
        ? connectTls({ host, port, ...servername, ...ssl }, onConnect)
        : connectTcp({ host, port }, onConnect)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      socket.setNoDelay(true)
      // A connection alone says nothing: a proxy before a broker that is away may accept it and end it at once.
      socket.once('data', () => onAnswer(`${host}:${port}`))
      open.add(socket)
      socket.once('close', () => {
        open.delete(socket)
        // kafkajs calls it with each attempt to connect anew, and a socket that never connected would keep a listener each time.
        socket.unref = () => socket
      })
      return socket
    },
    isClosed: () => closed !== undefined,
    destroy(reason: string): void {
      closed = reason
      // Destroyed with an error, so that kafkajs hears of it and rejects what waits for an answer.
      for (const socket of open) socket.destroy(new Error(reason))
      open.clear()
    },
  }
}
