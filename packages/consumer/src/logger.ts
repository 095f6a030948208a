/** Writes one line: fields first, then the message. */
export type LogMethod = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** Where a subscriber writes what an operator should know; a pino logger is one. It must not throw. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
}

/** A logger that adds the same fields to every line. */
export function boundLogger(logger: Logger, bound: Readonly<Record<string, unknown>>): Logger {
  const bind =
    (level: keyof Logger): LogMethod =>
    (fields, message) =>
      logger[level]({ ...bound, ...fields }, message)
  return { debug: bind('debug'), info: bind('info'), warn: bind('warn'), error: bind('error') }
}

/** The logger of a subscriber that was given none: warnings and errors go to stderr, a JSON object a line. */
export function stderrLogger(write: (line: string) => void = (line) => void process.stderr.write(line)): Logger {
  const at =
    (level: string): LogMethod =>
    (fields, message) =>
      write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message }, withErrors)}\n`)
  const silent: LogMethod = () => {}
  return { debug: silent, info: silent, warn: at('warn'), error: at('error') }
}

/** Errors have no fields of their own that JSON would show. */
function withErrors(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return { ...value, name, message, stack, cause }
}
