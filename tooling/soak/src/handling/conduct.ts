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
  /** What a troubled process does instead: never settle, or loop without giving way. Others just handle it. */
  trouble: z.enum(['none', 'stuck', 'loop']).default('none'),
})

/** Conduct is what the handler of an event is to do; the event's metadata carry it. */
export type Conduct = z.output<typeof conductSchema>

/** The event, told how it is to be handled. */
export function conducted(soakEvent: SoakEvent, conduct: Partial<Conduct>): SoakEvent {
  const { event } = soakEvent
  const { metadata } = event.fields as { metadata?: JsonObject }
  const fields = { ...event.fields, metadata: { ...metadata, conduct: JSON.stringify(conduct) } }
  return { ...soakEvent, event: { ...event, fields } as SimulatedEvent }
}

/** How an event is to be handled: at once and well, unless its metadata say otherwise. */
export function conductOf({ conduct }: JsonObject): Conduct {
  return conductSchema.parse(typeof conduct === 'string' ? JSON.parse(conduct) : {})
}
