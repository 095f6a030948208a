import { describe } from 'vitest'
import { describeAcls } from './suite/acls.ts'
import { describeAdmin } from './suite/admin.ts'
import { describeAdminChanges } from './suite/admin-changes.ts'
import { describeAppending } from './suite/appending.ts'
import { describeClosing } from './suite/closing.ts'
import { describeCommitting } from './suite/committing.ts'
import { describeFetching } from './suite/fetching.ts'
import { describeGroups } from './suite/groups.ts'
import type { TransportHarness } from './suite/harness.ts'
import { describeReading } from './suite/reading.ts'
import { useStage } from './suite/stage.ts'

export type { TransportHarness } from './suite/harness.ts'

/**
 * Registers the Vitest tests that every Transport passes. Call it at the top level of a test file.
 *
 * Topics and groups get random names, so that it can run against a broker that is in use.
 */
export function describeTransport(name: string, harness: TransportHarness): void {
  // A test waits for several conditions one after the other, each with its own deadline.
  const options = { timeout: harness.waitMs * 4, concurrent: false }
  describe(`the Transport ${name}`, options, () => {
    const stage = useStage(harness)
    describeAppending(stage)
    describeReading(stage)
    describeAdmin(stage)
    describeAdminChanges(stage)
    describeAcls(stage)
    describeGroups(stage)
    describeFetching(stage)
    describeCommitting(stage)
    describeClosing(stage)
  })
}

/** Registers the tests of ACLs alone, for a broker with an authorizer: the other tests need none. */
export function describeTransportAcls(name: string, harness: TransportHarness): void {
  describe(`the ACLs of the Transport ${name}`, { timeout: harness.waitMs * 4 }, () => describeAcls(useStage(harness)))
}
