import type { Logger } from '@house-helper/events-core'

/** Makes a logger that adds the same fields to every line. */
export function boundLogger(logger: Logger, bound: object): Logger {
  const bind =
    (level: keyof Logger): Logger[keyof Logger] =>
    (fields, message) =>
      logger[level]({ ...bound, ...fields }, message)
  return { debug: bind('debug'), info: bind('info'), warn: bind('warn'), error: bind('error') }
}
