import { TransportError } from '@house-helper/events-core'
import { ADMIN_TIMEOUT_MS } from './topic-metadata.ts'
import { answerError } from './wire/answer-error.ts'
import { pause } from './wire/deadline.ts'
import type { ConfigChangeAnswer } from './wire/exchange.ts'
import type { Wire } from './wire/wire.ts'

const TOPIC_RESOURCE = 2
const CHECK_MS = 50

/** A topic's settings, by name; those that the broker does not know are left out. */
export async function topicConfig(
  wire: Wire,
  topic: string,
  settings: readonly string[],
): Promise<Record<string, string>> {
  const resources = [{ type: TOPIC_RESOURCE, name: topic, configNames: [...settings] }]
  const request = {
    target: 'any',
    api: 'DescribeConfigs',
    args: { resources },
    place: { topic, right: 'DescribeConfigs' },
  } as const
  const answer = (await wire.retrying(request, ADMIN_TIMEOUT_MS)) as {
    resources: { configEntries: { configName: string; configValue: string | null }[] }[]
  }
  const entries = answer.resources[0]?.configEntries ?? []
  return Object.fromEntries(
    entries
      .filter(({ configName, configValue }) => configValue !== null && settings.includes(configName))
      .map(({ configName, configValue }) => [configName, configValue as string]),
  )
}

/** Sets settings of a topic, leaves its others as they are, and waits until a broker shows them. */
export async function alterTopicConfig(
  wire: Wire,
  topic: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(settings).length === 0) return
  const args = { changes: [{ type: TOPIC_RESOURCE, name: topic, settings }] }
  const place = { topic, right: 'AlterConfigs' } as const
  const request = { target: 'controller', api: 'IncrementalAlterConfigs', args, place } as const
  const { resources } = (await wire.retrying(request, ADMIN_TIMEOUT_MS)) as ConfigChangeAnswer
  const failed = resources.find(({ errorCode }) => errorCode !== 0)
  if (failed) throw answerError(wire, failed, place)
  await untilShown(wire, topic, settings)
}

/** The controller has taken the settings; a broker learns of them a moment later. */
async function untilShown(wire: Wire, topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const end = performance.now() + ADMIN_TIMEOUT_MS
  const names = Object.keys(settings)
  for (;;) {
    const shown = await topicConfig(wire, topic, names)
    if (names.every((name) => shown[name] === settings[name])) return
    if (performance.now() > end) {
      const message = `No broker shows the new settings of ${topic} after ${ADMIN_TIMEOUT_MS} ms.`
      throw new TransportError('TIMEOUT', message, { canRetry: true })
    }
    await pause(CHECK_MS)
  }
}
