import type { EventLog, EventRecord, ListQuery } from '@house-helper/event-log'

/** A message of the Go service, with values in its data that JSON.parse would change. */
export const goMessage = `{ "id": "20251009120000-abc123", "type": "task.completed", "source": "api-service",
  "householdId": "household-001", "userId": "user-001", "timestamp": "2025-10-09T12:00:00Z", "version": "1.0",
  "data": { "taskId": "task-001", "big": 9007199254740993, "10": 1, "2": "},]\\"" },
  "metadata": { "correlationId": "req-xyz789" } }`

/** A record of that message. */
export function record(fields: Partial<EventRecord> = {}): EventRecord {
  return {
    recordId: '20251009120000-abc123',
    id: '20251009120000-abc123',
    type: 'task.completed',
    source: 'api-service',
    subject: 'household-001',
    householdId: 'household-001',
    userId: 'user-001',
    timestamp: '2025-10-09T12:00:00Z',
    time: new Date('2025-10-09T12:00:00Z'),
    version: '1.0',
    correlationId: 'req-xyz789',
    causationId: undefined,
    contract: 'ok',
    issues: [],
    data: {},
    metadata: { correlationId: 'req-xyz789' },
    view: 'stored',
    conflict: false,
    topic: 'house-helper.tasks',
    partition: 1,
    offset: 42,
    generation: 1,
    brokerTime: new Date('2025-10-09T12:00:01Z'),
    key: null,
    headers: [],
    value: Buffer.from(goMessage),
    recordedAt: new Date('2025-10-09T12:00:02Z'),
    ...fields,
  }
}

/** A log over an array, which notes what it was asked. */
export function fakeLog(
  records: readonly EventRecord[],
  asked: ListQuery[] = [],
): Pick<EventLog, 'get' | 'list' | 'totals'> {
  return {
    list: async (query = {}) => {
      asked.push(query)
      const from = Number(query.cursor ?? 0)
      const end = from + (query.limit ?? 50)
      const coverage = { complete: undefined, measuredAt: undefined, partitions: [] }
      const next = end < records.length ? String(end) : undefined
      return { items: records.slice(from, end), next, filter: '', asOf: [], coverage }
    },
    get: async (id) => records.find(({ recordId }) => recordId === id),
    totals: async () => [{ topic: 'house-helper.tasks', recorded: 3, repeats: 1, conflicts: 0, quarantined: 2 }],
  }
}

/** Measurements of two topics. */
export const measurements = {
  lag: () => [{ topic: 'house-helper.tasks', partition: 1, messages: 5, seconds: 1.5 }],
  sizes: () => [
    { topic: 'house-helper.tasks', partition: 1, bytes: 1000 },
    { topic: 'house-helper.bills', partition: 0, bytes: 7 },
  ],
}
