import type { JsonObject } from '@house-helper/events-core'
import type { SimulatedEvent } from '@house-helper/household-simulator'
import { z } from 'zod'
import type { SoakEvent } from '../events.ts'

const conductSchema = z.object({
  /** How long handling takes, in milliseconds. */
  takesMs: z.number().int().nonnegative().default(0),
  /** Whether the handler ends when its signal aborts. */
  heeds: z.boolean().default(true),
  /** The attempts that fail, from the first one on; `always` means all. */
  fails: z.union([z.number().int().nonnegative(), z.literal('always')]).default(0),
  /** What a troubled service does first: one handler never settles, or the whole process loops for 20 s. */
  trouble: z.enum(['none', 'stuck', 'loop']).default('none'),
})

/** Conduct is what the handler of an event is to do; the event's metadata carry it. */
export type Conduct = z.output<typeof conductSchema>

/** The event, told how it is to be handled. */
export function conducted(soakEvent: SoakEvent, conduct: Partial<Conduct>): SoakEvent {
  const metadata = { seq: String(soakEvent.seq), conduct: JSON.stringify(conduct) }
  return withFields(soakEvent, { metadata })
}

/** The event as the first one of a household of its own: what becomes of it holds up no other. */
export function alone({ event }: SoakEvent): SoakEvent {
  const key = `alone-${event.fields.id}`
  return withFields({ event, key, seq: 0 }, { householdId: key, metadata: { seq: '0' } })
}

/** How an event is to be handled: at once and well, unless its metadata say otherwise. */
export function conductOf({ conduct }: JsonObject): Conduct {
  return conductSchema.parse(typeof conduct === 'string' ? JSON.parse(conduct) : {})
}

function withFields(soakEvent: SoakEvent, fields: object): SoakEvent {
  const { event } = soakEvent
  // Domain, type and data of the event stay as they were; the compiler cannot follow that through a union.
  return { ...soakEvent, event: { ...event, fields: { ...event.fields, ...fields } } as SimulatedEvent }
}
