import { createJudge, decodeEnvelope } from '@house-helper/events-core'
import { describe, expect, it } from 'vitest'
import { documentedMessage, nanosecondMessage } from '../test/go-message.ts'
import { tasks } from './domain.ts'

function verdictOf(message: string) {
  const decoded = decodeEnvelope(Buffer.from(message))
  return decoded.readable ? createJudge([tasks])(decoded.envelope) : decoded
}

describe('a message of the Go service', () => {
  it('is valid as documented', () => {
    expect(verdictOf(documentedMessage)).toEqual({ contract: 'ok' })
  })

  it('is valid with time.Now() as Go marshals it: nine digits and an offset', () => {
    expect(verdictOf(nanosecondMessage)).toEqual({ contract: 'ok' })
  })

  it.each(['task.created', 'task.updated', 'task.deleted'])(
    'is valid as %s with the fields of its one task type',
    (type) => {
      // Go marshals fields that were not set as zero values.
      const message = documentedMessage
        .replace('task.completed', type)
        .replace('"status": "completed"', '"householdId": "household-001", "status": "pending"')
        .replace('"completedBy": "user-001"', '"completedBy": ""')
        .replace('"completedAt": "2025-10-09T12:00:00Z"', '"completedAt": "0001-01-01T00:00:00Z"')
      expect(verdictOf(message)).toEqual({ contract: 'ok' })
    },
  )

  it('is broken without what makes it a fact', () => {
    expect(verdictOf(documentedMessage.replace('"taskId"', '"id"'))).toMatchObject({
      contract: 'broken',
      issues: [{ path: 'data.taskId' }],
    })
  })
})
