import { silentLogger } from '@house-helper/events-core'
import { createMemoryTransport } from '@house-helper/transport-memory'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEventLogger, type EventLogger } from './event-logger.ts'
import { createTestStack, type TestStack } from './testing/stack.ts'

const goMessage = `{ "id": "20251009120000-abc123", "type": "task.completed", "source": "api-service",
  "householdId": "household-001", "userId": "user-001", "timestamp": "2025-10-09T12:00:00Z", "version": "1.0",
  "data": { "taskId": "task-001", "title": "Take out trash", "status": "completed",
            "completedBy": "user-001", "completedAt": "2025-10-09T12:00:00Z" },
  "metadata": { "correlationId": "req-xyz789" } }`

function eventText(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    type: 'task.deleted',
    source: 'test',
    householdId: 'household-002',
    timestamp: '2025-10-10T12:00:00Z',
    version: '1.0',
    data: { taskId: 'task-002' },
    ...fields,
  })
}

let stack: TestStack
let logger: EventLogger

/** Waits until an answer is as expected; returns it. */
async function eventually(address: string, expected: (body: string) => void): Promise<string> {
  return await vi.waitFor(
    async () => {
      const answer = await fetch(address)
      const body = await answer.text()
      expected(body)
      return body
    },
    { timeout: 20_000, interval: 100 },
  )
}

beforeAll(async () => {
  stack = await createTestStack(['tasks', 'bills'])
  logger = await createEventLogger(stack.config, { logger: silentLogger, lagIntervalMs: 200, sizeIntervalMs: 500 })
  await logger.started
  await stack.publish('tasks', 0, [
    goMessage,
    eventText({ id: 'broken', data: { taskId: 7 } }),
    eventText({ id: 'unknown-type', type: 'task.exploded' }),
    eventText({ id: 'unknown-version', version: '9.0' }),
    'not JSON',
    null,
  ])
  // Which of two equal events is the record, and which the repeat, is up to the one that is recorded first.
  await eventually(`${logger.url}/api/v1/events/20251009120000-abc123`, (body) =>
    expect(JSON.parse(body).id).toBeDefined(),
  )
  // The same event again, then another one under its id.
  await stack.publish('tasks', 1, [goMessage, goMessage.replace('household-001', 'household-009')])
  await stack.publish('bills', 2, [
    eventText({ id: 'far', type: 'bill.paid', timestamp: '2026-01-01T00:00:00.123456789+02:00' }),
  ])
  await eventually(`${logger.url}/api/v1/topics`, (body) => {
    expect(JSON.parse(body)).toMatchObject({
      topics: [
        { topic: stack.topic('bills'), recorded: 1, quarantined: 0 },
        { topic: stack.topic('tasks'), recorded: 5, repeats: 1, conflicts: 1, quarantined: 2 },
      ],
    })
  })
})

afterAll(async () => {
  await logger?.close()
  await logger?.closed
  await stack?.[Symbol.asyncDispose]()
})

describe('the API', () => {
  it('answers the message of the Go service with its data as it was written', async () => {
    const answer = await fetch(`${logger.url}/api/v1/events/20251009120000-abc123`)
    const text = await answer.text()
    expect(text).toContain('"data":{ "taskId": "task-001", "title": "Take out trash", "status": "completed",\n')
    expect(JSON.parse(text)).toMatchObject({
      ...JSON.parse(goMessage),
      contract: 'ok',
      issues: [],
      position: { topic: stack.topic('tasks'), partition: 0, offset: 0, generation: 1 },
    })
  })

  it('lists events newest first, as far as they match', async () => {
    const list = async (query: string): Promise<string[]> => {
      const answer = await fetch(`${logger.url}/api/v1/events?${query}`)
      const { events } = (await answer.json()) as { events: { recordId: string }[] }
      return events.map(({ recordId }) => recordId.replace(/@.*/, '@'))
    }
    expect((await list(''))[0]).toBe('far')
    expect(await list('q=household:household-002+type:task.deleted')).toEqual(['unknown-version', 'broken'])
    expect(await list('q=subject:household-009')).toEqual(['20251009120000-abc123@'])
    expect(await list('q=user:user-001')).toEqual(['20251009120000-abc123@', '20251009120000-abc123'])
    expect(await list('q=since:2025-10-10T12:00:00Z+until:2025-10-10T12:00:01Z&limit=1')).toEqual(['unknown-version'])
  })

  it.each([
    ['broken', 'broken'],
    ['unknown-type', 'unknown-type'],
    ['unknown-version', 'unknown-version'],
  ])('answers %s with the verdict %s', async (id, contract) => {
    const answer = await fetch(`${logger.url}/api/v1/events/${id}`)
    const event = (await answer.json()) as { issues: unknown[] }
    expect(event).toMatchObject({ id, contract })
    expect(event.issues.length > 0).toBe(contract === 'broken')
  })

  it('goes on with a cursor, and refuses it for another list', async () => {
    const { next } = (await (await fetch(`${logger.url}/api/v1/events?limit=4`)).json()) as { next: string }
    const rest = (await (await fetch(`${logger.url}/api/v1/events?limit=4&cursor=${next}`)).json()) as { events: [] }
    expect(rest.events).toHaveLength(2)
    const refused = await fetch(`${logger.url}/api/v1/events?limit=4&q=user:user-001&cursor=${next}`)
    expect([refused.status, await refused.json()]).toMatchObject([400, { errors: [{ parameter: 'cursor' }] }])
  })
})

