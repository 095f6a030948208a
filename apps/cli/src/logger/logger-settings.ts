import { CliError } from '../errors.ts'

/** Where the event logger listens where EVENT_LOGGER_URL says nothing. */
export const DEFAULT_EVENT_LOGGER_URL = 'http://127.0.0.1:8080'

/**
 * Reads EVENT_LOGGER_URL.
 *
 * @throws CliError `SETTINGS_INVALID` when it is no http or https URL, or holds a user name, password, query or fragment.
 */
export function loggerUrlFromEnv(env: Readonly<Record<string, string | undefined>>): URL {
  const text = env.EVENT_LOGGER_URL || DEFAULT_EVENT_LOGGER_URL
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === ''
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw new CliError(
      'SETTINGS_INVALID',
      `EVENT_LOGGER_URL is no address of an event logger; write for example ${DEFAULT_EVENT_LOGGER_URL}.`,
    )
  }
  // Without the slash, a path in the address would be replaced by the API's instead of leading it.
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}
