import { describe, expectTypeOf, it } from 'vitest'
import { createTimersPublisher, onTimers, type TimersPublisher } from './index.ts'

const household = { householdId: 'household-001' }
const good = { timerId: 'timer-001', durationSeconds: 60, kind: 'cooking' } as const
const incomplete = { timerId: 'timer-001' } as const
declare const timers: TimersPublisher

describe('a publisher of timers', () => {
  it('takes data of the contract', () => {
    expectTypeOf(createTimersPublisher).returns.toEqualTypeOf<TimersPublisher>()
    void timers.publish('timer.started', good, household)
  })

  it('refuses a type that the domain does not have', () => {
    // @ts-expect-error there is no timer.set
    void timers.publish('timer.set', good, household)
  })

  it('refuses data without a required field', () => {
    // @ts-expect-error durationSeconds is missing
    void timers.publish('timer.started', incomplete, household)
  })

  it('refuses a field that the contract does not have', () => {
    // @ts-expect-error there is no durationMs
    void timers.publish('timer.started', { ...good, durationMs: 60_000 }, household)
  })

  it('refuses a value that the enumeration does not have', () => {
    // @ts-expect-error no such kind
    void timers.publish('timer.started', { ...good, kind: 'cook' }, household)
  })

  it('refuses an event without its household', () => {
    // @ts-expect-error householdId is missing
    void timers.publish('timer.started', good, { userId: 'user-001' })
  })
})

describe('handlers of timers', () => {
  it('get typed data, in which an open enumeration may be any text', () => {
    onTimers({
      'timer.started': (event) => {
        expectTypeOf(event.type).toEqualTypeOf<'timer.started'>()
        expectTypeOf(event.householdId).toEqualTypeOf<string>()
        expectTypeOf<string>().toExtend<NonNullable<typeof event.data.kind>>()
        // @ts-expect-error the contract has no durationMs
        void event.data.durationMs
      },
    })
  })

  it('refuse a key that is no type of the domain', () => {
    // @ts-expect-error there is no timer.set
    onTimers({ 'timer.set': () => undefined })
  })
})
