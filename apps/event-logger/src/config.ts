import { parseRetention, type RetentionPolicy } from '@house-helper/event-log'
import { checkGroupId, isHouseHelperError } from '@house-helper/events-core'
import {
  type ConnectionSettings,
  type Environment,
  readConnectionEnv,
  type SettingProblem,
  SettingsError,
} from '@house-helper/transport-kafkajs'
import { MongoClient } from 'mongodb'
import { z } from 'zod'
import { domains } from './domains.ts'
import type { ListenAddress } from './listening.ts'
import { type LogLevel, logLevels } from './logs.ts'

/** Everything that the event logger is told by its environment. It holds secrets: do not log it. */
export interface EventLoggerConfig {
  readonly kafka: ConnectionSettings
  readonly groupId: string
  readonly mongodbUri: string
  readonly mongodbDatabase: string
  /** What is removed from the log once it is older; empty: everything is kept. */
  readonly retention: RetentionPolicy
  readonly http: ListenAddress
  /** Further names that the API's clients may call it by. */
  readonly allowedHosts: readonly string[]
  readonly probe: ListenAddress
  readonly logLevel: LogLevel
}

const host = z
  .string()
  .regex(/^[a-zA-Z0-9.:_-]+$/, 'is no host name or address; use 127.0.0.1 or 0.0.0.0, for example.')
const port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
    error: 'is no port; use a whole number from 0 (any free port) to 65535.',
  })
  .transform(Number)

const schema = z.object({
  KAFKA_GROUP_ID: z
    .string()
    .default('house-helper-event-consumer')
    .refine(isGroupId, 'is no group id; use 1 to 200 letters, digits, dots, hyphens and underscores.'),
  MONGODB_URI: z.string().default('mongodb://localhost:27017/?replicaSet=rs0').superRefine(checkMongoUri),
  MONGODB_DATABASE: z
    .string()
    .default('house_helper_events')
    .refine((name) => /^[^/\\. "$*<>:|?\0]+$/.test(name) && Buffer.byteLength(name) <= 63, {
      error: 'is no database name; use 1 to 63 letters, digits, hyphens and underscores.',
    }),
  EVENT_LOG_RETENTION: z.string().default('').transform(readRetention),
  HTTP_HOST: host.default('127.0.0.1'),
  HTTP_PORT: port.default(8080),
  HTTP_ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .refine((names) => names.every((name) => /^[a-zA-Z0-9._-]+$/.test(name)), {
      error: 'has something else than host names; write names without ports, joined by commas.',
    }),
  PROBE_HOST: host.default('0.0.0.0'),
  PROBE_PORT: port.default(9464),
  LOG_LEVEL: z
    .string()
    .default('info')
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(logLevels, `is no log level; use ${logLevels.join(', ')}.`)),
})

/**
 * Reads the configuration from the environment. An empty variable is unset.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every wrong variable at once, those of Kafka too, and no secret.
 */
export function configFromEnv(env: Environment = process.env): EventLoggerConfig {
  const kafka = readConnectionEnv(env)
  const own = schema.safeParse(Object.fromEntries(Object.keys(schema.shape).map((name) => [name, given(env[name])])))
  const problems = [...kafka.problems, ...(own.success ? portProblems(own.data) : own.error.issues.map(problemOf))]
  if (problems.length > 0 || !own.success) throw new SettingsError(problems)
  const settings = own.data
  return {
    kafka: kafka.settings,
    groupId: settings.KAFKA_GROUP_ID,
    mongodbUri: settings.MONGODB_URI,
    mongodbDatabase: settings.MONGODB_DATABASE,
    retention: settings.EVENT_LOG_RETENTION,
    http: { host: settings.HTTP_HOST, port: settings.HTTP_PORT },
    allowedHosts: settings.HTTP_ALLOWED_HOSTS,
    probe: { host: settings.PROBE_HOST, port: settings.PROBE_PORT },
    logLevel: settings.LOG_LEVEL,
  }
}

function given(text: string | undefined): string | undefined {
  return text?.trim() || undefined
}

function problemOf({ path, message }: z.core.$ZodIssue): SettingProblem {
  return { variable: String(path[0]), message }
}

function portProblems({ HTTP_PORT, PROBE_PORT }: z.output<typeof schema>): SettingProblem[] {
  if (HTTP_PORT !== PROBE_PORT || HTTP_PORT === 0) return []
  return [{ variable: 'PROBE_PORT', message: `is ${PROBE_PORT}, as HTTP_PORT is; probes need a port of their own.` }]
}

function isGroupId(text: string): boolean {
  try {
    return checkGroupId(text) === text
  } catch {
    return false
  }
}

function readRetention(text: string, context: z.core.$RefinementCtx<string>): RetentionPolicy {
  try {
    const names = domains.map(({ name }) => name)
    return parseRetention(text, names)
  } catch (error) {
    if (!isHouseHelperError(error, 'LOG_RETENTION_INVALID')) throw error
    context.addIssue({ code: 'custom', message: `cannot be used. ${error.message}` })
    return z.NEVER
  }
}

function checkMongoUri(uri: string, context: z.core.$RefinementCtx<string>): void {
  try {
    // Parses only: a client connects when it is first used.
    new MongoClient(uri)
  } catch (error) {
    const why = error instanceof Error && isOpen(error.message, uri) ? ` (${error.message})` : ''
    context.addIssue({
      code: 'custom',
      message: `is no connection string that the driver takes${why}; write mongodb://host:port/?replicaSet=rs0, with special characters of user and password percent-encoded.`,
    })
  }
}

/** Whether a message of the driver's parser is free of what the connection string has before its @. */
function isOpen(message: string, uri: string): boolean {
  const credentials = /^[^/]*\/*(.*)@/s.exec(uri)?.[1] ?? ''
  const secrets = credentials.split(/[:@/]/).flatMap((part) => [part, decoded(part)])
  return !message.includes('://') && secrets.every((secret) => secret === '' || !message.includes(secret))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
