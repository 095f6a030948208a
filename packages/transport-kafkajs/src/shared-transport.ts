import type { Transport } from '@house-helper/events-core'
import {
  type ConnectionSettings,
  connectionFromEnv,
  connectionSettings,
  type Environment,
  settingsDigest,
} from '@house-helper/transport-kafka'
import { createKafkaTransport, type TransportOptions } from './transport.ts'

/** How publishers and subscribers come to a Transport: one that is given, or settings that override the environment's. */
export interface OpenOptions extends Partial<ConnectionSettings>, TransportOptions {
  /** A Transport to use. Whoever made it closes it. */
  readonly transport?: Transport
  /** Where settings come from that are not given. Default `process.env`. */
  readonly env?: Environment
}

/** A Transport held open. */
export interface OpenedTransport {
  readonly transport: Transport
  /** Lets go of it. The last holder's release closes it, unless it was given from outside. Safe to call again. */
  release(): Promise<void>
}

interface Shared {
  readonly transport: Transport
  holders: number
}

const REGISTRY: unique symbol = Symbol.for('@house-helper/transport-kafkajs/shared/1')

/**
 * Opens a Transport. Equal settings in one process share one Transport and its connections, also across two installed
 * copies of this package; the logger is the first holder's.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every setting and variable that is wrong.
 */
export function openTransport(options: OpenOptions = {}): OpenedTransport {
  const { transport: given, env, logger, ...overrides } = options
  if (given) return { transport: given, release: async () => {} }
  const complete = isComplete(overrides)
  const settings = connectionSettings(complete ? overrides : { ...connectionFromEnv(env), ...defined(overrides) })
  const registry = sharedTransports()
  const key = settingsDigest(settings)
  const shared = registry.get(key) ?? {
    transport: createKafkaTransport(settings, { ...(logger && { logger }) }),
    holders: 0,
  }
  registry.set(key, shared)
  shared.holders++
  let released: Promise<void> | undefined
  const letGo = async (): Promise<void> => {
    shared.holders--
    if (shared.holders > 0) return
    registry.delete(key)
    await shared.transport.close()
  }
  return {
    transport: shared.transport,
    release: () => {
      released ??= letGo()
      return released
    },
  }
}

/** Settings that leave nothing to the environment: there a wrong variable is nobody's concern. */
function isComplete(settings: Partial<ConnectionSettings>): boolean {
  const { kafkaClient, brokers, clientId, topicPrefix, partitioner, compression } = settings
  return [kafkaClient, brokers, clientId, topicPrefix, partitioner, compression].every((value) => value !== undefined)
}

function defined(settings: Partial<ConnectionSettings>): Partial<ConnectionSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function sharedTransports(): Map<string, Shared> {
  const global = globalThis as typeof globalThis & { [REGISTRY]?: Map<string, Shared> }
  global[REGISTRY] ??= new Map()
  return global[REGISTRY]
}
