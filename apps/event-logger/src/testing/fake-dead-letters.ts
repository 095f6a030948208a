import type { DeadLetter, DeadLetterQuery, DeadLetters, RedriveCommand } from '@house-helper/event-log'

/** A dead letter with bytes that are no text. */
export function deadLetter(fields: Partial<DeadLetter> = {}): DeadLetter {
  const failure = { code: 'HANDLER_FAILED', message: 'The handler threw.', at: new Date('2026-01-01T00:00:01Z') }
  return {
    ...{ id: '0123456789abcdef01234567', group: 'points', state: 'open', count: 1, size: 10, fingerprint: 'f-1' },
    time: new Date('2026-01-01T00:00:02Z'),
    lastTime: new Date('2026-01-01T00:00:02Z'),
    event: {
      ...{ id: 'e-1', type: 'task.completed', source: 'task-service' },
      ...{ timestamp: '2026-01-01T00:00:00Z', version: '1.0' },
    },
    subject: 'household-001',
    note: {
      ...{ kind: 'live', topic: 'house-helper.tasks', partition: 1, offset: 41, attempts: 5, retries: 0 },
      ...{ firstFailure: failure, lastFailure: failure },
    },
    unreadable: undefined,
    changes: [],
    places: ['house-helper.dead.points/0/0'],
    indexedAt: new Date('2026-01-01T00:00:03Z'),
    key: Buffer.from('household-001'),
    headers: [['odd', Buffer.from([0xff])]],
    value: Buffer.from('{"big":9007199254740993}'),
    ...fields,
  }
}

/** Dead letters over an array, which notes what it was asked. */
export function fakeDeadLetters(
  all: readonly DeadLetter[] = [],
  asked: (DeadLetterQuery | RedriveCommand)[] = [],
): DeadLetters {
  const done = { matched: 1, changed: 0, skipped: [], sample: all, problem: undefined, next: 'more' }
  const command = async (given: RedriveCommand) => {
    asked.push(given)
    return done
  }
  const close = async () => {}
  return {
    list: async (query = {}) => {
      asked.push(query)
      return { items: all, next: all.length > 0 ? 'more' : undefined }
    },
    get: async (id) => all.find((letter) => letter.id === id),
    groups: async (query = {}) => {
      asked.push(query)
      return all.map(({ group, fingerprint, time, id, event, note }) => ({
        ...{ group, fingerprint, count: 1, firstTime: time, lastTime: time, exampleId: id },
        ...{ type: event?.type, failure: note?.lastFailure },
      }))
    },
    open: async () => [],
    redrive: command,
    discard: command,
    close,
    [Symbol.asyncDispose]: close,
  }
}
