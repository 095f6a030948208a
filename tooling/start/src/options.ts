import { parseArgs } from 'node:util'

/** What `pnpm start` was asked to do. */
export interface StartOptions {
  /** Throw away the data of earlier starts. */
  readonly fresh: boolean
  /** Whether the household publishes; undefined leaves it to whose Kafka it is. */
  readonly demo: boolean | undefined
  readonly help: boolean
}

/** The text of `pnpm start --help`. */
export const help = `pnpm start [options]
  Brings up Kafka and MongoDB, the event logger, and a simulated household that publishes.

  --fresh     throw away the data of earlier starts (of servers started here, never of yours)
  --no-demo   no simulated household
  --demo      a simulated household also on the Kafka that KAFKA_BROKERS names
  --help      this text

  KAFKA_BROKERS, MONGODB_URI   use these servers instead of starting any
  HTTP_PORT, PROBE_PORT        the event logger's ports (default 8080 and 9464, or free ones where these are taken)
  SIMULATOR_RATE               events a second of the simulated household`

/** Reads the arguments; throws a TypeError that names a wrong one. */
export function parseOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      fresh: { type: 'boolean', default: false },
      demo: { type: 'boolean' },
      help: { type: 'boolean', default: false },
    },
  })
  return { fresh: values.fresh, demo: values.demo, help: values.help }
}
