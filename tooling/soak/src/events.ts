import { type DomainName, householdEvents, type SimulatedEvent } from '@house-helper/household-simulator'
import { domains } from './domains.ts'

/** A simulated event with its place among the events of its key, which its metadata carries as `seq`. */
export interface SoakEvent {
  readonly event: SimulatedEvent
  /** What its message is keyed by. */
  readonly key: string
  /** Counts up by one for each event of one domain and key, from 0. */
  readonly seq: number
}

/** What events to make. */
export interface SoakEventsOptions {
  /** Default: all of them. */
  readonly domains?: readonly DomainName[] | undefined
  /** How many households there are. Default 200. */
  readonly households?: number | undefined
}

/** The events of the household simulator without end; the same seed gives the same ones, ids included. */
export function* soakEvents(seed: number, options: SoakEventsOptions = {}): Generator<SoakEvent, never, void> {
  const { domains: chosen, households = 200 } = options
  const next = new Map<string, number>()
  for (const event of householdEvents(seed, { households })) {
    if (chosen !== undefined && !chosen.includes(event.domain)) continue
    const key = keyOf(event)
    const lane = `${event.domain}/${key}`
    const seq = next.get(lane) ?? 0
    next.set(lane, seq + 1)
    const fields = { ...event.fields, metadata: { seq: String(seq) } }
    yield { event: { ...event, fields } as SimulatedEvent, key, seq }
  }
  throw new Error('Households never come to an end.')
}

function keyOf({ domain, type, fields }: SimulatedEvent): string {
  const contract = domains[domain].events.find((one) => one.type === type)
  return contract?.subject === 'user' ? (fields.userId ?? '') : fields.householdId
}
