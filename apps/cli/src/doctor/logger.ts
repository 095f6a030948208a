import { isHouseHelperError } from '@house-helper/events-core'
import { createLogClient, type LoggedTopic } from '../logger/log-client.ts'
import type { DeadlineClock } from './deadline-clock.ts'
import { detailOf, type Finding } from './finding.ts'

/** Asks the event logger what it has recorded: whether it answers, reads its database, and reaches Kafka itself. */
export async function loggerFindings(
  url: URL,
  fetch: typeof globalThis.fetch,
  clock: DeadlineClock,
): Promise<readonly Finding[]> {
  const found = { subject: `event logger ${url.origin}`, check: 'answer' }
  try {
    const client = createLogClient(url, fetch)
    return [{ ...found, ...topicsVerdict(await clock.run('Asking the event logger', client.topics)) }]
  } catch (error) {
    if (!isHouseHelperError(error)) throw error
    const away = error.code === 'LOGGER_UNREACHABLE' || error.code === 'TIMED_OUT'
    const remedy = away
      ? 'Start the event logger, or set EVENT_LOGGER_URL to where it listens (HTTP_HOST and HTTP_PORT).'
      : 'Look at its log, and check that EVENT_LOGGER_URL names the event logger.'
    return [{ ...found, status: away ? 'unreachable' : 'failed', detail: detailOf(error), remedy }]
  }
}

function topicsVerdict(topics: readonly LoggedTopic[]): Pick<Finding, 'status' | 'detail' | 'remedy'> {
  const sum = (of: (topic: LoggedTopic) => number) => topics.reduce((total, topic) => total + of(topic), 0)
  const partitions = topics.flatMap((topic) => topic.partitions)
  const recorded = `${sum((topic) => topic.recorded)} events recorded, ${sum((topic) => topic.quarantined)} messages in quarantine`
  if (partitions.length === 0 || partitions.some(({ lagMessages }) => lagMessages === undefined)) {
    const remedy = 'It sees no lag: look at its log for why it cannot ask Kafka.'
    return { status: 'warning', detail: `${recorded}, lag unknown`, remedy }
  }
  const lag = partitions.reduce((total, { lagMessages = 0 }) => total + lagMessages, 0)
  return { status: 'ok', detail: `${recorded}, ${lag} behind` }
}
