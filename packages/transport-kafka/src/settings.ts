import { createHash } from 'node:crypto'
import { DEFAULT_TOPIC_PREFIX, partitionerNames } from '@house-helper/events-core'
import { z } from 'zod'
import { type SettingProblem, SettingsError } from './errors.ts'

/** The SASL mechanisms that can be chosen with KAFKA_SASL_MECHANISM. */
export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** The Kafka clients that can be chosen with KAFKA_TRANSPORT. */
export const clientNames = ['kafkajs', 'platformatic'] as const

// Clients split an address at its first colon, so a literal IPv6 address would be cut in two.
const address = z.custom<string>(isAddress, {
  error: 'must be addresses as host:port (a name or IPv4), joined by commas',
})

const sslSchema = z.strictObject({
  /** Certificate authorities as PEM. Default: those that Node.js trusts. */
  ca: z.string().min(1).optional(),
  /** This client's certificate as PEM, where brokers ask for one; needs `key`. */
  cert: z.string().min(1).optional(),
  /** The private key of `cert` as PEM. */
  key: z.string().min(1).optional(),
})

const saslSchema = z.strictObject({
  mechanism: z.enum(saslMechanisms),
  username: z.string().min(1),
  password: z.string().min(1),
})

const settingsSchema = z.strictObject({
  kafkaClient: z.enum(clientNames),
  brokers: z.array(address).min(1),
  clientId: z.string().min(1).max(200),
  ssl: sslSchema.optional(),
  sasl: saslSchema.optional(),
  topicPrefix: z.string().regex(/^[a-zA-Z0-9_-]{1,100}$/, 'must be 1 to 100 letters, digits, hyphens and underscores'),
  partitioner: z.enum(partitionerNames),
  compression: z.enum(['none', 'gzip']),
})

/** How to reach a Kafka cluster, complete. It holds secrets: log {@link redactSettings} of it only. */
export interface ConnectionSettings {
  /** Which Kafka client is behind the Transport; `platformatic` needs the package @platformatic/kafka. Default `kafkajs`. */
  readonly kafkaClient: (typeof clientNames)[number]
  /** `host:port` of some brokers; the others are found through them. Default `localhost:9092`. */
  readonly brokers: readonly string[]
  /** What brokers call this client in their logs and quotas. Default `house-helper`. */
  readonly clientId: string
  /** Present where brokers expect TLS. */
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  /** Present where brokers expect a user name. */
  readonly sasl?: {
    readonly mechanism: (typeof saslMechanisms)[number]
    readonly username: string
    readonly password: string
  }
  /** What topic names begin with. Default `house-helper`. */
  readonly topicPrefix: string
  /** Which partition a key belongs to; all services that share a topic have to agree. Default `murmur2`. */
  readonly partitioner: (typeof partitionerNames)[number]
  /** How appended batches are compressed. Default `none`: it costs more processor time than small events save. */
  readonly compression: 'none' | 'gzip'
}

/** What holds where nothing is set. */
export const defaultSettings: ConnectionSettings = {
  kafkaClient: 'kafkajs',
  brokers: ['localhost:9092'],
  clientId: 'house-helper',
  topicPrefix: DEFAULT_TOPIC_PREFIX,
  partitioner: 'murmur2',
  compression: 'none',
}

/**
 * Completes settings given as options with the defaults, and checks them.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every option that is wrong.
 */
export function connectionSettings(options: Partial<ConnectionSettings> = {}): ConnectionSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const result = settingsSchema.safeParse({ ...defaultSettings, ...given })
  if (!result.success) throw new SettingsError(result.error.issues.map(problemOf))
  return result.data as ConnectionSettings
}

/** The settings without their secrets, for logs. */
export function redactSettings(settings: ConnectionSettings): Readonly<Record<string, unknown>> {
  const { ssl, sasl, ...open } = settings
  return {
    ...open,
    ...(ssl && { ssl: { ca: ssl.ca !== undefined, cert: ssl.cert !== undefined } }),
    ...(sasl && { sasl: { mechanism: sasl.mechanism, username: sasl.username } }),
  }
}

/** A digest by which equal settings are recognised; it does not reveal the secrets in them. */
export function settingsDigest(settings: ConnectionSettings): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(settings)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.map(([name, inner]) => [name, sorted(inner)])
}

function problemOf(issue: z.core.$ZodIssue): SettingProblem {
  return { variable: issue.path.join('.') || 'settings', message: `is wrong: ${issue.message}.` }
}

/** Whether a text is `host:port` with a port from 1 to 65535. */
export function isAddress(text: unknown): boolean {
  const port = typeof text === 'string' ? /^[^\s:/@]+:(\d{1,5})$/.exec(text)?.[1] : undefined
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535
}
