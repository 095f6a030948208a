import type { BrokerPool, KafkaConnection } from './kafkajs-internals.ts'

/**
 * Lets the connections of a cluster end at once.
 *
 * kafkajs first waits for every answer that is still due, counts the connection as connected meanwhile, sends on it, and
 * ends whichever socket it has by then. The answers of a broker that has gone never come: what is asked over such a
 * connection, or over the one that took its place, is never settled, not even by its timeout.
 */
export function disconnectAbruptly(pool: Pick<BrokerPool, 'connectionPoolBuilder'>): void {
  const { connectionPoolBuilder } = pool
  const { build } = connectionPoolBuilder
  connectionPoolBuilder.build = async (address) => {
    const made = await build.call(connectionPoolBuilder, address)
    for (const connection of made.pool) connection.disconnect = async () => end(connection)
    return made
  }
}

function end(connection: KafkaConnection): void {
  const { socket, requestQueue } = connection
  connection.authenticatedAt = null
  connection.connectionStatus = 'disconnected'
  requestQueue.rejectAll(
    Object.assign(new Error('The connection was ended.'), { name: 'KafkaJSConnectionClosedError' }),
  )
  requestQueue.destroy()
  // With an error, whoever waits for it to connect hears of its end.
  if (socket?.connecting) socket.destroy(new Error('The connection was ended.'))
  else socket?.destroy()
}
