import { relative } from 'node:path'
import { projectRoot, type Stack } from '@house-helper/local-stack'
import type { Facts } from './screen.ts'
import type { LoggerPorts } from './service-environment.ts'

const words = {
  environment: 'yours',
  docker: 'Docker Compose',
  local: 'local process',
  memory: 'in memory, in the event logger’s process',
} as const

/** Puts together what the screen shows of a start. */
export function factsOf(stack: Stack, start: { ports: LoggerPorts; demo: boolean; logsDir: string }): Facts {
  const { kafka, mongodb } = stack
  const { apiUrl, probeUrl } = start.ports
  const at = kafka.brokers.length > 0 ? ` on ${kafka.brokers.join(',')}` : ''
  return {
    picked: [
      ['Kafka', `${words[kafka.kind]}${at} (${kafka.why})`],
      ['MongoDB', `${words[mongodb.kind]} on ${withoutPassword(mongodb.uri)} (${mongodb.why})`],
    ],
    apiUrl,
    metricsUrl: `${probeUrl}/metrics`,
    demo: start.demo,
    logsDir: relative(projectRoot, start.logsDir),
    next: kafka.kind === 'memory' ? inMemoryNext(apiUrl) : next(kafka.brokers, apiUrl),
  }
}

function next(brokers: readonly string[], apiUrl: string): Facts['next'] {
  const data = `'{"taskId":"task-001","title":"Water the plants"}'`
  return [
    [
      `KAFKA_BROKERS=${brokers.join(',')} ${cli} publish task.created --household my-home --user me --data ${data}`,
      'publish an event of your own',
    ],
    [`EVENT_LOGGER_URL=${apiUrl} ${cli} log list --household my-home`, 'find it in the log'],
    [
      `KAFKA_BROKERS=${brokers.join(',')} EVENT_LOGGER_URL=${apiUrl} ${cli} doctor`,
      'what can be reached, and what to do if not',
    ],
  ]
}

function inMemoryNext(apiUrl: string): Facts['next'] {
  return [
    [`EVENT_LOGGER_URL=${apiUrl} ${cli} log list`, 'the newest events'],
    [`curl ${apiUrl}/api/v1/topics`, 'how much is recorded'],
    [`curl ${apiUrl}/api/v1/openapi.json`, 'what else can be asked'],
  ]
}

const cli = 'npx pnpm@12.21.0 hh-events'

function withoutPassword(uri: string): string {
  return uri.replace(/\/\/[^@/]*@/, '//…@')
}
