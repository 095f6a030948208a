import { type SoakEvent, soakEvents } from '../events.ts'
import { conducted } from '../handling/conduct.ts'

/** The longest that a handler takes that heeds its signal, and one that does not, in milliseconds. */
const LONGEST_MS = 20_000
const LONGEST_HEEDLESS_MS = 10_000
/** Of so many events one takes long. */
const LONG_EVERY = 40

/**
 * Tasks' events of many households that take up to 200 ms, and now and then one that takes up to 20 s. A quarter of
 * these do not heed their signal. A household has one long event: the backlog of a key is to end within the figure.
 */
export function* longEvents(seed: number, random: () => number): Generator<SoakEvent, never, void> {
  const hadLong = new Set<string>()
  let sinceLong = 0
  for (const event of soakEvents(seed, { domains: ['tasks'], households: 400 })) {
    sinceLong += 1
    if (sinceLong < LONG_EVERY || hadLong.has(event.key)) {
      yield conducted(event, { takesMs: Math.round(random() * 200) })
      continue
    }
    sinceLong = 0
    hadLong.add(event.key)
    const heeds = random() < 0.75
    const takesMs = Math.round(random() * (heeds ? LONGEST_MS : LONGEST_HEEDLESS_MS))
    yield conducted(event, { takesMs, heeds })
  }
  throw new Error('Households never come to an end.')
}
