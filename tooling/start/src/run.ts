import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectDataDir, type Stack, startStack } from '@house-helper/local-stack'
import { factsOf } from './facts.ts'
import type { StartOptions } from './options.ts'
import type { Screen } from './screen.ts'
import { loggerPorts, serviceEnvironment } from './service-environment.ts'
import { runProgram, type Service, startService } from './services.ts'
import { loggerReady, loggerStatus } from './status.ts'

// As in the event logger's Dockerfile: without, V8 leaves a backlog's garbage lying on a large machine.
const nodeArgs = ['--max-old-space-size=384', '--max-semi-space-size=8']

const logsDir = join(projectDataDir, 'logs')

/** Runs everything until the signal aborts or a part of it dies, which throws; ends it all in order. */
export async function run(options: StartOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  screen.step('looking for Kafka and MongoDB')
  const stack = await startStack({
    dataDir: projectDataDir,
    fresh: options.fresh,
    withoutKafka: 'memory',
    signal,
    onProgress: ({ server, step }) => screen.step(`${server === 'kafka' ? 'Kafka' : 'MongoDB'}: ${step}`),
  })
  const services: Service[] = []
  try {
    await runOn(stack, services, options, screen, signal)
  } finally {
    if (signal.aborted) screen.end('ending …')
    // Whoever publishes ends first, so that the event logger can still record it.
    for (const service of services.reverse()) await service.stop()
    await stack.close()
    screen.end('ended; the data is kept')
  }
}

async function runOn(
  stack: Stack,
  services: Service[],
  options: StartOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const ports = await loggerPorts(process.env)
  const demo = options.demo ?? stack.kafka.kind !== 'environment'
  const env = serviceEnvironment(stack, ports)
  const start = async (name: string, file: string): Promise<Service> => {
    const service = await startService({ name, file, env: { ...env, START_DEMO: String(demo) }, nodeArgs, logsDir })
    services.push(service)
    return service
  }
  const inMemory = stack.kafka.kind === 'memory'
  if (!inMemory) {
    screen.step('topics: creating what is missing')
    await runProgram({ file: 'apps/cli/src/main.ts', args: ['topics', 'apply'], env, signal, timeoutMs: 60_000 })
  }
  screen.step(inMemory ? 'event logger and household: starting in one process, in memory' : 'event logger: starting')
  const logger = await start(
    'event-logger',
    inMemory ? 'tooling/start/src/in-memory.ts' : 'apps/event-logger/src/main.ts',
  )
  await Promise.race([loggerReady(ports.probeUrl, { signal, timeoutMs: 60_000 }), logger.died])
  if (demo && !inMemory) {
    screen.step('household simulator: starting')
    await start('household-simulator', 'examples/household-simulator/src/main.ts')
  }
  screen.facts(factsOf(stack, { ports, demo, logsDir }))
  await Promise.race([
    show(ports.apiUrl, screen, signal),
    ...services.map(({ died }) => died),
    serverDied(stack, signal),
  ])
}

async function serverDied({ kafka, mongodb }: Stack, signal: AbortSignal): Promise<void> {
  const name = await Promise.race([kafka.ended.then(() => 'Kafka'), mongodb.ended.then(() => 'MongoDB')])
  if (!signal.aborted) throw new Error(`${name} ended by itself; its log is in ${projectDataDir}`)
}

/** Shows the figures again and again until the signal aborts. */
async function show(apiUrl: string, screen: Screen, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    screen.status(await loggerStatus(apiUrl))
    await sleep(screen.refreshMs, undefined, { signal }).catch(() => {
      // Aborted: the loop's condition says so.
    })
  }
}
