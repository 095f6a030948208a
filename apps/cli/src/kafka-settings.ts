import { type ConnectionSettings, connectionFromEnv } from '@house-helper/transport-kafkajs'
import type { Endpoint } from './doctor/network.ts'
import type { Env } from './world.ts'

/**
 * The brokers that KAFKA_BROKERS names, with the TLS settings to reach them by.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every wrong variable at once.
 */
export function endpointsFromEnv(env: Env): readonly Endpoint[] {
  return endpointsOf(connectionFromEnv(env))
}

function endpointsOf({ brokers, ssl }: ConnectionSettings): readonly Endpoint[] {
  return brokers.map((broker) => {
    const colon = broker.lastIndexOf(':')
    return { host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)), tls: ssl }
  })
}
