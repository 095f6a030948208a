import { expect, it } from 'vitest'
import { disconnectAbruptly } from './abrupt-disconnect.ts'
import type { BrokerPool, ConnectionPool, KafkaConnection } from './kafkajs-internals.ts'

it('ends a connection at once and rejects what waits for its answers', async () => {
  const heard: string[] = []
  const connection = {
    connectionStatus: 'connected',
    authenticatedAt: 1,
    socket: { connecting: false, destroy: () => heard.push('socket destroyed') },
    requestQueue: {
      rejectAll: (error: Error) => heard.push(`requests rejected with ${error.name}`),
      destroy: () => heard.push('timers ended'),
    },
    // As kafkajs does while an answer is due.
    disconnect: () => new Promise(() => {}),
  } as unknown as KafkaConnection
  const build = async () => ({ pool: [connection] }) as unknown as ConnectionPool
  const pool: Pick<BrokerPool, 'connectionPoolBuilder'> = { connectionPoolBuilder: { build } }
  disconnectAbruptly(pool)
  const { pool: connections } = await pool.connectionPoolBuilder.build({ host: 'kafka', port: 9092 })
  await connections[0]?.disconnect()
  expect(heard).toEqual(['requests rejected with KafkaJSConnectionClosedError', 'timers ended', 'socket destroyed'])
  expect(connection).toMatchObject({ connectionStatus: 'disconnected', authenticatedAt: null })
})
