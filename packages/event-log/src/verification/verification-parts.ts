import type { Transport } from '@house-helper/events-core'
import type { Collection } from 'mongodb'
import type { Collections } from '../collections.ts'
import type { HeadChain } from '../head.ts'
import type { Removal } from '../retention/removal.ts'

/** What verifying works with. */
export interface VerificationParts {
  readonly collections: Collections
  /** What retention has removed. */
  readonly removals: Collection<Removal>
  readonly transport: Transport
  readonly chain: HeadChain
  /** How long one query of MongoDB may take, in milliseconds. */
  readonly maxTimeMs: number
  readonly signal: AbortSignal | undefined
}
