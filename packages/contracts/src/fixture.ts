import type { Envelope, SubjectKind } from '@house-helper/events-core'
import type { JsonValue } from './contract-schema.ts'

/** What of a version goes into its fixture. */
interface FixtureVersion {
  readonly version: string
  readonly subject: SubjectKind
  readonly example: JsonValue
}

/** The envelope of an event that a publisher of this version may have written, always the same. */
export function fixtureEnvelope(type: string, { version, subject, example }: FixtureVersion): Envelope {
  const about = subject === 'user' ? { userId: 'user-001' } : { householdId: 'household-001' }
  return {
    id: '20260102030405-fixture',
    type,
    source: 'fixture',
    ...about,
    timestamp: '2026-01-02T03:04:05.678Z',
    version,
    data: example as Envelope['data'],
  }
}
