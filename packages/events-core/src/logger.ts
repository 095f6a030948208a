/** Where packages write what happens; pino's loggers fit. Fields name places and codes, never payloads or secrets. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

const nothing = (): void => {}

/** Writes nothing; the default wherever a logger can be given. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
