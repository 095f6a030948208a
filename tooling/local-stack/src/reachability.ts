import { once } from 'node:events'
import { connect } from 'node:net'
import { MongoClient } from 'mongodb'
import { LocalStackError } from './errors.ts'

const timeoutMs = 5_000

/** Throws `NOTHING_ANSWERS` unless one of these brokers takes a connection. */
export async function expectBroker(brokers: readonly string[]): Promise<void> {
  try {
    await Promise.any(brokers.map(takesConnection))
  } catch (cause) {
    const message = `KAFKA_BROKERS names ${brokers.join(', ')}, where nothing answers: start it, or unset KAFKA_BROKERS`
    throw new LocalStackError('NOTHING_ANSWERS', message, { cause })
  }
}

async function takesConnection(broker: string): Promise<void> {
  const [host, port] = [broker.slice(0, broker.lastIndexOf(':')), broker.slice(broker.lastIndexOf(':') + 1)]
  const socket = connect({ host, port: Number(port) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) })
  } finally {
    socket.destroy()
  }
}

/** Throws `NOTHING_ANSWERS` unless the server of this URI answers a ping. The URI, which may hold a password, is not told. */
export async function expectMongo(uri: string): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: timeoutMs })
  try {
    await client.db('admin').command({ ping: 1 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the server that MONGODB_URI names does not answer (${reason}): start it, or unset MONGODB_URI`
    throw new LocalStackError('NOTHING_ANSWERS', message, { cause })
  } finally {
    await client.close()
  }
}
