import { createFleet, type Fleet } from './fleet.ts'
import type { SoakStack } from './stack.ts'
import { briefLogger, createStand, type Stand } from './stand.ts'

/** A fault stand is a stand with event loggers and handlers that are kept running, whatever is done to them. */
export interface FaultStand extends AsyncDisposable {
  readonly stack: SoakStack
  readonly stand: Stand
  readonly loggers: Fleet
  readonly handlers: Fleet
}

/** What runs on a fault stand. */
export interface FaultStandOptions {
  readonly stack: SoakStack
  /** What its topics, groups and databases are called. */
  readonly name: string
  readonly loggers: number
  readonly handlers: number
  /**
   * `brief`: sessions of 3 s, so that what a killed process held goes on within seconds. `usual`: the event logger's own
   * program and sessions of 10 s.
   */
  readonly sessions: 'brief' | 'usual'
  readonly logDir: string
  log(line: string): void
}

// Twelve partitions; the handlers take a tenth of the events, as a service that is about one thing does.
const domains = { tasks: 3, shopping: 3, bills: 3, laundry: 3 } as const
const handledTypes = ['bill.created', 'bill.updated', 'bill.paid', 'bill.overdue', 'laundry.dry.complete']

/** Makes the stand and starts the programs. */
export async function createFaultStand(options: FaultStandOptions): Promise<FaultStand> {
  const { stack, name, logDir, log, sessions } = options
  const isBrief = sessions === 'brief'
  const stand = await createStand({ servers: stack, name, domains, handledTypes, logDir })
  const handlerEnv: Record<string, string> = isBrief ? { SESSION_TIMEOUT_MS: '3000' } : {}
  const startLogger = () => (isBrief ? stand.startLogger({}, briefLogger) : stand.startLogger())
  const loggers = createFleet(options.loggers, startLogger, log)
  const handlers = createFleet(options.handlers, () => stand.startHandler(handlerEnv), log)
  return {
    ...{ stack, stand, loggers, handlers },
    async [Symbol.asyncDispose]() {
      stack.kafkaProxy.clear()
      stack.mongoProxy.clear()
      await Promise.all([loggers.close(), handlers.close()])
      await stand.close()
    },
  }
}
