import { createJudge, decodeEnvelope } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { tasks } from './domain.ts'

// The Go service's own message, byte for byte as its documentation has it.
const documented = `{
  "id": "20251009120000-abc123",
  "type": "task.completed",
  "source": "api-service",
  "householdId": "household-001",
  "userId": "user-001",
  "timestamp": "2025-10-09T12:00:00Z",
  "version": "1.0",
  "data": {
    "taskId": "task-001",
    "title": "Take out trash",
    "status": "completed",
    "completedBy": "user-001",
    "completedAt": "2025-10-09T12:00:00Z"
  },
  "metadata": {
    "correlationId": "req-xyz789"
  }
}`

function verdictOf(message: string) {
  const decoded = decodeEnvelope(Buffer.from(message))
  return decoded.readable ? createJudge([tasks])(decoded.envelope) : decoded
}

describe('a message of the Go service', () => {
  it('is valid as documented', () => {
    expect(verdictOf(documented)).toEqual({ contract: 'ok' })
  })

  it('is valid with time.Now() as Go marshals it: nine digits and an offset', () => {
    const message = documented.replaceAll('2025-10-09T12:00:00Z', '2025-10-09T14:00:00.123456789+02:00')
    expect(verdictOf(message)).toEqual({ contract: 'ok' })
  })

  it.each(['task.created', 'task.updated', 'task.deleted'])(
    'is valid as %s with the fields of its one task type',
    (type) => {
      // Go marshals fields that were not set as zero values.
      const message = documented
        .replace('task.completed', type)
        .replace('"status": "completed"', '"householdId": "household-001", "status": "pending"')
        .replace('"completedBy": "user-001"', '"completedBy": ""')
        .replace('"completedAt": "2025-10-09T12:00:00Z"', '"completedAt": "0001-01-01T00:00:00Z"')
      expect(verdictOf(message)).toEqual({ contract: 'ok' })
    },
  )

  it('is broken without what makes it a fact', () => {
    expect(verdictOf(documented.replace('"taskId"', '"id"'))).toMatchObject({
      contract: 'broken',
      issues: [{ path: 'data.taskId' }],
    })
  })
})
