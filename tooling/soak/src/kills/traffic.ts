import { type SoakEvent, soakEvents } from '../events.ts'
import { alone, conducted } from '../handling/conduct.ts'
import { type SteadyPublishing, startPublishing } from '../handling/steady-publishing.ts'
import type { Stand } from '../stand.ts'

/** Events that go on until they are told to stop. */
export interface Traffic extends SteadyPublishing {
  /** Ids of events that fail whenever they are handled. */
  readonly poison: ReadonlySet<string>
}

const RATE_PER_SECOND = 20

/** Begins to publish tasks' events; of twenty, one fails at each attempt and one at the attempts in place. */
export function startTraffic(stand: Stand, seed: number): Traffic {
  const poison = new Set<string>()
  const { stop } = startPublishing({
    events: mixed(seed, poison),
    ratePerSecond: RATE_PER_SECOND,
    publish: (event) => stand.publish(event),
  })
  return { poison, stop }
}

function* mixed(seed: number, poison: Set<string>): Generator<SoakEvent, void, void> {
  let turn = 0
  for (const event of soakEvents(seed, { domains: ['tasks'], households: 30 })) {
    turn = (turn + 1) % 20
    if (turn === 7) {
      poison.add(event.event.fields.id)
      yield conducted(alone(event), { fails: 'always' })
    } else if (turn === 13) yield conducted(alone(event), { fails: 2 })
    else yield event
  }
}
