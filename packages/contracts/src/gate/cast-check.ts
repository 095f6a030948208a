import { type EventContract, publishData, readData } from '@house-helper/events-core'
import type { JsonValue } from '../contract-schema.ts'
import { lockedVersion } from '../locked-version.ts'
import { schemaOfSide } from '../schema-side.ts'
import type { DomainState } from './domain-state.ts'
import type { Finding } from './finding.ts'
import { variantsOf } from './variants.ts'

/** Runs events of older majors through the casts of today's contract, and today's events back to what is published. */
export function castFindings(contract: EventContract, { lock }: DomainState): readonly Finding[] {
  const older = [...(lock.get(contract.type) ?? [])].filter(([version]) => isReadByCast(contract, version))
  const upcasts = older.flatMap(([version, { schema, example }]) => {
    const events = variantsOf(schemaOfSide(schema, 'publisher'), example)
    const about = `${contract.type} ${version} → ${contract.version}`
    return refusedBy(events, (data) => readData(contract, version, data), about, 'upcast')
  })
  return [...upcasts, ...downcastFindings(contract)]
}

function downcastFindings(contract: EventContract): Finding[] {
  const { type, version, publishAs } = contract
  if (publishAs === version) return []
  const { schema, example } = lockedVersion(contract)
  const events = variantsOf(schemaOfSide(schema, 'publisher'), example)
  return refusedBy(events, (data) => publishData(contract, data), `${type} ${version} → ${publishAs}`, 'downcast')
}

function isReadByCast(contract: EventContract, version: string): boolean {
  const major = Number.parseInt(version, 10)
  return major !== contract.major && contract.versions.some((one) => one.major === major)
}

type Cast = (data: JsonValue) => ReturnType<typeof readData>

function refusedBy(events: readonly JsonValue[], cast: Cast, about: string, name: 'upcast' | 'downcast'): Finding[] {
  for (const event of events) {
    const checked = cast(event)
    if (checked?.ok === true) continue
    const issues =
      checked === undefined ? ['its major is unknown'] : checked.issues.map(({ path, message }) => `${path} ${message}`)
    const text = `breaking: the ${name} does not take every event: ${issues.join('; ')}; the event is ${JSON.stringify(event)}`
    return [
      { passed: false, about, text, remedy: `let the ${name} give a result for this event that its contract takes` },
    ]
  }
  return []
}
