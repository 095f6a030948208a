import type { Db } from 'mongodb'
import type { Measurements } from './measurements.ts'
import { mongoError } from './mongo.ts'
import type { Readiness } from './probe-server.ts'
import type { RecordingState } from './recording.ts'

const pingTimeoutMs = 2_000

/** What readiness depends on. */
export interface ReadinessSources {
  readonly db: Db
  readonly measurements: Pick<Measurements, 'kafkaProblem'>
  /** What is wrong beside the recorder. */
  warnings(): readonly string[]
  state(): RecordingState
}

/** Makes the answer to `/readyz`: ready is who records, and reaches both MongoDB and Kafka now. */
export function createReadiness({ db, measurements, warnings, state }: ReadinessSources): () => Promise<Readiness> {
  return async () => {
    const now = state()
    if (now.status === 'closing') return { reason: 'The event logger is shutting down.', warnings: [] }
    if (now.status !== 'recording') return { reason: now.reason, warnings: [] }
    const { reasons } = now.recorder.health()
    const reason = (await mongoProblem(db)) ?? measurements.kafkaProblem()
    return { reason, warnings: [...reasons, ...warnings()] }
  }
}

async function mongoProblem(db: Db): Promise<string | undefined> {
  try {
    await db.command({ ping: 1 }, { timeoutMS: pingTimeoutMs })
    return undefined
  } catch (error) {
    return mongoError(error).message
  }
}
