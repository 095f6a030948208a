import { createHash } from 'node:crypto'
import type { Domain, Envelope, EventContract, JsonObject } from '@house-helper/events-core'
import { exampleOf } from './example.ts'
import { jsonSchema } from './json-schema.ts'
import { schemaOfSide } from './schema-side.ts'

const publishedAt = '2025-10-09T12:00:00.000Z'
const idAlphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const idLength = 20

/**
 * Makes valid data of a contract with every field that it knows: the values of its own example, and for the other fields
 * what their names suggest. The same for the same contract.
 *
 * @throws ContractsError `EXAMPLE_IMPOSSIBLE` naming the field for which no value can be made.
 */
export function exampleData(contract: EventContract): JsonObject {
  const schema = schemaOfSide(jsonSchema(contract), 'publisher')
  return exampleOf(schema, { known: contract.example }) as JsonObject
}

/** Who an example of a contract is about and who did it: a user other than the first, whom examples name as doing things. */
export function exampleSubject({ subject }: EventContract): Readonly<Record<string, string>> {
  return subject === 'user' ? { userId: 'user-002' } : { householdId: 'household-001', userId: 'user-001' }
}

/** Makes a whole message of a contract, as its publishers write it. The same for the same contract. */
export function exampleMessage(domain: Domain, contract: EventContract): Envelope {
  const { type, version } = contract
  const id = exampleId(contract)
  return {
    id,
    type,
    source: `${domain.name}-service`,
    ...exampleSubject(contract),
    timestamp: publishedAt,
    version,
    data: exampleData(contract),
    metadata: { correlationId: id },
  }
}

/** An id of the shape of `newEventId`, of which the random part follows from the contract. */
function exampleId({ type, version }: EventContract): string {
  const hash = createHash('sha256').update(`${type}@${version}`).digest()
  const random = [...hash.subarray(0, idLength)].map((byte) => idAlphabet.charAt(byte & 31)).join('')
  return `${publishedAt.replace(/\D/g, '').slice(0, 14)}-${random}`
}
