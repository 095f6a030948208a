import { isHouseHelperError } from '@house-helper/events-core'
import { loggerUrlFromEnv } from '../logger/logger-settings.ts'
import type { World } from '../world.ts'
import type { Finding } from './finding.ts'
import type { Endpoint } from './network.ts'

/** The settings, as far as they can be used: what is undefined is wrong, and a finding says how. */
export interface CheckedSettings {
  readonly findings: readonly Finding[]
  /** The brokers to look for. */
  readonly endpoints: readonly Endpoint[] | undefined
  readonly loggerUrl: URL | undefined
}

/** Reads the settings from the environment. */
export function settingsFindings({ env, endpoints: endpointsFromEnv }: World): CheckedSettings {
  const endpoints = read(
    'KAFKA_*',
    () => endpointsFromEnv(env),
    (all) => all.map(({ host, port }) => `${host}:${port}`).join(', '),
  )
  const loggerUrl = read(
    'EVENT_LOGGER_URL',
    () => loggerUrlFromEnv(env),
    (url) => url.href,
  )
  return { findings: [endpoints.finding, loggerUrl.finding], endpoints: endpoints.value, loggerUrl: loggerUrl.value }
}

function read<Value>(
  check: string,
  parse: () => Value,
  show: (value: Value) => string,
): { readonly finding: Finding; readonly value?: Value } {
  try {
    const value = parse()
    return { finding: { subject: 'settings', check, status: 'ok', detail: show(value) }, value }
  } catch (error) {
    if (!isHouseHelperError(error)) throw error
    const remedy = 'Correct the environment: docs/operate.md lists every variable.'
    return {
      finding: {
        subject: 'settings',
        check,
        status: 'failed',
        detail: error.message.replace(/\s*\n\s*/g, ' '),
        remedy,
      },
    }
  }
}