/** Opens a stream of the log; where it begins is settled then. `take` reads so many events, then leaves. */
async function openStream(query: string, lastEventId?: string) {
  const leaving = new AbortController()
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const answer = await fetch(`${logger.url}/api/v1/events/stream?${query}`, { headers, signal: leaving.signal })
  const take = async (count: number): Promise<{ id: string; data: string }[]> => {
    const events: { id: string; data: string }[] = []
    let text = ''
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString()
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, id, data] = /^id: (.+)\ndata: (.+)$/.exec(block) ?? []
        if (id !== undefined && data !== undefined) events.push({ id, data })
      }
      if (events.length >= count) break
    }
    leaving.abort()
    return events
  }
  return { take }
}

describe('questions that take Kafka too', () => {
  it('are answered about consumer groups, and about where they stand with an event', async () => {
    const groupId = `${stack.env.KAFKA_GROUP_ID}-reader`
    const topic = stack.topic('bills')
    const receiver = stack.transport.receiver({ groupId, topics: [topic] })
    await receiver.start({
      ...{ assigned: async () => [], rebalancing: async () => {}, suspend: () => {}, thaw: () => {}, lost: () => {} },
      ...{ batch: (batch) => batch.messages[0]?.offset ?? 0, fatal: () => {} },
    })
    await eventually(`${logger.url}/api/v1/consumer-groups`, (body) => {
      const { groups } = JSON.parse(body) as { groups: { group: string; partitions: { partition: number }[] }[] }
      const seen = groups.find(({ group }) => group === groupId)
      expect(seen).toMatchObject({ state: 'stable', lagEvents: 1, lagSeconds: expect.any(Number) })
      expect(seen?.partitions).toHaveLength(3)
      expect(groups.map(({ group }) => group)).toContain(stack.env.KAFKA_GROUP_ID)
    })
    const deliveries = `${logger.url}/api/v1/events/far/deliveries`
    await eventually(deliveries, (body) => {
      expect(JSON.parse(body)).toMatchObject({ deliveries: [{ group: groupId, state: 'waiting', before: 0 }] })
    })
    await receiver.commit([{ topic, partition: 2, offset: 1, metadata: '' }])
    await eventually(deliveries, (body) => {
      expect(JSON.parse(body)).toMatchObject({ deliveries: [{ group: groupId, state: 'passed' }] })
    })
    await receiver.stop({ timeoutMs: 5_000 })
  })
})

describe('streams and exports', () => {
  it('stream what is recorded, and go on after the last id without a gap and without a repeat', async () => {
    const all = await (await openStream('from=start')).take(6)
    expect(all).toHaveLength(6)
    const rest = await (await openStream('from=start', all[1]?.id)).take(4)
    expect(rest.map(({ id }) => id)).toEqual(all.slice(2).map(({ id }) => id))
    const stream = await openStream('q=type:bill.overdue')
    await stack.publish('bills', 0, [eventText({ id: 'later', type: 'bill.overdue' })])
    const [event] = await stream.take(1)
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ id: 'later', type: 'bill.overdue' })
  })

  it('export what a list has', async () => {
    const q = 'q=type:task.*'
    const list = (await (await fetch(`${logger.url}/api/v1/events?${q}`)).json()) as {
      events: { recordId: string }[]
      asOf: string
    }
    const text = await (await fetch(`${logger.url}/api/v1/events/export?${q}&asOf=${list.asOf}`)).text()
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.pop()).toMatchObject({ trailer: { events: list.events.length, filter: 'type:task.*' } })
    const ids = (events: { recordId: string }[]): string[] => events.map(({ recordId }) => recordId).sort()
    expect(ids(lines)).toEqual(ids(list.events))
  })
})

