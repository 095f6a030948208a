import type { EventContract, Side, SubjectKind } from '@house-helper/events-core'
import type { ContractSchema, JsonValue } from '../contract-schema.ts'
import { type LockedVersion, lockedVersion } from '../locked-version.ts'
import { schemaOfSide } from '../schema-side.ts'
import { createValidator, type Validator } from '../validator.ts'

/** One version of an event, with what writes and reads it. */
export interface Party {
  readonly type: string
  readonly version: string
  readonly subject: SubjectKind
  readonly schema: ContractSchema
  readonly example: JsonValue
  /** Names and indexes of each place that one side refuses in data; none where it takes it. */
  refusals(side: Side, data: JsonValue): readonly (readonly string[])[]
}

/** Today's contract: what it takes is what zod says, as at run time. */
export function partyOfContract(contract: EventContract): Party {
  return {
    type: contract.type,
    version: contract.version,
    ...lockedVersion(contract),
    refusals: (side, data) => {
      const checked = contract.check(side, data)
      return checked.ok ? [] : checked.issues.map(({ path }) => path.split('.').slice(1))
    },
  }
}

/** A locked version: its code is gone, its schema is checked by Ajv. */
export function partyOfLocked(type: string, version: string, locked: LockedVersion): Party {
  const validators: Partial<Record<Side, Validator>> = {}
  return {
    type,
    version,
    ...locked,
    refusals: (side, data) => {
      validators[side] ??= createValidator(schemaOfSide(locked.schema, side))
      return validators[side](data).map(segments)
    },
  }
}

function segments(pointer: string): string[] {
  const parts = pointer.split('/').slice(1)
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
