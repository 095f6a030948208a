import {
  type Coverage,
  type CurrentForm,
  type EventLog,
  type EventPage,
  type EventRecord,
  type ListQuery,
  type PositionVector,
  type QuarantinedMessage,
  readVectorText,
  writeVectorText,
} from '@house-helper/event-log'

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

/** Two topics, one of which has a message that is not recorded yet. */
const coverage: Coverage = {
  complete: false,
  measuredAt: new Date('2026-01-01T00:00:00Z'),
  partitions: [
    { topic: 'house-helper.bills', partition: 0, generation: 1, next: 4, end: 4, missing: 0 },
    { topic: 'house-helper.tasks', partition: 1, generation: 2, next: 42, end: 43, missing: 1 },
  ],
}

const asOf: PositionVector = [{ topic: 'house-helper.tasks', partition: 1, generation: 2, offset: 42 }]

/** What a fake log was asked, by the function's name. */
export type Asked = [name: string, ...query: unknown[]][]

/** A log over an array, in which each filter finds all records; it notes what it was asked. */
export function fakeLog(records: readonly EventRecord[], asked: Asked = [], current?: CurrentForm): EventLog {
  const note = (...question: Asked[number]): void => void asked.push(question)
  const page = (query: ListQuery): EventPage => {
    const from = Number(query.cursor ?? 0)
    const end = from + (query.limit ?? 50)
    const next = end < records.length ? String(end) : undefined
    return { items: records.slice(from, end), next, filter: 'type:as.understood', asOf, coverage }
  }
  const counted = { filter: 'since:then', complete: true, coverage }
  return {
    list: async (query = {}) => {
      note('list', query)
      return page(query)
    },
    timeline: async (query) => {
      note('timeline', query)
      return page(query)
    },
    get: async (id) => records.find(({ recordId }) => recordId === id),
    current: () => current,
    raw: async (id) => records.find(({ recordId }) => recordId === id),
    causation: async (id, query) => {
      note('causation', id, query)
      const event = records.find(({ recordId }) => recordId === id)
      const cause = { event: record({ recordId: 'effect', id: 'effect', causationId: id }), caused: [] }
      return event && { event, ancestors: [], missingCause: 'gone', descendants: [cause], cuts: [], coverage }
    },
    correlation: async (correlationId, query) => {
      note('correlation', correlationId, query)
      const events = records.map((event, depth) => ({ event, depth }))
      return { correlationId, events, missingCauses: ['gone'], cut: undefined, coverage }
    },
    histogram: async (query) => {
      note('histogram', query)
      const buckets = [{ from: '2026-01-01T00:00:00.000Z', total: 2, counts: [{ key: 'task.created', count: 2 }] }]
      return { ...counted, bucketMs: 60_000, buckets, countedFrom: '2026-01-01T00:00:00.000Z' }
    },
    stats: async (query) => {
      note('stats', query)
      return { ...counted, total: 2, counts: [{ key: 'task.created', count: 2 }], countedFrom: undefined }
    },
    totals: async () => [{ topic: 'house-helper.tasks', recorded: 3, repeats: 1, conflicts: 0, quarantined: 2 }],
    coverage: async () => coverage,
    recorded: async () => asOf,
    replayInto: async () => ({ handled: 0, passed: 0, position: asOf }),
    async *read(query) {
      note('read', query)
      yield { records, position: asOf }
    },
    async *follow(query) {
      note('follow', query)
      yield { records, position: asOf }
    },
    writeVector: async (vector) => writeVectorText(vector),
    readVector: async (text) => readVectorText(text),
    quarantine: async (query) => {
      note('quarantine', query)
      return { items: [quarantined], next: undefined }
    },
  }
}

/** A message that is no event. */
const quarantined: QuarantinedMessage = {
  ...{ id: 'house-helper.tasks/1/7', reason: 'not-utf8', message: 'The value is no UTF-8.' },
  ...{ topic: 'house-helper.tasks', partition: 1, offset: 7, generation: 1, key: null, value: Buffer.from([0xff]) },
  headers: [['odd', Buffer.from('x')]],
  brokerTime: new Date('2026-01-01T00:00:00Z'),
  quarantinedAt: new Date('2026-01-01T00:00:01Z'),
}

/** Measurements of two topics. */
export const measurements = {
  lag: () => [{ topic: 'house-helper.tasks', partition: 1, messages: 5, seconds: 1.5, end: 47 }],
  sizes: () => [
    { topic: 'house-helper.tasks', partition: 1, bytes: 1000 },
    { topic: 'house-helper.bills', partition: 0, bytes: 7 },
  ],
}