describe('the probes', () => {
  it('say that it is alive and ready, and what is wrong all the same', async () => {
    const live = await fetch(`${logger.probeUrl}/livez`)
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }])
    const ready = await fetch(`${logger.probeUrl}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', warnings: [expect.stringContaining(`${stack.topic('tasks')}/1 has events under ids`)] },
    ])
  })

  it('are not on the port of the API', async () => {
    expect((await fetch(`${logger.url}/metrics`)).status).toBe(404)
    expect((await fetch(`${logger.probeUrl}/api/v1/events`)).status).toBe(404)
  })
})

describe('the metrics', () => {
  it('count messages by outcome, events by verdict, and errors by reason', async () => {
    const text = await (await fetch(`${logger.probeUrl}/metrics`)).text()
    const topic = stack.topic('tasks')
    for (const line of [
      `event_logger_messages_total{topic="${topic}",outcome="recorded"} 4`,
      `event_logger_messages_total{topic="${topic}",outcome="repeat"} 1`,
      `event_logger_messages_total{topic="${topic}",outcome="conflict"} 1`,
      `event_logger_messages_total{topic="${topic}",outcome="quarantined"} 2`,
      `event_logger_events_recorded_total{topic="${topic}",contract="ok"} 2`,
      `event_logger_events_recorded_total{topic="${topic}",contract="broken"} 1`,
      `event_logger_events_recorded_total{topic="${topic}",contract="unknown-type"} 1`,
      `event_logger_events_recorded_total{topic="${topic}",contract="unknown-version"} 1`,
      `event_logger_errors_total{topic="${topic}",reason="quarantined"} 2`,
      `event_logger_errors_total{topic="${topic}",reason="conflict"} 1`,
      `event_logger_errors_total{topic="${topic}",reason="attempt"} 0`,
    ]) {
      expect(text).toContain(`${line}\n`)
    }
  })

  it('have the time that batches took, and what the process takes', async () => {
    const text = await (await fetch(`${logger.probeUrl}/metrics`)).text()
    const sum = new RegExp(`^event_logger_batch_processing_seconds_sum\\{topic="${stack.topic('tasks')}"\\} (.+)$`, 'm')
    expect(Number(sum.exec(text)?.[1])).toBeGreaterThan(0)
    expect(text).toMatch(/^process_cpu_seconds_total \d/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d{7,}$/m)
  })

  it('have lag and size of every partition, measured by themselves', async () => {
    await eventually(`${logger.probeUrl}/metrics`, (text) => {
      for (const partition of [0, 1, 2]) {
        const labels = `{topic="${stack.topic('tasks')}",partition="${partition}"}`
        expect(text).toContain(`event_logger_consumer_lag_messages${labels} 0\n`)
        expect(text).toContain(`event_logger_consumer_lag_seconds${labels} 0\n`)
        const size = text.split(`event_logger_topic_size_bytes${labels} `)[1]?.split('\n')[0]
        // Nothing was published to partition 2.
        if (partition === 2) expect(size).toBe('0')
        else expect(Number(size)).toBeGreaterThan(400)
      }
    })
  })
})

describe('over a transport that it was given', () => {
  it('records, and leaves the transport open', async () => {
    const transport = createMemoryTransport()
    const topic = 'house-helper.tasks'
    await transport.admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, config: {} }])
    const own = await createEventLogger(stack.config, { transport, logger: silentLogger })
    await own.started
    const value = Buffer.from(eventText({ id: 'in-memory' }))
    await transport.sender.append({ topic, partition: 0, messages: [{ key: null, value }] }, { timeoutMs: 1_000 })
    await eventually(`${own.url}/api/v1/events/in-memory`, (body) => expect(JSON.parse(body).contract).toBe('ok'))
    await own.close()
    expect(await transport.admin.ranges([topic])).toMatchObject([{ high: 1 }])
    await transport.close()
  })

  it('is not alive once its recorder is dead, says why, and rejects closed', async () => {
    const transport = createMemoryTransport()
    await transport.admin.createTopics([
      { name: 'house-helper.tasks', partitions: 1, replicationFactor: 1, config: {} },
    ])
    const own = await createEventLogger(stack.config, { transport, logger: silentLogger })
    await own.started
    await transport.close()
    await expect(own.closed).rejects.toMatchObject({ code: 'CLOSED' })
    const answer = await fetch(`${own.probeUrl}/livez`)
    expect([answer.status, await answer.json()]).toMatchObject([503, { reason: expect.stringContaining('closed') }])
    await own.close()
  })
})
