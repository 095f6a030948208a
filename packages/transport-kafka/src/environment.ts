import { readFileSync } from 'node:fs'
import { partitionerNames } from '@house-helper/events-core'
import { type SettingProblem, SettingsError } from './errors.ts'
import { type ConnectionSettings, clientNames, defaultSettings, isAddress, saslMechanisms } from './settings.ts'

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Settings as read from an environment, with all that is wrong in it. Use `settings` only where `problems` is empty. */
export interface ReadSettings {
  readonly settings: ConnectionSettings
  readonly problems: readonly SettingProblem[]
}

/**
 * Reads the connection settings from the environment.
 *
 * @throws SettingsError `SETTINGS_INVALID` naming every wrong variable at once.
 */
export function connectionFromEnv(env: Environment = process.env): ConnectionSettings {
  const { settings, problems } = readConnectionEnv(env)
  if (problems.length > 0) throw new SettingsError(problems)
  return settings
}

/**
 * Reads the connection settings from the environment and returns what is wrong instead of throwing it, so that an app
 * can report it together with its own: `throw new SettingsError([...problems, ...mine])`. An empty variable is unset.
 */
export function readConnectionEnv(env: Environment = process.env): ReadSettings {
  const problems: SettingProblem[] = []
  const reader = envReader(env, problems)
  const ssl = readSsl(reader)
  const sasl = readSasl(reader)
  const settings: ConnectionSettings = {
    ...defaultSettings,
    kafkaClient: reader.choice('KAFKA_TRANSPORT', clientNames) ?? defaultSettings.kafkaClient,
    brokers: readBrokers(reader),
    clientId: reader.text('KAFKA_CLIENT_ID') ?? defaultSettings.clientId,
    ...(ssl && { ssl }),
    ...(sasl && { sasl }),
    topicPrefix: readPrefix(reader),
    partitioner: reader.choice('KAFKA_PARTITIONER', partitionerNames) ?? defaultSettings.partitioner,
  }
  return { settings, problems }
}

type EnvReader = ReturnType<typeof envReader>

function envReader(env: Environment, problems: SettingProblem[]) {
  const text = (variable: string): string | undefined => env[variable]?.trim() || undefined
  const problem = (variable: string, message: string): undefined => {
    problems.push({ variable, message })
  }
  return {
    text,
    problem,
    choice<const Choice extends string>(variable: string, choices: readonly Choice[]): Choice | undefined {
      const given = text(variable)
      if (given === undefined) return undefined
      const found = choices.find((choice) => choice === given.toLowerCase())
      return found ?? problem(variable, `is ${JSON.stringify(given)}; set one of ${choices.join(', ')}.`)
    },
    file(variable: string): string | undefined {
      const path = text(variable)
      if (path === undefined) return undefined
      try {
        return readFileSync(path, 'utf8')
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
        return problem(variable, `names ${path}, which cannot be read (${code}); check the path and its permissions.`)
      }
    },
  }
}

function readBrokers(reader: EnvReader): readonly string[] {
  const given = reader.text('KAFKA_BROKERS')
  if (given === undefined) return defaultSettings.brokers
  const brokers = given.split(',').map((broker) => broker.trim())
  const wrong = brokers.filter((broker) => !isAddress(broker))
  if (wrong.length === 0) return brokers
  reader.problem(
    'KAFKA_BROKERS',
    `has ${wrong.map((text) => JSON.stringify(text)).join(', ')}; write host:port (a name or an IPv4 address), joined by commas.`,
  )
  return defaultSettings.brokers
}

function readPrefix(reader: EnvReader): string {
  const prefix = reader.text('KAFKA_TOPIC_PREFIX')
  if (prefix === undefined || /^[a-zA-Z0-9_-]{1,100}$/.test(prefix)) return prefix ?? defaultSettings.topicPrefix
  reader.problem(
    'KAFKA_TOPIC_PREFIX',
    `is ${JSON.stringify(prefix)}; use 1 to 100 letters, digits, hyphens and underscores.`,
  )
  return defaultSettings.topicPrefix
}

const switches = ['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'] as const

function readSsl(reader: EnvReader): ConnectionSettings['ssl'] {
  const choice = reader.choice('KAFKA_SSL', switches)
  const on = choice !== undefined && ['true', '1', 'yes', 'on'].includes(choice)
  const files = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'] as const
  const [ca, cert, key] = files.map((variable) => reader.file(variable))
  if (!on) {
    const unused = files.filter((variable) => reader.text(variable) !== undefined)
    if (unused.length > 0)
      reader.problem('KAFKA_SSL', `is not on, but ${unused.join(', ')} is set; set KAFKA_SSL=true.`)
    return undefined
  }
  const [, certFile, keyFile] = files
  if ((reader.text(certFile) === undefined) !== (reader.text(keyFile) === undefined)) {
    const [given, missing] = reader.text(certFile) === undefined ? [keyFile, certFile] : [certFile, keyFile]
    reader.problem(missing, `is missing: ${given} is set, and a client certificate needs both.`)
  }
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

function readSasl(reader: EnvReader): ConnectionSettings['sasl'] {
  const mechanism = reader.choice('KAFKA_SASL_MECHANISM', saslMechanisms)
  const username = reader.text('KAFKA_SASL_USERNAME')
  const password = readPassword(reader)
  if (reader.text('KAFKA_SASL_MECHANISM') === undefined) {
    if (username !== undefined || password !== undefined) {
      reader.problem(
        'KAFKA_SASL_MECHANISM',
        `is missing, but a user name or password is set; set one of ${saslMechanisms.join(', ')}.`,
      )
    }
    return undefined
  }
  if (username === undefined) reader.problem('KAFKA_SASL_USERNAME', 'is missing; KAFKA_SASL_MECHANISM needs it.')
  if (password === undefined && reader.text('KAFKA_SASL_PASSWORD_FILE') === undefined) {
    reader.problem('KAFKA_SASL_PASSWORD', 'is missing; set it, or KAFKA_SASL_PASSWORD_FILE.')
  }
  if (mechanism === undefined || username === undefined || password === undefined) return undefined
  return { mechanism, username, password }
}

function readPassword(reader: EnvReader): string | undefined {
  const direct = reader.text('KAFKA_SASL_PASSWORD')
  const fromFile = reader.file('KAFKA_SASL_PASSWORD_FILE')
  if (direct !== undefined && reader.text('KAFKA_SASL_PASSWORD_FILE') !== undefined) {
    reader.problem('KAFKA_SASL_PASSWORD', 'and KAFKA_SASL_PASSWORD_FILE are both set; unset one of them.')
  }
  if (fromFile === undefined) return direct
  // Files written by editors and secret mounts end with a line break that is no part of the password.
  const password = fromFile.replace(/\r?\n$/, '')
  return password === ''
    ? reader.problem('KAFKA_SASL_PASSWORD_FILE', 'names an empty file; write the password into it.')
    : password
}
