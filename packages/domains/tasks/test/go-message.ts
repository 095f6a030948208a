/** The Go service's own message, byte for byte as its documentation has it. */
export const documentedMessage: string = `{
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

/** The same with `time.Now()` as Go marshals it: nine digits and an offset. */
export const nanosecondMessage: string = documentedMessage.replaceAll(
  '2025-10-09T12:00:00Z',
  '2025-10-09T14:00:00.123456789+02:00',
)
